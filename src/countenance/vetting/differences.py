"""What changed between two versions of an application, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from countenance.vetting.documents import Json, document_of
from countenance.vetting.use import Use


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A field (`oversight.training`) with what it said before and after, as JSON; None for nothing."""

    field: str
    before: Json
    after: Json


def differences(old: Use, new: Use) -> tuple[Difference, ...]:
    """Return the fields that differ, in the order in which a use names them."""
    return tuple(_differing("", document_of(old), document_of(new)))


def _differing(field: str, old: Json, new: Json) -> Iterator[Difference]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for name in old:
            yield from _differing(f"{field}.{name}" if field else name, old[name], new[name])
    else:
        yield Difference(field=field, before=old, after=new)
