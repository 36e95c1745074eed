"""The review: marks of the factors that only people can judge, and the votes that decide.

Two different people approve, neither of whom wrote in the application or ever belonged to the
customer. One refusal decides: what one reviewer can show to be wrong is not approved by another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from countenance.errors import IncompleteError, InvalidInputError
from countenance.ledger import Entry, EventType, FieldValue, Person
from countenance.policy.evidence import FairnessCaps
from countenance.policy.model import ObligationKind
from countenance.vetting.access import REVIEWERS_ONLY, Access, in_state, not_revoked
from countenance.vetting.assessing import Assess
from countenance.vetting.documents import is_text
from countenance.vetting.dossier import (
    Application,
    ApplicationId,
    ApplicationState,
    Factor,
    FactorMark,
    Ruling,
    Verdict,
    Vote,
)
from countenance.vetting.factors import JUDGED, blocking
from countenance.vetting.minting import IMPOSABLE, minted
from countenance.vetting.model import Actor, Lease, LeaseChange, PersonId
from countenance.vetting.ports import VettingWork
from countenance.vetting.versions import change_lease

SHORTEST_REASON: Final = 20
"""Characters below which a reason says nothing that somebody could answer."""

LONGEST_REASON: Final = 5_000
_MOST_CONDITIONS: Final = 20
_MOST_EXAMINERS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What a reviewer says of one factor: satisfied or not, and why."""

    factor: Factor
    satisfied: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What a reviewer approves: with reasons, until when, to be verified again when, under which conditions.

    `expires` shortens what was applied for, `obligations` and `examiners` add to it. `caps` are
    what fairness evidence is held against from then on, before anything is compared.
    """

    reasons: str
    expires: datetime
    reverify: datetime
    conditions: tuple[str, ...] = ()
    obligations: frozenset[ObligationKind] = frozenset()
    examiners: int = 0
    caps: FairnessCaps | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a reviewer refuses, and what would have to be otherwise to look at it again."""

    reasons: str
    reopening: str


@dataclass(frozen=True, slots=True)
class MarkFactors:
    """Put a reviewer's judgement of factors on record."""

    access: Access
    unit_of_work: Callable[[], VettingWork]

    def __call__(
        self, actor: Actor, application_id: ApplicationId, marks: Sequence[Marked]
    ) -> tuple[FactorMark, ...]:
        """Store the marks of this round, each replacing this reviewer's earlier one of its factor.

        Raises `ForbiddenError`, `NotFoundError`, `SeparationError`, `StateError`, or
        `InvalidInputError` for a factor that no person judges and for a reason that is none.
        """
        with self.unit_of_work() as work:
            application, person = _under_review(self.access, work, actor, application_id)
            now = self.access.clock()
            stored = tuple(_mark(application, person, mark, now) for mark in marks)
            for mark in stored:
                work.reviews.put_mark(mark)
            if stored:
                fields = _fields(application, actor) | {
                    "factors": tuple(mark.factor.value for mark in stored)
                }
                work.ledger.append(Entry(EventType.APPLICATION_REVIEWED, now, fields))
            work.commit()
        return stored


