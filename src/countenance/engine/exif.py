"""The one thing of EXIF that matters here: which way up the image is."""

from __future__ import annotations

import struct

UPRIGHT = 1
SIDEWAYS = frozenset({5, 6, 7, 8})

_PREFIX = b"Exif\x00\x00"
_BYTE_ORDERS = {b"II": "<", b"MM": ">"}
_ORIENTATION = 0x0112
_SHORT = 3
_ENTRY_BYTES = 12
_MOST_ENTRIES = 512


def orientation_of(exif: bytes) -> int:
    """Return the orientation (TIFF 6.0, tag 274: 1 to 8), 1 where there is none or it makes no sense.

    Only the first directory is read, and of it at most 512 entries. Written here because an
    EXIF block is the least reliable part of a photograph, and nothing in it may be an error.
    """
    body = exif.removeprefix(_PREFIX)
    order = _BYTE_ORDERS.get(body[:2])
    if order is None:
        return UPRIGHT
    try:
        _, directory = struct.unpack_from(f"{order}HI", body, 2)
        (entries,) = struct.unpack_from(f"{order}H", body, directory)
        for index in range(min(entries, _MOST_ENTRIES)):
            at = directory + 2 + index * _ENTRY_BYTES
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", body, at)
            if tag == _ORIENTATION:
                return value if kind == _SHORT and UPRIGHT <= value <= max(SIDEWAYS) else UPRIGHT
    except struct.error:
        pass  # the block ends too early
    return UPRIGHT
