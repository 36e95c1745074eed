"""Appeals: against a refusal by the customer, against an approval by whoever speaks for those concerned.

Two people judge who took no part in the ruling. An appeal upheld against a refusal gives the
application a new review; against an approval, it revokes the lease.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from countenance.errors import StateError
from countenance.ledger import Entry, EventType, FieldValue, Person
from countenance.vetting.access import REVIEWERS_ONLY, STAFF, Access, in_state
from countenance.vetting.dossier import (
    REVIEWERS,
    Appeal,
    AppealId,
    AppealState,
    AppealVote,
    Application,
    ApplicationId,
    ApplicationState,
    Verdict,
)
from countenance.vetting.model import Actor, LeaseChange, PersonId, Role
from countenance.vetting.ports import VettingWork
from countenance.vetting.reviewing import checked_reason
from countenance.vetting.versions import change_lease

_APPELLANTS: Final = frozenset({Role.APPLICANT, Role.ADMINISTRATOR, Role.AUDITOR})
_READS: Final = STAFF | {Role.APPLICANT}
_EVENTS: Final = {
    AppealState.UPHELD: EventType.APPEAL_UPHELD,
    AppealState.DISMISSED: EventType.APPEAL_DISMISSED,
}


@dataclass(frozen=True, slots=True)
class FileAppeal:
    """Ask other people to look at a ruling."""

    access: Access
    unit_of_work: Callable[[], VettingWork]
    new_id: Callable[[str], str]

    def __call__(self, actor: Actor, application_id: ApplicationId, grounds: str) -> Appeal:
        """Return the open appeal against the application's last ruling.

        A member of the customer appeals, or an administrator or auditor for those concerned.
        Raises `ForbiddenError`, `NotFoundError`, `InvalidInputError`, and `StateError` where there
        is no ruling in force, or an appeal against it already.
        """
        text = checked_reason(grounds, "grounds")
        with self.unit_of_work() as work:
            person = self.access.person(work, actor, _APPELLANTS)
            application = self.access.application(work, actor, application_id, _APPELLANTS)
            ruling = application.ruling
            if ruling is None:
                raise StateError(f"nothing was decided yet on application `{application.id}`")
            if ruling.verdict is Verdict.REFUSE:
                in_state(application, ApplicationState.REFUSED)
            made = [(one.application_id, one.round) for one in work.reviews.appeals()]
            if (application.id, ruling.round) in made:
                raise StateError(f"the ruling on `{application.id}` was appealed against already")
            appeal = Appeal(
                id=AppealId(self.new_id("appeal")),
                application_id=application.id,
                round=ruling.round,
                against=ruling.verdict,
                appellant=person,
                grounds=text,
                filed=self.access.clock(),
            )
            work.reviews.put_appeal(appeal)
            work.ledger.append(Entry(EventType.APPEAL_FILED, appeal.filed, _fields(appeal, actor)))
            work.commit()
        return appeal


@dataclass(frozen=True, slots=True)
class JudgeAppeal:
    """Vote on an appeal; two who agree decide."""

    access: Access
    unit_of_work: Callable[[], VettingWork]

    def __call__(self, actor: Actor, appeal_id: AppealId, *, uphold: bool, reasons: str) -> Appeal:
        """Return the appeal, decided once two have said the same.

        Raises `ForbiddenError`, `NotFoundError`, `StateError`, `InvalidInputError`, and
        `SeparationError` for whoever took part in the ruling, filed the appeal, or has voted.
        """
        text = checked_reason(reasons, "reasons")
        with self.unit_of_work() as work:
            self.access.role(work, actor, REVIEWERS_ONLY)
            appeal = work.reviews.appeal(appeal_id)
            application = work.dossiers.get(appeal.application_id) if appeal is not None else None
            if appeal is None or application is None:
                self.access.refuse(work, actor, "appeal", f"no appeal `{appeal_id}`")
            person = self._uninvolved(work, actor, (appeal, application))
            if appeal.state is not AppealState.OPEN:
                raise StateError(f"appeal `{appeal.id}` is `{appeal.state}`")
            now = self.access.clock()
            vote = AppealVote(reviewer=person, uphold=uphold, reasons=text, cast=now)
            appeal = replace(appeal, votes=(*appeal.votes, vote))
            if sum(one.uphold is uphold for one in appeal.votes) >= REVIEWERS:
                state = AppealState.UPHELD if uphold else AppealState.DISMISSED
                appeal = replace(appeal, state=state, decided=now)
                work.ledger.append(Entry(_EVENTS[state], now, _fields(appeal, actor)))
                if uphold:
                    self._carry_out(work, actor, appeal, application)
            work.reviews.put_appeal(appeal)
            work.commit()
        return appeal

    def _uninvolved(self, work: VettingWork, actor: Actor, case: tuple[Appeal, Application]) -> PersonId:
        appeal, application = case
        person = self.access.independent(work, actor, application)
        involved = {vote.reviewer for vote in work.reviews.votes(application.id, appeal.round)}
        involved |= {mark.reviewer for mark in work.reviews.marks(application.id, appeal.round)}
        if person in involved or person == appeal.appellant:
            self.access.apart(work, actor, "who took part in a ruling does not judge the appeal against it")
        if any(vote.reviewer == person for vote in appeal.votes):
            self.access.apart(work, actor, "this person has voted on this appeal: another one has to look")
        return person

    def _carry_out(self, work: VettingWork, actor: Actor, appeal: Appeal, application: Application) -> None:
        now = self.access.clock()
        if appeal.against is Verdict.REFUSE:
            if application.state is ApplicationState.REFUSED:
                fresh = replace(
                    application,
                    state=ApplicationState.SUBMITTED,
                    round=application.round + 1,
                    changed=now,
                )
                work.dossiers.put(fresh)
            return
        lease = work.leases.get(application.lease_id)
        if lease is not None and not lease.terms.revoked:
            revoked = replace(lease, terms=replace(lease.terms, revoked=True))
            change = (LeaseChange.REVOKED, f"appeal `{appeal.id}` was upheld")
            change_lease(work, actor, revoked, change, now)


@dataclass(frozen=True, slots=True)
class ReadAppeals:
    """Show appeals to staff, and to the members of the customer concerned."""

    access: Access
    unit_of_work: Callable[[], VettingWork]

    def all(self, actor: Actor) -> tuple[Appeal, ...]:
        """Return every appeal that the actor may see, the oldest first, or raise `ForbiddenError`.

        While one is open, those who are to judge it do not see each other's votes.
        """
        with self.unit_of_work() as work:
            self.access.role(work, actor, _READS)
            return tuple(
                shown_to(appeal, actor)
                for appeal in work.reviews.appeals()
                if self._sees(work, actor, appeal)
            )

    def one(self, actor: Actor, appeal_id: AppealId) -> Appeal:
        """Return the appeal, or raise `ForbiddenError` or `NotFoundError`."""
        with self.unit_of_work() as work:
            self.access.role(work, actor, _READS)
            appeal = work.reviews.appeal(appeal_id)
            if appeal is None or not self._sees(work, actor, appeal):
                self.access.refuse(work, actor, "appeal", f"no appeal `{appeal_id}`")
            return shown_to(appeal, actor)

    def _sees(self, work: VettingWork, actor: Actor, appeal: Appeal) -> bool:
        if actor.role is not Role.APPLICANT:
            return True
        application = work.dossiers.get(appeal.application_id)
        return application is not None and self.access.is_theirs(work, actor, application.customer_id)


def shown_to(appeal: Appeal, actor: Actor) -> Appeal:
    """Return the appeal with the votes that this person may see: while it is open, their own."""
    if appeal.state is not AppealState.OPEN:
        return appeal
    return replace(appeal, votes=tuple(vote for vote in appeal.votes if vote.reviewer == actor.person))


def _fields(appeal: Appeal, actor: Actor) -> dict[str, FieldValue]:
    return {
        "appeal": appeal.id,
        "application": appeal.application_id,
        "round": appeal.round,
        "against": appeal.against.value,
        "actor": actor.id,
        "judges": tuple(Person(vote.reviewer) for vote in appeal.votes),
    }
