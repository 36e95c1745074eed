"""Conditions of vendors: which officers say are met, on which law they rely, and what they answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.navigation import READERS
from countenance.entrypoints.console.visits import Handler, Page, Visit, corrected
from countenance.entrypoints.pages.forms import Form
from countenance.entrypoints.pages.tables import Column, arranged
from countenance.errors import InvalidInputError, NotFoundError, SeparationError, StateError
from countenance.policy.publication import PublicRule, rules_of_the_day
from countenance.policy.reopening import HumanRightsPoint
from countenance.staff.model import StaffRole
from countenance.vetting.conditions import (
    ChecklistAnswer,
    ConditionDecision,
    ConditionDecisionId,
    ConditionState,
    Officer,
)
from countenance.vetting.model import Actor
from countenance.vetting.officers import LONGEST, Proposal

PATH: Final = "/console/conditions"
_ONE: Final = f"{PATH}/{{condition_id}}"
_OFFICERS: Final = frozenset({StaffRole.REVIEWER})
_NAMED: Final = re.compile(r"`([a-z_]+(?:\.[a-z_]+)?)`")
_POINTS: Final = frozenset(point.value for point in HumanRightsPoint)
_PROBLEMS: Final[Mapping[str, str]] = {
    "citation": "Name the law that is relied on, in one line of at most 200 characters.",
    "expires": f"Choose a day to come, at most {LONGEST.days} days away.",
    "name": "Write the officer's name, in one line of at most 200 characters.",
    "reasons": "Write the reasons in one or two sentences (20 to 5,000 characters).",
}
"""What is wrong with a field, in the words of the form."""

QUESTIONS: Final[Mapping[HumanRightsPoint, tuple[str, str]]] = {
    HumanRightsPoint.WARRANT: (
        "A warrant",
        "Where does it ask for a judge's order before somebody is searched for?",
    ),
    HumanRightsPoint.ACCURACY_AND_BIAS_TESTING: (
        "Tests of accuracy and of bias",
        "Where does it ask for error rates, by group, measured by somebody independent?",
    ),
    HumanRightsPoint.NOTICE: ("Notice", "Where does it ask that people are told?"),
    HumanRightsPoint.HUMAN_REVIEW: (
        "Judgement by people",
        "Where does it forbid acting on what a machine says alone?",
    ),
    HumanRightsPoint.REDRESS: ("Redress", "How can somebody complain, and be made whole?"),
    HumanRightsPoint.TRANSPARENCY: (
        "Transparency",
        "Where does it ask that use and errors are made public?",
    ),
    HumanRightsPoint.NO_ONGOING_SURVEILLANCE_WITHOUT_ORDER: (
        "No watching without an order",
        "Where does it forbid to follow people over time or in public without a court's order?",
    ),
}
"""Each point of the checklist: its title, and what is to be answered."""

STATES: Final[Mapping[ConditionState, tuple[str, str]]] = {
    ConditionState.PROPOSED: ("wait", "proposed"),
    ConditionState.MET: ("good", "met"),
    ConditionState.UNMEETING: ("wait", "met, one says no more"),
    ConditionState.UNMET: ("bad", "not met any more"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """What an officer said: the word for it, and who said it when and why."""

    word: str
    officer: Officer


def standing(decision: ConditionDecision, now: datetime) -> tuple[str, str]:
    """Return how a decision stands at a moment: the kind of state, and the word for it."""
    if decision.state is not ConditionState.UNMET and now.date() >= decision.expires:
        return "bad", "over"
    return STATES[decision.state]


def speaking(decision: ConditionDecision) -> tuple[Officer, ...]:
    """Return the officers of the step that waits for another one."""
    if decision.state is ConditionState.PROPOSED:
        return decision.met_by
    return decision.unmet_by if decision.state is ConditionState.UNMEETING else ()


COLUMNS: Final[tuple[Column[ConditionDecision], ...]] = (
    Column("rule", "Rule", lambda one: one.rule, key=lambda one: one.rule),
    Column("citation", "Law relied on", lambda one: one.citation, key=lambda one: one.citation.casefold()),
    Column("state", "Stands", lambda one: one.state.value, key=lambda one: one.state.value),
    Column("expires", "Lapses", lambda one: one.expires.isoformat(), key=lambda one: one.expires),
    Column("officers", "Officers", lambda one: "; ".join(who.name for who in (*one.met_by, *one.unmet_by))),
    Column("begun", "Proposed", lambda one: one.met_by[0].at.isoformat(), key=lambda one: one.met_by[0].at),
    Column("id", "Id", lambda one: one.id),
)


def index(visit: Visit) -> Response:
    """Show every decision of officers, and the form for another."""
    return _index(visit, {})


def _index(visit: Visit, errors: Mapping[str, str]) -> Response:
    decisions = visit.service.vetting.conditions.all(visit.actor)
    table = arranged(PATH, visit.query, COLUMNS, decisions, order="-begun")
    if (file := table.file()) is not None:
        return file
    told = _rules(visit)
    rules = [told[name] for name in visit.service.vetting.conditions.rules(visit.actor) if name in told]
    return visit.page(
        "conditions.html",
        status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
        table=table,
        standing={one.id: standing(one, visit.now) for one in decisions},
        rules=rules,
        in_force={
            one.rule for one in decisions if one.reopening(visit.now) and visit.now.date() < one.expires
        },
        options=[(rule.name, rule.name) for rule in rules],
        points=[(point.value, *QUESTIONS[point]) for point in HumanRightsPoint],
        decides=visit.member.role in _OFFICERS,
        latest=visit.now.date() + LONGEST,
        sent=visit.form,
        errors=errors,
    )


def propose(visit: Visit) -> Response:
    """Put a proposal on record; nothing is met by it."""
    try:
        decision = visit.service.vetting.conditions.propose(visit.actor, _proposal(visit.form))
    except InvalidInputError as error:
        return _index(visit, _told(error))
    return visit.go(f"{PATH}/{decision.id}", done="condition-proposed")


def one(visit: Visit) -> Response:
    """Show a decision whole."""
    return _one(visit, {})


def _one(visit: Visit, errors: Mapping[str, str]) -> Response:
    decision = _decision(visit)
    begun = [Step("proposed that it is met", decision.met_by[0])]
    begun += [Step("confirmed it", officer) for officer in decision.met_by[1:]]
    words = (
        ("took it back",) if decision.met is None else ("said that it is not met any more", "confirmed that")
    )
    ended = [Step(word, who) for word, who in zip(words, decision.unmet_by, strict=False)]
    return visit.page(
        "condition.html",
        status=HTTPStatus.CONFLICT if errors else HTTPStatus.OK,
        decision=decision,
        rule=_rules(visit).get(decision.rule),
        standing=standing(decision, visit.now),
        ends=datetime.combine(decision.expires, time(tzinfo=UTC)),
        states=ConditionState,
        answers=[(*QUESTIONS[answer.point], answer.how) for answer in decision.answers],
        steps=[*begun, *ended],
        decides=visit.member.role in _OFFICERS,
        spoke=visit.actor.person in {officer.person for officer in speaking(decision)},
        sent=visit.form,
        errors=errors,
    )


def confirm(visit: Visit) -> Response:
    """Say as the second officer that it is met."""
    return _act(visit, visit.service.vetting.conditions.confirm, "condition-met")


def unmeet(visit: Visit) -> Response:
    """Say that it is not met, or not any more."""
    return _act(visit, visit.service.vetting.conditions.unmeet, "condition-unmet")


def _act(
    visit: Visit, act: Callable[[Actor, ConditionDecisionId, str, str], ConditionDecision], done: str
) -> Response:
    form, condition_id = visit.form, _decision(visit).id
    try:
        act(visit.actor, condition_id, form.text("name"), form.text("reasons"))
    except (InvalidInputError, StateError, SeparationError) as error:
        return _one(visit, _told(error))
    return visit.go(f"{PATH}/{condition_id}", done=done)


def _decision(visit: Visit) -> ConditionDecision:
    wanted = visit.part("condition_id")
    found = next((one for one in visit.service.vetting.conditions.all(visit.actor) if one.id == wanted), None)
    if found is None:
        raise NotFoundError(f"no decision `{wanted}`")
    return found


def _proposal(form: Form) -> Proposal:
    return Proposal(
        rule=form.text("rule"),
        citation=form.text("citation"),
        answers=tuple(
            ChecklistAnswer(point=point, how=form.text(f"answers.{point}"))
            for point in HumanRightsPoint
            if form.text(f"answers.{point}")
        ),
        expires=_day(form.text("expires")),
        name=form.text("name"),
        reasons=form.text("reasons"),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInputError("`expires` needs a day such as 2027-01-31") from None


def _told(error: InvalidInputError | StateError | SeparationError) -> dict[str, str]:
    """Return the error at the field that it names, in the words of the form."""
    found = _NAMED.search(error.message)
    name = found[1] if found else ""
    point = name.removeprefix("answers.")
    if point in _POINTS:
        title = QUESTIONS[HumanRightsPoint(point)][0]
        return {f"answers.{point}": f"{title}: answer in one or two sentences (20 to 5,000 characters)."}
    if name in _PROBLEMS:
        return {name: _PROBLEMS[name]}
    return {"": corrected(InvalidInputError(error.message))}


def _rules(visit: Visit) -> Mapping[str, PublicRule]:
    told = rules_of_the_day(visit.service.parts.packs, visit.now.date())
    packs = (rule for pack in told.packs for rule in pack.rules)
    laws = (rule for law in told.laws for rule in law.rules)
    return {rule.name: rule for rule in (*laws, *packs)}


def _officers(path: str, handler: Handler) -> Page:
    return Page(path=path, handler=handler, roles=_OFFICERS, method="POST", confirmed=True)


PAGES: Final = (
    Page(path=PATH, handler=index, roles=READERS),
    Page(path=PATH, handler=propose, roles=_OFFICERS, method="POST"),
    Page(path=_ONE, handler=one, roles=READERS),
    _officers(f"{_ONE}/confirm", confirm),
    _officers(f"{_ONE}/unmeet", unmeet),
)
