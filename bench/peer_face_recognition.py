"""face_recognition over dlib, as its documentation uses it."""

from __future__ import annotations

import importlib.metadata
import warnings
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its models package still asks pkg_resources for its files
    import face_recognition

NAME = (
    f"face_recognition {importlib.metadata.version('face-recognition')}"
    f" (dlib {importlib.metadata.version('dlib-bin')})"
)


def decide(one: Path, other: Path) -> tuple[float, bool]:
    """Return 1 - distance of two JPEG files and the verdict at its default tolerance."""
    known, unknown = (
        face_recognition.face_encodings(face_recognition.load_image_file(str(path)))[0]
        for path in (one, other)
    )
    distance = float(face_recognition.face_distance([known], unknown)[0])
    return 1 - distance, bool(face_recognition.compare_faces([known], unknown)[0])
