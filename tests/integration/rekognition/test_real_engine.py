"""The protocol with the real networks, on a photograph: what boto3 shows of a face."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image
from skimage import data

from countenance.biometrics.faces import FaceChoice
from countenance.engine.networks import EngineOptions
from countenance.engine.pipeline import Limits, LocalFaceEngine, open_engine


def picture_of_two() -> bytes:
    """The astronaut (NASA, public domain) beside herself, smaller: two faces in one photograph."""
    astronaut = Image.fromarray(data.astronaut())
    both = Image.new("RGB", (900, 512), (90, 120, 60))
    both.paste(astronaut, (0, 0))
    both.paste(astronaut.resize((300, 300)), (560, 100))
    out = io.BytesIO()
    both.save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def networks() -> Iterator[LocalFaceEngine]:
    """The default models."""
    limits = Limits(image_bytes=20_000_000, image_pixels=100_000_000, decode_seconds=30, queue=8)
    engine = open_engine(EngineOptions(), limits)
    yield engine
    engine.close()


def test_every_face_of_a_photograph_has_the_template_that_it_has_alone(networks: LocalFaceEngine) -> None:
    image = picture_of_two()
    both = networks.extract_all(image, limit=9)
    assert len(both) == 2
    assert {(one.width, one.height, one.faces_found) for one in both} == {(900, 512, 2)}
    assert both[0].face.box.width > both[1].face.box.width
    assert both[0].template.compare(both[1].template) > 0.6
    (alone,) = networks.extract([image], choice=FaceChoice.LARGEST)
    assert not isinstance(alone, Exception)
    assert (alone.width, alone.height) == (900, 512)
    assert alone.template.compare(both[0].template) > 0.98
    assert networks.detect(image, limit=9).faces == tuple(one.face for one in both)
    assert len(networks.extract_all(image, limit=1)) == 1
