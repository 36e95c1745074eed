"""Decoding of each format to upright RGB."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import cast

import cv2
import numpy as np
import simplejpeg
from PIL import Image

from countenance.engine.image_header import EncodedImage, ImageFormat, open_with_pillow
from countenance.engine.runtime import Pixels
from countenance.engine.shrinking import halved
from countenance.errors import CorruptImageError, SlowImageError

REDUCTIONS = (1, 2, 4, 8)
"""The factors by which an image can be decoded smaller: what libjpeg's DCT scaling offers."""

_UNREADABLE = (ValueError, OSError, SyntaxError, EOFError, RuntimeError, IndexError, KeyError, MemoryError)
_WHITE = 255
_BITS_OF_A_BYTE = 8
_HARMLESS = "extraneous bytes"


def decode(image: EncodedImage, *, reduction: int, until: float) -> Pixels:
    """Return the upright image as H x W x 3, uint8, RGB, its sides divided by `reduction`.

    `reduction` is one of `REDUCTIONS`. Of an animation this is the first frame; transparent
    pixels lie on white; 16-bit samples keep their upper 8 bits; colour profiles are not
    applied. `until` (of `time.monotonic`) is when formats that are read piece by piece give up.
    Raises `CorruptImageError` and `SlowImageError`.
    """
    if image.plain:
        pixels = _decode_jpeg(image, reduction)
    else:
        pixels = _decode_other(image, until)
        for _ in range(reduction.bit_length() - 1):
            pixels = halved(pixels)
    return _upright(pixels, image.orientation)


def _decode_jpeg(image: EncodedImage, reduction: int) -> Pixels:
    """Decode with libjpeg-turbo, scaling in the DCT domain."""
    least = {
        "min_height": -(-image.height // reduction),
        "min_width": -(-image.width // reduction),
    }
    least = least if reduction > 1 else {}
    try:
        return cast("Pixels", simplejpeg.decode_jpeg(image.data, "RGB", **least))
    except ValueError as error:
        if _HARMLESS not in str(error):
            raise CorruptImageError("the image's data is broken or cut off") from error
    try:
        return cast("Pixels", simplejpeg.decode_jpeg(image.data, "RGB", strict=False, **least))
    except ValueError as error:
        raise CorruptImageError("the image's data is broken") from error


class _DeadlineFile(io.BytesIO):
    """Bytes that can be read until a moment: decoders that come back for more end there."""

    def __init__(self, data: bytes, until: float) -> None:
        super().__init__(data)
        self._until = until

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes, or raise `SlowImageError` when time is up."""
        if time.monotonic() > self._until:
            raise SlowImageError("the image takes longer to decode than the limit allows")
        return super().read(size)


def _decode_other(image: EncodedImage, until: float) -> Pixels:
    """Decode with Pillow or libheif; the size must be the one of the header."""
    file = _DeadlineFile(image.data, until)
    try:
        if image.format is ImageFormat.HEIC:
            pixels = _decode_heic(file)
        else:
            with open_with_pillow(file, image.format) as opened:
                pixels = _rgb(opened)
    except _UNREADABLE as error:
        raise CorruptImageError("the image's data is broken or cut off") from error
    if pixels.shape[:2] != (image.height, image.width):
        raise CorruptImageError("the image has another size than its header says")
    return pixels


def _decode_heic(file: io.BytesIO) -> Pixels:
    """Return the primary image's pixels, 8 bits a channel."""
    import pi_heif  # noqa: PLC0415  slow, and seldom needed

    heif = pi_heif.open_heif(file, convert_hdr_to_8bit=True)
    image = Image.frombytes(heif.mode, heif.size, bytes(heif.data), "raw", heif.mode, heif.stride)
    return _rgb(image)


def _rgb(image: Image.Image) -> Pixels:
    """Return the current frame as RGB, on white where it is transparent."""
    image.load()
    if image.mode.startswith(("I", "F")):
        image = _eight_bits(image)
    if image.has_transparency_data:
        layers = image.convert("RGBA")
        paper = Image.new("RGBA", layers.size, (_WHITE, _WHITE, _WHITE, _WHITE))
        image = Image.alpha_composite(paper, layers)
    return np.array(image.convert("RGB"))


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return the upper 8 bits of 16-bit grey; Pillow's own conversion clips instead."""
    wide = np.asarray(image).astype(np.int64)
    return Image.fromarray(np.clip(wide >> _BITS_OF_A_BYTE, 0, _WHITE).astype(np.uint8))


def _upright(pixels: Pixels, orientation: int) -> Pixels:
    """Turn as EXIF's orientation asks (TIFF 6.0, tag 274): 5 to 8 lie on a side."""
    steps: dict[int, tuple[Callable[[Pixels], object], ...]] = {
        2: (lambda p: cv2.flip(p, 1),),
        3: (lambda p: cv2.rotate(p, cv2.ROTATE_180),),
        4: (lambda p: cv2.flip(p, 0),),
        5: (cv2.transpose,),
        6: (lambda p: cv2.rotate(p, cv2.ROTATE_90_CLOCKWISE),),
        7: (cv2.transpose, lambda p: cv2.rotate(p, cv2.ROTATE_180)),
        8: (lambda p: cv2.rotate(p, cv2.ROTATE_90_COUNTERCLOCKWISE),),
    }
    for step in steps.get(orientation, ()):
        pixels = cast("Pixels", step(pixels))
    return pixels
