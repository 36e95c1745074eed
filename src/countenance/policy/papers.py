"""Which papers would do: the smallest sets of instruments, consent and re-openings that permit.

Papers may only exempt, so if a question is refused, one of the rules that refuse it must be
stopped by a paper that it names: the search branches on those and on nothing else, and it
finds every set from which none can be left out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Final

from cedarpy import pst

from countenance.policy.distinctions import papers as papers_named
from countenance.policy.gate import Policy
from countenance.policy.instruments import CONSENT, ORDER_PREFIX
from countenance.policy.leasing import permit_id, permits, shipped_gate
from countenance.policy.model import Act, Question
from countenance.policy.reopening import HumanRightsPoint, Reopening
from countenance.policy.rules import Rule

Papers = frozenset[str]
"""Names of instruments, `consent`, and `reopening:` with the name of a rule."""

REOPENING: Final = "reopening:"
_REOPENED: Final = "reopened"
_VISITS: Final = 20_000


def with_papers(question: Question, papers: Papers) -> Question:
    """Return `question` with `papers` on record besides those it has."""
    rules = sorted(paper.removeprefix(REOPENING) for paper in papers if paper.startswith(REOPENING))
    instruments = frozenset(paper for paper in papers if paper != CONSENT and not paper.startswith(REOPENING))
    return replace(
        question,
        consent=True if CONSENT in papers else question.consent,
        instruments=question.instruments | instruments,
        reopenings=(*question.reopenings, *(_assumed(rule, question.on.date()) for rule in rules)),
    )


def usable_papers(rules: Iterable[Rule], act: Act, *, reopened: bool) -> Papers:
    """Return every paper that could stop one of `rules`, or that a lease for `act` asks for.

    Orders, which bind whoever is their party, are none of them; re-openings are only if `reopened`.
    """
    asked = tuple(rules)
    named = {paper for rule in asked for paper in _named(rule.template)}
    named |= _named(_leasing()[f"{permit_id(act)}/uncovered"])
    openings = {REOPENING + rule.name for rule in asked if rule.reopening}
    plain = {paper for paper in named if not paper.startswith(ORDER_PREFIX)}
    return frozenset(plain | openings if reopened else plain)


def sufficient(policy: Policy, question: Question, allowed: Papers, *, most: int) -> tuple[Papers, ...]:
    """Return the sets of at most `most` of the papers `allowed` that permit, the smallest first.

    None of them can do without any of its papers. Empty where no such set permits, and where the
    question is refused with all of `allowed`.
    """
    if policy.obstacles(with_papers(question, allowed)) is not None:
        return ()
    found: list[Papers] = []
    waiting: deque[Papers] = deque([frozenset()])
    seen: set[Papers] = {frozenset()}
    while waiting and len(seen) < _VISITS:
        held = waiting.popleft()
        if any(known <= held for known in found):
            continue
        obstacles = policy.obstacles(with_papers(question, held))
        if obstacles is None:
            found.append(held)
        elif len(held) < most:
            for paper in sorted(_way_out(policy, obstacles, allowed - held)):
                larger = held | {paper}
                if larger not in seen:
                    seen.add(larger)
                    waiting.append(larger)
    return tuple(found)


def _way_out(policy: Policy, obstacles: frozenset[str], allowed: Papers) -> Papers:
    """Return the papers of which at least one must be there: those of the obstacle that names the fewest."""
    ways = [_papers_of(policy, obstacle) & allowed for obstacle in sorted(obstacles)]
    return min(ways, key=len, default=frozenset())


def _papers_of(policy: Policy, obstacle: str) -> Papers:
    rule = policy.rules.get(obstacle)
    if rule is None:
        return _named(_leasing()[obstacle])
    openings = frozenset({REOPENING + rule.name}) if rule.reopening else frozenset[str]()
    return _named(rule.template) | openings


def _named(template: pst.Template) -> Papers:
    return papers_named(template) - {_REOPENED}


@cache
def _leasing() -> dict[str, pst.Template]:
    return {template.id: template for template in permits(shipped_gate())}


def _assumed(rule: str, day: date) -> Reopening:
    """Return a re-opening as it would have to be decided; it exists in the search alone."""
    return Reopening(
        rule=rule,
        officers=("a first officer", "a second officer"),
        citation="a law that two officers would have to cite",
        answered=frozenset(HumanRightsPoint),
        decided=day,
        expires=day + timedelta(days=1),
    )
