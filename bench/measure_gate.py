"""What permission, record and durability add to a verification on SQLite, and what a decision costs."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from countenance.biometrics.faces import FaceChoice
from countenance.recognition.outcome import usable
from countenance.recognition.verification import Claim
from installation import GALLERY, OPERATOR, SUBJECT, open_installation
from photographs import photographs
from report import Row, hand_over
from turns import in_turns

ROUNDS = 120


def measure() -> list[Row]:
    """Return the row."""
    with tempfile.TemporaryDirectory(prefix="countenance-bench-") as folder:
        enrolled, probe = photographs().pair(0)
        installation = open_installation(Path(folder) / "home", enrolled)
        countenance, engine = installation.countenance, installation.countenance.parts.engine
        content = probe.read_bytes()
        reference = usable(engine.extract([enrolled.read_bytes()], choice=FaceChoice.ONLY)[0])
        claim = Claim(gallery_id=GALLERY, subject_id=SUBJECT, probe=content)

        def whole(_: int) -> None:
            countenance.verify(OPERATOR, claim)

        def bare(_: int) -> None:
            found = usable(engine.extract([content], choice=FaceChoice.ONLY)[0])
            found.template.compare(reference.template)

        wholes, bares = in_turns(whole, bare, rounds=ROUNDS)
        countenance.close()
    return [_row(wholes, bares)]


def _row(wholes: list[float], bares: list[float]) -> Row:
    whole, bare = statistics.median(wholes), statistics.median(bares)
    return Row(
        name="gate_overhead",
        ours=round(whole, 3),
        peer=round(bare, 3),
        ratio=round(whole / bare, 4),
        peer_name="the same verification bare",
        spread={"ours": _ends(wholes), "peer": _ends(bares)},
        rounds=ROUNDS,
        note="ratio is whole over bare: 1.05 means that asking, recording and two durable commits add 5 %",
    )


def _ends(series: list[float]) -> list[float]:
    return [round(min(series), 3), round(max(series), 3)]


if __name__ == "__main__":
    hand_over(measure())
