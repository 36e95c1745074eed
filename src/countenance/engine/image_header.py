"""What an encoded image says of itself, read before a pixel is decoded."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image, UnidentifiedImageError

from countenance.engine.exif import SIDEWAYS, UPRIGHT, orientation_of
from countenance.engine.jpeg_header import read_jpeg_header
from countenance.errors import (
    CorruptImageError,
    EmptyImageError,
    OversizedImageError,
    SlowImageError,
    UnsupportedImageError,
)

MOST_JPEG_SCANS = 100
"""Scans of a progressive JPEG beyond which it is not decoded: an encoder writes about ten."""

_SIGNATURE_BYTES = 12
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})

warnings.filterwarnings(
    "ignore", category=Image.DecompressionBombWarning
)  # the limits here come before decoding


class ImageFormat(StrEnum):
    """What is decoded here, under Pillow's names."""

    JPEG = "JPEG"
    PNG = "PNG"
    GIF = "GIF"
    BMP = "BMP"
    WEBP = "WEBP"
    HEIC = "HEIC"


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What an image may ask for: bytes of the file, pixels once decoded, seconds of decoding."""

    image_bytes: int
    image_pixels: int
    decode_seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class EncodedImage:
    """An image that may be decoded: known format, size within the limits.

    `width` and `height` are those of the file; `orientation` is the EXIF value (1 to 8) that
    makes it upright. `plain` says that it is a JPEG of one or three channels of 8 bits.
    """

    data: bytes
    format: ImageFormat
    width: int
    height: int
    orientation: int
    plain: bool = False

    @property
    def upright_size(self) -> tuple[int, int]:
        """Return width and height of the upright image, in pixels."""
        turned = self.orientation in SIDEWAYS
        return (self.height, self.width) if turned else (self.width, self.height)


def read_header(data: bytes, limits: ImageLimits) -> EncodedImage:
    """Return what `data` holds, going by its content and never by a name.

    Raises `EmptyImageError`, `OversizedImageError` (too many bytes, or pixels by its header),
    `UnsupportedImageError`, `CorruptImageError` where the header cannot be read, and
    `SlowImageError` for a JPEG of more scans than `MOST_JPEG_SCANS`.
    """
    if not data:
        raise EmptyImageError("the image has no bytes")
    if len(data) > limits.image_bytes:
        raise OversizedImageError(
            f"the image has `{len(data)}` bytes, more than the limit of {limits.image_bytes}"
        )
    image = _read(data, _format_of(data))
    if image.width < 1 or image.height < 1:
        raise CorruptImageError("the image has no pixels")
    if image.width * image.height > limits.image_pixels:
        raise OversizedImageError(
            f"the image has `{image.width}` x `{image.height}` pixels, more than the limit of "
            f"{limits.image_pixels}"
        )
    return image


def _format_of(data: bytes) -> ImageFormat:
    """Return the format by the first bytes, or raise `UnsupportedImageError`."""
    if data.startswith(b"\xff\xd8\xff"):
        return ImageFormat.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return ImageFormat.PNG
    if data.startswith((b"GIF87a", b"GIF89a")):
        return ImageFormat.GIF
    if data.startswith(b"BM"):
        return ImageFormat.BMP
    if data.startswith(b"RIFF") and data[8:_SIGNATURE_BYTES] == b"WEBP":
        return ImageFormat.WEBP
    if data[4:8] == b"ftyp" and data[8:_SIGNATURE_BYTES] in _HEIF_BRANDS:
        return ImageFormat.HEIC
    raise UnsupportedImageError("the file is none of JPEG, PNG, WebP, BMP, GIF and HEIC")


def _read(data: bytes, kind: ImageFormat) -> EncodedImage:
    """Return size and orientation as the header gives them."""
    if kind is ImageFormat.JPEG:
        return _read_jpeg(data)
    if kind is ImageFormat.HEIC:
        return _read_heic(data)
    with open_with_pillow(io.BytesIO(data), kind) as image:
        # The EXIF of a PNG may lie behind its pixels; Pillow then finds it only after decoding.
        return EncodedImage(
            data, kind, image.width, image.height, orientation_of(image.info.get("exif") or b"")
        )


def _read_jpeg(data: bytes) -> EncodedImage:
    header = read_jpeg_header(data)
    scans = data.count(b"\xff\xda")
    if scans > MOST_JPEG_SCANS:
        raise SlowImageError(f"the image would be decoded in `{scans}` scans, more than {MOST_JPEG_SCANS}")
    return EncodedImage(
        data, ImageFormat.JPEG, header.width, header.height, orientation_of(header.exif), header.plain
    )


def _read_heic(data: bytes) -> EncodedImage:
    """Return the primary image's size; libheif turns it upright by itself."""
    import pi_heif  # noqa: PLC0415  slow, and seldom needed

    try:
        image = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
        width, height = image.size
    except (ValueError, EOFError, SyntaxError, RuntimeError, OSError, IndexError) as error:
        raise CorruptImageError("the image's header cannot be read") from error
    return EncodedImage(data, ImageFormat.HEIC, int(width), int(height), UPRIGHT)


def open_with_pillow(file: io.BytesIO, kind: ImageFormat) -> Image.Image:
    """Return the image opened and not yet decoded; raises `CorruptImageError`."""
    try:
        return Image.open(file, formats=[kind.value])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise OversizedImageError("the image has more pixels than can be decoded") from error
    except (UnidentifiedImageError, ValueError, OSError, SyntaxError, EOFError) as error:
        raise CorruptImageError("the image's header cannot be read") from error
