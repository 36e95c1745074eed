"""What every JSON object has in common: no unknown fields, and moments with their zone."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema
from pydantic_core import PydanticCustomError

_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?P<zone>Z|[+-]\d\d:\d\d)?", re.IGNORECASE
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class Asked(BaseModel):
    """What a caller sends. A field that is not described is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Told(BaseModel):
    """What a caller gets."""

    model_config = ConfigDict(frozen=True)


def _integer(value: object) -> object:
    """Take `1.0` for `1`, as JSON Schema does: it is an integer that is written otherwise."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


AS_INTEGER = BeforeValidator(_integer)
"""Stands behind the bounds of an integer that may also be something else: `Annotated[int, Field(ge=1),
AS_INTEGER] | None`. Bounds behind `Integer` in a union do not reach the description."""

Integer = Annotated[int, AS_INTEGER]
"""An integer that a caller sends."""


def _moment(value: object) -> object:
    """Read RFC 3339 and nothing else: no numbers, no dates without a time."""
    if not isinstance(value, str):
        return value
    match = _RFC3339.fullmatch(value)
    if match is None:
        raise PydanticCustomError("datetime_parsing", "not a date and time as in RFC 3339")
    if match["zone"] is None:
        raise PydanticCustomError("timezone_aware", "the date and time has no zone")
    try:
        return datetime.fromisoformat(value.upper())
    except ValueError:
        raise PydanticCustomError("datetime_parsing", "no such date or time") from None


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2027-01-31T12:00:00Z"]}),
]
"""A date and time with its zone."""


def _day(value: object) -> object:
    if isinstance(value, str) and _DATE.fullmatch(value):
        return _moment(f"{value}T00:00:00Z")
    return _moment(value)


Day = Annotated[
    datetime,
    BeforeValidator(_day),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}],
            "examples": ["2020-06-11"],
        }
    ),
]
"""A date, which is its midnight in UTC, or a date and time with its zone."""
