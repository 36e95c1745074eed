"""Where a head is turned, from its five landmarks."""

from __future__ import annotations

import numpy as np

from countenance.biometrics.faces import Pose
from countenance.engine.alignment import ARCFACE_TEMPLATE
from countenance.engine.face_boxes import Floats

_NOSE_DEPTH = 0.45
_MOUTH_DEPTH = 0.05
"""How far the tip of the nose and the corners of the mouth stand before the eyes, in distances
between the eyes: about 28 and 3 of 63 mm. Rounded from the generic head that pose examples of
OpenCV and dlib use (nose tip 27 mm before the eyes' corners, 25 mm before the mouth's)."""

_NOSE_HEIGHT = 0.53
"""How far down from the eyes to the mouth the tip of the nose lies, on the same head."""


def estimate_pose(points: Floats) -> Pose:
    """Return yaw, pitch and roll of a face with landmarks `points` (5 x 2), in degrees.

    A mean head of five points (the ArcFace template made symmetric, with depths from a generic
    head) is fitted under scaled orthographic projection: least squares for the two rows of the
    projection, made orthonormal by a singular value decomposition (the first step of POSIT:
    DeMenthon and Davis, IJCV 1995). The angles follow ISO/IEC 39794-5: roll is applied first,
    then pitch, then yaw. One head stands for all, so pitch is off by what a face's proportions
    differ: expect about 5 degrees in yaw and 10 in pitch, and less resolution beyond 45.
    Points that lie on one place give zeros.
    """
    projection = (points - points.mean(axis=0)).T @ _FIT
    left, sizes, right = np.linalg.svd(projection, full_matrices=False)
    if sizes[0] <= np.finfo(np.float64).eps:
        return Pose(yaw=0.0, pitch=0.0, roll=0.0)
    rows = left @ right
    rotation = np.vstack([rows, np.cross(rows[0], rows[1])])
    forward = -rotation[:, 2]
    pitch = np.arcsin(np.clip(forward[1], -1.0, 1.0))
    yaw = np.arctan2(forward[0], -forward[2])
    roll = (_about_horizontal(pitch).T @ _about_vertical(yaw).T @ rotation)[:2, 0]
    return Pose(
        yaw=float(np.degrees(yaw)),
        pitch=float(np.degrees(pitch)),
        roll=float(-np.degrees(np.arctan2(roll[1], roll[0]))),
    )


def _about_vertical(yaw: float) -> Floats:
    """Return the rotation that turns a face by `yaw` to the image's right, its subject's left."""
    cosine, sine = np.cos(yaw), np.sin(yaw)
    return np.array([[cosine, 0.0, -sine], [0.0, 1.0, 0.0], [sine, 0.0, cosine]])


def _about_horizontal(pitch: float) -> Floats:
    """Return the rotation that turns a face by `pitch` downwards."""
    cosine, sine = np.cos(pitch), np.sin(pitch)
    return np.array([[1.0, 0.0, 0.0], [0.0, cosine, -sine], [0.0, sine, cosine]])


def _mean_head() -> Floats:
    """Return five points in three dimensions, x to the image's right, y down, z away from the camera."""
    mirrored = ARCFACE_TEMPLATE[[1, 0, 2, 4, 3]] * np.array([-1.0, 1.0]) + np.array([112.0, 0.0])
    flat = (ARCFACE_TEMPLATE + mirrored) / 2.0
    flat[2, 1] = flat[0, 1] + _NOSE_HEIGHT * (flat[3, 1] - flat[0, 1])
    between_eyes = flat[1, 0] - flat[0, 0]
    depths = np.array([0.0, 0.0, -_NOSE_DEPTH, -_MOUTH_DEPTH, -_MOUTH_DEPTH]) * between_eyes
    head = np.column_stack([flat, depths])
    centred: Floats = head - head.mean(axis=0)
    return centred


_FIT: Floats = np.linalg.pinv(_mean_head()).T.astype(np.float64)
"""Turns five centred points into the projection that fits them best: points.T @ _FIT is 2 x 3."""
