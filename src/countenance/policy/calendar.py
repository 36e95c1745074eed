"""What comes: rules that take effect, lapse or spring back, and the leases that they touch.

A lease is touched by a day if the gate answers some use of it otherwise on that day than on the
day before. The gate itself is asked, with consent on record and the lease's own papers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice, product
from typing import Final

from countenance.policy.gate import Policy
from countenance.policy.model import (
    CustomerKind,
    GalleryFacts,
    Jurisdiction,
    LeaseTerms,
    Question,
)
from countenance.policy.register import Law, LawStatus, Register
from countenance.policy.rules import Rule
from countenance.policy.simulation import Outcome, outcome_of
from countenance.policy.strictness import facts_read

STALE_AFTER: Final = timedelta(days=365)
"""How old a check of a law against its source may be."""

MOST_USES: Final = 600
"""Most combinations of act, purpose, place and camera of one lease that are asked about."""


class Turn(StrEnum):
    """What becomes of a rule on a day."""

    TAKES_EFFECT = "takes_effect"
    SPRINGS_BACK = "springs_back"
    LAPSES = "lapses"


@dataclass(frozen=True, slots=True)
class Coming:
    """A rule that turns on `day`; `pack` is the pack, or `laws`."""

    day: date
    turn: Turn
    rule: str
    pack: str
    text: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lease as its holder uses it, with what the gate is told of the holder."""

    customer: str
    terms: LeaseTerms
    kind: CustomerKind
    acts_for: frozenset[CustomerKind]
    jurisdictions: frozenset[Jurisdiction]


@dataclass(frozen=True, slots=True)
class Touched:
    """What a day changes for a lease.

    Of the `uses` asked about, `refused` are permitted the day before and not on the day,
    `permitted` the reverse, and `otherwise` stay permitted under other duties. `rules` are those
    that refuse, or come with the permit, on one of the two days alone. `complete` is whether
    every use was asked about.
    """

    day: date
    lease: str
    customer: str
    uses: int
    refused: int
    permitted: int
    otherwise: int
    rules: tuple[str, ...]
    complete: bool


def coming(rules: Iterable[Rule], today: date, days: int) -> tuple[Coming, ...]:
    """Return what turns after `today` within `days`, in order of days; a rule's clauses are told as one."""
    known = tuple(rules)
    last = today + timedelta(days=days)
    found: dict[tuple[date, Turn, str, str], Coming] = {}
    for rule in known:
        for day, turn in _turns(rule, known):
            if not today < day <= last:
                continue
            key = day, turn, rule.pack, rule.name
            seen = found.get(key)
            if seen is None:
                found[key] = Coming(day, turn, rule.name, rule.pack, rule.text, rule.source)
            elif rule.text not in seen.text:
                found[key] = replace(seen, text=f"{seen.text} {rule.text}")
    return tuple(found[key] for key in sorted(found, key=lambda one: (one[0], one[3], one[1])))


def touched(policy: Policy, held: Iterable[Held], days: Iterable[date]) -> tuple[Touched, ...]:
    """Return the leases that the `days` touch, each day's own; leases that have ended by then are none."""
    leases = tuple(held)
    found = (_touch(policy, one, day) for day in sorted(set(days)) for one in leases)
    return tuple(one for one in found if one is not None)


def stale(register: Register, today: date) -> tuple[Law, ...]:
    """Return the laws that bind or will bind and were not checked against their source for a year."""
    return tuple(
        law
        for law in register.laws
        if law.status is not LawStatus.PROPOSED
        and (law.valid_until is None or law.valid_until > today)
        and (law.verified_on is None or today - law.verified_on > STALE_AFTER)
    )


def _turns(rule: Rule, known: Iterable[Rule]) -> Iterator[tuple[date, Turn]]:
    if rule.valid_from is not None:
        turn = Turn.SPRINGS_BACK if _was_there(rule, known) else Turn.TAKES_EFFECT
        yield rule.valid_from, turn
    if rule.valid_until is not None:
        yield rule.valid_until, Turn.LAPSES


def _was_there(rule: Rule, known: Iterable[Rule]) -> bool:
    """Tell whether a rule of the same reach and condition ended before this one begins."""
    begins = rule.valid_from
    return any(
        one is not rule
        and one.valid_until is not None
        and begins is not None
        and one.valid_until <= begins
        and _reach(one) == _reach(rule)
        for one in known
    )


def _reach(rule: Rule) -> tuple[object, ...]:
    """Return what the rule says but for its days and its name."""
    clauses = tuple(one for one in rule.template.clauses if "day" not in facts_read(one.expr))
    return rule.pack, rule.effect, rule.template.action, rule.template.resource, clauses, rule.obliges


def _touch(policy: Policy, held: Held, day: date) -> Touched | None:
    terms = replace(held.terms, suspended=False, terms_due=False, reverification_due=False)
    moment = datetime.combine(day, time(), UTC)
    if terms.revoked or not terms.not_before <= moment - timedelta(days=1) < moment < terms.expires:
        return None
    counts = {"refused": 0, "permitted": 0, "otherwise": 0}
    rules: dict[str, None] = {}
    uses = 0
    every = _uses(replace(held, terms=terms))
    for question in islice(every, MOST_USES):
        uses += 1
        before = outcome_of(policy.decide(replace(question, on=moment - timedelta(days=1))))
        after = outcome_of(policy.decide(replace(question, on=moment)))
        if before != after:
            counts[_direction(before, after)] += 1
            rules.update(dict.fromkeys(sorted({*before.rules} ^ {*after.rules})))
    if not any(counts.values()):
        return None
    complete = next(every, None) is None
    return Touched(
        day=day,
        lease=terms.id,
        customer=held.customer,
        uses=uses,
        **counts,
        rules=tuple(rules),
        complete=complete,
    )


def _direction(before: Outcome, after: Outcome) -> str:
    if before.permitted == after.permitted:
        return "otherwise"
    return "permitted" if after.permitted else "refused"


def _uses(held: Held) -> Iterator[Question]:
    """Yield a question for each combination that the lease covers, asked at its beginning."""
    terms = held.terms
    model = min(terms.model_digests, default=None)
    gallery = min(terms.galleries, default=None)
    combinations = product(
        sorted(terms.acts), sorted(terms.purposes), sorted(terms.spaces), sorted(terms.cameras)
    )
    for act, purpose, space, camera in combinations:
        facts = None
        if gallery is not None and model is not None:
            facts = GalleryFacts(id=gallery, purpose=purpose, model_digest=model, subjects=0)
        yield Question(
            act=act,
            on=terms.not_before,
            customer_kind=held.kind,
            acts_for=held.acts_for,
            jurisdictions=held.jurisdictions,
            purpose=purpose,
            space=space,
            camera=camera,
            consent=True,
            model_digest=model,
            lease=terms,
            gallery=facts,
        )
