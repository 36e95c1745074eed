"""Finding every face, each exactly as it is found where it is the one that is meant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from countenance.engine.choosing import prominent_faces
from countenance.engine.detection import (
    CANDIDATE,
    CONFIDENCE,
    GLANCES,
    INSIDE,
    Glance,
    find_at_a_glance,
    find_everywhere,
    glance_at,
    seen_well,
)
from countenance.engine.face_boxes import FaceBoxes, apart_from, joined, no_faces
from countenance.engine.finding import Finder, reduction_to_lay
from countenance.engine.image_header import EncodedImage
from countenance.engine.images import Picture
from countenance.engine.quality import unicity
from countenance.engine.refinement import confirmed, same_face
from countenance.engine.yunet import OVERLAP


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """The largest faces of an image, the largest first, each with the picture that its crop is made from.

    `faces_found` counts all there are, and `alone` is the side of the second largest over that
    of the largest. `width` and `height` are the upright image's, in pixels.
    """

    faces: FaceBoxes
    pictures: tuple[Picture, ...]
    faces_found: int
    alone: float
    width: int
    height: int


class Surveyor(Finder):
    """A finder that can also tell of every face.

    Where a face was found decides its points and its crop, and so its template. The faces
    that the finder would choose from are therefore taken from the look that it would stop at,
    and laid from the same picture; the thorough look adds all others.
    """

    def survey(self, encoded: EncodedImage, *, limit: int, least: float) -> Survey:
        """Return up to `limit` faces with sides of at least `least` pixels, each confirmed.

        Raises `ImageError` and `BusyError`.
        """
        sight = self._first_sight(encoded)
        glanced = find_at_a_glance(self._infer, sight.glance, confidence=CANDIDATE)
        known = self._known(sight.picture, sight.glance, glanced)
        full = sight.picture if sight.picture.reduction == 1 else self._decode(encoded, 1)
        candidates = find_everywhere(
            self._infer, full, glanced=glanced if full is sight.picture else None, least=least
        )
        known, others = (
            faces.take(np.flatnonzero(faces.sides >= least))
            for faces in (known, self._others(full, candidates, known))
        )
        every = joined([known, others])
        order = np.argsort(-every.sides, kind="stable")[:limit]
        pictures = {sight.picture.reduction: sight.picture, 1: full}
        reductions = []
        for at in order:
            found_in = sight.picture if at < len(known) else full
            reductions.append(reduction_to_lay(found_in, every.one(at)))
            if reductions[-1] not in pictures:
                pictures[reductions[-1]] = self._decode(encoded, reductions[-1])
        return Survey(
            faces=every.take(order),
            pictures=tuple(pictures[reduction] for reduction in reductions),
            faces_found=len(every),
            alone=unicity(every),
            width=full.width,
            height=full.height,
        )

    def _known(self, picture: Picture, glance: Glance, glanced: FaceBoxes) -> FaceBoxes:
        """Return the faces that the finder would choose from at a glance, the largest first, or none."""
        faces = glanced.take(np.flatnonzero(glanced.scores >= CONFIDENCE))
        for side in GLANCES:
            if side != GLANCES[0]:
                glance = glance_at(picture, side)
                faces = find_at_a_glance(self._infer, glance)
            if seen_well(faces, glance):
                known = self._choosable(picture, faces)
                if len(known):
                    return known
        return no_faces()

    def _choosable(self, picture: Picture, faces: FaceBoxes) -> FaceBoxes:
        """Return the faces that come into question where one is chosen, each looked at again.

        Those are the prominent ones; where a second look refutes one, smaller ones may become so.
        The background is left to the thorough look, which sees it better.
        """
        while len(faces):
            prominent = prominent_faces(faces)
            looks = [confirmed(self._infer, picture, faces.one(int(at))) for at in prominent]
            refuted = [int(at) for at, look in zip(prominent, looks, strict=True) if not len(look)]
            if not refuted:
                return _different(joined(looks))
            faces = faces.without(*refuted)
        return no_faces()

    def _others(self, full: Picture, candidates: FaceBoxes, known: FaceBoxes) -> FaceBoxes:
        """Return those candidates of the thorough look that are faces beside the known ones."""
        unknown = apart_from(known, candidates, overlap=OVERLAP, inside=INSIDE)
        others = confirmed(self._infer, full, unknown)
        new = [
            at
            for at, points in enumerate(others.points)
            if not any(same_face(points, face) for face in known.points)
        ]
        return others.take(np.array(new, dtype=np.int64))


def _different(faces: FaceBoxes) -> FaceBoxes:
    """Return the faces without those that turned out to be a larger one again, the largest first."""
    faces = faces.take(np.argsort(-faces.sides, kind="stable"))
    kept: list[int] = []
    for at, points in enumerate(faces.points):
        if not any(same_face(points, faces.points[other]) for other in kept):
            kept.append(at)
    return faces.take(np.array(kept, dtype=np.int64))
