"""Leases: granted from a seed file or by an approval, stopped at once, let go on by another person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from countenance.errors import ConflictError, InvalidInputError, StateError
from countenance.vetting.access import ADMINISTRATORS, READERS, STAFF, Access
from countenance.vetting.documents import is_text
from countenance.vetting.listing import LeaseSearch, Listed, Span, lease_place, listed
from countenance.vetting.model import (
    Actor,
    Customer,
    Lease,
    LeaseChange,
    LeaseId,
    LeaseOrigin,
    LeaseVersion,
    Role,
)
from countenance.vetting.narrowing import is_narrowed
from countenance.vetting.ports import VettingWork
from countenance.vetting.reviewing import LONGEST_REASON, checked_reason
from countenance.vetting.seed import Seed
from countenance.vetting.versions import change_lease

STOPPERS = frozenset({Role.REVIEWER, Role.ADMINISTRATOR})
"""Who can stop a lease. To let it go on takes a reviewer, and another person than the one who stopped it."""

_SEEDED = "granted from a seed file"
_UNSAID = "no reason was given"


@dataclass(frozen=True, slots=True)
class GrantLeases:
    """Store the customers and leases of a seed file."""

    unit_of_work: Callable[[], VettingWork]
    clock: Callable[[], datetime]

    def __call__(self, actor: Actor, seed: Seed) -> tuple[Lease, ...]:
        """Return the leases that are new or changed, in the file's order; the rest stays as it is.

        What was stopped stays stopped. Raises `ForbiddenError`, and `ConflictError` where the file
        names a lease that an application was approved for, or would change its customer: a review
        is not undone by a file.
        """
        granted = []
        with self.unit_of_work() as work:
            access = Access(self.clock)
            access.role(work, actor, ADMINISTRATORS)
            for customer in seed.customers:
                _seed_customer(work, customer)
            for lease in seed.leases:
                held = work.leases.get(lease.id)
                if held is not None and held.origin is not LeaseOrigin.SEED:
                    raise ConflictError(f"lease `{lease.id}` does not come from a seed file")
                if held is not None and (_stopped(work, held) or _same(held, lease)):
                    continue
                reason = (LeaseChange.GRANTED, _SEEDED)
                granted.append(change_lease(work, actor, lease, reason, self.clock()))
            work.commit()
        return tuple(granted)


@dataclass(frozen=True, slots=True)
class SuspendLease:
    """The stop button: from the next question on, every process refuses what is asked under the lease."""

    unit_of_work: Callable[[], VettingWork]
    clock: Callable[[], datetime]

    def __call__(self, actor: Actor, lease_id: LeaseId, reason: str) -> Lease:
        """Return the suspended lease.

        Any reviewer may, and any administrator. Raises `ForbiddenError`, `NotFoundError`,
        `InvalidInputError` for a reason that is none, and `StateError` where it is stopped already.
        """
        text = checked_reason(reason)
        with self.unit_of_work() as work:
            access = Access(self.clock)
            lease = access.lease(work, actor, lease_id, STOPPERS)
            if lease.terms.suspended or lease.terms.revoked:
                raise StateError(f"lease `{lease_id}` is stopped already")
            stopped = replace(lease, terms=replace(lease.terms, suspended=True))
            stopped = change_lease(work, actor, stopped, (LeaseChange.SUSPENDED, text), self.clock())
            work.commit()
        return stopped


@dataclass(frozen=True, slots=True)
class ResumeLease:
    """Let a suspended lease go on: one person stops, another one lets go on."""

    unit_of_work: Callable[[], VettingWork]
    clock: Callable[[], datetime]

    def __call__(self, actor: Actor, lease_id: LeaseId, reason: str) -> Lease:
        """Return the lease, in force again.

        Raises `ForbiddenError`, `NotFoundError`, `InvalidInputError`, `StateError` where it is not
        suspended, and `SeparationError` for whoever stopped it, wrote its application, or belongs
        or belonged to its customer.
        """
        text = checked_reason(reason)
        with self.unit_of_work() as work:
            access = Access(self.clock)
            person = access.person(work, actor, frozenset({Role.REVIEWER}))
            lease = access.lease(work, actor, lease_id, frozenset({Role.REVIEWER}))
            if not lease.terms.suspended or lease.terms.revoked:
                raise StateError(f"lease `{lease_id}` is not suspended")
            last = work.lease_versions.of_lease(lease_id)[-1]
            if last.by == person:
                access.apart(
                    work, actor, "who stopped a lease does not let it go on: another one has to look"
                )
            access.outside(work, actor, lease)
            resumed = replace(lease, terms=replace(lease.terms, suspended=False))
            resumed = change_lease(work, actor, resumed, (LeaseChange.RESUMED, text), self.clock())
            work.commit()
        return resumed


@dataclass(frozen=True, slots=True)
class RevokeLease:
    """End a lease at once and for good: the next question of every process is answered without it."""

    unit_of_work: Callable[[], VettingWork]
    clock: Callable[[], datetime]

    def __call__(self, actor: Actor, lease_id: LeaseId, reason: str = _UNSAID) -> Lease:
        """Return the revoked lease, or raise `ForbiddenError`, `NotFoundError` or `InvalidInputError`.

        A second time changes nothing.
        """
        if not is_text(reason) or len(reason) > LONGEST_REASON:
            raise InvalidInputError("`reason` has characters that are no text, or too many")
        with self.unit_of_work() as work:
            access = Access(self.clock)
            lease = access.lease(work, actor, lease_id, STOPPERS)
            if lease.terms.revoked:
                return lease
            revoked = replace(lease, terms=replace(lease.terms, revoked=True))
            revoked = change_lease(work, actor, revoked, (LeaseChange.REVOKED, reason), self.clock())
            work.commit()
        return revoked


@dataclass(frozen=True, slots=True)
class ListLeases:
    """Show which leases there are, and how each came to be what it is."""

    unit_of_work: Callable[[], VettingWork]
    clock: Callable[[], datetime]

    def __call__(self, actor: Actor) -> tuple[Lease, ...]:
        """Return every lease, revoked and expired ones too, ordered by id, or raise `ForbiddenError`.

        Applicants see those of their customer.
        """
        with self.unit_of_work() as work:
            access = Access(self.clock)
            access.role(work, actor, READERS)
            if actor.role in STAFF:
                return work.leases.all()
            return tuple(
                lease for lease in work.leases.all() if access.is_theirs(work, actor, lease.customer_id)
            )

    def page(self, actor: Actor, sought: LeaseSearch, span: Span) -> Listed[Lease]:
        """Return a page of the leases that are sought and that the actor may see.

        Raises `ForbiddenError`.
        """
        with self.unit_of_work() as work:
            access = Access(self.clock)
            access.role(work, actor, READERS)
            wanted = sought
            if actor.role not in STAFF:
                own = actor.customer_id
                if (
                    own is None
                    or not access.is_theirs(work, actor, own)
                    or sought.customer_id not in {None, own}
                ):
                    return Listed(rows=(), total=0, before=None, after=None)
                wanted = replace(sought, customer_id=own)
            found = work.leases.page(wanted, replace(span, limit=span.limit + 1))
            places = tuple(lease_place(one, wanted.order) for one in found)
            return listed(found, work.leases.count(wanted), span, places)

    def one(self, actor: Actor, lease_id: LeaseId) -> Lease:
        """Return the lease, or raise `ForbiddenError` or `NotFoundError`."""
        with self.unit_of_work() as work:
            return Access(self.clock).lease(work, actor, lease_id, READERS)

    def history(self, actor: Actor, lease_id: LeaseId) -> tuple[LeaseVersion, ...]:
        """Return the lease's versions, the first one first, or raise `ForbiddenError` or `NotFoundError`."""
        with self.unit_of_work() as work:
            Access(self.clock).lease(work, actor, lease_id, READERS)
            return work.lease_versions.of_lease(lease_id)


def _stopped(work: VettingWork, held: Lease) -> bool:
    return held.terms.revoked or held.terms.suspended or is_narrowed(work, held)


def _same(held: Lease, lease: Lease) -> bool:
    """Tell whether the file says of a lease what is in force, its version and accepted terms of use aside."""
    return held == replace(lease, version=held.version, terms_of_use=held.terms_of_use)


def _seed_customer(work: VettingWork, customer: Customer) -> None:
    held = work.customers.get(customer.id)
    reviewed = bool(work.dossiers.of_customer(customer.id))
    if reviewed and held is not None and held != customer:
        raise ConflictError(f"customer `{customer.id}` has applied here: its record is amended, not seeded")
    work.customers.put(customer)
