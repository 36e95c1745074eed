"""Faces as a detector gives them: boxes, five points and scores, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Indexes = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class FaceBoxes:
    """N faces: `boxes` N x 4 (left, top, width, height), `points` N x 5 x 2, `scores` N in 0 to 1.

    In pixels of whatever was looked at. The points are right eye, left eye, nose, right and
    left corner of the mouth, where right and left are the subject's own.
    """

    boxes: Floats
    points: Floats
    scores: Floats

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def sides(self) -> Floats:
        """Return each face's size as the geometric mean of its width and height."""
        return np.sqrt(np.maximum(self.boxes[:, 2] * self.boxes[:, 3], 0.0))

    @property
    def centres(self) -> Floats:
        """Return the boxes' centres, N x 2."""
        centres: Floats = self.boxes[:, :2] + self.boxes[:, 2:] / 2.0
        return centres

    def take(self, indexes: Indexes) -> FaceBoxes:
        """Return these faces, in this order."""
        return FaceBoxes(self.boxes[indexes], self.points[indexes], self.scores[indexes])

    def one(self, at: int) -> FaceBoxes:
        """Return one face by itself."""
        return FaceBoxes(self.boxes[at : at + 1], self.points[at : at + 1], self.scores[at : at + 1])

    def without(self, *indexes: int) -> FaceBoxes:
        """Return the other faces."""
        return self.take(np.delete(np.arange(len(self)), indexes))

    def scaled(self, across: float, down: float) -> FaceBoxes:
        """Return the faces in an image that is stretched by these factors.

        Whole numbers are the middles of pixels, so the stretched image begins at -0.5 as this does.
        """
        factors = np.array([across, down])
        shift = (factors - 1.0) / 2.0
        boxes = self.boxes * np.tile(factors, 2) + np.concatenate([shift, [0.0, 0.0]])
        return FaceBoxes(boxes, self.points * factors + shift, self.scores)

    def shifted(self, right: float, down: float) -> FaceBoxes:
        """Return the faces in an image whose corner lies this much further to the left and up."""
        step = np.array([right, down])
        return FaceBoxes(self.boxes + np.concatenate([step, [0.0, 0.0]]), self.points + step, self.scores)


def no_faces() -> FaceBoxes:
    """Return none."""
    return FaceBoxes(np.zeros((0, 4)), np.zeros((0, 5, 2)), np.zeros(0))


def joined(parts: Sequence[FaceBoxes]) -> FaceBoxes:
    """Return all faces of `parts`."""
    if not parts:
        return no_faces()
    return FaceBoxes(
        np.concatenate([part.boxes for part in parts]),
        np.concatenate([part.points for part in parts]),
        np.concatenate([part.scores for part in parts]),
    )


def suppressed(faces: FaceBoxes, *, overlap: float, inside: float | None = None) -> FaceBoxes:
    """Keep the best of those that overlap (greedy non-maximum suppression), best first.

    Two boxes are one face if their intersection over union is above `overlap`, or, where
    `inside` is given, if their intersection makes up more than that share of the smaller.
    """
    faces = faces.take(np.argsort(-faces.scores, kind="stable"))
    alive = np.ones(len(faces), dtype=bool)
    kept = []
    for index in range(len(faces)):
        if not alive[index]:
            continue
        kept.append(index)
        alive &= ~_one_face(faces.boxes[index], faces.boxes, overlap=overlap, inside=inside)
    return faces.take(np.array(kept, dtype=np.int64))


def apart_from(others: FaceBoxes, faces: FaceBoxes, *, overlap: float, inside: float) -> FaceBoxes:
    """Return those of `faces` that are none of `others`, in their order; see `suppressed`."""
    alive = np.ones(len(faces), dtype=bool)
    for box in others.boxes:
        alive &= ~_one_face(box, faces.boxes, overlap=overlap, inside=inside)
    return faces.take(np.flatnonzero(alive))


def _one_face(box: Floats, boxes: Floats, *, overlap: float, inside: float | None) -> npt.NDArray[np.bool_]:
    """Tell for each of `boxes` whether it and `box` are so much the same that they are one face."""
    areas = boxes[:, 2] * boxes[:, 3]
    area = box[2] * box[3]
    near = np.maximum(box[:2], boxes[:, :2])
    far = np.minimum(box[:2] + box[2:], boxes[:, :2] + boxes[:, 2:])
    common = np.prod(np.clip(far - near, 0.0, None), axis=1)
    same: npt.NDArray[np.bool_] = common > overlap * (area + areas - common)
    if inside is not None:
        same |= common > inside * np.minimum(area, areas)
    return same
