"""Incidents: opened by people and by the program's own checks, resolved by people who did not open them.

While one is open, the gate refuses what it stops, for everybody and on every way in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from countenance.biometrics.model import GalleryId
from countenance.errors import InvalidInputError, NotFoundError, StateError
from countenance.ledger import Entry, EventType, FieldValue, JsonValue, Person
from countenance.oversight.incidents import (
    EVERYWHERE,
    Incident,
    IncidentId,
    IncidentKind,
    Resolution,
    Scope,
    ScopeKind,
)
from countenance.policy.model import Stop
from countenance.recognition.ports import UnitOfWork
from countenance.vetting.access import REVIEWERS_ONLY, STAFF, Access
from countenance.vetting.model import Actor, CustomerId, Lease, LeaseId, Role
from countenance.vetting.narrowing import Narrowing, narrow_lease, restore_lease
from countenance.vetting.reviewing import checked_reason

MONITOR: Final = Actor(id="monitor", role=Role.ADMINISTRATOR, lease_id=None)
"""The program's own checks, where they open an incident or narrow a lease. They do nothing else."""

OPENERS: Final = frozenset({Role.REVIEWER, Role.ADMINISTRATOR})
MOST: Final = 200
"""Incidents on one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found wrong: `evidence` is the SHA-256 (hex) of what it rests on, or empty.

    With `narrowing`, the lease that `scope` names is made narrower in the same transaction.
    """

    kind: IncidentKind
    reason: str
    scope: Scope = EVERYWHERE
    stops: Stop | None = None
    evidence: str = ""
    narrowing: Narrowing | None = None


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """Say that something went wrong, and stop what must not go on."""

    access: Access
    unit_of_work: Callable[[], UnitOfWork]
    new_id: Callable[[str], str]

    def __call__(self, actor: Actor, found: Found) -> Incident:
        """Return the incident, open from now on.

        Roles: reviewer and administrator, as persons. Raises `ForbiddenError`, `NotFoundError`
        for a scope that names nothing, and `InvalidInputError`.
        """
        checked_reason(found.reason)
        with self.unit_of_work() as work:
            person = self.access.person(work, actor, OPENERS)
            incident = self.within(work, actor, found, by=person)
            work.commit()
        return incident

    def by_machine(self, found: Found, *, by: str) -> Incident:
        """Return the incident that the check `by` found, or the one that is open for the same already.

        Raises `NotFoundError` for a scope that names nothing.
        """
        with self.unit_of_work() as work:
            work.become_writer()
            incident = self.within(work, MONITOR, found, by=by)
            work.commit()
        return incident

    def within(self, work: UnitOfWork, actor: Actor, found: Found, *, by: str) -> Incident:
        """Do the same inside `work`, which the caller commits; whether `by` may is the caller's to know."""
        lease = _named(work, found.scope)
        if found.narrowing is not None and lease is None:
            raise InvalidInputError("a lease is narrowed by an incident whose scope is that lease")
        same = [one for one in work.incidents.open() if _same(one, found)]
        if same:
            return same[0]
        now = self.access.clock()
        narrower = None
        if found.narrowing is not None and lease is not None:
            narrower = narrow_lease(work, actor, lease, (found.narrowing, found.reason), now)
        incident = Incident(
            id=IncidentId(self.new_id("inc")),
            kind=found.kind,
            scope=found.scope,
            stops=found.stops,
            opened=now,
            by=by,
            reason=found.reason,
            evidence=found.evidence,
            lease=narrower.id if narrower is not None else None,
            narrowed_version=narrower.version if narrower is not None else None,
        )
        work.incidents.put(incident)
        work.ledger.append(Entry(EventType.INCIDENT_OPENED, now, _opened(incident, actor)))
        return incident


@dataclass(frozen=True, slots=True)
class ResolveIncident:
    """Close an incident: what it stopped goes on, and the lease is given back what it lost if one says so."""

    access: Access
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(
        self, actor: Actor, incident_id: IncidentId, reason: str, *, restore: bool = False
    ) -> Incident:
        """Return the resolved incident; with `restore` the lease that was narrowed is what it was before.

        Raises `ForbiddenError`, `NotFoundError`, `InvalidInputError` for a reason that is none,
        `StateError` where it is resolved already or there is nothing to restore, and
        `SeparationError` for whoever opened it and whoever belongs to the customer that it concerns.
        """
        text = checked_reason(reason)
        with self.unit_of_work() as work:
            person = self.access.person(work, actor, REVIEWERS_ONLY)
            incident = work.incidents.get(incident_id)
            if incident is None:
                self.access.refuse(work, actor, "incident", f"no incident `{incident_id}`")
            if incident.resolution is not None:
                raise StateError(f"incident `{incident_id}` is resolved already")
            if incident.by == person:
                self.access.apart(
                    work, actor, "who opened an incident does not resolve it: another one looks"
                )
            self._outside(work, actor, incident)
            now = self.access.clock()
            if restore:
                self._restore(work, actor, incident, text)
            resolution = Resolution(by=person, reason=text, at=now, restored=restore)
            resolved = replace(incident, resolution=resolution)
            work.incidents.put(resolved)
            work.ledger.append(Entry(EventType.INCIDENT_RESOLVED, now, _resolved(resolved, actor)))
            work.commit()
        return resolved

    def _outside(self, work: UnitOfWork, actor: Actor, incident: Incident) -> None:
        """Return if the actor has no part in whom the incident concerns."""
        customer = customer_of(work, incident.scope)
        if customer is None:
            return
        if any(member.person == actor.person for member in work.dossiers.members(customer)):
            self.access.apart(work, actor, "who belongs or belonged to the customer does not resolve it")
        lease = _lease_of(work, incident)
        if lease is not None:
            self.access.outside(work, actor, lease)

    def _restore(self, work: UnitOfWork, actor: Actor, incident: Incident, reason: str) -> None:
        lease = work.leases.get(LeaseId(incident.lease)) if incident.lease is not None else None
        if lease is None:
            raise StateError(f"incident `{incident.id}` has narrowed no lease")
        if lease.version != incident.narrowed_version:
            raise StateError(f"lease `{lease.id}` has changed since: a review decides on it")
        restore_lease(work, actor, lease, reason, self.access.clock())


