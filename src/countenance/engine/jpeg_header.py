"""Markers of a JPEG file up to its first frame header (ITU-T T.81, annex B)."""

from __future__ import annotations

from dataclasses import dataclass

from countenance.errors import CorruptImageError, UnsupportedImageError

_PREFIX = 0xFF
_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_DECODED_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC9, 0xCA})
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_START_OF_SCAN = 0xDA
_END_OF_IMAGE = 0xD9
_APP1 = 0xE1
_EXIF = b"Exif\x00\x00"
_FRAME_BYTES = 6
_BITS = 8
_GREY_OR_COLOUR = frozenset({1, 3})


@dataclass(frozen=True, slots=True)
class JpegHeader:
    """Size in pixels, number of channels and the EXIF segment's content, empty where there is none."""

    width: int
    height: int
    channels: int
    exif: bytes

    @property
    def plain(self) -> bool:
        """Tell whether it is grey or colour, so that libjpeg-turbo gives RGB directly."""
        return self.channels in _GREY_OR_COLOUR


def read_jpeg_header(data: bytes) -> JpegHeader:
    """Return what stands before the first scan.

    Raises `CorruptImageError` where the markers end before a frame header, and
    `UnsupportedImageError` for lossless, hierarchical or more than 8-bit JPEG.
    """
    exif = b""
    at = 2
    while True:
        marker, at = _next_marker(data, at)
        if marker in _WITHOUT_LENGTH:
            continue
        if marker in {_START_OF_SCAN, _END_OF_IMAGE}:
            raise CorruptImageError("the image has no frame header before its first scan")
        length = int.from_bytes(data[at : at + 2], "big")
        segment = data[at + 2 : at + length]
        if len(segment) != length - 2:
            raise CorruptImageError("the image is cut off in its header")
        if marker in _FRAME_HEADERS:
            return _frame(marker, segment, exif)
        if marker == _APP1 and segment.startswith(_EXIF) and not exif:
            exif = segment
        at += length


def _next_marker(data: bytes, at: int) -> tuple[int, int]:
    """Return the next marker's code and the place behind it; fill bytes are passed over."""
    at = data.find(b"\xff", at)
    while 0 <= at < len(data) - 1:
        code = data[at + 1]
        if code not in {0x00, _PREFIX}:
            return code, at + 2
        at = data.find(b"\xff", at + 1)
    raise CorruptImageError("the image is cut off in its header")


def _frame(marker: int, segment: bytes, exif: bytes) -> JpegHeader:
    """Return what a frame header says: precision, height, width, channels."""
    if len(segment) < _FRAME_BYTES:
        raise CorruptImageError("the image's frame header is too short")
    if marker not in _DECODED_FRAMES or segment[0] != _BITS:
        raise UnsupportedImageError("the image is a JPEG that is lossless, hierarchical or not of 8 bits")
    height, width = int.from_bytes(segment[1:3], "big"), int.from_bytes(segment[3:5], "big")
    return JpegHeader(width=width, height=height, channels=segment[5], exif=exif)
