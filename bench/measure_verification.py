"""Two JPEG files to a decision, whole: read, decode, detect, align, embed, compare, threshold."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import peer_opencv
from countenance.app import open_countenance
from countenance.biometrics.faces import FaceChoice
from countenance.recognition.outcome import usable
from countenance.settings import Settings
from photographs import photographs
from report import Row, compared, hand_over
from turns import LONG_REST, REST, in_turns
from weights import write_weights

Decide = Callable[[Path, Path], tuple[float, bool]]
ROUNDS = 40
_FMR_PPB = 1_000_000  # a threshold that stands for one false match in a thousand


def ours(home: Path) -> Decide:
    """Return our engine's decision with no permission, record or storage: what the peers do."""
    parts = open_countenance(Settings(home=home)).parts
    threshold = parts.threshold_for(_FMR_PPB)

    def decide(one: Path, other: Path) -> tuple[float, bool]:
        images = [one.read_bytes(), other.read_bytes()]
        first, second = map(usable, parts.engine.extract(images, choice=FaceChoice.LARGEST))
        score = first.template.compare(second.template)
        return score, threshold.reached_by(score)

    return decide


def _deepface(folder: Path) -> tuple[Decide, str]:
    import peer_deepface  # noqa: PLC0415  a peer may be missing

    write_weights(peer_deepface.prepare_home(folder / "deepface"))
    return peer_deepface.load(), peer_deepface.NAME + " SFace, YuNet"


def _face_recognition(_: Path) -> tuple[Decide, str]:
    import peer_face_recognition  # noqa: PLC0415  a peer may be missing

    return peer_face_recognition.decide, peer_face_recognition.NAME


def _opencv(folder: Path) -> tuple[Decide, str]:
    peer = peer_opencv.OpenCv.load(*write_weights(folder))
    return peer.decide, f"{peer_opencv.NAME} YuNet, FaceRecognizerSF"


PEERS: dict[str, tuple[Callable[[Path], tuple[Decide, str]], int, float]] = {
    "verify_vs_opencv": (_opencv, ROUNDS, REST),
    "verify_vs_deepface": (_deepface, ROUNDS, LONG_REST),
    "verify_vs_face_recognition": (_face_recognition, ROUNDS // 2, REST),
}


def measure() -> list[Row]:
    """Return the rows."""
    with tempfile.TemporaryDirectory(prefix="countenance-bench-") as name:
        folder = Path(name)
        decide = ours(folder / "home")
        return [_against(name, decide, folder) for name in PEERS]


def _against(name: str, decide: Decide, folder: Path) -> Row:
    """Measure against one peer; one that is not installed is a row that says so."""
    load, rounds, rest = PEERS[name]
    try:
        peer, peer_name = load(folder)
    except ImportError as error:
        return Row(name=name, skipped=f"the peer is not installed: {error}")
    pictures = photographs()
    wrong = {"ours": 0, "peer": 0}
    for number in range(min(rounds, len(pictures.pairs))):
        one, other = pictures.pair(number)
        mated = pictures.mated(number)
        wrong["ours"] += decide(one, other)[1] != mated
        wrong["peer"] += peer(one, other)[1] != mated
    times = in_turns(
        lambda number: decide(*pictures.pair(number)),
        lambda number: peer(*pictures.pair(number)),
        rounds=rounds,
        rest=rest,
    )
    answers = f"wrong answers: ours {wrong['ours']}, peer {wrong['peer']} of {rounds}"
    return compared(name, *times, peer_name=peer_name, note=f"{pictures.source}; {answers}")


if __name__ == "__main__":
    hand_over(measure())
