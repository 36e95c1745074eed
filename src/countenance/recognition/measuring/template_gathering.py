"""Templates of many images in one array, extracted once and kept across interruptions."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from countenance.biometrics.faces import Extraction, FaceChoice
from countenance.errors import InvalidInputError
from countenance.recognition.measuring.calibration_run import AcquisitionFailure, Phase, Progress
from countenance.recognition.measuring.kept_work import MeasuringWork
from countenance.recognition.ports import FaceEngine

Templates = npt.NDArray[np.float32]

_BATCH = 16
_HEAD = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Source:
    """What images are read from: which, which of their faces counts, and how they are read."""

    images: Sequence[str]
    face: FaceChoice
    read: Callable[[str], bytes]


@dataclass(slots=True)
class Gathered:
    """A row of `vectors` (n x d, n the images) for each image that gave a template, in order.

    `acquired` (n) tells which did; the rows after them are room that was not needed. `digests`
    are the SHA-256 of the files (n x 32), all zero where one could not be read. `taken_over`
    images were done by an earlier run.
    """

    vectors: Templates
    acquired: npt.NDArray[np.bool_]
    digests: npt.NDArray[np.uint8]
    failures: list[tuple[int, AcquisitionFailure]] = field(default_factory=list)
    rows: int = 0
    seen: int = 0
    taken_over: int = 0

    def hex_digests(self) -> Iterator[str]:
        """Yield the digest of each image in order, `-` where the file could not be read."""
        return (one.tobytes().hex() if one.any() else "-" for one in self.digests)


def gather(
    engine: FaceEngine, source: Source, progress: Progress, work: MeasuringWork | None = None
) -> Gathered:
    """Return the templates of all images; what fails is counted, never raised.

    With `work`, what an earlier run kept there is taken over, and each batch is kept as it is
    done. Templates are as they were then: an image that changed since is not read again.
    """
    count = len(source.images)
    gathered = Gathered(
        vectors=np.empty((0, 0), dtype=np.float32),
        acquired=np.zeros(count, dtype=np.bool_),
        digests=np.zeros((count, 32), dtype=np.uint8),
    )
    for part in work.kept() if work is not None else ():
        _take_over(part, gathered, source.images)
        progress(Phase.EXTRACTING, gathered.seen, count)
    gathered.taken_over = gathered.seen
    while gathered.seen < count:
        batch = source.images[gathered.seen : gathered.seen + _BATCH]
        part = _extracted(engine, batch, source)
        if work is not None:
            work.keep(part)
        _take_over(part, gathered, source.images)
        progress(Phase.EXTRACTING, gathered.seen, count)
    return gathered


def _extracted(engine: FaceEngine, batch: Sequence[str], source: Source) -> bytes:
    """Return what became of a batch: a list of outcomes in JSON, then digests, then the vectors."""
    outcomes: list[list[str] | None] = []
    contents: list[bytes] = []
    digests = []
    for image in batch:
        content = _content(image, source.read)
        if isinstance(content, bytes):
            contents.append(content)
            digests.append(hashlib.sha256(content).digest())
            outcomes.append(None)
        else:
            digests.append(bytes(32))
            outcomes.append(content)
    with engine.admission():
        extractions = iter(engine.extract(contents, choice=source.face))
    vectors = []
    for place, outcome in enumerate(outcomes):
        if outcome is not None:
            continue
        extraction: Extraction | InvalidInputError = next(extractions)
        if isinstance(extraction, InvalidInputError):
            outcomes[place] = [extraction.code, extraction.message]
        else:
            vectors.append(extraction.template.vector.astype("<f4").tobytes())
    head = json.dumps(outcomes, ensure_ascii=False).encode()
    return b"".join([_HEAD.pack(len(head)), head, *digests, *vectors])


def _content(image: str, read: Callable[[str], bytes]) -> bytes | list[str]:
    """Return an image's bytes, or the code and words of what stands in the way."""
    try:
        return read(image)
    except FileNotFoundError:
        return ["file_missing", "there is no such file"]
    except OSError as error:
        return ["file_unreadable", (error.strerror or "the file cannot be read").lower()]
    except InvalidInputError as error:
        return [error.code, error.message]


def _take_over(part: bytes, gathered: Gathered, images: Sequence[str]) -> None:
    """Put what became of a batch into its place."""
    end = _HEAD.size + _HEAD.unpack_from(part)[0]
    outcomes = json.loads(part[_HEAD.size : end])
    digests = np.frombuffer(part, dtype=np.uint8, count=32 * len(outcomes), offset=end)
    start = gathered.seen
    gathered.digests[start : start + len(outcomes)] = digests.reshape(len(outcomes), 32)
    good = [outcome is None for outcome in outcomes]
    gathered.acquired[start : start + len(outcomes)] = good
    if any(good):
        vectors = np.frombuffer(part, dtype="<f4", offset=end + 32 * len(outcomes)).reshape(sum(good), -1)
        if not gathered.vectors.size:
            gathered.vectors = np.empty((len(images), vectors.shape[1]), dtype=np.float32)
        gathered.vectors[gathered.rows : gathered.rows + len(vectors)] = vectors
        gathered.rows += len(vectors)
    for place, outcome in enumerate(outcomes, start):
        if outcome is not None:
            gathered.failures.append((place, AcquisitionFailure(images[place], *outcome)))
    gathered.seen += len(outcomes)
