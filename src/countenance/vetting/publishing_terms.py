"""The operator's own terms of use: published once, never changed, binding from a grace date on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from countenance.errors import AlreadyExistsError, InvalidInputError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.vetting.access import ADMINISTRATORS, Access
from countenance.vetting.documents import is_text
from countenance.vetting.model import Actor
from countenance.vetting.ports import VettingWork
from countenance.vetting.rereading import Reread
from countenance.vetting.terms_of_use import Published, TermsOfUse

SHORTEST_GRACE: Final = timedelta(days=7)
LONGEST_GRACE: Final = timedelta(days=365)
SHORTEST_TEXT: Final = 200
LONGEST_TEXT: Final = 50_000
MOST: Final = 100
"""Versions that an operator can publish; each stays for ever."""

_LONGEST_SUMMARY: Final = 500
_VERSION: Final = re.compile(r"[a-z][a-z0-9.-]{1,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTerms:
    """What is published: from `binding` on, leases that accepted an older version only are refused.

    `version` is 2 to 32 small letters, digits, dots and dashes and begins with a letter, since
    numbers are the program's own. `text` is Markdown.
    """

    version: str
    summary: str
    text: str
    binding: datetime


@dataclass(slots=True)
class TermsInForce(Reread[tuple[TermsOfUse, ...]]):
    """Every version: those that come with the program and those that the operator published."""

    unit_of_work: Callable[[], VettingWork]
    shipped: Published

    def newest(self) -> tuple[TermsOfUse, ...]:
        """Return every version, the oldest first."""
        with self.unit_of_work() as work:
            own = work.published_terms.all()
        return tuple(sorted((*self.shipped(), *own), key=lambda one: one.published))


@dataclass(frozen=True, slots=True)
class PublishTerms:
    """Publish a version. Each lease is asked to accept it, and refused from the grace date on until then."""

    access: Access
    published: Published
    unit_of_work: Callable[[], VettingWork]

    def __call__(self, actor: Actor, asked: NewTerms) -> TermsOfUse:
        """Return the version, which is the newest from now on.

        Raises `ForbiddenError`, `AlreadyExistsError` for a version that was ever published, and
        `InvalidInputError`.
        """
        now = self.access.clock()
        with self.unit_of_work() as work:
            work.become_writer()
            self.access.person(work, actor, ADMINISTRATORS)
            _check(asked, now)
            own = work.published_terms.all()
            if len(own) >= MOST:
                raise InvalidInputError(f"an operator publishes at most {MOST} versions")
            if asked.version in {one.version for one in (*own, *self.published())}:
                raise AlreadyExistsError(f"terms of use `{asked.version}` were published already")
            terms = TermsOfUse(
                version=asked.version,
                published=now,
                binding=asked.binding,
                summary=asked.summary.strip(),
                text=asked.text.strip() + "\n",
            )
            work.published_terms.add(terms)
            fields: dict[str, JsonValue] = {
                "version": terms.version,
                "digest": terms.digest,
                "binding": asked.binding.isoformat(),
                "actor": actor.id,
            }
            work.ledger.append(Entry(EventType.TERMS_PUBLISHED, now, fields))
            work.commit()
        if isinstance(self.published, TermsInForce):
            self.published.read()
        return terms


def _check(asked: NewTerms, now: datetime) -> None:
    if not _VERSION.fullmatch(asked.version):
        raise InvalidInputError(
            "`version` has 2 to 32 small letters, digits, dots and dashes, and begins with a letter"
        )
    if not is_text(asked.summary) or not 0 < len(asked.summary.strip()) <= _LONGEST_SUMMARY:
        raise InvalidInputError(f"`summary` says in at most {_LONGEST_SUMMARY} characters what is new")
    text = asked.text.strip()
    if not is_text(text) or not SHORTEST_TEXT <= len(text) <= LONGEST_TEXT:
        raise InvalidInputError(f"`text` has {SHORTEST_TEXT} to {LONGEST_TEXT} characters")
    if asked.binding.utcoffset() is None:
        raise InvalidInputError("`binding` is a moment with its zone")
    if not now + SHORTEST_GRACE <= asked.binding <= now + LONGEST_GRACE:
        days = f"{SHORTEST_GRACE.days} to {LONGEST_GRACE.days} days"
        raise InvalidInputError(
            f"`binding` lies {days} ahead: people have to be able to read what they accept"
        )
