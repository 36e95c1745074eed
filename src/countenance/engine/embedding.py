"""Aligned faces to templates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from countenance.biometrics.model import Pipeline, Template
from countenance.engine.detection import Infer
from countenance.engine.runtime import Pixels
from countenance.errors import ModelError


def embed(infer: Infer, crops: Sequence[Pixels], pipeline: Pipeline) -> list[Template]:
    """Return the template of each crop (112 x 112 x 3, uint8, RGB), of unit length.

    Raises `ModelError` where the network gives no direction: all zeros, or not finite.
    """
    if not crops:
        return []
    features = infer(np.stack(crops))["features"].astype(np.float64)
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise ModelError("the recognition network gave features without a direction")
    return [Template(row.astype(np.float32), pipeline) for row in features / lengths]
