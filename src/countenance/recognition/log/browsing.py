"""Looking through the record as a person does: pages of decisions, of entries, of galleries."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from countenance.recognition.acts.galleries import GalleryView
from countenance.recognition.model import DecisionRecord, DecisionSearch, GallerySearch, gallery_place
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.listing import Listed, Span, listed
from countenance.vetting.model import Actor, Role

READERS: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.REVIEWER})
"""Who looks through decisions and galleries. Examiners do not: what they judge, they judge blind."""

_RELATED_WITHIN: Final = 2_000
_STAFF: Final = READERS | {Role.EXAMINER}
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPage:
    """Decisions of one page, and how many there are behind all pages."""

    records: tuple[DecisionRecord, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEntry:
    """An entry with its index: the canonical bytes, and what they say."""

    index: int
    leaf: bytes
    document: Mapping[str, Any]

    @classmethod
    def read(cls, index: int, leaf: bytes) -> LoggedEntry:
        """Return the entry whose canonical bytes are `leaf`."""
        return cls(index=index, leaf=leaf, document=json.loads(leaf))


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What was asked within the last 24 hours."""

    permitted: int
    refused: int


@dataclass(frozen=True, slots=True)
class Browse:
    """Show pages of the record to staff whose work it is."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def decisions(self, actor: Actor, sought: DecisionSearch, *, skip: int, limit: int) -> DecisionPage:
        """Return a page of the decisions sought, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, READERS)
            return DecisionPage(
                records=work.decisions.search(sought, skip=skip, limit=limit),
                total=work.decisions.count(sought),
            )

    def last_day(self, actor: Actor) -> Day:
        """Return how many acts were permitted and refused within 24 hours, or raise `ForbiddenError`."""
        since = self.standing.clock() - _DAY
        with self.unit_of_work() as work:
            self.standing.role(work, actor, READERS)
            permitted, refused = (
                work.decisions.count(DecisionSearch(since=since, permitted=outcome))
                for outcome in (True, False)
            )
        return Day(permitted=permitted, refused=refused)

    def related(self, actor: Actor, record: DecisionRecord) -> tuple[LoggedEntry, ...]:
        """Return the entries that speak of a decision, its own first, among the two thousand after it."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, READERS)
            stop = min(work.ledger.size(), record.entry + _RELATED_WITHIN)
            entries = _entries(work, record.entry, stop)
        return tuple(entry for entry in entries if entry.document.get("decision") == record.id)

    def entries(self, actor: Actor, start: int, stop: int) -> tuple[LoggedEntry, ...]:
        """Return the entries from `start` up to `stop` as far as there are any, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _STAFF)
            return _entries(work, max(0, start), min(stop, work.ledger.size()))

    def ledger_size(self, actor: Actor) -> int:
        """Return the number of entries, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _STAFF)
            return work.ledger.size()

    def galleries(self, actor: Actor) -> tuple[GalleryView, ...]:
        """Return the galleries of every customer, ordered by customer and id, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, READERS)
            return tuple(
                GalleryView(gallery=gallery, subjects=work.references.subject_count(gallery.id))
                for customer in work.customers.all()
                for gallery in work.galleries.of_customer(customer.id)
            )

    def galleries_page(self, actor: Actor, sought: GallerySearch, span: Span) -> Listed[GalleryView]:
        """Return a page of the galleries that are sought, of every customer, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, READERS)
            found = tuple(
                GalleryView(gallery=gallery, subjects=work.references.subject_count(gallery.id))
                for gallery in work.galleries.page(sought, replace(span, limit=span.limit + 1))
            )
            places = tuple(gallery_place(view.gallery, view.subjects, sought.order) for view in found)
            return listed(found, work.galleries.count(sought), span, places)


def _entries(work: UnitOfWork, start: int, stop: int) -> tuple[LoggedEntry, ...]:
    if start >= stop:
        return ()
    leaves = work.ledger.leaves(start, stop)
    return tuple(LoggedEntry.read(index, leaf) for index, leaf in enumerate(leaves, start=start))
