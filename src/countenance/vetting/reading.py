"""Applications as they are shown: to the customer what is missing, to reviewers what they judge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from countenance.errors import NotFoundError
from countenance.vetting.access import READERS, Access
from countenance.vetting.assessing import Assess
from countenance.vetting.differences import Difference, differences
from countenance.vetting.dossier import (
    Appeal,
    Application,
    ApplicationId,
    ApplicationState,
    Draft,
    Evidence,
    FactorMark,
    Vote,
)
from countenance.vetting.findings import FactorFinding
from countenance.vetting.foresight import Foreseen
from countenance.vetting.listing import (
    ApplicationOrder,
    ApplicationSearch,
    Listed,
    Place,
    Span,
    application_place,
    listed,
)
from countenance.vetting.model import Actor, Customer, Lease, Role
from countenance.vetting.ports import VettingWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationView:
    """An application with its newest draft (reviewers: the submitted one), and what is said of it.

    Marks and votes are those of the last review. While it runs, a reviewer sees the votes of
    others only after voting, and the customer sees neither marks nor votes.
    """

    application: Application
    customer: Customer
    draft: Draft
    findings: tuple[FactorFinding, ...]
    foreseen: tuple[Foreseen, ...]
    evidence: tuple[Evidence, ...]
    marks: tuple[FactorMark, ...]
    votes: tuple[Vote, ...]
    appeals: tuple[Appeal, ...]
    lease: Lease | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TitledApplication:
    """An application with the title of its newest version, empty where it has none yet."""

    application: Application
    title: str


@dataclass(frozen=True, slots=True)
class ReadApplications:
    """Show applications to staff, and to the members of the customer."""

    access: Access
    assess: Assess
    unit_of_work: Callable[[], VettingWork]

    def all(self, actor: Actor, *, state: ApplicationState | None = None) -> tuple[Application, ...]:
        """Return the applications that the actor may see, the oldest first, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.access.role(work, actor, READERS)
            return tuple(
                one
                for one in work.dossiers.all()
                if (state is None or one.state is state)
                and self.access.is_theirs(work, actor, one.customer_id)
            )

    def page(self, actor: Actor, sought: ApplicationSearch, span: Span) -> Listed[TitledApplication]:
        """Return a page of the applications that are sought and that the actor may see.

        Raises `ForbiddenError`.
        """
        with self.unit_of_work() as work:
            self.access.role(work, actor, READERS)
            wanted = self._theirs(work, actor, sought)
            if wanted is None:
                return Listed(rows=(), total=0, before=None, after=None)
            found = work.dossiers.page(wanted, replace(span, limit=span.limit + 1))
            places = tuple(application_place(one, wanted.order) for one in found)
            titled = tuple(_titled(work, one) for one in found)
            return listed(titled, work.dossiers.count(wanted), span, places)

    def place(self, actor: Actor, application_id: ApplicationId, order: ApplicationOrder) -> Place:
        """Return where an application stands in an order, or raise `ForbiddenError` or `NotFoundError`."""
        with self.unit_of_work() as work:
            return application_place(self.access.application(work, actor, application_id, READERS), order)

    def _theirs(self, work: VettingWork, actor: Actor, sought: ApplicationSearch) -> ApplicationSearch | None:
        """Narrow a search to what the actor may see; None where that is nothing."""
        if actor.role is not Role.APPLICANT:
            return sought
        own = actor.customer_id
        if (
            own is None
            or not self.access.is_theirs(work, actor, own)
            or sought.customer_id not in {None, own}
        ):
            return None
        return replace(sought, customer_id=own)

    def one(self, actor: Actor, application_id: ApplicationId) -> ApplicationView:
        """Return the application with all that the actor may see of it.

        Raises `ForbiddenError` or `NotFoundError`.
        """
        with self.unit_of_work() as work:
            application = self.access.application(work, actor, application_id, READERS)
            number = application.version
            if actor.role is Role.REVIEWER and application.submitted is not None:
                number = application.submitted
            assessed = self.assess(work, application, number)
            return ApplicationView(
                application=application,
                customer=assessed.customer,
                draft=assessed.draft,
                findings=assessed.findings,
                foreseen=assessed.foreseen,
                evidence=work.dossiers.evidence(application.id),
                marks=_marks(work, actor, application),
                votes=_votes(work, actor, application),
                appeals=tuple(one for one in work.reviews.appeals() if one.application_id == application.id),
                lease=work.leases.get(application.lease_id),
            )

    def version(self, actor: Actor, application_id: ApplicationId, number: int) -> Draft:
        """Return one version, or raise `ForbiddenError` or `NotFoundError`."""
        with self.unit_of_work() as work:
            application = self.access.application(work, actor, application_id, READERS)
            return _draft(work, application, number)

    def versions(self, actor: Actor, application_id: ApplicationId) -> tuple[Draft, ...]:
        """Return every version, the first one first, or raise `ForbiddenError` or `NotFoundError`."""
        with self.unit_of_work() as work:
            application = self.access.application(work, actor, application_id, READERS)
            return work.dossiers.drafts(application.id)

    def compare(
        self, actor: Actor, application_id: ApplicationId, old: int, new: int
    ) -> tuple[Difference, ...]:
        """Return what changed from one version to another, or raise `ForbiddenError` or `NotFoundError`."""
        with self.unit_of_work() as work:
            application = self.access.application(work, actor, application_id, READERS)
            return differences(_draft(work, application, old).use, _draft(work, application, new).use)


def _draft(work: VettingWork, application: Application, number: int) -> Draft:
    draft = work.dossiers.draft(application.id, number)
    if draft is None:
        raise NotFoundError(f"application `{application.id}` has no version {number}")
    return draft


def _titled(work: VettingWork, application: Application) -> TitledApplication:
    draft = work.dossiers.draft(application.id, application.version)
    return TitledApplication(application=application, title=draft.use.title if draft is not None else "")


def _running(application: Application) -> bool:
    return application.state is ApplicationState.SUBMITTED


def _marks(work: VettingWork, actor: Actor, application: Application) -> tuple[FactorMark, ...]:
    if _running(application) and actor.role is Role.APPLICANT:
        return ()
    return work.reviews.marks(application.id, application.round)


def _votes(work: VettingWork, actor: Actor, application: Application) -> tuple[Vote, ...]:
    votes = work.reviews.votes(application.id, application.round)
    if not _running(application) or any(vote.reviewer == actor.person for vote in votes):
        return votes
    return ()
