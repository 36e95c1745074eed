"""What members of a request may be: types, patterns and bounds, checked here because clients do not.

Faults are told as the service tells them: a value of the wrong type is a
`SerializationException`, everything else one `ValidationException` that lists every fault.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from countenance.entrypoints.rekognition.faults import AwsError

_SHOWN: Final = 80
_TAG_CATEGORIES: Final = frozenset("LZN")
_TAG_MARKS: Final = frozenset("_.:/=+-@")


class Shape(Protocol):
    """What a member may be."""

    def faults(self, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401  whatever JSON holds
        """Yield what is wrong with `value` at `path`; raises `AwsError` where its type is another."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A text of bounded length that matches a pattern as a whole, or is one of a list."""

    least: int = 0
    most: int | None = None
    pattern: str | None = None
    words: tuple[str, ...] = ()
    tag: bool = False

    def faults(self, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401  as above
        """Yield what is wrong."""
        if not isinstance(value, str):
            raise _serialization(path, "a string")
        yield from _length(value, path, self.least, self.most)
        if self.words and value not in self.words:
            yield _fault(value, path, f"Member must satisfy enum value set: [{', '.join(self.words)}]")
        matches = self.pattern is None or re.fullmatch(self.pattern, value) is not None
        if not matches or (self.tag and not _is_tag(value)):
            yield _fault(value, path, f"Member must satisfy regular expression pattern: {self.pattern}")


@dataclass(frozen=True, slots=True)
class Number:
    """A number within bounds, whole or not; never NaN, an infinity or a boolean."""

    least: float | None = None
    most: float | None = None
    whole: bool = False

    def faults(self, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401  as above
        """Yield what is wrong."""
        kinds = (int,) if self.whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not math.isfinite(value):
            raise _serialization(path, "an integer" if self.whole else "a number")
        if self.least is not None and value < self.least:
            yield _fault(value, path, f"Member must have value greater than or equal to {self.least:g}")
        if self.most is not None and value > self.most:
            yield _fault(value, path, f"Member must have value less than or equal to {self.most:g}")


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes, in base64."""

    least: int
    most: int

    def faults(self, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401  as above
        """Yield what is wrong."""
        if not isinstance(value, str):
            raise _serialization(path, "base64")
        try:
            count = len(base64.b64decode(value, validate=True))
        except (binascii.Error, ValueError):
            raise _serialization(path, "base64") from None
        if count < self.least:
            yield _fault("...", path, f"Member must have length greater than or equal to {self.least}")
        if count > self.most:
            yield _fault("...", path, f"Member must have length less than or equal to {self.most}")


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of bounded length."""

    member: Shape
    least: int = 0
    most: int | None = None

    def faults(self, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401  as above
        """Yield what is wrong."""
        if not isinstance(value, list):
            raise _serialization(path, "a list")
        yield from _length(value, path, self.least, self.most)
        for at, one in enumerate(value, start=1):
            yield from self.member.faults(one, f"{path}.{at}.member")


@dataclass(frozen=True, slots=True)
class Pairs:
    """A map of bounded size."""

    key: Shape
    value: Shape
    most: int

    def faults(self, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401  as above
        """Yield what is wrong."""
        if not isinstance(value, dict):
            raise _serialization(path, "a map")
        yield from _length(value, path, 0, self.most)
        for name, held in value.items():
            yield from self.key.faults(name, f"{path}.key")
            yield from self.value.faults(held, f"{path}.{name[:_SHOWN]}.value")


@dataclass(frozen=True, slots=True)
class Structure:
    """Members by name; null is the same as absent, and members of other names are passed over."""

    members: Mapping[str, Shape]
    required: frozenset[str] = field(default_factory=frozenset)

    def faults(self, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401  as above
        """Yield what is wrong."""
        if not isinstance(value, dict):
            raise _serialization(path or "the body", "a structure")
        for name, shape in self.members.items():
            held, below = value.get(name), f"{path}.{_lower(name)}" if path else _lower(name)
            if held is not None:
                yield from shape.faults(held, below)
            elif name in self.required:
                yield f"Value null at '{below}' failed to satisfy constraint: Member must not be null"

    def check(self, value: Any) -> dict[str, Any]:  # noqa: ANN401  as above
        """Return the known members that are there, or raise `AwsError`."""
        faults = list(self.faults(value, ""))
        if faults:
            errors = "error" if len(faults) == 1 else "errors"
            raise AwsError(
                "ValidationException", f"{len(faults)} validation {errors} detected: {'; '.join(faults[:10])}"
            )
        return {name: value[name] for name in self.members if value.get(name) is not None}


def _length(value: Any, path: str, least: int, most: int | None) -> Iterator[str]:  # noqa: ANN401  what has a length
    if len(value) < least:
        yield _fault(value, path, f"Member must have length greater than or equal to {least}")
    if most is not None and len(value) > most:
        yield _fault(value, path, f"Member must have length less than or equal to {most}")


def _fault(value: Any, path: str, constraint: str) -> str:  # noqa: ANN401  whatever was sent
    shown = value if isinstance(value, (str, int, float)) else "..."
    return f"Value '{str(shown)[:_SHOWN]}' at '{path}' failed to satisfy constraint: {constraint}"


def _serialization(path: str, expected: str) -> AwsError:
    return AwsError("SerializationException", f"'{path}' must be {expected}")


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def _is_tag(text: str) -> bool:
    """Tell whether a text has only what tags may have: letters, spaces, numbers and a few marks."""
    return all(char in _TAG_MARKS or unicodedata.category(char)[0] in _TAG_CATEGORIES for char in text)
