"""Between a use and the form that describes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from countenance.entrypoints.console.use_fields import FIELDS, INSTRUMENT_ROWS, Kind, UseField
from countenance.entrypoints.pages.forms import Form
from countenance.errors import InvalidInputError
from countenance.vetting.documents import document_of, value_from
from countenance.vetting.use import Use

_OPTIONAL: Final = (
    "fairness",
    "retention",
    "independent_test",
    "appeals",
    "consultation",
    "attestation",
)
_NAMED: Final = re.compile(r"`([a-z_]+(?:\.[a-z_]+|\[\d+\])*)`")
_PPB: Final = 1_000_000_000
_DIGITS: Final = 12


def values_of(use: Use) -> Mapping[str, Any]:
    """Return what each field of the form shows: a text, or the list of chosen words."""
    document: Any = document_of(use)
    return {field.path: _shown(field, _at(document, field.path)) for field in FIELDS}


def sent_values(form: Form) -> Mapping[str, Any]:
    """Return what each field showed when the form was sent."""
    return {
        field.path: list(form.all(field.path)) if field.kind is Kind.CHOICES else form.text(field.path)
        for field in FIELDS
    }


def use_from(form: Form, held: Use) -> Use:
    """Return the use that a form describes; what the form does not ask stays as `held` has it.

    Raises `InvalidInputError`, whose message names a field as `field_of` reads it.
    """
    document: Any = document_of(held)
    more = document["instruments"][INSTRUMENT_ROWS:]
    document["instruments"] = [{} for _ in range(INSTRUMENT_ROWS)]
    for name in _OPTIONAL:
        document[name] = {}
    for field in FIELDS:
        value = _read(field, form)
        if value is not None or field.path.split(".")[0] not in {*_OPTIONAL, "instruments"}:
            _put(document, field.path, value)
    for name in _OPTIONAL:
        document[name] = document[name] if _said(document[name]) else None
    document["instruments"] = [row for row in document["instruments"] if _said(row)] + more
    return value_from(Use, document)


def field_of(error: InvalidInputError) -> str:
    """Return the path of the field that an error is about; empty where it names none of the form's."""
    found = _NAMED.search(error.message)
    path = re.sub(r"\[(\d+)\]", r".\1", found[1]) if found else ""
    whole = path.rpartition(".")[0] if path.rpartition(".")[2].isdecimal() else path
    return next((field.path for field in FIELDS if field.path in {path, whole}), "")


def _said(part: Mapping[str, Any]) -> bool:
    return any(value not in (None, "", []) for value in part.values())


def _at(document: Any, path: str) -> Any:  # noqa: ANN401  JSON of any shape
    for name in path.split("."):
        if isinstance(document, list):
            document = document[int(name)] if int(name) < len(document) else None
        elif document is not None:
            document = document[name]
    return document


def _put(document: Any, path: str, value: object) -> None:  # noqa: ANN401  as above
    *parents, last = path.split(".")
    for name in parents:
        document = document[int(name)] if isinstance(document, list) else document[name]
    document[last] = value


def _shown(field: UseField, value: Any) -> object:  # noqa: ANN401  as above
    if field.kind is Kind.CHOICES:
        return value or []
    return "" if value is None else _SHOWN.get(field.kind, str)(value)


def _read(field: UseField, form: Form) -> object:
    text = form.text(field.path)
    if field.kind is Kind.CHOICES:
        return list(form.all(field.path))
    return _READ[field.kind](field, text)


def _words(_: UseField, text: str) -> list[str]:
    return sorted({word.strip() for word in text.split(",") if word.strip()})


def _day(_: UseField, text: str) -> str | None:
    return f"{text}T00:00:00+00:00" if text else None


def _line(_: UseField, text: str) -> str:
    return text


def _number(field: UseField, text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise InvalidInputError(f"`{field.path}` needs a whole number")
    return int(text)


def _rate(field: UseField, text: str) -> int | None:
    number = _number(field, text.replace(",", "").replace(" ", ""))
    if number == 0:
        raise InvalidInputError(f"`{field.path}` needs a whole number above 0")
    return None if number is None else round(_PPB / number)


_SHOWN: Final[Mapping[Kind, Callable[[Any], str]]] = {
    Kind.WORDS: ", ".join,
    Kind.RATE: lambda value: str(round(_PPB / value)) if value else "",
    Kind.YES_NO: lambda value: "yes" if value else "no",
    Kind.DAY: lambda value: str(value)[:10],
}
_READ: Final[Mapping[Kind, Callable[[UseField, str], object]]] = {
    Kind.LINE: _line,
    Kind.TEXT: _line,
    Kind.FILE: _line,
    Kind.WORDS: _words,
    Kind.NUMBER: _number,
    Kind.RATE: _rate,
    Kind.YES_NO: lambda _, text: {"yes": True, "no": False}.get(text),
    Kind.DAY: _day,
    Kind.CHOICE: lambda _, text: text or None,
}
