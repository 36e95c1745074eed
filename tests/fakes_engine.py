"""An engine whose images are sentences: `photograph("dave", 1)` shows dave, `NO_FACE` shows nobody.

Deterministic and instant. Two photographs of one subject score well above 0.9, of two
subjects around 0; any other bytes are the face of a stranger that the bytes determine.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from countenance.biometrics.faces import (
    EVERY_SIZE,
    BoundingBox,
    DetectedFace,
    Detection,
    Extraction,
    FaceChoice,
    Landmarks,
    LeastSize,
    Point,
    Portrait,
    Pose,
    QualityMeasure,
    QualityReason,
)
from countenance.biometrics.model import ComparisonScore, ErrorRate, Pipeline, Template, Threshold
from countenance.errors import (
    BusyError,
    CalibrationError,
    CorruptImageError,
    EmptyImageError,
    ImageError,
    InvalidInputError,
    ManyFacesError,
    NoFaceError,
    OversizedImageError,
    SlowImageError,
    UnsupportedImageError,
)

FAKE_PIPELINE = Pipeline(model_digest=hashlib.sha256(b"fake model").hexdigest(), version="fake-1")
LARGEST = 100_000
"""Bytes of the largest image that the engine looks at."""

NO_FACE = b"no face"
MANY_FACES = b"many faces"
BLURRED = b"blurred"
NARROW = b"narrow"

FAULTS: dict[bytes, InvalidInputError] = {
    b"": EmptyImageError("the image has no bytes"),
    b"not an image": UnsupportedImageError("the file is no image of a kind that is read here"),
    b"cut off": CorruptImageError("the image is broken or cut off"),
    b"slow": SlowImageError("decoding took longer than 5.0 s"),
    NO_FACE: NoFaceError("no face was found"),
    MANY_FACES: ManyFacesError("more than one prominent face was found"),
}
"""What stands in the way of an image, by its bytes."""

_DIMENSIONS = 128
_SPREAD = 0.02
_PHOTOGRAPH = b"photograph of "


def photograph(subject: str, number: int = 1) -> bytes:
    """Return an image of `subject`; the numbers tell one photograph from another."""
    return _PHOTOGRAPH + f"{subject}, number {number}".encode()


def template_of(image: bytes) -> Template:
    """Return the template of the face on `image`."""
    shown = image.split(b", number ")[0] if image.startswith(_PHOTOGRAPH) else image
    vector = _unit(shown) + _SPREAD * _unit(b"photograph:" + image)
    return Template(vector / np.linalg.norm(vector), FAKE_PIPELINE)


def _unit(seed: bytes) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    number = int.from_bytes(hashlib.sha256(seed).digest()[:8], "big")
    vector = np.random.default_rng(number).standard_normal(_DIMENSIONS)
    return vector / float(np.linalg.norm(vector))


def face_of(image: bytes) -> DetectedFace:
    """Return what the detector says of `image`."""
    blurred = image.startswith(BLURRED)
    return DetectedFace(
        box=BoundingBox(left=10.0, top=20.0, width=110.5, height=140.25),
        confidence=0.98,
        landmarks=Landmarks(
            right_eye=Point(40.0, 70.0),
            left_eye=Point(85.0, 70.0),
            nose=Point(62.0, 95.0),
            right_mouth=Point(45.0, 120.0),
            left_mouth=Point(80.0, 120.0),
        ),
        pose=Pose(yaw=1.5, pitch=-2.0, roll=0.5),
        quality=(QualityMeasure(code=65, name="Sharpness", native=12.5, score=20 if blurred else 90),),
        reasons=(QualityReason.BLURRED,) if blurred else (),
    )


def fake_threshold(fmr_ppb: int) -> Threshold:
    """Return the threshold of the one calibration that the fake engine has, measured down to 1 in 10,000."""
    if fmr_ppb < 100_000:
        raise CalibrationError(f"no calibration reaches a false match rate of {fmr_ppb} in a billion")
    return Threshold(
        score=ComparisonScore(0.5),
        fmr=ErrorRate(rate=0.0001, lower=0.00005, upper=0.0002, trials=100_000),
        fnmr=ErrorRate(rate=0.01, lower=0.008, upper=0.012, trials=10_000),
        calibration_id="cal_fake",
        pipeline=FAKE_PIPELINE,
    )


class FakeEngine:
    """A face engine with `places` in its queue.

    While `pause` is cleared every extraction waits for it, so that a test can hold acts at
    work; `waiting` counts those that do.
    """

    def __init__(self, places: int = 32) -> None:
        self.pipeline = FAKE_PIPELINE
        self.pause = threading.Event()
        self.pause.set()
        self.arrived = threading.Semaphore(0)
        self.seen: list[bytes] = []
        self._places = threading.BoundedSemaphore(places)

    @contextmanager
    def admission(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise BusyError("the queue before the engine is full", retry_after=2)
        try:
            yield
        finally:
            self._places.release()

    def size_of(self, image: bytes) -> tuple[int, int]:
        fault = FAULTS.get(image)
        if isinstance(fault, ImageError):
            raise fault
        return (79, 480) if image == NARROW else (640, 480)

    def detect(
        self,
        image: bytes,
        *,
        limit: int,
        least: LeastSize = EVERY_SIZE,  # noqa: ARG002  every face of a sentence is of one size
    ) -> Detection:
        fault = self._fault(image)
        if fault is not None and not isinstance(fault, (NoFaceError, ManyFacesError)):
            raise fault
        count = {NO_FACE: 0, MANY_FACES: 3}.get(image, 1)
        return Detection(width=640, height=480, faces=(face_of(image),) * min(count, limit))

    def extract_all(
        self,
        image: bytes,
        *,
        limit: int,
        least: LeastSize = EVERY_SIZE,  # noqa: ARG002  as above
    ) -> tuple[Extraction, ...]:
        """Faces of `photograph` sentences joined by `+` are each that subject's own."""
        fault = self._fault(image)
        if fault is not None and not isinstance(fault, (NoFaceError, ManyFacesError)):
            raise fault
        shown = [] if image == NO_FACE else [image] * 3 if image == MANY_FACES else image.split(b"+")
        return tuple(
            Extraction(face_of(one), template_of(one), len(shown), width=640, height=480)
            for one in shown[:limit]
        )

    def extract_first(
        self, image: bytes, *, limit: int, least: LeastSize = EVERY_SIZE
    ) -> tuple[Extraction | None, Detection]:
        found = self.extract_all(image, limit=limit, least=least)
        detection = Detection(width=640, height=480, faces=tuple(one.face for one in found))
        return (found[0] if found else None), detection

    def extract_one_and_all(
        self, one: bytes, every: bytes, *, choice: FaceChoice, limit: int, least: LeastSize = EVERY_SIZE
    ) -> tuple[Extraction | InvalidInputError, tuple[Extraction, ...] | ImageError]:
        (first,) = self.extract([one], choice=choice)
        try:
            return first, self.extract_all(every, limit=limit, least=least)
        except ImageError as error:
            return first, error

    def portrait(self, image: bytes, face: DetectedFace) -> Portrait:  # noqa: ARG002  a sentence has no frame
        fault = self._fault(image)
        if isinstance(fault, ImageError):
            raise fault
        return Portrait(b"portrait: " + image, ("cut out around the face",))

    def extract(
        self, images: Sequence[bytes], *, choice: FaceChoice
    ) -> tuple[Extraction | InvalidInputError, ...]:
        self.arrived.release()
        if not self.pause.wait(timeout=30):
            raise AssertionError("nobody let the engine go on")
        return tuple(self._extract(image, choice) for image in images)

    def _extract(self, image: bytes, choice: FaceChoice) -> Extraction | InvalidInputError:
        fault = self._fault(image)
        if fault is not None and not (isinstance(fault, ManyFacesError) and choice is not FaceChoice.ONLY):
            return fault
        count = 3 if image == MANY_FACES else 1
        return Extraction(face_of(image), template_of(image), faces_found=count, width=640, height=480)

    def _fault(self, image: bytes) -> InvalidInputError | None:
        self.seen.append(image)
        if len(image) > LARGEST:
            return OversizedImageError(f"the image has {len(image)} bytes, the limit is {LARGEST}")
        return FAULTS.get(image)
