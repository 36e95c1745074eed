from __future__ import annotations

import math
import time
import zlib

import numpy as np
import pytest
from PIL import Image

from countenance.engine.image_formats import REDUCTIONS, decode
from countenance.engine.image_header import ImageLimits, read_header
from countenance.errors import CorruptImageError, ImageError, SlowImageError
from photographs import Pixels, encoded, jpeg, scene, turned_jpeg

LIMITS = ImageLimits(image_bytes=50_000_000, image_pixels=50_000_000, decode_seconds=5.0)
SCENE = scene(240, 160)
LOSSLESS = {"PNG": {}, "BMP": {}, "WEBP": {"lossless": True}}


def decoded(data: bytes, *, reduction: int = 1, until: float = math.inf) -> Pixels:
    return decode(read_header(data, LIMITS), reduction=reduction, until=until)


def difference(first: Pixels, second: Pixels) -> float:
    assert first.shape == second.shape
    return float(np.abs(first.astype(int) - second.astype(int)).mean())


@pytest.mark.parametrize("name", LOSSLESS)
def test_lossless_formats_give_back_every_pixel(name: str) -> None:
    assert np.array_equal(decoded(encoded(SCENE, name, **LOSSLESS[name])), SCENE)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_gives_back_the_picture(progressive: bool) -> None:  # noqa: FBT001  a test's parameter
    assert difference(decoded(jpeg(SCENE, progressive=progressive)), SCENE) < 2


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_turned_upright(orientation: int) -> None:
    assert difference(decoded(turned_jpeg(SCENE, orientation)), SCENE) < 2


@pytest.mark.parametrize("name", ["PNG", "WEBP"])
def test_the_orientation_counts_in_other_formats_too(name: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = Image.fromarray(SCENE).transpose(Image.Transpose.ROTATE_90)
    data = encoded(stored, name, exif=exif.tobytes(), **LOSSLESS[name])
    assert np.array_equal(decoded(data), SCENE)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", ["JPEG", "PNG"])
def test_a_reduced_decode_shows_the_same_scene(name: str, reduction: int) -> None:
    whole = decoded(encoded(SCENE, name))
    small = decoded(encoded(SCENE, name), reduction=reduction)
    assert small.shape[:2] == (160 // reduction, 240 // reduction)
    blocks = whole.reshape(160 // reduction, reduction, 240 // reduction, reduction, 3).mean(axis=(1, 3))
    assert difference(small, blocks.astype(np.uint8)) < 2


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_sides_that_do_not_divide_are_no_obstacle(reduction: int) -> None:
    odd = np.ascontiguousarray(SCENE[:151, :237])
    for data in (jpeg(odd), encoded(odd, "PNG")):
        assert min(decoded(data, reduction=reduction).shape[:2]) in {151 // reduction, -(-151 // reduction)}


def test_grey_becomes_three_equal_channels() -> None:
    grey = Image.fromarray(SCENE).convert("L")
    for data in (encoded(grey, "JPEG"), encoded(grey, "PNG")):
        pixels = decoded(data)
        assert np.array_equal(pixels[..., 0], pixels[..., 2])


def test_cmyk_is_converted() -> None:
    data = encoded(Image.fromarray(SCENE).convert("CMYK"), "JPEG", quality=95)
    assert difference(decoded(data), SCENE) < 4


def test_sixteen_bits_are_scaled_and_not_clipped() -> None:
    ramp = np.linspace(0, 65535, 256, dtype=np.uint16).reshape(16, 16)
    pixels = decoded(encoded(Image.fromarray(ramp), "PNG"))
    assert np.abs(pixels[..., 0].astype(int) - (ramp >> 8)).max() <= 1


def test_a_palette_is_looked_up() -> None:
    indexed = Image.fromarray(SCENE).quantize(64)
    assert np.array_equal(decoded(encoded(indexed, "PNG")), np.asarray(indexed.convert("RGB")))


def test_what_is_transparent_lies_on_white() -> None:
    layers = np.dstack([SCENE, np.zeros(SCENE.shape[:2], np.uint8)])
    layers[:80, :, 3] = 255
    pixels = decoded(encoded(Image.fromarray(layers), "PNG"))
    assert np.array_equal(pixels[:80], SCENE[:80])
    assert (pixels[80:] == 255).all()


@pytest.mark.parametrize("name", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_taken(name: str) -> None:
    first, second = Image.new("RGB", (64, 48), (200, 30, 30)), Image.new("RGB", (64, 48), (30, 30, 200))
    data = encoded(first, name, save_all=True, append_images=[second], duration=100)
    assert np.abs(decoded(data).reshape(-1, 3).mean(axis=0) - (200, 30, 30)).max() < 8


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "BMP", "GIF"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_a_truncated_file_is_corrupt_and_never_half_a_picture(name: str, share: float) -> None:
    data = encoded(SCENE, name)
    with pytest.raises(CorruptImageError):
        decoded(data[: round(len(data) * share)])


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "BMP", "GIF"])
def test_random_damage_gives_an_image_error_or_a_picture_and_nothing_else(name: str) -> None:
    chance = np.random.default_rng(3)
    whole = encoded(SCENE[:60, :80], name)
    for _ in range(60):
        data = bytearray(whole)
        for at in chance.integers(8, len(data), 6):
            data[at] = chance.integers(256)
        try:
            pixels = decoded(bytes(data), until=time.monotonic() + 5.0)
        except ImageError:
            continue
        assert pixels.dtype == np.uint8
        assert pixels.shape[2] == 3


def test_stray_bytes_that_every_viewer_passes_over_are_forgiven() -> None:
    data = jpeg(SCENE)
    assert difference(decoded(data[:-2] + b"xy" + data[-2:]), SCENE) < 2


def test_a_text_chunk_that_inflates_without_end_does_no_harm() -> None:
    bomb = zlib.compress(b"0" * 60_000_000, 9)
    content = b"zTXt" + b"Comment\x00\x00" + bomb
    chunk = (len(content) - 4).to_bytes(4, "big") + content + zlib.crc32(content).to_bytes(4, "big")
    data = encoded(SCENE, "PNG")
    with pytest.raises(CorruptImageError):
        decoded(data[:33] + chunk + data[33:])


def test_reading_ends_at_the_deadline() -> None:
    data = encoded(SCENE, "PNG")
    with pytest.raises(SlowImageError):
        decoded(data, until=time.monotonic() - 1.0)