@dataclass(frozen=True, slots=True)
class ApproveApplication:
    """Vote for an application; the second person's vote grants the lease."""

    access: Access
    assess: Assess
    unit_of_work: Callable[[], VettingWork]

    def __call__(self, actor: Actor, application_id: ApplicationId, approval: Approval) -> Application:
        """Return the application: approved once two have voted for it, submitted until then.

        Raises `ForbiddenError`, `NotFoundError`, `SeparationError` (who has a part in it, or has
        voted), `StateError`, `InvalidInputError`, and `IncompleteError` while something stands in
        the way or a factor that people judge has no mark, or one that is not satisfied.
        """
        with self.unit_of_work() as work:
            application, person = _under_review(self.access, work, actor, application_id)
            now = self.access.clock()
            _check_approval(approval, now)
            self._complete(work, application)
            vote = Vote(
                application_id=application.id,
                round=application.round,
                reviewer=person,
                verdict=Verdict.APPROVE,
                reasons=approval.reasons,
                conditions=tuple(condition.strip() for condition in approval.conditions),
                obligations=approval.obligations,
                examiners=approval.examiners,
                caps=approval.caps,
                expires=approval.expires,
                reverify=approval.reverify,
                cast=now,
            )
            votes = _cast(self.access, work, (actor, application), vote)
            lease = self._lease(work, application, votes)
            if lease is None:
                fields = _fields(application, actor) | {"approvals": len(votes)}
                work.ledger.append(Entry(EventType.APPLICATION_REVIEWED, now, fields))
            else:
                reason = "; ".join(one.reasons for one in votes)
                granted = change_lease(work, actor, lease, (LeaseChange.GRANTED, reason), now)
                application = _decide(work, (actor, application), votes, granted)
            work.commit()
        return application

    def _complete(self, work: VettingWork, application: Application) -> None:
        assessed = self.assess(work, application, application.submitted or 0)
        wrong = [f"{one.factor}:{one.kind}:{one.field}" for one in blocking(assessed.findings)]
        marks = work.reviews.marks(application.id, application.round)
        wrong += [f"{mark.factor}:not_satisfied:" for mark in marks if not mark.satisfied]
        wrong += [f"{factor}:unmarked:" for factor in JUDGED if factor not in {mark.factor for mark in marks}]
        if wrong:
            raise IncompleteError(
                f"{len(wrong)} things stand in the way of approval, the first: `{wrong[0]}`",
                reasons=tuple(wrong),
            )

    def _lease(self, work: VettingWork, application: Application, votes: tuple[Vote, ...]) -> Lease | None:
        draft = work.dossiers.draft(application.id, application.submitted or 0)
        customer = work.customers.get(application.customer_id)
        if draft is None or customer is None:
            return None
        lease = minted(application, draft.use, customer, votes, self.access.clock())
        held = work.leases.get(application.lease_id)
        if lease is None or held is None:
            return lease
        return replace(lease, terms=replace(lease.terms, suspended=held.terms.suspended))


@dataclass(frozen=True, slots=True)
class RefuseApplication:
    """Refuse an application, with reasons and with what would have to be otherwise."""

    access: Access
    unit_of_work: Callable[[], VettingWork]

    def __call__(self, actor: Actor, application_id: ApplicationId, refusal: Refusal) -> Application:
        """Return the refused application.

        Raises `ForbiddenError`, `NotFoundError`, `SeparationError`, `StateError` or
        `InvalidInputError`.
        """
        _check_reason(refusal.reasons, "reasons")
        _check_reason(refusal.reopening, "reopening")
        with self.unit_of_work() as work:
            application, person = _under_review(self.access, work, actor, application_id)
            vote = Vote(
                application_id=application.id,
                round=application.round,
                reviewer=person,
                verdict=Verdict.REFUSE,
                reasons=refusal.reasons,
                reopening=refusal.reopening,
                cast=self.access.clock(),
            )
            votes = _cast(self.access, work, (actor, application), vote)
            application = _decide(work, (actor, application), votes, None)
            work.commit()
        return application


def checked_reason(text: str, field: str = "reason") -> str:
    """Return a reason in writing, or raise `InvalidInputError` where it is too short to be answered."""
    _check_reason(text, field)
    return text.strip()


def _check_reason(text: str, field: str) -> None:
    if not is_text(text):
        raise InvalidInputError(f"`{field}` has characters that are no text")
    if not SHORTEST_REASON <= len(text.strip()) <= LONGEST_REASON:
        raise InvalidInputError(f"`{field}` is a reason in {SHORTEST_REASON} to {LONGEST_REASON} characters")


