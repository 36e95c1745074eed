"""Cursors: where a page ended, in a form that nobody is tempted to build."""

from __future__ import annotations

import base64
import binascii

from countenance.errors import InvalidInputError

_FORM = b"1:"


def cursor_to(place: str) -> str:
    """Return the cursor of the page that begins after `place`."""
    return base64.urlsafe_b64encode(_FORM + place.encode()).decode().rstrip("=")


def place_of(cursor: str) -> str:
    """Return where the page before ended, or raise `InvalidInputError`."""
    try:
        decoded = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        place = decoded.removeprefix(_FORM).decode()
    except (binascii.Error, ValueError):
        raise InvalidInputError("the cursor is not one that was given out") from None
    if cursor_to(place) != cursor:
        raise InvalidInputError("the cursor is not one that was given out")
    return place
