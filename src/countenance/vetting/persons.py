"""Persons by their ids: what separation of duties compares."""

from __future__ import annotations

import re
from typing import Final

from countenance.errors import InvalidInputError
from countenance.vetting.model import PersonId

_PERSON: Final = re.compile(r"[a-z0-9][a-z0-9._@:-]{0,127}")
PERSON_PATTERN: Final = f"^{_PERSON.pattern}$"


def checked_person(person: str) -> PersonId:
    """Return a person's id, or raise `InvalidInputError`; small letters, so that nobody is two people."""
    if not _PERSON.fullmatch(person):
        raise InvalidInputError(
            "a person's id has small letters, digits, `.`, `_`, `-`, `@` and `:`, at most 128"
        )
    return PersonId(person)
