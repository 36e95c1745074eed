"""What members of a request may be; checked here because clients do not.

The service answers the first fault that it finds, with a sentence of its own for each: a field
that has one carries it in `wrong`.
"""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from countenance.entrypoints.azure_face.faults import bad_argument

_BOOLEANS: Final = {"true": True, "false": False}
_DIGITS: Final = re.compile(r"-?[0-9]{1,12}")
_SIDES: Final = 4


class Field(Protocol):
    """What a member may be."""

    def of_text(self, text: str) -> Any:  # noqa: ANN401  whatever the field holds
        """Return the value that stands in a query, or raise `ValueError`."""
        ...

    def of_json(self, value: Any) -> Any:  # noqa: ANN401  whatever JSON holds
        """Return the value that stands in a body, or raise `ValueError`."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A text of so many characters, of some words if `words` names them."""

    wrong: str
    least: int = 0
    most: int | None = None
    words: tuple[str, ...] = ()
    too_long: str | None = None

    def of_text(self, text: str) -> str:
        """Return the text."""
        return self.of_json(text)

    def of_json(self, value: Any) -> str:  # noqa: ANN401  as above
        """Return the text."""
        if not isinstance(value, str) or len(value) < self.least or "\x00" in value:
            raise ValueError(self.wrong)
        if self.most is not None and len(value) > self.most:
            raise ValueError(self.too_long or self.wrong)
        if not self.words:
            return value
        return _word(value, self.words, self.wrong)


