"""Cursors: where a page ended, in a form that nobody is tempted to build."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Final

from fastapi import Query

from countenance.errors import InvalidInputError
from countenance.vetting.listing import Place

LONGEST_PAGE: Final = 1000
"""Rows of a page at most."""

Cursor = Annotated[
    str | None, Query(max_length=256, pattern="^[A-Za-z0-9_-]+$", description="From `next`; opaque.")
]
Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="Rows a page.")]

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


def id_of(cursor: str) -> str:
    """Return the id of the row at which the page before ended, or raise `InvalidInputError`."""
    name = place_of(cursor)
    if not name or not name.isprintable():
        raise InvalidInputError("the cursor is not one that was given out")
    return name


def ordered_cursor(place: Place | None) -> str | None:
    """Return the cursor of the page that begins after a row of an order; None after the last one."""
    if place is None:
        return None
    return cursor_to(place.id if place.key == place.id else f"{place.key} {place.id}")


def ordered_place(cursor: str) -> Place:
    """Return where the page before ended in its order, or raise `InvalidInputError`."""
    key, space, name = place_of(cursor).rpartition(" ")
    if not name or not key.isprintable() or not name.isprintable():
        raise InvalidInputError("the cursor is not one that was given out")
    return Place(key if space else name, name)
