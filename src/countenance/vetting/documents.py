"""Domain values as JSON documents and back, by their fields: for what is kept sealed and for what is sent.

Reading is strict: an unknown field, a wrong type, a word that is in no closed list or a moment
without its zone is an `InvalidInputError` that names the place.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, cast
from unicodedata import category

from countenance.errors import InvalidInputError, NaiveDateTimeError

Value = TypeVar("Value")
Json = Any
"""What `json` reads and writes; its shape is checked here and nowhere taken on trust."""

LONGEST_TEXT = 20_000
MOST_ITEMS = 200
_SHOWN = 60
_DEEPEST = 12
_SAFE_INTEGER = 2**53 - 1
_NAMES = {str: "a text", int: "a whole number", bool: "true or false"}


def document_of(value: object) -> Json:
    """Return dataclasses, enums, moments, tuples and sets as what JSON can hold; sets are sorted."""
    match value:
        case datetime() | date():
            return value.isoformat()
        case StrEnum():
            return value.value
        case frozenset():
            return sorted(document_of(item) for item in value)
        case tuple():
            return [document_of(item) for item in value]
        case _ if dataclasses.is_dataclass(value):
            return {one.name: document_of(getattr(value, one.name)) for one in dataclasses.fields(value)}
        case _:
            return value


def value_from(kind: type[Value], document: Json, where: str = "") -> Value:
    """Return the `kind` that `document`, which somebody sent, describes; raises `InvalidInputError`."""
    _inspect(document, where)
    return cast("Value", _read(kind, document, where))


def kept_value(kind: type[Value], document: Json) -> Value:
    """Return the `kind` that was kept as `document`: read as strictly, its texts and numbers as they are."""
    return cast("Value", _read(kind, document, ""))


def is_text(text: str) -> bool:
    """Tell whether a text has no control characters but line breaks and tabs, and can be encoded."""
    return all(letter in "\n\r\t" or category(letter) not in {"Cc", "Cs"} for letter in text)


def _inspect(document: Json, where: str, depth: int = 0) -> None:
    """Bound what somebody sent before it is taken apart: texts, numbers, lists, depth."""
    if depth > _DEEPEST:
        raise InvalidInputError(f"`{where[:_SHOWN]}` goes deeper than anything that is asked for")
    match document:
        case str():
            _inspect_text(document, where)
        case int() if not -1 <= document <= _SAFE_INTEGER:
            raise InvalidInputError(f"`{where}` is out of range")
        case list():
            if len(document) > MOST_ITEMS:
                raise InvalidInputError(f"`{where}` has more than {MOST_ITEMS} items")
            for at, item in enumerate(document):
                _inspect(item, f"{where}[{at}]", depth + 1)
        case dict():
            for name, part in document.items():
                _inspect(part, f"{where}.{name[:_SHOWN]}" if where else name[:_SHOWN], depth + 1)


def _inspect_text(text: str, where: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise InvalidInputError(f"`{where}` has more than {LONGEST_TEXT} characters")
    if not is_text(text):
        raise InvalidInputError(f"`{where}` has characters that are no text")


def _read(kind: Any, document: Json, where: str) -> object:  # noqa: ANN401  an annotation of any form
    kind = getattr(kind, "__supertype__", kind)
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        inner = next(one for one in typing.get_args(kind) if one is not type(None))
        return None if document is None else _read(inner, document, where)
    if origin in (tuple, frozenset):
        return _read_many(origin, typing.get_args(kind)[0], document, where)
    if dataclasses.is_dataclass(kind):
        return _read_fields(cast("type", kind), document, where)
    if kind in (datetime, date):
        return _read_moment(kind, document, where)
    if issubclass(kind, StrEnum):
        return _read_word(kind, document, where)
    return _read_plain(kind, document, where)


def _read_plain(kind: type, document: Json, where: str) -> object:
    if type(document) is not kind:
        raise InvalidInputError(f"`{where or 'the document'}` needs {_NAMES[kind]}")
    return document


def _read_word(kind: type[StrEnum], document: Json, where: str) -> StrEnum:
    try:
        return kind(document)
    except ValueError as error:
        known = ", ".join(f"`{word}`" for word in kind)
        raise InvalidInputError(f"`{where}` is a word of the closed list {known}") from error


def _read_moment(kind: type, document: Json, where: str) -> object:
    reading = cast("type[date]", kind).fromisoformat
    try:
        moment = reading(document)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"`{where}` needs a date such as 2027-01-31, with time and zone") from error
    if kind is datetime and cast("datetime", moment).utcoffset() is None:
        raise NaiveDateTimeError(f"`{where}` has no zone; 2027-01-31T12:00:00Z has one")
    return moment


def _read_many(kind: Callable[..., object], inner: object, document: Json, where: str) -> object:
    if not isinstance(document, list):
        raise InvalidInputError(f"`{where}` needs a list")
    items = [_read(inner, item, f"{where}[{at}]") for at, item in enumerate(document)]
    if kind is frozenset and len(set(items)) < len(items):
        raise InvalidInputError(f"`{where}` names something twice")
    return kind(items)


def _read_fields(kind: type, document: Json, where: str) -> object:
    if not isinstance(document, Mapping):
        raise InvalidInputError(f"`{where or 'the document'}` needs an object")
    hints = _hints(kind)
    prefix = f"{where}." if where else ""
    unknown = sorted(document.keys() - hints.keys())
    if unknown:
        raise InvalidInputError(f"there is no field `{prefix}{unknown[0][:_SHOWN]}`")
    given = {name: _read(hints[name], part, prefix + name) for name, part in document.items()}
    for one in dataclasses.fields(kind):
        needed = one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING
        if needed and one.name not in given:
            raise InvalidInputError(f"`{prefix}{one.name}` is missing")
    return kind(**given)


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return typing.get_type_hints(kind)
