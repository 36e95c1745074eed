"""The same numbers as OpenCV's own face detector and aligner on the same pixels."""

from __future__ import annotations

import cv2
import numpy as np
import onnx
import pytest

from countenance.engine.alignment import SIDE, lay, similarity
from countenance.engine.catalogue import DEFAULT_DETECTOR, DEFAULT_RECOGNISER, load_catalogue
from countenance.engine.images import Picture
from countenance.engine.model_sources import open_sources
from countenance.engine.networks import EngineOptions, Networks, open_networks
from countenance.engine.yunet import OVERLAP, read_heads
from photographs import Pixels, paste, portrait, scene

CONFIDENCE = 0.6


@pytest.fixture(scope="module")
def networks() -> Networks:
    return open_networks(EngineOptions(detector_sizes=()))


def model_file(model_id: str) -> bytes:
    catalogue = load_catalogue()
    return bytes(open_sources(catalogue, None).find(catalogue.get(model_id)).read())


def pictures() -> list[Pixels]:
    crowd = scene(640, 480)
    for index, width in enumerate((24, 40, 60, 90)):
        paste(crowd, width, (80 + index * 150, 240), mirrored=bool(index % 2))
    return [portrait().copy(), crowd, portrait()[::2, ::2].copy()]


@pytest.mark.parametrize("index", range(3))
def test_faces_are_those_of_opencv(networks: Networks, index: int) -> None:
    image = pictures()[index]
    height, width = image.shape[:2]
    opencv = cv2.FaceDetectorYN.create(
        "onnx", np.frombuffer(model_file(DEFAULT_DETECTOR), np.uint8), np.empty(0, np.uint8), (width, height),
        CONFIDENCE, OVERLAP, 5000,
    )  # fmt: skip
    expected = opencv.detect(np.ascontiguousarray(image[..., ::-1]))[1]
    faces = read_heads(networks.detector(image[None]), 0, width=width, height=height, confidence=CONFIDENCE)
    assert len(faces) == len(expected)
    order = np.argsort(-expected[:, 14], kind="stable")
    assert faces.boxes == pytest.approx(expected[order, :4], abs=0.05)
    assert faces.points.reshape(-1, 10) == pytest.approx(expected[order, 4:14], abs=0.05)
    assert faces.scores == pytest.approx(expected[order, 14], abs=1e-3)


def test_the_aligned_face_is_that_of_opencv(
    tmp_path_factory: pytest.TempPathFactory, networks: Networks
) -> None:
    image = portrait().copy()
    faces = read_heads(networks.detector(image[None]), 0, width=512, height=512, confidence=CONFIDENCE)
    path = tmp_path_factory.mktemp("model") / "sface.onnx"
    path.write_bytes(_for_opencv())
    row = np.concatenate([faces.boxes[0], faces.points[0].ravel(), faces.scores[:1]]).astype(np.float32)
    expected = cv2.FaceRecognizerSF.create(str(path), "").alignCrop(image, row)
    crop = lay(Picture(image, 512, 512, 1), similarity(faces.points[0]), SIDE)
    assert np.abs(crop.astype(int) - expected.astype(int)).mean() < 0.05


def _for_opencv() -> bytes:
    """The recogniser as OpenCV takes it; only its aligner is used."""
    model = onnx.load_from_string(model_file(DEFAULT_RECOGNISER))
    return bytes(model.SerializeToString())