@dataclass(frozen=True, slots=True)
class ReadIncidents:
    """Show what went wrong: to staff everything, to operators and applicants what concerns them."""

    access: Access
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(
        self, actor: Actor, *, only_open: bool = False, skip: int = 0, limit: int = MOST
    ) -> tuple[Incident, ...]:
        """Return up to `limit` incidents after the first `skip`, the newest first.

        Raises `InvalidInputError` for a page that is none.
        """
        if not 1 <= limit <= MOST or skip < 0:
            raise InvalidInputError(f"a page has 1 to {MOST} incidents")
        with self.unit_of_work() as work:
            if actor.role in STAFF and not only_open:
                return work.incidents.all(skip=skip, limit=limit)
            seen = [one for one in reversed(work.incidents.open()) if self._visible(work, actor, one)]
            return tuple(seen[skip : skip + limit])

    def one(self, actor: Actor, incident_id: IncidentId) -> Incident:
        """Return the incident, or record and raise `NotFoundError`."""
        with self.unit_of_work() as work:
            incident = work.incidents.get(incident_id)
            if incident is None or not self._visible(work, actor, incident):
                self.access.refuse(work, actor, "incident", f"no incident `{incident_id}`")
            return incident

    def _visible(self, work: UnitOfWork, actor: Actor, incident: Incident) -> bool:
        if actor.role in STAFF:
            return True
        lease = work.leases.get(actor.lease_id) if actor.lease_id is not None else None
        customer = lease.customer_id if lease is not None else actor.customer_id
        if customer is None:
            return False
        if lease is None and not self.access.is_theirs(work, actor, customer):
            return False
        return incident.scope == EVERYWHERE or customer_of(work, incident.scope) == customer


def customer_of(work: UnitOfWork, scope: Scope) -> CustomerId | None:
    """Return the customer that `scope` concerns, None for all of them or one that is not there."""
    match scope.kind, scope.of:
        case ScopeKind.CUSTOMER, str(name):
            return CustomerId(name)
        case ScopeKind.LEASE, str(name):
            lease = work.leases.get(LeaseId(name))
            return lease.customer_id if lease is not None else None
        case ScopeKind.GALLERY, str(name):
            gallery = work.galleries.get(GalleryId(name))
            return gallery.customer_id if gallery is not None else None
    return None


def _named(work: UnitOfWork, scope: Scope) -> Lease | None:
    """Return the lease that `scope` names, if it names one; raises `NotFoundError` for what is not there."""
    if scope.kind is ScopeKind.INSTALLATION:
        return None
    name = str(scope.of)
    held: object = None
    if scope.kind is ScopeKind.CUSTOMER:
        held = work.customers.get(CustomerId(name))
    elif scope.kind is ScopeKind.GALLERY:
        held = work.galleries.get(GalleryId(name))
    else:
        lease = held = work.leases.get(LeaseId(name))
        if lease is not None:
            return lease
    if held is None:
        raise NotFoundError(f"no {scope.kind} `{name}`")
    return None


def _lease_of(work: UnitOfWork, incident: Incident) -> Lease | None:
    if incident.scope.kind is ScopeKind.LEASE:
        return work.leases.get(LeaseId(str(incident.scope.of)))
    return None


def _same(incident: Incident, found: Found) -> bool:
    return (incident.kind, incident.scope, incident.stops) == (found.kind, found.scope, found.stops)


def _opened(incident: Incident, actor: Actor) -> dict[str, FieldValue]:
    """Return what the ledger is to say: words, ids and digests, and none of what people wrote."""
    return {
        "incident": incident.id,
        "kind": incident.kind.value,
        "scope": incident.scope.kind.value,
        "of": incident.scope.of,
        "stops": incident.stops.value if incident.stops is not None else None,
        "lease": incident.lease,
        "narrowed_version": incident.narrowed_version,
        "evidence": incident.evidence or None,
        "actor": actor.id,
        "by": Person(incident.by) if actor.person is not None else incident.by,
    }


def _resolved(incident: Incident, actor: Actor) -> dict[str, JsonValue]:
    restored = incident.resolution is not None and incident.resolution.restored
    return {
        "incident": incident.id,
        "kind": incident.kind.value,
        "restored": restored,
        "lease": incident.lease,
        "actor": actor.id,
    }
