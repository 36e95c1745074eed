"""What permission, record and durability add to a verification on SQLite, and what a decision costs."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from countenance.app import Countenance
from countenance.biometrics.faces import FaceChoice
from countenance.recognition.acts.comparison import Pair
from countenance.recognition.acts.verification import Claim
from countenance.recognition.outcome import usable
from countenance.vetting.evaluation import LOCAL
from installation import GALLERY, OPERATOR, SUBJECT, open_installation
from photographs import photographs
from report import Row, hand_over
from turns import in_turns

ROUNDS = 400


def measure() -> list[Row]:
    """Return the rows: two photographs compared, and one compared with an enrolled subject."""
    with tempfile.TemporaryDirectory(prefix="countenance-bench-") as folder:
        enrolled, probe = photographs().pair(0)
        countenance = open_installation(Path(folder) / "home", enrolled).countenance
        countenance.ensure_evaluation_lease()
        rows = [
            _loose(countenance, enrolled.read_bytes(), probe.read_bytes()),
            _enrolled(countenance, enrolled.read_bytes(), probe.read_bytes()),
        ]
        countenance.close()
    return rows


def _loose(countenance: Countenance, reference: bytes, probe: bytes) -> Row:
    """Two JPEG files to a decision, the verification that the other engines are measured by."""
    engine, pair = countenance.parts.engine, Pair(reference=reference, probe=probe, choice=FaceChoice.ONLY)

    def whole(_: int) -> None:
        countenance.compare(LOCAL, pair)

    def bare(_: int) -> None:
        one, other = engine.extract([reference, probe], choice=FaceChoice.ONLY)
        usable(one).template.compare(usable(other).template)

    return _row("gate_overhead", *in_turns(whole, bare, rounds=ROUNDS))


def _enrolled(countenance: Countenance, reference: bytes, probe: bytes) -> Row:
    """One JPEG file against a subject: consent and sealed references are read, and half the pixels."""
    engine = countenance.parts.engine
    held = usable(engine.extract([reference], choice=FaceChoice.ONLY)[0])
    claim = Claim(gallery_id=GALLERY, subject_id=SUBJECT, probe=probe)

    def whole(_: int) -> None:
        countenance.verify(OPERATOR, claim)

    def bare(_: int) -> None:
        found = usable(engine.extract([probe], choice=FaceChoice.ONLY)[0])
        found.template.compare(held.template)

    return _row("gate_overhead_enrolled", *in_turns(whole, bare, rounds=ROUNDS))


def _row(name: str, wholes: list[float], bares: list[float]) -> Row:
    whole, bare = statistics.median(wholes), statistics.median(bares)
    return Row(
        name=name,
        ours=round(whole, 3),
        peer=round(bare, 3),
        ratio=round(whole / bare, 4),
        peer_name="the same verification bare",
        spread={"ours": _ends(wholes), "peer": _ends(bares)},
        rounds=ROUNDS,
        note="ratio is whole over bare: 1.05 means that asking, recording and the wait for the disk add 5 %",
    )


def _ends(series: list[float]) -> list[float]:
    return [round(min(series), 3), round(max(series), 3)]


if __name__ == "__main__":
    hand_over(measure())
