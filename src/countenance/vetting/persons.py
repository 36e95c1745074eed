"""Persons by their ids: what separation of duties compares, and what stands for them on the ledger."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from countenance.errors import InvalidInputError
from countenance.vetting.authority import require_role
from countenance.vetting.model import Actor, PersonId, Role
from countenance.vetting.ports import VettingWork

_PERSON: Final = re.compile(r"[a-z0-9][a-z0-9._@:-]{0,127}")
PERSON_PATTERN: Final = f"^{_PERSON.pattern}$"
OVERSEERS: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


def checked_person(person: str) -> PersonId:
    """Return a person's id, or raise `InvalidInputError`; small letters, so that nobody is two people."""
    if not _PERSON.fullmatch(person):
        raise InvalidInputError(
            "a person's id has small letters, digits, `.`, `_`, `-`, `@` and `:`, at most 128"
        )
    return PersonId(person)


@dataclass(frozen=True, slots=True)
class ReadPseudonyms:
    """Tell who is meant on the ledger, which names nobody."""

    unit_of_work: Callable[[], VettingWork]
    clock: Callable[[], datetime]

    def __call__(self, actor: Actor, person: str) -> str:
        """Return what stands for a person in entries that are written now, whether there is one or not.

        Everybody may ask about themselves. Raises `ForbiddenError` and `InvalidInputError`.
        """
        named = checked_person(person)
        with self.unit_of_work() as work:
            if actor.person != named:
                require_role(work, actor, OVERSEERS, self.clock())
            return work.ledger.pseudonym(named)
