"""Applications: drafted in versions by the customer's members, submitted when nothing is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from countenance.errors import ConcurrentWriteError, IncompleteError, InvalidInputError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.vetting.access import APPLICANTS, Access, in_state, not_revoked
from countenance.vetting.assessing import Assess
from countenance.vetting.documents import document_of, value_from
from countenance.vetting.dossier import Application, ApplicationId, ApplicationState, Draft
from countenance.vetting.factors import blocking
from countenance.vetting.model import Actor, CustomerId, LeaseId, PersonId
from countenance.vetting.ports import VettingWork
from countenance.vetting.use import Use

MOST_VERSIONS: Final = 200
MOST_APPLICATIONS: Final = 100
"""Applications of one customer."""

_WRITABLE: Final = (ApplicationState.DRAFT, ApplicationState.REFUSED, ApplicationState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class DraftApplication:
    """Begin an application, and write on in it."""

    access: Access
    unit_of_work: Callable[[], VettingWork]
    new_id: Callable[[str], str]

    def begin(self, actor: Actor, customer_id: CustomerId, use: Use) -> Application:
        """Return a new application with its first draft; nothing need be complete yet.

        Raises `ForbiddenError`, `NotFoundError` or `InvalidInputError`.
        """
        with self.unit_of_work() as work:
            person = self.access.person(work, actor, APPLICANTS)
            customer = self.access.customer(work, actor, customer_id, APPLICANTS)
            use = value_from(Use, document_of(use), "use")
            if len(work.dossiers.of_customer(customer.id)) >= MOST_APPLICATIONS:
                raise InvalidInputError(f"a customer has at most {MOST_APPLICATIONS} applications")
            name = self.new_id("app")
            now = self.access.clock()
            application = Application(
                id=ApplicationId(name),
                customer_id=customer.id,
                lease_id=LeaseId(f"lease-{name.removeprefix('app_')}"),
                state=ApplicationState.DRAFT,
                version=0,
                round=0,
                authors=frozenset(),
                created=now,
                changed=now,
            )
            application = self._write(work, application, person, use)
            work.commit()
        return application

    def save(self, actor: Actor, application_id: ApplicationId, use: Use, *, based_on: int) -> Application:
        """Keep `use` as the next version; `based_on` is the version that the writer had before them.

        An approved application is written on too, for its renewal or change: its lease stays as
        it is until the new version is approved. One under review is withdrawn first. Raises
        `ForbiddenError`, `NotFoundError`, `StateError`, and `ConcurrentWriteError` where somebody
        else has written since.
        """
        with self.unit_of_work() as work:
            person = self.access.person(work, actor, APPLICANTS)
            application = self.access.application(work, actor, application_id, APPLICANTS)
            in_state(application, *_WRITABLE, ApplicationState.APPROVED)
            use = value_from(Use, document_of(use), "use")
            if based_on != application.version:
                raise ConcurrentWriteError(
                    f"version {application.version} was written meanwhile; look at it and write on from there"
                )
            if application.version >= MOST_VERSIONS:
                raise InvalidInputError(f"an application has at most {MOST_VERSIONS} versions")
            held = work.dossiers.draft(application.id, application.version)
            if held is not None and held.use == use:
                return application
            application = self._write(work, application, person, use)
            work.commit()
        return application

    def _write(self, work: VettingWork, application: Application, person: PersonId, use: Use) -> Application:
        now = self.access.clock()
        written = replace(
            application,
            state=ApplicationState.DRAFT,
            version=application.version + 1,
            authors=application.authors | {person},
            changed=now,
        )
        work.dossiers.add_draft(
            Draft(application_id=written.id, number=written.version, use=use, author=person, written=now)
        )
        work.dossiers.put(written)
        return written


@dataclass(frozen=True, slots=True)
class SubmitApplication:
    """Hand the newest draft to the reviewers."""

    access: Access
    assess: Assess
    unit_of_work: Callable[[], VettingWork]

    def __call__(self, actor: Actor, application_id: ApplicationId) -> Application:
        """Return the submitted application; a review begins.

        Raises `ForbiddenError`, `NotFoundError`, `StateError`, or `IncompleteError`, whose
        reasons are `factor:kind:field` of everything that stands in the way.
        """
        with self.unit_of_work() as work:
            person = self.access.person(work, actor, APPLICANTS)
            application = self.access.application(work, actor, application_id, APPLICANTS)
            in_state(application, ApplicationState.DRAFT)
            not_revoked(work, application)
            wrong = blocking(self.assess(work, application, application.version).findings)
            if wrong:
                raise IncompleteError(
                    f"{len(wrong)} things stand in the way, the first: {wrong[0].text}",
                    reasons=tuple(f"{one.factor}:{one.kind}:{one.field}" for one in wrong),
                )
            now = self.access.clock()
            submitted = replace(
                application,
                state=ApplicationState.SUBMITTED,
                submitted=application.version,
                submitted_by=person,
                authors=application.authors | {person},
                round=application.round + 1,
                changed=now,
            )
            work.dossiers.put(submitted)
            work.ledger.append(Entry(EventType.APPLICATION_SUBMITTED, now, _fields(submitted, actor)))
            work.commit()
        return submitted


@dataclass(frozen=True, slots=True)
class WithdrawApplication:
    """Take an application back, from the reviewers or for good; it can be written on later."""

    access: Access
    unit_of_work: Callable[[], VettingWork]

    def __call__(self, actor: Actor, application_id: ApplicationId) -> Application:
        """Return the withdrawn application, or raise `ForbiddenError`, `NotFoundError` or `StateError`."""
        with self.unit_of_work() as work:
            self.access.person(work, actor, APPLICANTS)
            application = self.access.application(work, actor, application_id, APPLICANTS)
            in_state(application, ApplicationState.DRAFT, ApplicationState.SUBMITTED)
            now = self.access.clock()
            withdrawn = replace(application, state=ApplicationState.WITHDRAWN, changed=now)
            work.dossiers.put(withdrawn)
            work.ledger.append(Entry(EventType.APPLICATION_WITHDRAWN, now, _fields(withdrawn, actor)))
            work.commit()
        return withdrawn


def _fields(application: Application, actor: Actor) -> dict[str, JsonValue]:
    return {
        "application": application.id,
        "customer": application.customer_id,
        "version": application.version,
        "round": application.round,
        "actor": actor.id,
    }
