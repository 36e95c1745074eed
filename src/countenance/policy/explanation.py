"""From what Cedar reports to what people are shown: reasons, conditions, obligations.

Pure and ordered: reasons come as the packs were asked, then the laws, then the lease, so that
the same question has the same bytes for an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from countenance.policy.facts import consented, instruments_of, unstated
from countenance.policy.instruments import CONSENT, text_of
from countenance.policy.leasing import (
    GATE,
    LEASE,
    Gate,
    conditions_met,
    conditions_of,
    unmet_reasons,
)
from countenance.policy.model import Condition, Obligation, ObligationKind, Question, Reason
from countenance.policy.rules import Rule
from countenance.policy.schema import LEASED, SEARCH
from countenance.policy.standing import concerning, told

_UNREFUSED = Reason(
    id="question.unrefused",
    pack=GATE,
    text="No rule that was asked refuses this.",
    source="the packs and laws that were asked",
    valid_from=None,
    valid_until=None,
    reopens=None,
)
_REPAIR = "Correct the rule, or the facts that it could not read, and ask again."
_LEASE_NEEDED = Condition("lease", "an approved lease must cover this act", met=False)
_LEFT_OUT = {
    "customer_kind": "the question says of what kind the asker is",
    "jurisdictions": "the question says where it happens",
    "purpose": "the question says for which purpose",
    "space": "the question says where the subjects are",
    "camera": "the question says what takes the sample",
    "consent": "the question says whether every subject consented",
}
_SHORTEST = frozenset({ObligationKind.EXPIRE_RESULT, ObligationKind.FAIRNESS_EVIDENCE})
"""Obligations of which the smallest number is the strictest; of the others it is the greatest."""

NUMBERED = frozenset(
    {ObligationKind.HOLD_FOR_EXAMINERS, ObligationKind.EXPIRE_RESULT, ObligationKind.FAIRNESS_EVIDENCE}
)
"""Obligations that are nothing without their number, so that a lease cannot simply name them."""


@dataclass(frozen=True, slots=True)
class Explained:
    """What a decision tells besides permit or denial."""

    reasons: tuple[Reason, ...]
    conditions: tuple[Condition, ...]
    obligations: tuple[Obligation, ...] = ()


def reason_of(rule: Rule) -> Reason:
    """Return the rule as it is shown; its pack with the version that the rule belongs to."""
    version = f"@{min(rule.versions)}" if rule.versions else ""
    return Reason(
        id=rule.name,
        pack=f"{rule.pack}{version}",
        text=rule.text,
        source=rule.source,
        valid_from=rule.valid_from,
        valid_until=rule.valid_until,
        reopens=rule.reopens,
    )


def explain_permit(gate: Gate, question: Question, duties: Iterable[Rule]) -> Explained:
    """Tell why the act may happen: the lease, and the duties that come with the permit."""
    imposed = tuple(duties)
    shown = (reason_of(rule) for rule in imposed if rule.pack != GATE)
    return Explained(
        reasons=(_ground(question), *_merged(shown)),
        conditions=_distinct(
            [
                *_standing_conditions(gate, question),
                *(c for rule in imposed for c in _conditions(question, rule)),
            ]
        ),
        obligations=_obligations(question, imposed),
    )


def explain_denial(
    gate: Gate,
    question: Question,
    fired: Iterable[Rule],
    held: Mapping[str, Rule | None] | None,
    errors: tuple[str, ...],
) -> Explained:
    """Tell why the act may not happen, and what would have to be otherwise.

    `held` names the lease's clauses that hold (None) and the duties that would apply; it is
    None where they could not be evaluated, so that nothing is said of them.
    """
    prohibitions = tuple(fired)
    reasons = [*_failures(errors), *_merged(reason_of(rule) for rule in prohibitions)]
    conditions: list[Condition] = []
    duties: list[Rule] = []
    if held is not None:
        clauses = frozenset(name for name, rule in held.items() if rule is None)
        duties = [rule for rule in held.values() if rule is not None and rule.pack != GATE]
        conditions += _standing_conditions(gate, question, clauses)
        if question.lease is not None:
            reasons += told(question, unmet_reasons(gate, question.act, clauses))
    for rule in (*prohibitions, *duties):
        conditions += _conditions(question, rule)
    if errors:
        conditions.append(Condition("gate.error", "every rule can be evaluated", met=False))
    conditions += (Condition(f"question.{name}", _LEFT_OUT[name], met=False) for name in unstated(question))
    return Explained(reasons=tuple(reasons), conditions=_distinct(conditions))


def _ground(question: Question) -> Reason:
    if question.lease is None:
        return _UNREFUSED
    return Reason(
        id="lease.permit",
        pack=LEASE,
        text=f"The lease `{question.lease.id}` covers this, and no rule in force refuses it.",
        source=f"lease {question.lease.id}",
        valid_from=question.lease.not_before.date(),
        valid_until=question.lease.expires.date(),
        reopens=None,
    )


def _standing_conditions(
    gate: Gate, question: Question, held: frozenset[str] | None = None
) -> tuple[Condition, ...]:
    """Return the lease's clauses, all met where `held` is None, or the want of a lease."""
    if question.lease is None:
        return (_LEASE_NEEDED,) if question.act in LEASED else ()
    stated = conditions_met(gate, question.act) if held is None else conditions_of(gate, question.act, held)
    return concerning(question, stated)


