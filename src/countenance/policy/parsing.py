"""Values out of JSON documents, each with its type checked; a wrong one is a `TypeError` or `ValueError`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

Word = TypeVar("Word", bound=StrEnum)
Json = Mapping[str, object]


def only(row: Json, what: str, fields: frozenset[str]) -> None:
    """Raise `ValueError` where `row` has a field that `what` does not have."""
    unknown = sorted(row.keys() - fields)
    if unknown:
        raise ValueError(f"a {what} has no field `{unknown[0]}`")


def optional(words: type[Word], value: object) -> Word | None:
    """Return the word of a closed list, or None."""
    return None if value is None else words(text(value))


def set_of(words: type[Word], values: object) -> frozenset[Word]:
    """Return the words of a closed list."""
    return frozenset(words(value) for value in texts(values))


def rows_of(value: object) -> Iterable[Json]:
    """Return the items of a list."""
    if not isinstance(value, list):
        raise TypeError("a list is expected")
    return value


def texts(value: object) -> Iterable[str]:
    """Return the texts of a list."""
    return [text(item) for item in rows_of(value)]


def text(value: object) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    return value


def flag(value: object) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise TypeError("true or false is expected")
    return value


def number(value: object) -> int:
    """Return a whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("a whole number is expected")
    return value
