from __future__ import annotations

import numpy as np
import pytest

from countenance.engine.image_header import MOST_JPEG_SCANS, ImageFormat, ImageLimits, read_header
from countenance.errors import (
    CorruptImageError,
    EmptyImageError,
    ImageError,
    OversizedImageError,
    SlowImageError,
    UnsupportedImageError,
)
from photographs import encoded, turned_jpeg

LIMITS = ImageLimits(image_bytes=1_000_000, image_pixels=1_000_000, decode_seconds=5.0)
SMALL = np.arange(30 * 20 * 3, dtype=np.uint8).reshape(20, 30, 3)
FORMATS = {"JPEG": "JPEG", "PNG": "PNG", "GIF": "GIF", "BMP": "BMP", "WEBP": "WEBP"}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_tells_its_size_before_it_is_decoded(name: str) -> None:
    header = read_header(encoded(SMALL, name), LIMITS)
    assert (header.format, header.width, header.height) == (ImageFormat(FORMATS[name]), 30, 20)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_upright_size_follows_the_orientation(orientation: int) -> None:
    header = read_header(turned_jpeg(SMALL, orientation), LIMITS)
    assert header.orientation == orientation
    assert header.upright_size == (30, 20)


def test_no_bytes_are_an_error_of_their_own() -> None:
    with pytest.raises(EmptyImageError):
        read_header(b"", LIMITS)


def test_too_many_bytes_are_refused_unread() -> None:
    with pytest.raises(OversizedImageError, match="`11` bytes"):
        read_header(b"x" * 11, ImageLimits(10, 10, 5.0))


@pytest.mark.parametrize("name", FORMATS)
def test_too_many_pixels_are_refused_by_the_header_alone(name: str) -> None:
    with pytest.raises(OversizedImageError, match="`30` x `20`"):
        read_header(encoded(SMALL, name), ImageLimits(1_000_000, 599, 5.0))


def test_a_header_that_claims_more_pixels_than_there_are_is_believed_and_refused() -> None:
    data = bytearray(encoded(SMALL, "PNG"))
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    with pytest.raises(ImageError):
        read_header(bytes(data), LIMITS)


NO_IMAGES = {
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "pdf": b"%PDF-1.7\n",
    "tiff": b"II*\x00" + b"\x00" * 20,
    "text": b"hello",
    "zero": b"\x00",
    "wave": b"RIFF\x00\x00\x00\x00WAVE",
}


@pytest.mark.parametrize("data", NO_IMAGES.values(), ids=NO_IMAGES)
def test_what_is_no_image_of_a_known_format_is_unsupported(data: bytes) -> None:
    with pytest.raises(UnsupportedImageError):
        read_header(data, LIMITS)


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_cut_off_in_its_header_is_corrupt(name: str) -> None:
    with pytest.raises((CorruptImageError, UnsupportedImageError)):
        read_header(encoded(SMALL, name)[:14], LIMITS)


def test_a_heic_of_nothing_but_its_signature_is_corrupt() -> None:
    with pytest.raises(CorruptImageError):
        read_header(b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40, LIMITS)


def test_a_jpeg_of_very_many_scans_is_not_decoded() -> None:
    data = encoded(SMALL, "JPEG", progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    with pytest.raises(SlowImageError, match="scans"):
        read_header(data[:-2] + scan * MOST_JPEG_SCANS + data[-2:], LIMITS)


def test_a_progressive_jpeg_as_encoders_write_it_is_welcome() -> None:
    assert read_header(encoded(SMALL, "JPEG", progressive=True), LIMITS).plain


def test_a_lossless_jpeg_is_unsupported() -> None:
    data = bytearray(encoded(SMALL, "JPEG"))
    data[data.index(b"\xff\xc0") + 1] = 0xC3
    with pytest.raises(UnsupportedImageError):
        read_header(bytes(data), LIMITS)


def test_an_image_without_pixels_is_corrupt() -> None:
    data = bytearray(encoded(SMALL, "JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 7] = b"\x00\x00"
    with pytest.raises(CorruptImageError):
        read_header(bytes(data), LIMITS)


@pytest.mark.parametrize(
    "exif", [b"Exif\x00\x00", b"Exif\x00\x00MM\x00*\xff\xff\xff\xff", b"Exif\x00\x00" + b"\xff" * 60]
)
def test_an_exif_that_makes_no_sense_leaves_the_image_as_it_is(exif: bytes) -> None:
    data = encoded(SMALL, "JPEG")
    segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    assert read_header(data[:2] + segment + data[2:], LIMITS).orientation == 1
