"""Narrowing a lease by machine: only ever stricter. What people approved, only people give back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from countenance.errors import StateError
from countenance.policy.model import LeaseTerms, ObligationKind
from countenance.policy.schema import SEARCH
from countenance.vetting.model import Actor, Lease, LeaseChange
from countenance.vetting.ports import VettingWork
from countenance.vetting.versions import change_lease

EXAMINERS: Final = 2
"""As many people judge every search first, once a lease is raised to held."""


class Narrowing(StrEnum):
    """How a lease is made narrower: its searches held for people, one to one only, or stopped."""

    HELD = "held"
    ONE_TO_ONE = "one_to_one"
    STOPPED = "stopped"


def narrowed(terms: LeaseTerms, narrowing: Narrowing) -> LeaseTerms:
    """Return terms under which nothing is permitted that `terms` did not permit, under no fewer duties."""
    match narrowing:
        case Narrowing.HELD:
            duties = terms.obligations | {ObligationKind.LEAD_ONLY, ObligationKind.NO_SCORES}
            return replace(terms, examiners=max(terms.examiners, EXAMINERS), obligations=duties)
        case Narrowing.ONE_TO_ONE:
            return replace(terms, acts=terms.acts - SEARCH)
        case Narrowing.STOPPED:
            return replace(terms, suspended=True)


def narrow_lease(
    work: VettingWork, actor: Actor, lease: Lease, why: tuple[Narrowing, str], at: datetime
) -> Lease | None:
    """Store the lease as a narrower version, on the ledger; None where it is as narrow already.

    The caller commits.
    """
    narrowing, reason = why
    terms = narrowed(lease.terms, narrowing)
    if terms == lease.terms or lease.terms.revoked:
        return None
    return change_lease(work, actor, replace(lease, terms=terms), (LeaseChange.NARROWED, reason), at)


def restore_lease(work: VettingWork, actor: Actor, lease: Lease, reason: str, at: datetime) -> Lease:
    """Give a lease back the terms that it had before it was narrowed last.

    The caller has made sure of who decides, and commits. Raises `StateError` where the newest
    version is not one that was narrowed: what has changed since is for a review.
    """
    versions = work.lease_versions.of_lease(lease.id)
    newest = versions[-1] if versions else None
    if newest is None or newest.change is not LeaseChange.NARROWED or newest.lease.version != lease.version:
        raise StateError(f"lease `{lease.id}` has changed since it was narrowed: a review decides on it")
    before = [one for one in versions if one.lease.version < lease.version]
    if not before:
        raise StateError(f"lease `{lease.id}` has no version from before it was narrowed")
    restored = replace(lease, terms=before[-1].lease.terms)
    return change_lease(work, actor, restored, (LeaseChange.RESTORED, reason), at)


def is_narrowed(work: VettingWork, lease: Lease) -> bool:
    """Tell whether the lease's newest version is one that was made narrower."""
    versions = work.lease_versions.of_lease(lease.id)
    return bool(versions) and versions[-1].change is LeaseChange.NARROWED
