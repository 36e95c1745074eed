"""The engine as a whole: encoded images in, faces and templates out."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from countenance.biometrics.faces import (
    EVERY_SIZE,
    DetectedFace,
    Detection,
    Extraction,
    FaceChoice,
    LeastSize,
    Portrait,
)
from countenance.biometrics.model import Pipeline, Template
from countenance.engine.describing import describe
from countenance.engine.detection import GLANCES
from countenance.engine.embedding import embed
from countenance.engine.image_header import ImageLimits
from countenance.engine.images import ImageDecoder
from countenance.engine.networks import EngineOptions, Networks, open_networks
from countenance.engine.pixel_budget import PixelBudget
from countenance.engine.portraits import portrait_of
from countenance.engine.processor import usable_cores
from countenance.engine.refinement import VIEWS
from countenance.engine.runtime import Pixels
from countenance.engine.surveying import Surveyor
from countenance.errors import BusyError, FaceError, ImageError, InvalidInputError

RULES = "2"
"""The rules of decoding, detection, alignment and embedding. Whatever moves a template changes it,
and with it every gallery has to be enrolled anew:

1. decode: RGB, upright by EXIF, at 1/2, 1/4 or 1/8 where the longer side stays at least 1280
   pixels, at more where the chosen face would have to be enlarged for its crop
2. detect: one glance at 256 pixels, one at 640 if the largest face is small in it, then every
   tile at every scale
3. confirm: a second look at the face, turned upright in 160 pixels and mirrored; its landmarks
4. align: similarity transform to the ArcFace template, 112 x 112, bilinear, halved before while
   the face is more than twice as large
