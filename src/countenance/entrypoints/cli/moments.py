"""Dates and times as they are written on a command line."""

from __future__ import annotations

from datetime import datetime

from countenance.errors import InvalidInputError, NaiveDateTimeError


def read_moment(text: str) -> datetime:
    """Return the moment that `text` names (ISO 8601); `NaiveDateTimeError` where it has no zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(f"`{text}` is not a date and time such as 2027-01-31T12:00:00Z") from error
    if moment.utcoffset() is None:
        raise NaiveDateTimeError(f"`{text}` has no zone; 2027-01-31T12:00:00Z has one")
    return moment
