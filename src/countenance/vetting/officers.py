"""Officers decide together that a condition is met, or that it is met no more.

A vendor's "until a national law" is judged by named people, never by a flag: one proposes with
the citation and an answer to every point of the checklist, another one confirms. The gate is
told from the moment of the confirmation on, and no longer from the moment at which two have
un-met it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from countenance.errors import InvalidInputError, StateError
from countenance.ledger import Entry, EventType, FieldValue, Person
from countenance.policy.reopening import HumanRightsPoint
from countenance.vetting.access import REVIEWERS_ONLY, STAFF, Access
from countenance.vetting.conditions import (
    ChecklistAnswer,
    ConditionDecision,
    ConditionDecisionId,
    ConditionState,
    Officer,
)
from countenance.vetting.documents import is_text
from countenance.vetting.model import Actor
from countenance.vetting.ports import VettingWork
from countenance.vetting.reviewing import checked_reason

LONGEST: Final = timedelta(days=731)
"""After this an officers' decision lapses, and the law is looked at again."""

_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What an officer proposes: which rule is met, by which law, and how the law answers each point.

    `name` is the officer's name as it stands in the record and in every decision that rests on it.
    """

    rule: str
    citation: str
    answers: tuple[ChecklistAnswer, ...]
    expires: date
    name: str
    reasons: str


@dataclass(frozen=True, slots=True)
class DecideConditions:
    """Propose, confirm, and un-meet, each by a person of the role reviewer.

    `reopenable` returns the ids of the rules in force that officers can re-open.
    """

    access: Access
    reopenable: Callable[[], frozenset[str]]
    unit_of_work: Callable[[], VettingWork]
    new_id: Callable[[str], str]

    def propose(self, actor: Actor, proposal: Proposal) -> ConditionDecision:
        """Return the proposal; nothing is met by it.

        Raises `ForbiddenError`, or `InvalidInputError` for a rule that cannot be re-opened, a
        missing citation, name, reason or answer, and a term that is none.
        """
        self._check(proposal)
        with self.unit_of_work() as work:
            person = self.access.person(work, actor, REVIEWERS_ONLY)
            now = self.access.clock()
            officer = Officer(person=person, name=_name(proposal.name), at=now, reasons=proposal.reasons)
            decision = ConditionDecision(
                id=ConditionDecisionId(self.new_id("cond")),
                rule=proposal.rule,
                citation=proposal.citation.strip(),
                answers=proposal.answers,
                expires=proposal.expires,
                state=ConditionState.PROPOSED,
                met_by=(officer,),
            )
            return self._keep(work, actor, decision, EventType.CONDITION_PROPOSED)

    def confirm(
        self, actor: Actor, decision_id: ConditionDecisionId, name: str, reasons: str
    ) -> ConditionDecision:
        """Return the decision, met from now on.

        Raises `ForbiddenError`, `NotFoundError`, `StateError` where nothing waits to be confirmed,
        `InvalidInputError`, and `SeparationError` for the one who proposed it.
        """
        with self.unit_of_work() as work:
            decision, officer = self._second(work, (actor, decision_id), name, reasons)
            if decision.state is not ConditionState.PROPOSED:
                raise StateError(
                    f"decision `{decision.id}` is `{decision.state}`, nothing waits to be confirmed"
                )
            if decision.expires <= officer.at.date():
                raise StateError(f"decision `{decision.id}` would be over already")
            self._apart(work, actor, decision.met_by, officer)
            met = replace(
                decision, state=ConditionState.MET, met_by=(*decision.met_by, officer), met=officer.at
            )
            met.reopening(officer.at)
            return self._keep(work, actor, met, EventType.CONDITION_MET)

    def unmeet(
        self, actor: Actor, decision_id: ConditionDecisionId, name: str, reasons: str
    ) -> ConditionDecision:
        """Return the decision: proposed to be un-met by the first person, un-met by the second.

        A proposal that was not confirmed is taken back by one. Raises like `confirm`.
        """
        with self.unit_of_work() as work:
            decision, officer = self._second(work, (actor, decision_id), name, reasons)
            if decision.state is ConditionState.UNMET:
                raise StateError(f"decision `{decision.id}` is un-met already")
            if decision.state is ConditionState.UNMEETING:
                self._apart(work, actor, decision.unmet_by, officer)
            done = decision.state is not ConditionState.MET
            unmet = replace(
                decision,
                state=ConditionState.UNMET if done else ConditionState.UNMEETING,
                unmet_by=(*decision.unmet_by, officer),
                unmet=officer.at if done else None,
            )
            return self._keep(
                work, actor, unmet, EventType.CONDITION_UNMET if done else EventType.CONDITION_PROPOSED
            )

    def all(self, actor: Actor) -> tuple[ConditionDecision, ...]:
        """Return every decision, the oldest first, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.access.role(work, actor, STAFF)
            return work.conditions.all()

    def rules(self, actor: Actor) -> tuple[str, ...]:
        """Return the rules that officers can re-open, ordered by id, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.access.role(work, actor, STAFF)
        return tuple(sorted(self.reopenable()))

    def _check(self, proposal: Proposal) -> None:
        if proposal.rule not in self.reopenable():
            raise InvalidInputError(f"`{proposal.rule}` is no rule in force that officers can re-open")
        if not 0 < len(proposal.citation.strip()) <= _LONGEST_NAME or not is_text(proposal.citation):
            raise InvalidInputError("`citation` names the law that is relied on, in one line")
        checked_reason(proposal.reasons, "reasons")
        _name(proposal.name)
        answered = {answer.point: answer.how for answer in proposal.answers}
        for point in HumanRightsPoint:
            if point not in answered:
                raise InvalidInputError(f"the point `{point}` of the checklist is not answered")
            checked_reason(answered[point], f"answers.{point}")
        today = self.access.clock().date()
        if not today < proposal.expires <= today + LONGEST:
            raise InvalidInputError(f"`expires` is a day to come, at most {LONGEST.days} days away")

    def _second(
        self, work: VettingWork, which: tuple[Actor, ConditionDecisionId], name: str, reasons: str
    ) -> tuple[ConditionDecision, Officer]:
        actor, decision_id = which
        person = self.access.person(work, actor, REVIEWERS_ONLY)
        decision = work.conditions.get(decision_id)
        if decision is None:
            self.access.refuse(work, actor, "condition", f"no decision `{decision_id}`")
        text = checked_reason(reasons, "reasons")
        return decision, Officer(person=person, name=_name(name), at=self.access.clock(), reasons=text)

    def _apart(self, work: VettingWork, actor: Actor, first: tuple[Officer, ...], second: Officer) -> None:
        names = {_folded(officer.name) for officer in first}
        if second.person in {officer.person for officer in first} or _folded(second.name) in names:
            self.access.apart(work, actor, "two different officers decide: another one has to look")

    def _keep(
        self, work: VettingWork, actor: Actor, decision: ConditionDecision, event: EventType
    ) -> ConditionDecision:
        work.conditions.put(decision)
        fields: dict[str, FieldValue] = {
            "condition": decision.id,
            "rule": decision.rule,
            "state": decision.state.value,
            "expires": decision.expires.isoformat(),
            "officers": tuple(Person(officer.person) for officer in (*decision.met_by, *decision.unmet_by)),
            "actor": actor.id,
        }
        work.ledger.append(Entry(event, self.access.clock(), fields))
        work.commit()
        return decision


def _name(text: str) -> str:
    line = " ".join(text.split())
    if not 0 < len(line) <= _LONGEST_NAME or not line.isprintable():
        raise InvalidInputError("`name` is the officer's name, in one line")
    return line


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
