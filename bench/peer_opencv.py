"""OpenCV 5 with its own face classes: FaceDetectorYN and FaceRecognizerSF, as its documentation uses them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

NAME = f"OpenCV {cv2.__version__}"
_LONG_SIDE = 640
_COSINE = 0.363  # OpenCV's own tutorial


@dataclass(frozen=True)
class OpenCv:
    """Both networks, loaded."""

    detector: Any
    recogniser: Any

    @classmethod
    def load(cls, detector: Path, recogniser: Path) -> OpenCv:
        """Load the networks with OpenCV's defaults."""
        return cls(
            cv2.FaceDetectorYN.create(str(detector), "", (_LONG_SIDE, _LONG_SIDE)),
            cv2.FaceRecognizerSF.create(str(recogniser), ""),
        )

    def decide(self, one: Path, other: Path) -> tuple[float, bool]:
        """Return the score of two JPEG files and whether it reaches OpenCV's threshold."""
        score = self.recogniser.match(
            self._feature(one), self._feature(other), cv2.FaceRecognizerSF_FR_COSINE
        )
        return float(score), score >= _COSINE

    def embed(self, aligned: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return the feature of one aligned face, 112 x 112 BGR."""
        feature: npt.NDArray[np.float32] = self.recogniser.feature(aligned)
        return feature

    def _feature(self, path: Path) -> npt.NDArray[np.float32]:
        image = cv2.imread(str(path))
        if image is None:
            raise OSError(f"OpenCV cannot read `{path.name}`")
        shrink = _LONG_SIDE / max(image.shape[:2])
        small = cv2.resize(image, None, fx=shrink, fy=shrink) if shrink < 1 else image
        self.detector.setInputSize(small.shape[1::-1])
        _, faces = self.detector.detect(small)
        if faces is None:
            raise LookupError(f"OpenCV finds no face in `{path.name}`")
        face = faces[0].copy()
        face[:14] /= min(shrink, 1)
        return self.embed(self.recogniser.alignCrop(image, face))


@dataclass(frozen=True)
class OpenCvBatch:
    """The same network through OpenCV's `dnn`, which takes batches; its face class takes one at a time."""

    network: Any

    @classmethod
    def load(cls, recogniser: Path) -> OpenCvBatch:
        """Load a recogniser whose batch is free."""
        return cls(cv2.dnn.readNetFromONNX(str(recogniser)))

    def embed(self, aligned: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Return the features of N aligned faces, N x 112 x 112 x 3 BGR."""
        self.network.setInput(cv2.dnn.blobFromImages(list(aligned), swapRB=True))
        features: npt.NDArray[np.float32] = self.network.forward()
        return features
