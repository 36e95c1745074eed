"""A second look at a face, upright and at one size, for landmarks that do not depend on the image.

How exact a detector's points are depends on how large and how upright a face lies in its
input. Each face found is therefore laid by its first points into a small upright crop, looked at there
and in the mirror, and the two answers are averaged. On `lfw-half` that separates mated
from non-mated pairs as well as averaging the templates of a face and its mirror image does,
for a tenth of its cost.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from countenance.engine.alignment import ARCFACE_TEMPLATE, applied, inverse, lay, similarity
from countenance.engine.detection import Infer
from countenance.engine.face_boxes import Floats
from countenance.engine.images import Picture
from countenance.engine.runtime import Outputs
from countenance.engine.yunet import read_heads

SIDE = 160
_ZOOM = 0.9
_CONFIDENCE = 0.3
_AT_ONCE = 16
_MIRRORED_ORDER = (1, 0, 2, 4, 3)
_FARTHEST = 0.25

_TEMPLATE: Floats = (ARCFACE_TEMPLATE - 56.0) * _ZOOM + SIDE / 2.0


def refine(infer: Infer, faces: Sequence[tuple[Picture, Floats]]) -> list[Floats]:
    """Return better points (5 x 2, pixels of the image) for each picture and first points.

    Where the second look does not see the face, the first points stay.
    """
    better: list[Floats] = []
    for first in range(0, len(faces), _AT_ONCE):
        part = faces[first : first + _AT_ONCE]
        matrices = [similarity(points, _TEMPLATE) for _, points in part]
        crops = [lay(picture, matrix, SIDE) for (picture, _), matrix in zip(part, matrices, strict=True)]
        outputs = infer(np.stack([view for crop in crops for view in (crop, crop[:, ::-1])]))
        for at, ((_, points), matrix) in enumerate(zip(part, matrices, strict=True)):
            seen = _seen(outputs, 2 * at)
            better.append(points if seen is None else applied(inverse(matrix), seen))
    return better


def _seen(outputs: Outputs, at: int) -> Floats | None:
    """Return the mean points of a crop and its mirror image, in pixels of the crop."""
    straight, mirrored = _central(outputs, at), _central(outputs, at + 1)
    if mirrored is not None:
        mirrored = mirrored[list(_MIRRORED_ORDER)] * np.array([-1.0, 1.0]) + np.array([SIDE - 1.0, 0.0])
    views = [view for view in (straight, mirrored) if view is not None]
    return np.mean(views, axis=0) if views else None


def _central(outputs: Outputs, at: int) -> Floats | None:
    """Return the points of the face in the middle of the crop, or None."""
    faces = read_heads(outputs, at, width=SIDE, height=SIDE, confidence=_CONFIDENCE)
    if not len(faces):
        return None
    away = np.abs(faces.points.mean(axis=1) - _TEMPLATE.mean(axis=0)).max(axis=1)
    nearest = int(np.argmin(away))
    return faces.points[nearest] if away[nearest] <= _FARTHEST * SIDE else None
