"""How long the references of a subject may be kept: computed, shown, and destroyed when it is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.model import Consent
from countenance.consent.notice import Notice, RetentionStart
from countenance.consent.retention import Kept, Retention, deadlines_of
from countenance.errors import ConcurrentWriteError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.policy.retention_terms import RetentionTerm, terms_for
from countenance.recognition.consents.giving import notice_of, notices_for
from countenance.recognition.erasure.erasing import Begun, Erase, Order
from countenance.recognition.erasure.holds import holds_on
from countenance.recognition.erasure.model import Cause
from countenance.recognition.model import Gallery
from countenance.recognition.ports import UnitOfWork
from countenance.vetting.model import Lease

SCHEDULE: Final = "retention"
"""Who is named on the ledger where nobody asked for a destruction but the clock."""

_PAGE: Final = 500
_SHORTEST_YEAR: Final = 365
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What one pass over every gallery came to.

    `held` are subjects whose deadline is over and whose destruction a legal hold keeps off, `busy`
    those that another writer was at, which the next pass looks at again.
    """

    destroyed: int
    held: int
    busy: int


@dataclass(frozen=True, slots=True)
class GalleryTerms:
    """What holds of every reference of a gallery: who keeps it, under which laws, and until when."""

    gallery: Gallery
    terms: tuple[RetentionTerm, ...]
    notices: tuple[Notice, ...]
    lease_id: str
    lease_ends: datetime

    def contact_before(self, now: datetime) -> datetime:
        """Return since when there must have been contact, so that no term of it can be over."""
        starts = {RetentionStart.LAST_INTERACTION}
        moments = [
            _days_back(now, _SHORTEST_YEAR * term.after_interaction)
            for term in self.terms
            if term.after_interaction
        ]
        moments += _since(self.notices, starts, now)
        return max(moments, default=_NEVER)

    def enrolled_before(self, now: datetime) -> datetime:
        """Return since when a reference must be there, so that no term from its capture can be over."""
        return max(_since(self.notices, {RetentionStart.CAPTURE}, now), default=_NEVER)


def terms_of(work: UnitOfWork, gallery: Gallery, now: datetime) -> GalleryTerms:
    """Return what holds of every reference of `gallery` now."""
    customer = work.customers.get(gallery.customer_id)
    leases = _covering(work, gallery)
    kinds = {customer.kind, *customer.acts_for} if customer is not None else set()
    kinds |= {kind for lease in leases for kind in lease.acts_for}
    last = max(leases, key=lambda lease: lease.terms.expires, default=None)
    return GalleryTerms(
        gallery=gallery,
        terms=terms_for(kinds, customer.jurisdictions, now.date()) if customer is not None else (),
        notices=notices_for(work, gallery),
        lease_id=last.id if last is not None else gallery.lease_id,
        lease_ends=last.terms.expires if last is not None else gallery.created,
    )


def retention_of(
    work: UnitOfWork, held: GalleryTerms, subject_id: SubjectId, now: datetime
) -> Retention | None:
    """Return until when the subject's references may be kept and why, or None where there are none."""
    gallery = held.gallery
    references = work.references.of_subject(gallery.id, subject_id)
    if not references:
        return None
    consent = work.consents.get(gallery.id, subject_id)
    kept = Kept(
        consent=consent,
        since=min(reference.enrolled for reference in references),
        interactions=work.retention.interactions(gallery.id, subject_id),
        notice=notice_of(work, gallery, consent.notice) if consent is not None else None,
        terms=held.terms,
        lease_id=held.lease_id,
        lease_ends=held.lease_ends,
    )
    return Retention(
        gallery_id=gallery.id,
        subject_id=subject_id,
        references=tuple(reference.id for reference in references),
        deadlines=deadlines_of(kept),
        held_by=holds_on(work, gallery.id, subject_id, now),
    )


