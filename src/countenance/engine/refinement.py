"""A second look at a face, upright and at one size, which confirms it and says exactly where it is.

How exact a detector's points are depends on how large and how upright a face lies in its
input: of a roll of 25 degrees YuNet sees 4 where the face is 45 pixels wide. Each face is
therefore laid by its points into a small crop and looked at there and in the mirror, and
the two answers are averaged; where they say that the crop is not upright yet, it is turned
twice as far and looked at again, since YuNet sees about half of what remains. That finds the roll
of faces that lean by up to 60 degrees. On `lfw-half` it separates mated from non-mated pairs
as well as averaging the templates of a face and of its mirror image does, for a tenth of the
cost. What is no face is hardly ever seen twice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from countenance.engine.alignment import ARCFACE_TEMPLATE, applied, inverse, lay, scale_of, similarity
from countenance.engine.detection import CONFIDENCE, Infer
from countenance.engine.face_boxes import FaceBoxes, Floats
from countenance.engine.images import Picture
from countenance.engine.runtime import Pixels
from countenance.engine.yunet import read_heads

SIDE = 160
VIEWS = (SIDE, 2 * SIDE)
"""Height and width of the detector's input for a second look."""

_ZOOM = 0.9
_MOST_LOOKS = 5
_UPRIGHT_ENOUGH = math.radians(2.0)
_ASLANT = math.radians(45.0)
_CERTAIN = 0.92
_CONFIRMED = 0.3
_CONVINCING = 0.6
_MIRRORED_ORDER = (1, 0, 2, 4, 3)
_FARTHEST = 0.25
_ONE_FACE = 0.5

_TEMPLATE: Floats = (ARCFACE_TEMPLATE - 56.0) * _ZOOM + SIDE / 2.0
_MIDDLES: Floats = _TEMPLATE.mean(axis=0) + np.array([[0.0, 0.0], [SIDE, 0.0]])


@dataclass(frozen=True, slots=True, eq=False)
class CloseLook:
    """What a second look saw: points, 5 x 2, and the detector's confidence."""

    points: Floats
    confidence: float


def confirmed(infer: Infer, picture: Picture, faces: FaceBoxes) -> FaceBoxes:
    """Return those of `faces` that a second look sees too, with its points, in the same order.

    A face that the first look was sure of (0.6) has to be seen again at all (0.3); one that
    it was not sure of has to convince now (0.6). The score becomes the higher of the two.
    Of several that turn out to be the same face the first stays.
    """
    seen: list[tuple[int, CloseLook]] = []
    for at in range(len(faces)):
        look = look_closely(infer, picture, faces.points[at])
        needed = _CONFIRMED if faces.scores[at] >= CONFIDENCE else _CONVINCING
        if look is None or look.confidence < needed:
            continue
        if not any(same_face(look.points, other.points) for _, other in seen):
            seen.append((at, look))
    chosen = faces.take(np.array([at for at, _ in seen], dtype=np.int64))
    points = np.array([look.points for _, look in seen]).reshape(-1, 5, 2)
    scores = np.maximum(chosen.scores, [look.confidence for _, look in seen])
    return FaceBoxes(chosen.boxes, points, scores)


def same_face(points: Floats, others: Floats) -> bool:
    """Tell whether two faces lie so near to each other that they are one, by their points, each 5 x 2."""
    apart = np.hypot(*(points - others).T).mean()
    return bool(apart < _ONE_FACE * np.hypot(*(points[1] - points[0])))


def look_closely(infer: Infer, picture: Picture, points: Floats) -> CloseLook | None:
    """Return what is seen around `points` (5 x 2, pixels of the image), or None where no face is seen.

    What is seen without conviction may lie aslant: then it is looked at again turned to both sides.
    """
    start = similarity(points, _TEMPLATE)
    if not scale_of(start):
        return None
    look = _settle(infer, picture, start)
    if look is not None and look.confidence >= _CERTAIN:
        return look
    aslant = [_settle(infer, picture, _turned(start, angle)) for angle in (-_ASLANT, _ASLANT)]
    looks = [one for one in (look, *aslant) if one is not None]
    return max(looks, key=lambda one: one.confidence, default=None)


def _settle(infer: Infer, picture: Picture, matrix: Floats) -> CloseLook | None:
    """Look through `matrix` and turn until the face is upright; return the last look that saw it."""
    look = None
    for _ in range(_MOST_LOOKS):
        seen = _seen(infer, lay(picture, matrix, SIDE))
        if seen is None:
            return look
        look = CloseLook(applied(inverse(matrix), seen.points), seen.confidence)
        better = similarity(look.points, _TEMPLATE)
        turn = math.remainder(_angle(better) - _angle(matrix), math.tau)
        if abs(turn) <= _UPRIGHT_ENOUGH or not scale_of(better):
            break
        matrix = _turned(better, turn)
    return look


def _seen(infer: Infer, crop: Pixels) -> CloseLook | None:
    """Return the mean points of a crop and its mirror image, in pixels of the crop.

    The two lie side by side in one input: one inference costs less than two.
    """
    views = np.empty((1, *VIEWS, 3), dtype=np.uint8)
    views[0, :, :SIDE] = crop
    views[0, :, SIDE:] = cv2.flip(crop, 1)
    outputs = infer(views)
    faces = read_heads(outputs, 0, width=2 * SIDE, height=SIDE, confidence=_CONFIRMED)
    middles = faces.points.mean(axis=1)
    looks = []
    for view in range(2):
        away = np.abs(middles - _MIDDLES[view]).max(axis=1)
        if len(faces) and away.min() <= _FARTHEST * SIDE:
            nearest = int(np.argmin(away))
            looks.append(CloseLook(_in_crop(faces.points[nearest], view), float(faces.scores[nearest])))
    if not looks:
        return None
    return CloseLook(np.mean([look.points for look in looks], axis=0), max(look.confidence for look in looks))


def _in_crop(points: Floats, view: int) -> Floats:
    """Return points of the mirror image, which lies to the right of the crop, as they lie in the crop."""
    if view == 0:
        return points
    flipped: Floats = points[list(_MIRRORED_ORDER)] * np.array([-1.0, 1.0]) + np.array([2 * SIDE - 1.0, 0.0])
    return flipped


def _angle(matrix: Floats) -> float:
    """Return by how much a similarity turns, in radians."""
    return math.atan2(matrix[1, 0], matrix[0, 0])


def _turned(matrix: Floats, angle: float) -> Floats:
    """Return the similarity followed by a turn about the middle of the crop."""
    cosine, sine = math.cos(angle), math.sin(angle)
    turn = np.array([[cosine, -sine], [sine, cosine]])
    middle = np.full(2, SIDE / 2.0)
    return np.column_stack([turn @ matrix[:, :2], turn @ (matrix[:, 2] - middle) + middle])
