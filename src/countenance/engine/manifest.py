"""Reads the fields of a TOML table strictly: what is missing, wrong or unknown is an error."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import TypeGuard

from countenance.errors import ModelManifestError

_CHANNELS = 3


@dataclass(slots=True)
class Fields:
    """A table being read.

    Every method raises `ModelManifestError` for a field that is missing or of another kind,
    and `finish` for one that nobody asked for: a misspelt field must not pass as a default.
    """

    values: dict[str, object]
    origin: str
    prefix: str = ""
    _read: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, values: object, *, origin: str, prefix: str = "") -> Fields:
        """Return the fields of `values`, which must be a table."""
        if not isinstance(values, dict):
            raise ModelManifestError(f"`{prefix.rstrip('.')}` in `{origin}` must be a table")
        return cls({str(key): value for key, value in values.items()}, origin, prefix)

    def has(self, name: str) -> bool:
        """Tell whether the field is there."""
        return name in self.values

    def text(self, name: str) -> str:
        """Return a text that is not empty."""
        value = self._take(name)
        if not isinstance(value, str) or not value.strip():
            raise self._error(name, "must be a text that is not empty")
        return value

    def optional_text(self, name: str) -> str | None:
        """Return a text that is not empty, or None where it is missing."""
        return self.text(name) if self.has(name) else None

    def matching(self, name: str, pattern: str) -> str:
        """Return a text that matches the whole of `pattern`."""
        value = self.text(name)
        if not re.fullmatch(pattern, value):
            raise self._error(name, f"must have the form `{pattern}`")
        return value

    def choice(self, name: str, allowed: Sequence[str]) -> str:
        """Return a text that is one of `allowed`."""
        value = self.text(name)
        if value not in allowed:
            raise self._error(name, "must be one of " + ", ".join(f"`{item}`" for item in allowed))
        return value

    def boolean(self, name: str) -> bool:
        """Return true or false."""
        value = self._take(name)
        if not isinstance(value, bool):
            raise self._error(name, "must be true or false")
        return value

    def integer(self, name: str) -> int:
        """Return a whole number above 0."""
        value = self._take(name)
        if not _is_count(value):
            raise self._error(name, "must be a whole number above 0")
        return value

    def optional_integer(self, name: str) -> int | None:
        """Return a whole number above 0, or None where it is missing."""
        return self.integer(name) if self.has(name) else None

    def integers(self, name: str) -> tuple[int, ...]:
        """Return a list of at least one whole number above 0."""
        value = self._take(name)
        if not isinstance(value, list) or not value or not all(_is_count(item) for item in value):
            raise self._error(name, "must be a list of whole numbers above 0")
        return tuple(value)

    def channel_numbers(self, name: str, *, otherwise: float) -> tuple[float, ...]:
        """Return three finite numbers, one a channel; each is `otherwise` where the field is missing."""
        if not self.has(name):
            return (otherwise,) * _CHANNELS
        value = self._take(name)
        if (
            not isinstance(value, list)
            or len(value) != _CHANNELS
            or not all(type(item) in (int, float) and isfinite(item) for item in value)
        ):
            raise self._error(name, "must be a list of three numbers")
        return tuple(float(item) for item in value)

    def table(self, name: str) -> Fields:
        """Return the fields of a table within this one."""
        return Fields.of(self._take(name), origin=self.origin, prefix=f"{self.prefix}{name}.")

    def finish(self) -> None:
        """Raise for a field that was not read."""
        for name in sorted(self.values.keys() - self._read):
            raise self._error(name, "is not a field of a model")

    def _take(self, name: str) -> object:
        """Return the field's value and remember that it was read."""
        if name not in self.values:
            raise self._error(name, "is missing")
        self._read.add(name)
        return self.values[name]

    def _error(self, name: str, fault: str) -> ModelManifestError:
        """Return the error that names the field and where it stands."""
        return ModelManifestError(f"`{self.prefix}{name}` in `{self.origin}` {fault}")


def _is_count(value: object) -> TypeGuard[int]:
    """Tell whether `value` is a whole number above 0; true is not one."""
    return type(value) is int and value > 0
