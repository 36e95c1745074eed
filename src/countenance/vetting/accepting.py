"""Terms of use: read by everybody, accepted for a lease by a member of its customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from countenance.errors import InvalidInputError
from countenance.vetting.access import Access
from countenance.vetting.model import Actor, Lease, LeaseChange, LeaseId, LeaseOrigin, Role
from countenance.vetting.ports import VettingWork
from countenance.vetting.terms_of_use import Published, TermsOfUse, current_terms
from countenance.vetting.versions import change_lease

_MEMBERS: Final = frozenset({Role.APPLICANT})
_GRANTERS: Final = frozenset({Role.APPLICANT, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class AcceptTerms:
    """Accept the newest terms of use for a lease."""

    access: Access
    published: Published
    unit_of_work: Callable[[], VettingWork]

    def __call__(self, actor: Actor, lease_id: LeaseId, version: str) -> Lease:
        """Return the lease with the terms accepted; a second time changes nothing.

        A member of the customer accepts; where the lease comes from a seed file, the administrator
        who granted it may. Raises `ForbiddenError`, `NotFoundError`, and `InvalidInputError` for a
        version that is not the newest: what is accepted must be what was read.
        """
        with self.unit_of_work() as work:
            self.access.person(work, actor, _GRANTERS)
            lease = self.access.lease(work, actor, lease_id, _GRANTERS)
            if lease.origin is LeaseOrigin.APPLICATION:
                self.access.role(work, actor, _MEMBERS)
            newest = current_terms(self.published())
            if version != newest.version:
                raise InvalidInputError(f"`{version}` is not the newest terms of use, `{newest.version}` is")
            if lease.terms_of_use == version:
                return lease
            accepted = replace(lease, terms_of_use=version)
            change = (LeaseChange.TERMS_ACCEPTED, f"terms of use `{version}`, sha256 {newest.digest}")
            accepted = change_lease(work, actor, accepted, change, self.access.clock())
            work.commit()
        return accepted


@dataclass(frozen=True, slots=True)
class ReadTerms:
    """Show the terms of use, to anybody."""

    published: Published

    def __call__(self) -> tuple[TermsOfUse, ...]:
        """Return every version, the oldest first."""
        return self.published()
