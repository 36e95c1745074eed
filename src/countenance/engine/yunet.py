"""Reading YuNet's output heads.

Wu, Peng and Yu, "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence
Research 20, 2023; the arithmetic is that of OpenCV's `FaceDetectorYN`, and equal to it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from countenance.engine.face_boxes import FaceBoxes, Floats, joined, suppressed
from countenance.engine.runtime import Outputs

STRIDES = (8, 16, 32)
OVERLAP = 0.3
"""Intersection over union from which two boxes are one face; OpenCV's value for YuNet."""


def read_heads(outputs: Outputs, at: int, *, width: int, height: int, confidence: float) -> FaceBoxes:
    """Return the faces of image `at` of a batch of `width` x `height` pixels, best first.

    A place of a head counts if sqrt(cls * obj) reaches `confidence`. Box centres are offsets
    in strides from the place's corner, sizes are exponents of the stride, points are offsets
    in strides. Overlapping boxes are suppressed.
    """
    parts = []
    for stride in STRIDES:
        heads = outputs[f"cls_{stride}"][at, :, 0], outputs[f"obj_{stride}"][at, :, 0]
        certainty = np.sqrt(np.clip(heads[0], 0.0, 1.0) * np.clip(heads[1], 0.0, 1.0))
        places = np.flatnonzero(certainty >= confidence)
        if places.size:
            corners = _corners(width // stride, height // stride)[places]
            box = outputs[f"bbox_{stride}"][at, places].astype(np.float64)
            offsets = outputs[f"kps_{stride}"][at, places].astype(np.float64).reshape(-1, 5, 2)
            size = np.exp(box[:, 2:]) * stride
            centre = (corners + box[:, :2]) * stride
            points = (offsets + corners[:, None]) * stride
            boxes = np.concatenate([centre - size / 2.0, size], axis=1)
            parts.append(FaceBoxes(boxes, points, certainty[places].astype(np.float64)))
    return suppressed(joined(parts), overlap=OVERLAP)


@lru_cache(maxsize=64)
def _corners(columns: int, rows: int) -> Floats:
    """Return the places of a head row by row, in strides, N x 2."""
    down, across = np.divmod(np.arange(columns * rows), columns)
    corners: npt.NDArray[np.float64] = np.stack([across, down], axis=1).astype(np.float64)
    corners.flags.writeable = False
    return corners