@dataclass(frozen=True, slots=True)
class DestroyDue:
    """Destroy every reference whose deadline is over, through the same erasure as a withdrawal.

    Each subject is one transaction that looks again before it destroys, so that passes may be
    missed, repeated, and made by several processes at once. What a legal hold keeps is not destroyed,
    and not used either: its consent ends at the deadline, so that it takes part in no comparison.
    """

    clock: Callable[[], datetime]
    erase: Erase
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, *, actor_id: str = SCHEDULE) -> Sweep:
        """Make one pass and return what it came to. Raises `StorageError`."""
        destroyed = held = busy = 0
        for gallery_id in self._galleries():
            for subject_id in self.candidates(gallery_id):
                try:
                    done = self._one(gallery_id, subject_id, actor_id)
                except ConcurrentWriteError:
                    busy += 1
                else:
                    destroyed += done is True
                    held += done is False
        return Sweep(destroyed=destroyed, held=held, busy=busy)

    def _galleries(self) -> tuple[GalleryId, ...]:
        with self.unit_of_work() as work:
            customers = work.customers.all()
            return tuple(
                gallery.id for customer in customers for gallery in work.galleries.of_customer(customer.id)
            )

    def candidates(self, gallery_id: GalleryId) -> Iterator[SubjectId]:
        """Yield everybody whose deadline may be over: cheap where it is nobody's."""
        after: SubjectId | None = None
        while True:
            with self.unit_of_work() as work:
                now = self.clock()
                gallery = work.galleries.get(gallery_id)
                if gallery is None:
                    return
                held = terms_of(work, gallery, now)
                page = self._page(work, held, after, now)
                first = after is None
                lapsed = work.consents.lapsed(gallery_id, now) if first else frozenset()
            yield from sorted(lapsed)
            yield from (subject_id for subject_id in page if subject_id not in lapsed)
            if len(page) < _PAGE:
                return
            after = page[-1]

    def _page(
        self, work: UnitOfWork, held: GalleryTerms, after: SubjectId | None, now: datetime
    ) -> tuple[SubjectId, ...]:
        if held.lease_ends <= now:
            return work.references.subjects(held.gallery.id, after=after, limit=_PAGE)
        return work.retention.waiting(
            held.gallery.id,
            before=(held.contact_before(now), held.enrolled_before(now)),
            after=after,
            limit=_PAGE,
        )

    def _one(self, gallery_id: GalleryId, subject_id: SubjectId, actor_id: str) -> bool | None:
        """Return True for one that was destroyed, False where a hold kept it, None if nothing is due."""
        begun = self._begun(gallery_id, subject_id, actor_id)
        if isinstance(begun, Begun):
            self.erase.finish(begun)
            return True
        return begun

    def _begun(self, gallery_id: GalleryId, subject_id: SubjectId, actor_id: str) -> Begun | bool | None:
        with self.unit_of_work() as work:
            work.become_writer()
            now = self.clock()
            gallery = work.galleries.get(gallery_id)
            if gallery is None:
                return None
            found = retention_of(work, terms_of(work, gallery, now), subject_id, now)
            if found is None or not found.due(now):
                return None
            ended = _end_use(work, found, now)
            if found.held_by:
                if ended:
                    work.ledger.append(_held_entry(work, found, now))
                    work.commit()
                return False
            order = Order(
                gallery=gallery, subject_id=subject_id, cause=Cause.RETENTION_ENDED, actor_id=actor_id
            )
            begun = self.erase.begin(work, order)
            work.commit()
        return begun


def _end_use(work: UnitOfWork, found: Retention, now: datetime) -> bool:
    """End the consent of a subject whose time is over; tell whether it still held."""
    consent: Consent | None = work.consents.get(found.gallery_id, found.subject_id)
    deadline = found.deadline
    if consent is None or deadline is None or not consent.valid_at(now):
        return False
    work.consents.put(replace(consent, expires=max(consent.given, deadline.at)))
    return True


def _held_entry(work: UnitOfWork, found: Retention, now: datetime) -> Entry:
    commitment = work.references.commitment(found.gallery_id, found.subject_id)
    deadline = found.deadline
    fields: dict[str, JsonValue] = {
        "gallery": found.gallery_id,
        "subject": commitment.hex() if commitment is not None else None,
        "holds": tuple(hold.id for hold in found.held_by),
        "because": deadline.source.value if deadline is not None else None,
        "rule": deadline.rule if deadline is not None else None,
    }
    return Entry(EventType.RETENTION_HELD, now, fields)


def _covering(work: UnitOfWork, gallery: Gallery) -> list[Lease]:
    """Return the customer's leases that cover the gallery; one that was revoked only if no other does.

    Where none names it any more, the lease counts that it was made under.
    """
    found = [
        lease
        for lease in work.leases.all()
        if lease.customer_id == gallery.customer_id and gallery.id in lease.terms.galleries
    ]
    own = work.leases.get(gallery.lease_id)
    return (
        [lease for lease in found if not lease.terms.revoked] or found or ([own] if own is not None else [])
    )


def _since(notices: tuple[Notice, ...], starts: set[RetentionStart], now: datetime) -> list[datetime]:
    days = [one.draft.retention_days for one in notices if one.draft.retention_from in starts]
    return [_days_back(now, day) for day in days]


def _days_back(now: datetime, days: int) -> datetime:
    """Return the midnight after the same moment so many days ago: whoever was seen before it may be due."""
    return datetime.fromordinal(max(now.astimezone(UTC).toordinal() - days + 1, 1)).replace(tzinfo=UTC)
