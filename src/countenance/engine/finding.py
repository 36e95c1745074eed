"""Finding the face that is meant in each of several images, at the least cost that loses none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from countenance.biometrics.faces import FaceChoice
from countenance.engine.alignment import scale_of, similarity
from countenance.engine.choosing import choose_face
from countenance.engine.detection import (
    GLANCES,
    Glance,
    Infer,
    find_at_a_glance,
    find_everywhere,
    glance_at,
    seen_well,
)
from countenance.engine.face_boxes import FaceBoxes
from countenance.engine.image_formats import REDUCTIONS
from countenance.engine.image_header import EncodedImage
from countenance.engine.images import ImageDecoder, Picture, Started, decode_picture, reduction_for
from countenance.engine.quality import unicity
from countenance.errors import FaceError, ImageError, InvalidInputError

LEAST_SIDE = 1280
"""Pixels that the longer side keeps when an image is decoded smaller for the first look."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The face that is meant (`chosen` holds exactly one), all `faces` found, and the picture they are in."""

    picture: Picture
    faces: FaceBoxes
    chosen: FaceBoxes

    @property
    def unicity(self) -> float:
        """Return the side of the second largest face over that of the largest."""
        return unicity(self.faces)


@dataclass(frozen=True, slots=True, eq=False)
class _Sight:
    """What the first look at an image sees: the decoded picture as the detector's input."""

    encoded: EncodedImage
    picture: Picture
    glance: Glance


class Finder:
    """Looks at images from the cheapest look to the most thorough. Thread-safe."""

    def __init__(self, infer: Infer, decoder: ImageDecoder) -> None:
        self._infer = infer
        self._decoder = decoder

    def find(self, images: Sequence[bytes], choice: FaceChoice) -> list[Found | InvalidInputError]:
        """Return for each image the face that is meant, or the error that stood in the way.

        The images are decoded side by side, and the first look at all of them is one batch.
        Raises `BusyError` while every decoder is held by slow images.
        """
        sights = [_finished(begun) for begun in [self._begin(data) for data in images]]
        glances = [sight.glance for sight in sights if isinstance(sight, _Sight)]
        seen = iter(find_at_a_glance(self._infer, glances) if glances else [])
        return [
            self._settled(sight, next(seen), choice) if isinstance(sight, _Sight) else sight
            for sight in sights
        ]

    def _begin(self, data: bytes) -> Started[_Sight] | ImageError:
        """Start decoding, or return what is wrong with the header."""
        try:
            encoded = self._decoder.inspect(data)
        except ImageError as error:
            return error
        reduction = reduction_for(encoded, least_side=LEAST_SIDE)
        return self._decoder.start(lambda until: _sight(encoded, reduction, until))

    def _settled(self, sight: _Sight, faces: FaceBoxes, choice: FaceChoice) -> Found | InvalidInputError:
        """Look again as often as needed and choose; an error becomes a value."""
        try:
            picture, faces = self._look_again(sight, faces)
            at = choose_face(faces, choice, width=picture.width, height=picture.height)
            chosen = faces.one(at)
            return Found(self._large_enough(sight.encoded, picture, chosen), faces, chosen)
        except (ImageError, FaceError) as error:
            return error

    def _look_again(self, sight: _Sight, faces: FaceBoxes) -> tuple[Picture, FaceBoxes]:
        """Return the faces of the first look that saw well, and the picture it was a look at."""
        glance = sight.glance
        for side in GLANCES[1:]:
            if seen_well(faces, glance):
                return sight.picture, faces
            glance = glance_at(sight.picture, side)
            faces = find_at_a_glance(self._infer, [glance])[0]
        if seen_well(faces, glance):
            return sight.picture, faces
        picture = self._decoded(sight.encoded, sight.picture, 1)
        return picture, find_everywhere(self._infer, picture)

    def _large_enough(self, encoded: EncodedImage, picture: Picture, chosen: FaceBoxes) -> Picture:
        """Return a picture in which the face need not be enlarged for its crop, if the image has one."""
        scale = scale_of(similarity(chosen.points[0]))
        reduction = max((factor for factor in REDUCTIONS if scale * factor <= 1.0), default=1)
        return self._decoded(encoded, picture, min(reduction, picture.reduction))

    def _decoded(self, encoded: EncodedImage, picture: Picture, reduction: int) -> Picture:
        """Return the picture at 1 / `reduction`, decoding again only if it is another."""
        if reduction == picture.reduction:
            return picture
        return self._decoder.start(
            lambda until: decode_picture(encoded, reduction=reduction, until=until)
        ).result()


def _sight(encoded: EncodedImage, reduction: int, until: float) -> _Sight:
    """Decode and lay out for the first look, both on the decoder's thread."""
    picture = decode_picture(encoded, reduction=reduction, until=until)
    return _Sight(encoded, picture, glance_at(picture, GLANCES[0]))


def _finished(begun: Started[_Sight] | ImageError) -> _Sight | ImageError:
    """Wait for a decoding; its error becomes a value."""
    if isinstance(begun, ImageError):
        return begun
    try:
        return begun.result()
    except ImageError as error:
        return error
