"""Documents in canonical JSON (RFC 8785), and values whose bytes need not be made twice."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final, Generic, TypeVar

import rfc8785

from countenance.errors import InvalidInputError

Value = TypeVar("Value")

_SAFE_INTEGER: Final = 2**53 - 1
_UNSAFE: Final = re.compile(r"[:,\[]-?(\d+[.eE]|\d{16})")
"""Where a float may be, or an integer that is not safe. Text can look like it, which only costs time."""

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def canonical(document: dict[str, object]) -> bytes:
    """Return the RFC 8785 form, which every act waits for.

    Python's own encoder, in C, writes exactly that form where names are ASCII (it sorts by code
    points, the RFC by UTF-16 units) and integers are safe; anything else takes the slower way.
    """
    try:
        text = _ENCODER.encode(document)
        if (text.isascii() and not _UNSAFE.search(text)) or _plain(document):
            return text.encode()
        return rfc8785.dumps(document)  # type: ignore[arg-type]  # its alias is narrower than what it takes
    except (rfc8785.CanonicalizationError, ValueError) as error:
        raise InvalidInputError(f"it has no canonical form: {error}") from error


class Encoded(Generic[Value]):
    """The bytes of the values encoded last, each known by being the very same object.

    An act encodes its question for the ledger and for the record, and a remembered decision is
    recorded again and again. Equal values will not do, since equal moments can differ in their
    zone. A value is held as long as its bytes, so that no other can take its identity.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._known: dict[int, tuple[Value, bytes]] = {}

    def encoded(self, value: Value, encode: Callable[[Value], bytes]) -> bytes:
        """Return the canonical bytes of `value`."""
        known = self._known.get(id(value))
        if known is not None and known[0] is value:
            return known[1]
        data = encode(value)
        if len(self._known) >= self._capacity:
            self._known.clear()
        self._known[id(value)] = (value, data)
        return data


def _plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(name.isascii() and _plain(item) for name, item in value.items())
    if isinstance(value, list):
        return all(map(_plain, value))
    return value is None or isinstance(value, str) or (isinstance(value, int) and abs(value) <= _SAFE_INTEGER)
