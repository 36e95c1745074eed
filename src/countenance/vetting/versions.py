"""Changing a lease: every change is a version of its own, kept and on the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from countenance.ledger import Entry, EventType, JsonValue
from countenance.vetting.model import Actor, Lease, LeaseChange, LeaseVersion
from countenance.vetting.ports import VettingWork
from countenance.vetting.seed import terms_digest

EVENTS: Final = {
    LeaseChange.GRANTED: EventType.LEASE_GRANTED,
    LeaseChange.SUSPENDED: EventType.LEASE_SUSPENDED,
    LeaseChange.RESUMED: EventType.LEASE_RESUMED,
    LeaseChange.REVOKED: EventType.LEASE_REVOKED,
    LeaseChange.TERMS_ACCEPTED: EventType.TERMS_ACCEPTED,
    LeaseChange.NARROWED: EventType.LEASE_NARROWED,
    LeaseChange.RESTORED: EventType.LEASE_RESTORED,
}
"""Which event tells of which change."""


def change_lease(
    work: VettingWork, actor: Actor, lease: Lease, change: tuple[LeaseChange, str], at: datetime
) -> Lease:
    """Store `lease` as its next version with what changed and why, and put it on the ledger.

    The first version of a lease is 1; the caller commits.
    """
    what, reason = change
    held = work.lease_versions.of_lease(lease.id)
    number = max((one.lease.version for one in held), default=0) + 1
    stored = work.leases.get(lease.id)
    if stored is not None:
        number = max(number, stored.version + 1)
    versioned = replace(lease, version=number)
    work.leases.put(versioned)
    by = actor.person or actor.id
    work.lease_versions.add(LeaseVersion(lease=versioned, change=what, by=by, reason=reason, at=at))
    fields: dict[str, JsonValue] = {
        "lease": lease.id,
        "version": number,
        "customer": lease.customer_id,
        "origin": lease.origin.value,
        "terms": terms_digest(versioned),
        "expires": lease.terms.expires.isoformat(),
        "actor": actor.id,
    }
    if what is LeaseChange.TERMS_ACCEPTED:
        fields["terms_of_use"] = lease.terms_of_use
    work.ledger.append(Entry(EVENTS[what], at, fields))
    return versioned