5. embed once, unit length
"""

_IMAGES_AT_ONCE = 8
_FACES_AT_ONCE = 16
_DETECTOR_SIZES = ((GLANCES[0], GLANCES[0]), VIEWS, *((side, side) for side in GLANCES[1:]))


@dataclass(frozen=True, slots=True)
class Limits:
    """What the engine takes on.

    Bytes and pixels of an image, seconds of its decoding, and how many acts may hold a place
    before the engine at once.
    """

    image_bytes: int
    image_pixels: int
    decode_seconds: float
    queue: int


@dataclass(frozen=True, slots=True, eq=False)
class _Acquired:
    """A face on the way to its template: described and aligned, in an image of `width` x `height` pixels."""

    face: DetectedFace
    crop: Pixels
    faces_found: int
    width: int
    height: int

    def extraction(self, template: Template) -> Extraction:
        """Return the face with its template."""
        return Extraction(self.face, template, self.faces_found, self.width, self.height)


@dataclass(frozen=True, slots=True, eq=False)
class _Sight:
    """The largest faces of an image of `width` x `height` pixels with their crops, and the number of all."""

    described: list[tuple[DetectedFace, Pixels]]
    faces_found: int
    width: int
    height: int

    def detection(self) -> Detection:
        """Return the faces without crops or templates."""
        return Detection(self.width, self.height, tuple(face for face, _ in self.described))

    def extractions(self, templates: Iterable[Template]) -> Iterator[Extraction]:
        """Yield the faces with their templates, which come in the same order."""
        for (face, _), template in zip(self.described, templates, strict=True):
            yield Extraction(face, template, self.faces_found, self.width, self.height)


class _Places(AbstractContextManager[None]):
    """The places before the engine, of which each block that is entered holds one."""

    __slots__ = ("_free",)

    def __init__(self, number: int) -> None:
        self._free = threading.BoundedSemaphore(number)

    def __enter__(self) -> None:
        """Take a place, or raise `BusyError` at once if there is none."""
        if not self._free.acquire(blocking=False):
            raise BusyError("the engine's queue is full")

    def __exit__(self, *_: object) -> None:
        """Give the place back."""
        self._free.release()


class LocalFaceEngine:
    """The port `FaceEngine` on this machine's processor. Safe to call from many threads."""

    def __init__(self, networks: Networks, limits: Limits) -> None:
        self._detector = networks.detector
        self._recogniser = networks.recogniser
        self._pipeline = pipeline_of(networks)
        self._decoder = ImageDecoder(
            ImageLimits(limits.image_bytes, limits.image_pixels, limits.decode_seconds),
            threads=usable_cores(),
        )
        self._finder = Surveyor(self._detector, self._decoder)
        self._memory = PixelBudget(limits.image_pixels)
        self._places = _Places(limits.queue)
        self._threads = ThreadPoolExecutor(usable_cores(), thread_name_prefix="countenance-engine")

    @property
    def pipeline(self) -> Pipeline:
        """Return what the templates are made by."""
        return self._pipeline

    def admission(self) -> AbstractContextManager[None]:
        """Hold one of the places before the engine; raises `BusyError` at once if there is none."""
        return self._places

    def size_of(self, image: bytes) -> tuple[int, int]:
        """Return the upright image's width and height in pixels, from its header; raises `ImageError`."""
        return self._decoder.inspect(image).upright_size

    def detect(self, image: bytes, *, limit: int, least: LeastSize = EVERY_SIZE) -> Detection:
        """Return up to `limit` faces of `least` size, the largest first; raises `ImageError`."""
        return self._look(image, limit, least).detection()

    def extract_all(
        self, image: bytes, *, limit: int, least: LeastSize = EVERY_SIZE
    ) -> tuple[Extraction, ...]:
        """Return up to `limit` faces with their templates, the largest first; raises `ImageError`."""
        sight = self._look(image, limit, least)
        return tuple(sight.extractions(self._embedded([crop for _, crop in sight.described])))

    def extract_first(
        self, image: bytes, *, limit: int, least: LeastSize = EVERY_SIZE
    ) -> tuple[Extraction | None, Detection]:
        """Return the largest face with its template, and all of them without; raises `ImageError`."""
        sight = self._look(image, limit, least)
        templates = self._embedded([crop for _, crop in sight.described[:1]])
        first = next(replace(sight, described=sight.described[:1]).extractions(templates), None)
        return first, sight.detection()

    def extract_one_and_all(
        self, one: bytes, every: bytes, *, choice: FaceChoice, limit: int, least: LeastSize = EVERY_SIZE
    ) -> tuple[Extraction | InvalidInputError, tuple[Extraction, ...] | ImageError]:
        """Return the chosen face of `one` and up to `limit` faces of `every`, as if each were alone.

        The two are looked at side by side and embedded together, which takes little longer than one.
        """
        other = self._threads.submit(self._acquire, one, choice)
        try:
            sight: _Sight | ImageError = self._look(every, limit, least)
        except ImageError as error:
            sight = error
        finally:
            acquired = other.result()
        crops = [acquired.crop] if isinstance(acquired, _Acquired) else []
        described = sight.described if isinstance(sight, _Sight) else []
        templates = iter(self._embedded([*crops, *(crop for _, crop in described)]))
        first = acquired.extraction(next(templates)) if isinstance(acquired, _Acquired) else acquired
        return first, sight if isinstance(sight, ImageError) else tuple(sight.extractions(templates))

    def portrait(self, image: bytes, face: DetectedFace) -> Portrait:
        """Return the face of an image, as people are to look at it; raises `ImageError`."""
        encoded = self._decoder.inspect(image)
        with self._memory.room_for(encoded.width * encoded.height):
            return portrait_of(self._decoder, encoded, face)

    def extract(
        self, images: Sequence[bytes], *, choice: FaceChoice
    ) -> tuple[Extraction | InvalidInputError, ...]:
        """Return the chosen face's template for each image, or the error that stood in the way."""
        groups = range(0, len(images), _IMAGES_AT_ONCE)
        return tuple(
            result
            for first in groups
            for result in self._extract(images[first : first + _IMAGES_AT_ONCE], choice)
        )

    def close(self) -> None:
        """Let go of the threads. What is under way may fail."""
        self._decoder.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _extract(self, images: Sequence[bytes], choice: FaceChoice) -> list[Extraction | InvalidInputError]:
        """Do so for a few images: each on a thread of its own up to the crop, then one batch for all."""
        others = [self._threads.submit(self._acquire, data, choice) for data in images[1:]]
        results = [self._acquire(images[0], choice), *(other.result() for other in others)]
        acquired = [one for one in results if isinstance(one, _Acquired)]
        templates = iter(self._embedded([one.crop for one in acquired]))
        return [one.extraction(next(templates)) if isinstance(one, _Acquired) else one for one in results]

    def _embedded(self, crops: Sequence[Pixels]) -> list[Template]:
        """Return the templates of crops, a few at a time: memory grows with the batch."""
        return [
            template
            for first in range(0, len(crops), _FACES_AT_ONCE)
            for template in embed(self._recogniser, crops[first : first + _FACES_AT_ONCE], self._pipeline)
        ]

    def _acquire(self, data: bytes, choice: FaceChoice) -> _Acquired | InvalidInputError:
        """Return the face that is meant, aligned and described, or the error that stood in the way."""
        try:
            encoded = self._decoder.inspect(data)
            with self._memory.room_for(encoded.width * encoded.height):
                found = self._finder.find(encoded, choice)
                face, crop = describe(found.picture, found.chosen, found.unicity)
        except (ImageError, FaceError) as error:
            return error
        return _Acquired(face, crop, len(found.faces), found.picture.width, found.picture.height)

    def _look(self, image: bytes, limit: int, least: LeastSize) -> _Sight:
        """Find all faces, and describe the largest."""
        encoded = self._decoder.inspect(image)
        with self._memory.room_for(encoded.width * encoded.height):
            seen = self._finder.survey(encoded, limit=limit, least=least.side(*encoded.upright_size))
            described = [
                describe(picture, seen.faces.one(at), seen.alone) for at, picture in enumerate(seen.pictures)
            ]
        return _Sight(described, seen.faces_found, seen.width, seen.height)


def pipeline_of(networks: Networks) -> Pipeline:
    """Return the recognition model's digest, and rules, detection model and precision as version."""
    detector, recogniser = networks.detector, networks.recogniser
    return pipeline_by(detector.entry.sha256, recogniser.entry.sha256, recogniser.facts.precision)


def pipeline_by(detector: str, recogniser: str, precision: str) -> Pipeline:
    """Return the pipeline of two models by their SHA-256 (hex), and the precision that they run in."""
    return Pipeline(model_digest=recogniser, version=f"{RULES}+{detector[:12]}+{precision}")


def open_engine(options: EngineOptions, limits: Limits) -> LocalFaceEngine:
    """Load the networks and return the engine; raises `ModelError` and `ConfigurationError`."""
    return LocalFaceEngine(open_networks(replace(options, detector_sizes=_DETECTOR_SIZES)), limits)
