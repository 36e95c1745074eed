"""Finding the face that is meant, at the least cost that loses none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from countenance.biometrics.faces import FaceChoice
from countenance.engine.alignment import scale_of, similarity
from countenance.engine.choosing import choose_face, prominent_faces
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
from countenance.engine.images import ImageDecoder, Picture, decode_picture, reduction_for
from countenance.engine.quality import unicity
from countenance.engine.refinement import confirmed
from countenance.errors import NoFaceError

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

    def find(self, encoded: EncodedImage, choice: FaceChoice) -> Found:
        """Return the face that is meant; raises `ImageError`, `FaceError` and `BusyError`."""
        sight = self._first_sight(encoded)
        faces = find_at_a_glance(self._infer, sight.glance)
        for picture, seen in self._looks(sight, faces):
            left, chosen = self._chosen(picture, seen, choice)
            if chosen is not None:
                return Found(self._large_enough(sight, picture, chosen), left, chosen)
        raise NoFaceError("no face was found in the image")

    def _first_sight(self, encoded: EncodedImage) -> _Sight:
        """Decode, reduced where that loses no face, and lay out for the first look on the same thread."""
        reduction = reduction_for(encoded, least_side=LEAST_SIDE)

        def work(until: float) -> _Sight:
            picture = decode_picture(encoded, reduction=reduction, until=until)
            return _Sight(encoded, picture, glance_at(picture, GLANCES[0]))

        return self._decoder.start(work).result()

    def _looks(self, sight: _Sight, faces: FaceBoxes) -> Iterator[tuple[Picture, FaceBoxes]]:
        """Yield the faces of each look that saw well, the cheapest first, in the end all there are."""
        if seen_well(faces, sight.glance):
            yield sight.picture, faces
        for side in GLANCES[1:]:
            glance = glance_at(sight.picture, side)
            faces = find_at_a_glance(self._infer, glance)
            if seen_well(faces, glance):
                yield sight.picture, faces
        picture = sight.picture if sight.picture.reduction == 1 else self._decode(sight.encoded, 1)
        yield picture, find_everywhere(self._infer, picture)

    def _chosen(
        self, picture: Picture, faces: FaceBoxes, choice: FaceChoice
    ) -> tuple[FaceBoxes, FaceBoxes | None]:
        """Return the faces that a second look does not refute, and the one that is meant.

        Only faces that come into question are looked at again. Raises `ManyFacesError`.
        """
        wanted = FaceChoice.LARGEST if choice is FaceChoice.ONLY else choice
        while len(faces):
            at = choose_face(faces, wanted, width=picture.width, height=picture.height)
            chosen = confirmed(self._infer, picture, faces.one(at))
            if len(chosen):
                if choice is FaceChoice.ONLY:
                    faces = self._without_refuted(picture, faces, beside=at)
                    choose_face(faces, choice, width=picture.width, height=picture.height)
                return faces, chosen
            faces = faces.without(at)
        return faces, None

    def _without_refuted(self, picture: Picture, faces: FaceBoxes, *, beside: int) -> FaceBoxes:
        """Return the faces without prominent ones, apart from `beside`, that a second look refutes."""
        refuted = [
            at
            for at in prominent_faces(faces)
            if at != beside and not len(confirmed(self._infer, picture, faces.one(at)))
        ]
        return faces.without(*refuted)

    def _large_enough(self, sight: _Sight, picture: Picture, chosen: FaceBoxes) -> Picture:
        """Return a picture in which the face need not be enlarged for its crop, if the image has one."""
        reduction = reduction_to_lay(picture, chosen)
        return picture if reduction == picture.reduction else self._decode(sight.encoded, reduction)

    def _decode(self, encoded: EncodedImage, reduction: int) -> Picture:
        """Return the picture at 1 / `reduction`."""
        return self._decoder.start(
            lambda until: decode_picture(encoded, reduction=reduction, until=until)
        ).result()


def reduction_to_lay(picture: Picture, one: FaceBoxes) -> int:
    """Return the reduction at which `one` (exactly one face) need not be enlarged for its crop.

    The picture's own where that is enough, or where no reduction is.
    """
    scale = scale_of(similarity(one.points[0]))
    enough = max((factor for factor in REDUCTIONS if scale * factor <= 1.0), default=1)
    return min(picture.reduction, enough)
