"""DeepFace with SFace and YuNet, on ONNX Runtime as it runs without TensorFlow."""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Callable
from pathlib import Path

NAME = f"deepface {importlib.metadata.version('deepface')}"
Decide = Callable[[Path, Path], tuple[float, bool]]


def prepare_home(folder: Path) -> Path:
    """Make `folder` the place where DeepFace looks for weights, and return the folder of weights.

    Must run before DeepFace is imported; otherwise it would look in the user's own folder.
    """
    os.environ["DEEPFACE_HOME"] = str(folder)
    os.environ["DEEPFACE_LOG_LEVEL"] = "40"
    weights = folder / ".deepface" / "weights"
    weights.mkdir(parents=True)
    return weights


def load() -> Decide:
    """Return DeepFace's verification of two JPEG files: distance as a score, and its verdict."""
    from deepface import DeepFace  # noqa: PLC0415  reads DEEPFACE_HOME when it is imported

    def decide(one: Path, other: Path) -> tuple[float, bool]:
        answer = DeepFace.verify(str(one), str(other), model_name="SFace", detector_backend="yunet")
        return 1 - float(answer["distance"]), bool(answer["verified"])

    return decide
