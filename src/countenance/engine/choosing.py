"""Which of several faces is meant."""

from __future__ import annotations

import numpy as np

from countenance.biometrics.faces import FaceChoice
from countenance.engine.face_boxes import FaceBoxes, Indexes
from countenance.errors import ManyFacesError, NoFaceError

PROMINENT = 0.5
"""A face counts beside others if its side is at least this share of the largest one's."""


def prominent_faces(faces: FaceBoxes) -> Indexes:
    """Return the indexes of the faces that are no background, in their order."""
    if not len(faces):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(faces.sides >= PROMINENT * faces.sides.max())


def choose_face(faces: FaceBoxes, choice: FaceChoice, *, width: int, height: int) -> int:
    """Return the index of the face that is meant in an image of `width` x `height` pixels.

    Faces smaller than half the largest are background and never chosen. CENTRAL is the
    prominent face whose centre lies nearest to the image's, the larger of two equally near;
    LARGEST is what it says. Raises `NoFaceError` for none, and with ONLY `ManyFacesError` if
    a second prominent face is there.
    """
    if not len(faces):
        raise NoFaceError("no face was found in the image")
    sides = faces.sides
    prominent = prominent_faces(faces)
    if choice is FaceChoice.ONLY and prominent.size > 1:
        raise ManyFacesError(f"the image shows `{prominent.size}` faces where one is asked for")
    if choice is FaceChoice.CENTRAL:
        away = np.hypot(*(faces.centres[prominent] - np.array([width, height]) / 2.0).T)
        return int(prominent[np.lexsort((-sides[prominent], away.round(3)))[0]])
    return int(prominent[np.argmax(sides[prominent])])