def _conditions(question: Question, rule: Rule) -> Iterator[Condition]:
    """Yield what the rule asks for, each with whether it is there."""
    if rule.listed:
        words = ", ".join(sorted(rule.listed))
        met = question.purpose in rule.listed
        yield Condition(f"{rule.name}:purpose", f"the purpose is one of: {words}", met=met)
    recorded = instruments_of(question)
    for group in rule.needs:
        label = next((word for word in group if word != CONSENT), CONSENT)
        met = bool(recorded.intersection(group)) or (CONSENT in group and consented(question))
        yield Condition(f"{rule.name}:{label}", text_of(group), met=met)
    if rule.reopening:
        text = f"two or more named officers have decided on record to re-open `{rule.name}`, citing the law"
        yield Condition(f"{rule.name}:reopening", text, met=False)
    elif rule.effect == "forbid" and not (rule.listed or rule.needs):
        yield Condition(rule.name, f"`{rule.name}` does not apply", met=False)


def _failures(errors: Iterable[str]) -> Iterator[Reason]:
    """Yield the reason of a rule that could not be evaluated: Cedar would skip it, here it denies."""
    found = "; ".join(sorted(errors))
    if found:
        yield Reason(
            id="gate.error",
            pack=GATE,
            text="A rule could not be evaluated, so the answer is no.",
            source=found,
            valid_from=None,
            valid_until=None,
            reopens=_REPAIR,
        )


def _merged(reasons: Iterable[Reason]) -> list[Reason]:
    """Show each rule once, with the texts of all its clauses that decided."""
    shown: dict[tuple[str, str], Reason] = {}
    for reason in reasons:
        key = reason.pack, reason.id
        seen = shown.get(key)
        if seen is None:
            shown[key] = reason
        elif reason.text not in seen.text:
            shown[key] = replace(seen, text=f"{seen.text} {reason.text}")
    return list(shown.values())


def _distinct(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    return tuple({condition.id: condition for condition in conditions}.values())


def _obligations(question: Question, duties: Iterable[Rule]) -> tuple[Obligation, ...]:
    """Return the duties' obligations, the strictest number of each kind, with the lease's examiners."""
    strictest: dict[ObligationKind, int | None] = {}
    asked = [obligation for rule in duties for obligation in rule.obliges]
    examiners = question.lease.examiners if question.lease is not None else 0
    if examiners > 0 and question.act in SEARCH:
        asked.append(Obligation(ObligationKind.HOLD_FOR_EXAMINERS, examiners))
    if question.lease is not None:
        asked += (Obligation(kind) for kind in question.lease.obligations - NUMBERED)
    for obligation in asked:
        seen = strictest.get(obligation.kind)
        if seen is None or obligation.value is None:
            strictest[obligation.kind] = obligation.value
        else:
            choose = min if obligation.kind in _SHORTEST else max
            strictest[obligation.kind] = choose(seen, obligation.value)
    return tuple(Obligation(kind, strictest[kind]) for kind in ObligationKind if kind in strictest)
