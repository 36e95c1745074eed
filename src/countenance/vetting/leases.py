"""Leases: granted from a seed file, revoked at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from countenance.errors import NotFoundError
from countenance.ledger import Entry, EventType
from countenance.vetting.authority import require_role
from countenance.vetting.model import Actor, Lease, LeaseId, Role
from countenance.vetting.ports import VettingWork
from countenance.vetting.seed import Seed, terms_digest

ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class GrantLeases:
    """Store the customers and leases of a seed file."""

    unit_of_work: Callable[[], VettingWork]
    clock: Callable[[], datetime]

    def __call__(self, actor: Actor, seed: Seed) -> tuple[Lease, ...]:
        """Return the leases that are new or changed, in the file's order; the rest stays as it is."""
        granted = []
        with self.unit_of_work() as work:
            require_role(work, actor, ADMINISTRATORS, self.clock())
            for customer in seed.customers:
                work.customers.put(customer)
            for lease in seed.leases:
                held = work.leases.get(lease.id)
                if held == lease or (held is not None and held.terms.revoked):
                    continue
                work.leases.put(lease)
                fields = {
                    "lease": lease.id,
                    "customer": lease.customer_id,
                    "terms": terms_digest(lease),
                    "expires": lease.terms.expires.isoformat(),
                    "actor": actor.id,
                }
                work.ledger.append(Entry(EventType.LEASE_GRANTED, self.clock(), fields))
                granted.append(lease)
            work.commit()
        return tuple(granted)


@dataclass(frozen=True, slots=True)
class RevokeLease:
    """End a lease at once: the next question of every process is answered without it."""

    unit_of_work: Callable[[], VettingWork]
    clock: Callable[[], datetime]

    def __call__(self, actor: Actor, lease_id: LeaseId) -> Lease:
        """Return the revoked lease, or raise `ForbiddenError` or `NotFoundError`."""
        with self.unit_of_work() as work:
            require_role(work, actor, ADMINISTRATORS, self.clock())
            lease = work.leases.get(lease_id)
            if lease is None:
                raise NotFoundError(f"no lease `{lease_id}`")
            revoked = replace(lease, terms=replace(lease.terms, revoked=True))
            work.leases.put(revoked)
            fields = {"lease": lease_id, "actor": actor.id}
            work.ledger.append(Entry(EventType.LEASE_REVOKED, self.clock(), fields))
            work.commit()
        return revoked


@dataclass(frozen=True, slots=True)
class ListLeases:
    """Show which leases there are."""

    unit_of_work: Callable[[], VettingWork]
    clock: Callable[[], datetime]

    def __call__(self, actor: Actor) -> tuple[Lease, ...]:
        """Return every lease, revoked and expired ones too, ordered by id, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            require_role(work, actor, ADMINISTRATORS | {Role.AUDITOR}, self.clock())
            return work.leases.all()
