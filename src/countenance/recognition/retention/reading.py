"""Showing deadlines to operators, and recording what they are counted from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Final

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.retention import Interactions, Retention
from countenance.ledger import Entry, EventType
from countenance.recognition.erasure.holds import gallery_for
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.retention.deadlines import DestroyDue, Sweep, retention_of, terms_of
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

_OPERATES = frozenset({Role.OPERATOR})
_READS = frozenset({Role.OPERATOR, Role.AUDITOR})

MOST_DUE: Final = 500
MOST_SOUGHT: Final = 5_000
"""Subjects on one list of what is due, and those that are looked at for it."""


@dataclass(frozen=True, slots=True)
class ReadRetention:
    """Tell until when references may be kept, and why no longer."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def one(self, actor: Actor, gallery_id: GalleryId, subject_id: SubjectId) -> Retention:
        """Return the deadlines of an enrolled subject, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            gallery = gallery_for(self.standing, work, actor, gallery_id, _READS)
            now = self.standing.clock()
            found = retention_of(work, terms_of(work, gallery, now), subject_id, now)
            if found is None:
                self.standing.refuse(work, actor, "subject", f"no subject `{subject_id}`")
            return found

    def page(
        self, actor: Actor, gallery_id: GalleryId, *, after: SubjectId | None, limit: int
    ) -> tuple[Retention, ...]:
        """Return a page of the deadlines of a gallery's subjects, ordered by id, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            gallery = gallery_for(self.standing, work, actor, gallery_id, _READS)
            now = self.standing.clock()
            held = terms_of(work, gallery, now)
            subjects = work.references.subjects(gallery.id, after=after, limit=limit)
            found = (retention_of(work, held, subject_id, now) for subject_id in subjects)
            return tuple(one for one in found if one is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueList:
    """Subjects whose references are due by a moment, the soonest first; `more` says that it was cut off."""

    due: tuple[Retention, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class ListDue:
    """Tell what is due next in a gallery, by the same search that destroys what is due."""

    standing: Standing
    destroy: DestroyDue
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, gallery_id: GalleryId, *, until: datetime) -> DueList:
        """Return up to 500 subjects whose deadline is not after `until`, or raise `NotFoundError`.

        Counted as rules and leases stand now. Up to 5,000 that may be due are looked at; whoever is
        overdue or lapses first comes first among them.
        """
        with self.unit_of_work() as work:
            gallery_for(self.standing, work, actor, gallery_id, _READS)
        ahead = replace(self.destroy, clock=lambda: until)
        sought = tuple(islice(ahead.candidates(gallery_id), MOST_SOUGHT + 1))
        with self.unit_of_work() as work:
            gallery = gallery_for(self.standing, work, actor, gallery_id, _READS)
            now = self.standing.clock()
            held = terms_of(work, gallery, now)
            found = [retention_of(work, held, subject_id, now) for subject_id in sought[:MOST_SOUGHT]]
        due = sorted((one for one in found if one is not None and one.due(until)), key=_soonest)
        more = len(due) > MOST_DUE or len(sought) > MOST_SOUGHT
        return DueList(due=tuple(due[:MOST_DUE]), more=more)


def _soonest(one: Retention) -> tuple[datetime, str]:
    if one.deadline is None:
        raise ValueError("what has no deadline is never due")
    return one.deadline.at, one.subject_id


@dataclass(frozen=True, slots=True)
class RecordContact:
    """Record what retention counts from: contact with a subject, and the end of the purpose."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def interaction(self, actor: Actor, gallery_id: GalleryId, subject_id: SubjectId) -> Interactions:
        """Record that the subject was in contact with the customer now; raises `NotFoundError`."""
        return self._change(
            actor, gallery_id, subject_id, lambda held, now: replace(held, last_interaction=now)
        )

    def purpose_satisfied(self, actor: Actor, gallery_id: GalleryId, subject_id: SubjectId) -> Interactions:
        """Record that the purpose is met now, so that nothing is needed any more; raises `NotFoundError`.

        Said again, it stays the moment that was recorded first.
        """
        return self._change(
            actor,
            gallery_id,
            subject_id,
            lambda held, now: replace(held, purpose_satisfied=held.purpose_satisfied or now),
        )

    def _change(
        self,
        actor: Actor,
        gallery_id: GalleryId,
        subject_id: SubjectId,
        change: Callable[[Interactions, datetime], Interactions],
    ) -> Interactions:
        with self.unit_of_work() as work:
            gallery = self.standing.gallery(work, actor, gallery_id, _OPERATES)
            commitment = work.references.commitment(gallery.id, subject_id)
            if commitment is None:
                self.standing.refuse(work, actor, "subject", f"no subject `{subject_id}`")
            now = self.standing.clock()
            held = work.retention.interactions(gallery.id, subject_id)
            changed = change(held, now)
            work.retention.put_interactions(changed)
            if changed.purpose_satisfied != held.purpose_satisfied:
                fields = {"gallery": gallery.id, "subject": commitment.hex(), "actor": actor.id}
                work.ledger.append(Entry(EventType.PURPOSE_SATISFIED, now, fields))
            work.commit()
        return changed


@dataclass(frozen=True, slots=True)
class RunRetention:
    """Make a pass now, on the word of whoever runs the installation."""

    standing: Standing
    destroy: DestroyDue
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor) -> Sweep:
        """Return what the pass came to, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, frozenset({Role.ADMINISTRATOR}))
        return self.destroy(actor_id=actor.id)
