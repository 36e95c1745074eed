"""The protocol with the real networks, on a photograph: what Azure's client is told of a face."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.ai.vision.face import FaceClient
from PIL import Image, ImageFilter
from skimage import data

from countenance.biometrics.calibration import record_for
from countenance.biometrics.calibration_file import shipped_records
from countenance.engine.networks import EngineOptions
from countenance.engine.pipeline import Limits, LocalFaceEngine, open_engine
from integration.azure_face.stage import Stage, furnish_template, stages

MODELS = {"detection_model": "detection_01", "recognition_model": "recognition_04"}
ATTRIBUTES = ["headPose", "blur", "exposure", "qualityForRecognition"]


@pytest.fixture(scope="module")
def networks() -> Iterator[LocalFaceEngine]:
    """The default models."""
    limits = Limits(image_bytes=20_000_000, image_pixels=100_000_000, decode_seconds=30, queue=8)
    engine = open_engine(EngineOptions(), limits)
    yield engine
    engine.close()


@pytest.fixture
def real(networks: LocalFaceEngine, tmp_path: Path) -> Iterator[Stage]:
    """An installation whose lease covers the real model, with the record that is shipped for it."""
    folder = tmp_path / "template"
    folder.mkdir()
    keys = furnish_template(folder, networks.pipeline.model_digest)
    record = record_for(shipped_records(), networks.pipeline)
    for stage in stages(folder / "template.db", keys, tmp_path):
        stage.parts.engine = networks
        stage.parts.threshold_for = lambda fmr_ppb: record.threshold_for(fmr_ppb / 1e9)
        yield stage


def file_of(image: Image.Image, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def looked_at(client: FaceClient, image: Image.Image, kind: str = "JPEG") -> tuple[str, object]:
    (face,) = client.detect(
        file_of(image, kind), **MODELS, return_face_id=True, return_face_landmarks=True,
        return_face_attributes=ATTRIBUTES,
    )  # fmt: skip
    assert face.face_id is not None
    return face.face_id, face


def test_a_face_is_told_of_as_it_was_measured_and_known_again(real: Stage) -> None:
    astronaut = Image.fromarray(data.astronaut())
    blurred = astronaut.filter(ImageFilter.GaussianBlur(6))
    both = Image.new("RGB", (900, 512), (90, 120, 60))
    both.paste(astronaut, (0, 0))
    both.paste(astronaut.resize((300, 300)), (560, 100))
    with real.faces() as client:
        first, face = looked_at(client, astronaut)
        box, told, marks = face.face_rectangle, face.face_attributes, face.face_landmarks  # type: ignore[attr-defined]  # the client's own model
        assert box.left < marks.pupil_left.x < marks.pupil_right.x < box.left + box.width
        assert box.top < marks.pupil_left.y < marks.nose_tip.y < marks.mouth_left.y < box.top + box.height
        assert abs(told.head_pose.yaw) < 30
        assert told.exposure.exposure_level == "goodExposure"
        assert told.quality_for_recognition in {"medium", "high"}
        soft = looked_at(client, blurred)[1].face_attributes  # type: ignore[attr-defined]  # as above
        assert soft.blur.value > told.blur.value
        for kind in ("PNG", "GIF", "BMP"):
            again, _ = looked_at(client, astronaut, kind)
            verified = client.verify_face_to_face(face_id1=first, face_id2=again)
            assert verified.is_identical
            assert verified.confidence > 0.8
        pair = [face.face_id or "" for face in client.detect(file_of(both), **MODELS, return_face_id=True)]
        assert len(pair) == 2
        groups = client.group(face_ids=[first, *pair])
        assert len(groups.groups[0]) == 2  # two faces of one photograph are two people
        assert len(groups.messy_group) == 1


def test_what_is_too_small_is_told_or_not_looked_for(real: Stage) -> None:
    astronaut = Image.fromarray(data.astronaut())
    tiny = real.image("tester", "/detect", file_of(astronaut.resize((30, 30)), "BMP"))
    assert tiny.json()["error"]["code"] == "InvalidImageSize"
    for side, count in ((256, 1), (96, 0)):  # faces of about 60 and 22 pixels
        small = Image.new("RGB", (640, 480), (90, 120, 60))
        small.paste(astronaut.resize((side, side)), (200, 200))
        assert len(real.image("tester", "/detect", file_of(small), returnFaceId="false").json()) == count
