"""The protocol with the real networks, on a photograph: what boto3 shows of a face."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image
from skimage import data

from countenance.biometrics.faces import Extraction, FaceChoice
from countenance.engine.networks import EngineOptions
from countenance.engine.pipeline import Limits, LocalFaceEngine, open_engine
from countenance.engine.runtime import Outputs, Pixels
from countenance.errors import ImageError, NoFaceError, UnsupportedImageError
from countenance.recognition.collections.model import LEAST_FACE


def picture_of_two(scale: float = 1.0, kind: str = "PNG") -> bytes:
    """The astronaut (NASA, public domain) beside herself, smaller: two faces in one photograph."""
    astronaut = Image.fromarray(data.astronaut())
    both = Image.new("RGB", (900, 512), (90, 120, 60))
    both.paste(astronaut, (0, 0))
    both.paste(astronaut.resize((300, 300)), (560, 100))
    out = io.BytesIO()
    both.resize((round(900 * scale), round(512 * scale))).save(out, kind)
    return out.getvalue()


@pytest.fixture(scope="module")
def networks() -> Iterator[LocalFaceEngine]:
    """The default models."""
    limits = Limits(image_bytes=20_000_000, image_pixels=100_000_000, decode_seconds=30, queue=8)
    engine = open_engine(EngineOptions(), limits)
    yield engine
    engine.close()


@pytest.mark.parametrize(
    ("scale", "kind"),
    [(0.2, "PNG"), (1.0, "PNG"), (1.0, "JPEG"), (3.0, "JPEG"), (6.0, "JPEG")],
    ids=["tiny", "png", "jpeg", "decoded at one half", "decoded at one quarter"],
)
def test_every_face_of_a_photograph_has_the_template_that_it_has_where_it_is_chosen(
    networks: LocalFaceEngine, scale: float, kind: str
) -> None:
    image = picture_of_two(scale, kind)
    both = networks.extract_all(image, limit=9)
    assert len(both) >= 2
    assert both[0].face.box.width > both[1].face.box.width
    for choice, at in ((FaceChoice.LARGEST, 0), (FaceChoice.CENTRAL, None)):
        (alone,) = networks.extract([image], choice=choice)
        assert not isinstance(alone, Exception)
        same = [one for one in both if one.face.landmarks == alone.face.landmarks]
        assert len(same) == 1
        assert at is None or same[0] is both[at]
        assert np.abs(alone.template.vector - same[0].template.vector).max() < 1e-5
        assert alone.template.compare(same[0].template) > 1 - 1e-6


def test_faces_are_told_with_the_size_of_the_image_and_the_largest_first(networks: LocalFaceEngine) -> None:
    image = picture_of_two()
    both = networks.extract_all(image, limit=9)
    assert {(one.width, one.height, one.faces_found) for one in both} == {(900, 512, 2)}
    assert both[0].template.compare(both[1].template) > 0.6
    assert networks.detect(image, limit=9).faces == tuple(one.face for one in both)
    assert len(networks.extract_all(image, limit=1)) == 1


def test_no_template_is_made_of_a_bystander(
    networks: LocalFaceEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[int] = []
    recogniser = networks._recogniser

    def counting(pixels: Pixels) -> Outputs:
        looked_at.append(len(pixels))
        return recogniser(pixels)

    monkeypatch.setattr(networks, "_recogniser", counting)
    image = picture_of_two()
    first, seen = networks.extract_first(image, limit=9)
    assert looked_at == [1]
    assert first is not None
    assert first.face == seen.faces[0]
    assert len(seen.faces) == 2
    both = networks.extract_all(image, limit=9)
    assert looked_at == [1, 2]
    assert first.template.compare(both[0].template) > 1 - 1e-6
    assert (first.faces_found, first.width, first.height) == (2, seen.width, seen.height)
    nobody = io.BytesIO()
    Image.new("RGB", (300, 200)).save(nobody, "PNG")
    nothing, empty = networks.extract_first(nobody.getvalue(), limit=9)
    assert nothing is None
    assert (empty.width, empty.height, empty.faces) == (300, 200, ())
    assert networks.size_of(nobody.getvalue()) == (300, 200)


def crowd(side: int, widths: list[int]) -> bytes:
    """One photograph of `side` x `side` pixels with the astronaut's face once for each width."""
    face = Image.fromarray(data.astronaut()).crop((130, 0, 320, 230))
    out = Image.new("RGB", (side, side), (90, 120, 60))
    for at, width in enumerate(widths):
        scale = width / 92  # her face's box is 92 pixels wide here
        place = (side // 3 * (at % 3) + 4, side // 3 * (at // 3) + 4)
        out.paste(face.resize((round(190 * scale), round(230 * scale)), Image.Resampling.LANCZOS), place)
    kept = io.BytesIO()
    out.save(kept, "PNG")
    return kept.getvalue()


@pytest.mark.parametrize("side", [512, 640, 1920, 3840])
def test_faces_from_the_least_size_on_are_all_found_and_smaller_ones_are_not_told(
    networks: LocalFaceEngine, side: int
) -> None:
    least = LEAST_FACE.side(side, side)
    assert least == max(40.0, side / 48)
    image = crowd(side, [round(least * factor) for factor in (0.45, 0.6, 1.1, 1.2, 1.3, 1.2, 1.1, 1.3, 1.2)])
    found = networks.detect(image, limit=99, least=LEAST_FACE).faces
    every = networks.detect(image, limit=99).faces
    assert len(every) == 9
    assert len(found) == 7
    for face in found:
        near = [
            other
            for other in every
            if abs(other.box.left - face.box.left) + abs(other.box.top - face.box.top) < least / 2
        ]
        assert len(near) == 1
        assert (face.box.width * face.box.height) ** 0.5 >= least


def test_one_and_all_at_once_are_what_they_are_by_themselves(networks: LocalFaceEngine) -> None:
    one, every = picture_of_two(1.0, "JPEG"), picture_of_two()
    nothing = io.BytesIO()
    Image.new("RGB", (300, 300)).save(nothing, "PNG")
    first, others = networks.extract_one_and_all(one, every, choice=FaceChoice.LARGEST, limit=9)
    (alone,) = networks.extract([one], choice=FaceChoice.LARGEST)
    assert isinstance(first, Extraction)
    assert isinstance(alone, Extraction)
    assert first.template.compare(alone.template) > 1 - 1e-6
    assert not isinstance(others, ImageError)
    for face, same in zip(others, networks.extract_all(every, limit=9), strict=True):
        assert face.face == same.face
        assert face.template.compare(same.template) > 1 - 1e-6
    none, found = networks.extract_one_and_all(nothing.getvalue(), every, choice=FaceChoice.LARGEST, limit=9)
    assert isinstance(none, NoFaceError)
    assert isinstance(found, tuple)
    assert len(found) == 2
    kept, broken = networks.extract_one_and_all(one, b"no image", choice=FaceChoice.LARGEST, limit=9)
    assert isinstance(kept, Extraction)
    assert isinstance(broken, UnsupportedImageError)
    empty = networks.extract_one_and_all(one, nothing.getvalue(), choice=FaceChoice.LARGEST, limit=9)
    assert empty[1] == ()
