"""The same routes with the real networks, on photographs: what a caller sees from file to answer."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance, ImageOps
from skimage import data

from countenance.engine.networks import EngineOptions
from countenance.engine.pipeline import Limits, LocalFaceEngine, open_engine
from integration.api.stage import Stage, encoded, furnish_template, stages


@dataclass(frozen=True)
class Views:
    """One photograph of an astronaut (NASA, public domain) in honest variations, as files."""

    plain: bytes
    darker: bytes
    smaller: bytes
    tilted: bytes
    cut_off: bytes
    nobody: bytes
    png: bytes
    webp: bytes
    sideways: bytes


def file_of(image: Image.Image, kind: str = "JPEG", **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


@pytest.fixture(scope="module")
def views() -> Views:
    image = Image.fromarray(data.astronaut())
    turned = image.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # shown upright after a quarter turn to the right
    return Views(
        plain=file_of(image, quality=92),
        darker=file_of(ImageEnhance.Brightness(image).enhance(0.7)),
        smaller=file_of(ImageOps.contain(image, (448, 448)), quality=90),
        tilted=file_of(image.rotate(12, resample=Image.Resampling.BICUBIC)),
        cut_off=file_of(image)[:6_000],
        nobody=file_of(Image.new("RGB", (320, 240), (90, 120, 60))),
        png=file_of(image, "PNG"),
        webp=file_of(image, "WEBP", quality=90),
        sideways=file_of(turned, exif=exif),
    )


@pytest.fixture(scope="session")
def networks() -> Iterator[LocalFaceEngine]:
    """The default models, loaded once for all tests here."""
    limits = Limits(image_bytes=20_000_000, image_pixels=100_000_000, decode_seconds=30, queue=8)
    engine = open_engine(EngineOptions(), limits)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def bank(networks: LocalFaceEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("real")
    keys: Mapping[str, str] = furnish_template(folder, networks.pipeline.model_digest)
    for stage in stages(folder / "template.db", keys, tmp_path_factory.mktemp("bank"), networks):
        stage.parts.max_image_bytes = 20_000_000
        yield Stage(stage.parts, keys)


@pytest.fixture(scope="module")
def enrolled(bank: Stage, views: Views) -> Stage:
    bank.furnish("alice", "staff", "identity_verification", ("eileen", views.plain))
    return bank


@pytest.mark.parametrize("view", ["darker", "smaller", "tilted", "png", "webp", "sideways"])
def test_the_same_face_in_another_file_is_a_match(enrolled: Stage, views: Views, view: str) -> None:
    answer = enrolled.verify("alice", "staff", "eileen", getattr(views, view))
    assert answer.status_code == 200, answer.text
    assert answer.json()["outcome"] == "match"
    assert answer.json()["score"] > 0.8


def test_an_image_without_a_face_is_told_as_such(enrolled: Stage, views: Views) -> None:
    problem = enrolled.verify("alice", "staff", "eileen", views.nobody).json()
    assert (problem["status"], problem["code"]) == (422, "face_not_found")


def test_a_file_that_breaks_off_is_told_as_such(enrolled: Stage, views: Views) -> None:
    problem = enrolled.verify("alice", "staff", "eileen", views.cut_off).json()
    assert (problem["status"], problem["code"]) == (422, "image_corrupt")


def test_a_file_that_is_no_image_is_told_as_such(enrolled: Stage) -> None:
    problem = enrolled.verify("alice", "staff", "eileen", b"%PDF-1.7 not an image at all").json()
    assert (problem["status"], problem["code"]) == (415, "image_unsupported")


def test_detection_tells_where_the_face_is(bank: Stage, views: Views) -> None:
    told = bank.call(
        "alice", "POST", "/v1/detections", content=views.plain, headers={"Content-Type": "image/jpeg"}
    ).json()
    assert (told["width"], told["height"]) == (512, 512)
    face = told["faces"][0]
    assert 150 < face["box"]["left"] < 250
    assert face["landmarks"]["left_eye"]["x"] > face["landmarks"]["right_eye"]["x"]
    assert {measure["name"] for measure in face["quality"]}


def test_london_subjects_are_told_apart(bank: Stage, london: Path) -> None:
    neutral = sorted((london / "neutral_front").glob("*.jpg"))[:4]
    smiling = {path.name[:3]: path for path in (london / "smiling_front").glob("*.jpg")}
    pairs = [(path, smiling[path.name[:3]]) for path in neutral if path.name[:3] in smiling]
    assert len(pairs) >= 3
    for one, (first, _) in enumerate(pairs):
        for other, (_, second) in enumerate(pairs[:3]):
            content = {"reference": encoded(first.read_bytes()), "probe": encoded(second.read_bytes())}
            told = bank.post("tester", "/v1/comparisons", content).json()
            assert told["outcome"] == ("match" if one == other else "no_match"), told