def _under_review(
    access: Access, work: VettingWork, actor: Actor, application_id: ApplicationId
) -> tuple[Application, PersonId]:
    """Return the application and the reviewer, once it is sure that they may judge it now."""
    application = access.application(work, actor, application_id, REVIEWERS_ONLY)
    person = access.independent(work, actor, application)
    in_state(application, ApplicationState.SUBMITTED)
    not_revoked(work, application)
    return application, person


def _cast(access: Access, work: VettingWork, case: tuple[Actor, Application], vote: Vote) -> tuple[Vote, ...]:
    """Store a vote and return all of the round; each person has one."""
    actor, application = case
    if any(one.reviewer == vote.reviewer for one in work.reviews.votes(application.id, application.round)):
        access.apart(work, actor, "this person has voted in this review: another one has to look")
    work.reviews.add_vote(vote)
    return work.reviews.votes(application.id, application.round)


def _decide(
    work: VettingWork, case: tuple[Actor, Application], votes: tuple[Vote, ...], lease: Lease | None
) -> Application:
    """Put the ruling on record, and return the application with it."""
    actor, application = case
    verdict = Verdict.APPROVE if lease is not None else Verdict.REFUSE
    said = tuple(vote for vote in votes if vote.verdict is verdict)
    now = said[-1].cast
    fields = _fields(application, actor) | {"reviewers": tuple(Person(vote.reviewer) for vote in said)}
    if lease is not None:
        fields |= {"lease": lease.id, "lease_version": lease.version}
    event = EventType.APPLICATION_APPROVED if lease is not None else EventType.APPLICATION_REFUSED
    entry = work.ledger.append(Entry(event, now, fields))
    ruling = Ruling(
        verdict=verdict,
        round=application.round,
        version=application.submitted or 0,
        reviewers=tuple(vote.reviewer for vote in said),
        reasons=tuple(vote.reasons for vote in said),
        conditions=lease.conditions if lease is not None else (),
        expires=lease.terms.expires if lease is not None else None,
        reverify=lease.reverify if lease is not None else None,
        reopening="" if lease is not None else said[-1].reopening,
        decided=now,
        entry=entry,
    )
    state = ApplicationState.APPROVED if lease is not None else ApplicationState.REFUSED
    decided = replace(application, state=state, ruling=ruling, changed=now)
    work.dossiers.put(decided)
    return decided


def _mark(application: Application, person: PersonId, mark: Marked, now: datetime) -> FactorMark:
    if mark.factor not in JUDGED:
        known = ", ".join(f"`{factor}`" for factor in JUDGED)
        raise InvalidInputError(f"`{mark.factor}` is judged by machine alone; people judge {known}")
    return FactorMark(
        application_id=application.id,
        round=application.round,
        factor=mark.factor,
        reviewer=person,
        satisfied=mark.satisfied,
        reason=checked_reason(mark.reason),
        marked=now,
    )


def _check_approval(approval: Approval, now: datetime) -> None:
    _check_reason(approval.reasons, "reasons")
    if approval.expires <= now:
        raise InvalidInputError("`expires` is a moment to come")
    if not now < approval.reverify <= approval.expires:
        raise InvalidInputError("`reverify` is a moment to come, no later than `expires`")
    if len(approval.conditions) > _MOST_CONDITIONS:
        raise InvalidInputError(f"an approval has at most {_MOST_CONDITIONS} conditions")
    for condition in approval.conditions:
        _check_reason(condition, "conditions")
    if not approval.obligations <= IMPOSABLE:
        known = ", ".join(f"`{kind}`" for kind in sorted(IMPOSABLE))
        raise InvalidInputError(f"`obligations` are some of {known}")
    if not 0 <= approval.examiners <= _MOST_EXAMINERS:
        raise InvalidInputError(f"`examiners` is a number from 0 to {_MOST_EXAMINERS}")


def _fields(application: Application, actor: Actor) -> dict[str, FieldValue]:
    return {
        "application": application.id,
        "customer": application.customer_id,
        "version": application.submitted,
        "round": application.round,
        "actor": actor.id,
        "person": Person(actor.person) if actor.person is not None else None,
    }