@dataclass(frozen=True, slots=True)
class Data:
    """User data: a text that takes up to `most` bytes in UTF-8."""

    wrong: str
    most: int

    def of_text(self, text: str) -> str:
        """Return the text."""
        return self.of_json(text)

    def of_json(self, value: Any) -> str:  # noqa: ANN401  as above
        """Return the text."""
        if not isinstance(value, str) or "\x00" in value:
            raise ValueError(self.wrong)
        try:
            size = len(value.encode())
        except UnicodeEncodeError:
            raise ValueError(self.wrong) from None
        if size > self.most:
            raise ValueError("'userData' is too long.")
        return value


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds."""

    wrong: str
    least: int
    most: int

    def of_text(self, text: str) -> int:
        """Return the number."""
        if not _DIGITS.fullmatch(text):
            raise ValueError(self.wrong)
        return self.of_json(int(text))

    def of_json(self, value: Any) -> int:  # noqa: ANN401  as above
        """Return the number."""
        if isinstance(value, bool) or not isinstance(value, int) or not self.least <= value <= self.most:
            raise ValueError(self.wrong)
        return value


@dataclass(frozen=True, slots=True)
class Share:
    """A number from 0 to 1."""

    wrong: str

    def of_text(self, text: str) -> float:
        """Return the number."""
        return self.of_json(float(text))

    def of_json(self, value: Any) -> float:  # noqa: ANN401  as above
        """Return the number."""
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise ValueError(self.wrong)
        if not 0.0 <= value <= 1.0:
            raise ValueError(self.wrong)
        return float(value)


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    wrong: str

    def of_text(self, text: str) -> bool:
        """Return the value."""
        if text.lower() not in _BOOLEANS:
            raise ValueError(self.wrong)
        return _BOOLEANS[text.lower()]

    def of_json(self, value: Any) -> bool:  # noqa: ANN401  as above
        """Return the value."""
        if not isinstance(value, bool):
            raise ValueError(self.wrong)  # noqa: TRY004  the field's own sentence, told as the others are
        return value


@dataclass(frozen=True, slots=True)
class Words:
    """Words separated by commas, in a query only; which are known is for the operation to say."""

    wrong: str
    most: int = 32

    def of_text(self, text: str) -> tuple[str, ...]:
        """Return the words in their order, each once."""
        words = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
        if len(words) > self.most:
            raise ValueError(self.wrong)
        return words

    def of_json(self, value: Any) -> tuple[str, ...]:  # noqa: ANN401  as above
        """Raise `ValueError`: no body has such a field."""
        del value
        raise ValueError(self.wrong)


@dataclass(frozen=True, slots=True)
class Id:
    """A UUID, in lower case with its hyphens."""

    wrong: str

    def of_text(self, text: str) -> str:
        """Return the id."""
        return self.of_json(text)

    def of_json(self, value: Any) -> str:  # noqa: ANN401  as above
        """Return the id."""
        if not isinstance(value, str):
            raise ValueError(self.wrong)  # noqa: TRY004  as above
        return canonical_id(value, self.wrong)


@dataclass(frozen=True, slots=True)
class Ids:
    """A list of so many UUIDs. `wrong` is said of one that is none, `length` of a list too short or long."""

    wrong: str
    length: str
    least: int
    most: int

    def of_text(self, text: str) -> tuple[str, ...]:
        """Raise `ValueError`: no query has such a field."""
        raise ValueError(f"`{text[:20]}` is no list")

    def of_json(self, value: Any) -> tuple[str, ...]:  # noqa: ANN401  as above
        """Return the ids."""
        if not isinstance(value, list) or not self.least <= len(value) <= self.most:
            raise ValueError(self.length)
        one = Id(self.wrong)
        return tuple(one.of_json(item) for item in value)


@dataclass(frozen=True, slots=True)
class Rectangle:
    """`left,top,width,height` in whole pixels, in a query only."""

    wrong: str

    def of_text(self, text: str) -> tuple[int, int, int, int]:
        """Return the four numbers; width and height are above 0."""
        parts = text.split(",")
        if len(parts) != _SIDES or not all(_DIGITS.fullmatch(part.strip()) for part in parts):
            raise ValueError(self.wrong)
        left, top, width, height = (int(part) for part in parts)
        if left < 0 or top < 0 or width <= 0 or height <= 0:
            raise ValueError(self.wrong)
        return left, top, width, height

    def of_json(self, value: Any) -> tuple[int, int, int, int]:  # noqa: ANN401  as above
        """Raise `ValueError`: no body has such a field."""
        del value
        raise ValueError(self.wrong)


@dataclass(frozen=True, slots=True)
class Fields:
    """Members by name; those in `required` must be there. Members that are not known are passed over."""

    members: Mapping[str, Field] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def of_query(self, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
        """Return what stands in a query, or raise `AzureError`; a name that stands twice is no name."""
        names = [name for name, _ in pairs]
        found = dict(self.defaults)
        for name, text in pairs:
            if name in self.members:
                if names.count(name) > 1:
                    raise bad_argument(f"'{name}' is given more than once.")
                found[name] = _checked(self.members[name].of_text, text)
        return self._whole(found)

    def of_body(self, value: Any) -> dict[str, Any]:  # noqa: ANN401  as above
        """Return what stands in a body, or raise `AzureError`. Null is the same as nothing."""
        if not isinstance(value, dict):
            raise bad_argument("Request body is invalid.")
        found = dict(self.defaults)
        for name, one in self.members.items():
            if value.get(name) is not None:
                found[name] = _checked(one.of_json, value[name])
        return self._whole(found)

    def _whole(self, found: dict[str, Any]) -> dict[str, Any]:
        for name in sorted(self.required - set(found)):
            raise bad_argument(f"'{name}' is empty.")
        return found


def canonical_id(text: str, wrong: str) -> str:
    """Return a UUID as it is kept, or raise `ValueError`; braces and prefixes are none."""
    if len(text) != len(str(uuid.UUID(int=0))):
        raise ValueError(wrong)
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise ValueError(wrong) from None


def _checked(read: Any, value: Any) -> Any:  # noqa: ANN401  a field's way of reading, and what it reads
    try:
        return read(value)
    except ValueError as error:
        raise bad_argument(str(error)) from None


def _word(value: str, words: tuple[str, ...], wrong: str) -> str:
    known = {word.lower(): word for word in words}
    if value.lower() not in known:
        raise ValueError(wrong)
    return known[value.lower()]
