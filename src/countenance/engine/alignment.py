"""Laying a face where the recognition network expects it."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from countenance.engine.face_boxes import Floats
from countenance.engine.images import Picture
from countenance.engine.runtime import Pixels
from countenance.engine.shrinking import reduced

SIDE = 112

ARCFACE_TEMPLATE: Floats = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ]
)
"""Where the five points lie in the 112 x 112 crop: Deng et al., "ArcFace", CVPR 2019, as published
with its code and as in OpenCV's `FaceRecognizerSF`."""
ARCFACE_TEMPLATE.flags.writeable = False


def similarity(points: Floats, template: Floats = ARCFACE_TEMPLATE) -> Floats:
    """Return the 2 x 3 matrix that lays `points` (5 x 2) on `template` with least squared error.

    A similarity transform w = a z + b with z, w the points as complex numbers: a is the
    regression of the centred w on the centred z (the two-dimensional case of Umeyama, "Least-
    squares estimation of transformation parameters between two point patterns", PAMI 1991,
    without reflection). Points that coincide give a matrix of scale 0.
    """
    source = points[:, 0] + 1j * points[:, 1]
    target = template[:, 0] + 1j * template[:, 1]
    centred = source - source.mean()
    spread = float((np.abs(centred) ** 2).sum())
    turn = ((target - target.mean()) * centred.conj()).sum() / spread if spread else 0j
    shift = target.mean() - turn * source.mean()
    return _matrix(turn, shift)


def scale_of(matrix: Floats) -> float:
    """Return by how much a similarity enlarges."""
    return float(np.hypot(matrix[0, 0], matrix[1, 0]))


def applied(matrix: Floats, points: Floats) -> Floats:
    """Return where `points` (N x 2) lie after the transform."""
    moved: Floats = points @ matrix[:, :2].T + matrix[:, 2]
    return moved


def inverse(matrix: Floats) -> Floats:
    """Return the transform that undoes the similarity `matrix`, whose scale is not 0."""
    turn, shift = complex(matrix[0, 0], matrix[1, 0]), complex(matrix[0, 2], matrix[1, 2])
    return _matrix(1.0 / turn, -shift / turn)


def _matrix(turn: complex, shift: complex) -> Floats:
    """Return the similarity w = turn z + shift as a matrix."""
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def lay(picture: Picture, matrix: Floats, side: int) -> Pixels:
    """Return `side` x `side` pixels of the picture laid by `matrix`, which maps image pixels to crop pixels.

    Bilinear, black outside. Where the picture has more than two pixels for one of the crop,
    the face's surroundings are halved first: without that, pixels between the samples would
    be lost, and a full and a reduced decode of one file would give different templates.
    """
    stretch = np.array(picture.scale)
    local = np.column_stack([matrix[:, :2] * stretch, matrix[:, :2] @ ((stretch - 1.0) / 2.0) + matrix[:, 2]])
    scale = scale_of(local)
    if scale <= 0.5:  # noqa: PLR2004  one half: two pixels for one
        return _lay_reduced(picture.pixels, local, side)
    return _warp(picture.pixels, local, side)


def _lay_reduced(pixels: Pixels, matrix: Floats, side: int) -> Pixels:
    """Halve the part that the crop shows, then lay it."""
    corners = applied(
        inverse(matrix), np.array([[0, 0], [side, 0], [0, side], [side, side]], dtype=np.float64)
    )
    limits = np.array(pixels.shape[1::-1])
    near = np.clip(np.floor(corners.min(axis=0)) - 2, 0, limits - 1).astype(int)
    far = np.clip(np.ceil(corners.max(axis=0)) + 3, near + 1, limits).astype(int)
    part, divisor = reduced(pixels[near[1] : far[1], near[0] : far[0]], scale_of(matrix))
    # A halved image's pixel lies half a pixel before the middle of the two that made it.
    offset = near + (divisor - 1) / 2.0
    moved = np.column_stack([matrix[:, :2] * divisor, matrix[:, :2] @ offset + matrix[:, 2]])
    return _warp(part, moved, side)


def _warp(pixels: Pixels, matrix: Floats, side: int) -> Pixels:
    return cast("Pixels", cv2.warpAffine(pixels, matrix, (side, side), flags=cv2.INTER_LINEAR))
