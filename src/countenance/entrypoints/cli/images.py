"""Reading images from the operator's own disk or from standard input."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from countenance.errors import InvalidInputError, OversizedImageError

_CHUNK = 1 << 20


def read_image(path: Path, *, limit: int) -> bytes:
    """Return the bytes of the file at `path`, `-` being standard input.

    Raises `OversizedImageError` as soon as more than `limit` bytes have come, so that an
    endless pipe ends, and `InvalidInputError` for a file that cannot be read.
    """
    try:
        if str(path) == "-":
            return _read(sys.stdin.buffer.read, path, limit)
        with path.open("rb") as file:
            return _read(file.read, path, limit)
    except OSError as error:
        raise InvalidInputError(f"`{path}` cannot be read: {error.strerror}") from error


def _read(read: Callable[[int], bytes], path: Path, limit: int) -> bytes:
    content = bytearray()
    while chunk := read(_CHUNK):
        content += chunk
        if len(content) > limit:
            raise OversizedImageError(f"`{path}` has more than {limit} bytes")
    return bytes(content)
