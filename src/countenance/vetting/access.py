"""Who may see and do what in a review, checked in the acts and never in a page.

What is not the actor's is *not found*, whether it exists or not. Every refusal is on the
ledger before the error leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NoReturn

from countenance.errors import ForbiddenError, NotFoundError, SeparationError, StateError
from countenance.ledger import Entry, EventType
from countenance.vetting.authority import require_role
from countenance.vetting.dossier import Application, ApplicationId, ApplicationState
from countenance.vetting.model import Actor, Customer, CustomerId, Lease, LeaseId, PersonId, Role
from countenance.vetting.ports import VettingWork

ADMINISTRATORS: Final = frozenset({Role.ADMINISTRATOR})
REVIEWERS_ONLY: Final = frozenset({Role.REVIEWER})
APPLICANTS: Final = frozenset({Role.APPLICANT, Role.ADMINISTRATOR})
"""Who writes applications: members of a customer, and whoever administers for one that cannot."""

STAFF: Final = frozenset({Role.ADMINISTRATOR, Role.REVIEWER, Role.AUDITOR})
"""Who sees every customer and application."""

READERS: Final = STAFF | {Role.APPLICANT}


@dataclass(frozen=True, slots=True)
class Access:
    """Answer who may do something here, and record what was refused."""

    clock: Callable[[], datetime]

    def role(self, work: VettingWork, actor: Actor, allowed: frozenset[Role]) -> None:
        """Return if the actor's role is allowed, or record and raise `ForbiddenError`."""
        require_role(work, actor, allowed, self.clock())

    def person(self, work: VettingWork, actor: Actor, allowed: frozenset[Role]) -> PersonId:
        """Return who acts, or record and raise `ForbiddenError`: the wrong role, or nobody named."""
        self.role(work, actor, allowed)
        if actor.person is None:
            self._record(work, actor, "person")
            raise ForbiddenError("this is done by a person, and the key stands for none")
        return actor.person

    def customer(
        self, work: VettingWork, actor: Actor, customer_id: CustomerId, allowed: frozenset[Role]
    ) -> Customer:
        """Return the customer if the actor may see it, or record and raise `NotFoundError`."""
        self.role(work, actor, allowed)
        customer = work.customers.get(customer_id)
        if customer is None or not self.is_theirs(work, actor, customer_id):
            self.refuse(work, actor, "customer", f"no customer `{customer_id}`")
        return customer

    def application(
        self, work: VettingWork, actor: Actor, application_id: ApplicationId, allowed: frozenset[Role]
    ) -> Application:
        """Return the application if the actor may see it, or record and raise `NotFoundError`."""
        self.role(work, actor, allowed)
        application = work.dossiers.get(application_id)
        if application is None or not self.is_theirs(work, actor, application.customer_id):
            self.refuse(work, actor, "application", f"no application `{application_id}`")
        return application

    def lease(self, work: VettingWork, actor: Actor, lease_id: LeaseId, allowed: frozenset[Role]) -> Lease:
        """Return the lease if the actor may see it, or record and raise `NotFoundError`."""
        self.role(work, actor, allowed)
        lease = work.leases.get(lease_id)
        if lease is None or not self.is_theirs(work, actor, lease.customer_id):
            self.refuse(work, actor, "lease", f"no lease `{lease_id}`")
        return lease

    def independent(self, work: VettingWork, actor: Actor, application: Application) -> PersonId:
        """Return the reviewer, or record and raise `SeparationError` where they have a part in it.

        A part has whoever wrote in it or submitted it, and whoever belongs or ever belonged to
        the customer.
        """
        person = self.person(work, actor, REVIEWERS_ONLY)
        if person in application.authors or person == application.submitted_by:
            self.apart(work, actor, "who writes an application does not judge it")
        if any(member.person == person for member in work.dossiers.members(application.customer_id)):
            self.apart(work, actor, "who belongs or belonged to the customer does not judge its applications")
        return person

    def outside(self, work: VettingWork, actor: Actor, lease: Lease) -> None:
        """Return if the actor has no part in whose lease it is, or record and raise `SeparationError`."""
        if any(member.person == actor.person for member in work.dossiers.members(lease.customer_id)):
            self.apart(work, actor, "who belongs or belonged to the customer does not decide on its lease")
        held = work.dossiers.get(ApplicationId(lease.application_id)) if lease.application_id else None
        if held is not None and actor.person in held.authors:
            self.apart(work, actor, "who writes an application does not decide on its lease")

    def refuse(self, work: VettingWork, actor: Actor, what: str, message: str) -> NoReturn:
        """Record that `what` was refused to the actor, then raise `NotFoundError`."""
        self._record(work, actor, what)
        raise NotFoundError(message)

    def apart(self, work: VettingWork, actor: Actor, message: str) -> NoReturn:
        """Record that duties are separate here, then raise `SeparationError`."""
        self._record(work, actor, "separation")
        raise SeparationError(message)

    def is_theirs(self, work: VettingWork, actor: Actor, customer_id: CustomerId) -> bool:
        """Tell whether an applicant is a member of this customer; others are asked for a role alone."""
        if actor.role is not Role.APPLICANT:
            return True
        return actor.customer_id == customer_id and any(
            member.person == actor.person and member.until is None
            for member in work.dossiers.members(customer_id)
        )

    def _record(self, work: VettingWork, actor: Actor, what: str) -> None:
        fields = {"actor": actor.id, "role": actor.role.value, "what": what}
        work.ledger.record(Entry(EventType.REQUEST_REFUSED, self.clock(), fields))
        work.commit()


def not_revoked(work: VettingWork, application: Application) -> None:
    """Return if the application's lease was never revoked, or raise `StateError`: that is for good."""
    held = work.leases.get(application.lease_id)
    if held is not None and held.terms.revoked:
        raise StateError(f"lease `{held.id}` was revoked for good: another use takes another application")


def in_state(application: Application, *states: ApplicationState) -> None:
    """Return if the application stands so, or raise `StateError` naming how it stands."""
    if application.state not in states:
        wanted = " or ".join(f"`{state}`" for state in states)
        raise StateError(f"application `{application.id}` is `{application.state}`, not {wanted}")
