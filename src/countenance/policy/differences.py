"""Two packs compared: the rules that came, went or changed, and questions that get another answer.

The examples are no sample: every combination that the rules of either pack tell apart is asked
of both, for one kind of asker in one place, with the smallest papers that the more lenient of
the two asks for. Papers only exempt, so where these agree, more papers agree too. What officers
could re-open is left as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import product
from typing import Final

from countenance.policy.covering import assumed_gallery, covered
from countenance.policy.distinctions import classes, edges, in_force, reaching, require_searchable
from countenance.policy.explanation import reason_of
from countenance.policy.gate import Policy, build_policy
from countenance.policy.model import Act, Camera, CustomerKind, Jurisdiction, Purpose, Question, Reason, Space
from countenance.policy.packs import Pack
from countenance.policy.papers import sufficient, usable_papers, with_papers
from countenance.policy.places import enclosing
from countenance.policy.rules import Rule

ELSEWHERE: Final = Jurisdiction("ZZ")
"""A place that no rule names."""

MOST_QUESTIONS: Final = 10_000
"""Most questions that are asked of both packs; where there are more, the examples are not all there are."""

_MOST_PAPERS: Final = 8


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that stands in both packs, and what is said otherwise in the second: field, before, after."""

    rule: str
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A question that the two packs answer otherwise. `permitted` is the second's answer.

    `reasons` are those of the pack that refuses. `same` counts the other questions that differ
    in the same direction by the same reasons.
    """

    question: Question
    permitted: bool
    reasons: tuple[Reason, ...]
    same: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What the second pack says otherwise than the first.

    `examples` has one question for each set of reasons and direction, and none where no question
    is answered otherwise; `asked` counts the questions, and `complete` is whether that was all.
    """

    added: tuple[Rule, ...]
    removed: tuple[Rule, ...]
    changed: tuple[RuleChange, ...]
    examples: tuple[Example, ...]
    asked: int
    complete: bool


def difference(before: Pack, after: Pack, *, most: int = MOST_QUESTIONS) -> Difference:
    """Compare two packs, each by itself: no house rule and no law is asked besides.

    At most `most` questions are asked of both. Raises `InvalidInputError` for rules that read more than
    closed lists, days and papers.
    """
    old, new = ({rule.id: rule for rule in pack.rules} for pack in (before, after))
    examples, asked = _examples(before, after, most)
    return Difference(
        added=tuple(rule for name, rule in new.items() if name not in old),
        removed=tuple(rule for name, rule in old.items() if name not in new),
        changed=tuple(
            change
            for name, rule in old.items()
            if name in new and (change := _change(rule, new[name])) is not None
        ),
        examples=examples,
        asked=min(asked, most),
        complete=asked <= most,
    )


def _change(before: Rule, after: Rule) -> RuleChange | None:
    fields = tuple(
        (label, old, new)
        for (label, old), (_, new) in zip(_facts(before), _facts(after), strict=True)
        if old != new
    )
    if not fields and _condition(before) != _condition(after):
        fields = (("condition", "as it was", "written otherwise"),)
    return RuleChange(before.id, fields) if fields else None


def _condition(rule: Rule) -> tuple[object, ...]:
    return rule.template.effect, rule.template.action, rule.template.resource, rule.template.clauses


def _facts(rule: Rule) -> tuple[tuple[str, str], ...]:
    """Return what a rule says besides its condition, each with its label."""
    return (
        ("effect", rule.effect),
        ("text", rule.text),
        ("source", rule.source),
        ("from", rule.valid_from.isoformat() if rule.valid_from is not None else "always"),
        ("until", rule.valid_until.isoformat() if rule.valid_until is not None else "no end"),
        ("re-opens", rule.reopens or ""),
        ("re-opened by officers", "yes" if rule.reopening else "no"),
        ("needs", " and ".join("|".join(group) for group in rule.needs) or "nothing"),
        ("listed purposes", ", ".join(sorted(rule.listed)) or "none"),
        ("obliges", ", ".join(f"{one.kind}:{one.value}" for one in rule.obliges) or "nothing"),
    )


def _examples(before: Pack, after: Pack, most: int) -> tuple[tuple[Example, ...], int]:
    policies = tuple(build_policy([pack], register=None) for pack in (before, after))
    rules = [*before.rules, *after.rules]
    require_searchable(rules)
    found: dict[tuple[bool, tuple[str, ...]], Example] = {}
    asked = 0
    for question in _questions(rules, policies[0].places | policies[1].places | {ELSEWHERE}):
        asked += 1
        if asked > most:
            break
        for permitted, (lenient, strict) in ((False, policies), (True, (policies[1], policies[0]))):
            differing = _differing(lenient, strict, question)
            if differing is not None:
                reasons = tuple(_reasons(strict, differing))
                key = permitted, tuple(reason.id for reason in reasons)
                known = found.get(key)
                found[key] = (
                    Example(differing, permitted, reasons, 0)
                    if known is None
                    else Example(known.question, permitted, known.reasons, known.same + 1)
                )
    return tuple(found.values()), asked


def _differing(lenient: Policy, strict: Policy, question: Question) -> Question | None:
    """Return the question with papers that the one permits and the other refuses, or None."""
    if strict.obstacles(question) is None:
        return None
    allowed = usable_papers((*lenient.rules.values(), *strict.rules.values()), question.act, reopened=False)
    for papers in sufficient(lenient, question, allowed, most=_MOST_PAPERS):
        asked = with_papers(question, papers)
        if strict.obstacles(asked) is not None:
            return asked
    return None


def _reasons(strict: Policy, question: Question) -> Iterator[Reason]:
    obstacles = strict.obstacles(question) or frozenset()
    names = {name: reason_of(rule) for name, rule in strict.rules.items() if name in obstacles}
    yield from {reason.id: reason for reason in names.values()}.values()


def _questions(rules: Iterable[Rule], places: Iterable[Jurisdiction]) -> Iterator[Question]:
    """Yield a question for whatever the rules tell apart, where a rule of one pack alone could decide."""
    known = tuple(rules)
    for act, place in product(Act, sorted(places)):
        ever = reaching(known, act, enclosing(frozenset({place})))
        if not _alone(ever):
            continue
        days = edges(ever)
        first = (days[0] if days else datetime(2020, 1, 2, tzinfo=UTC).date()) - timedelta(days=1)
        for day in (first, *days):
            yield from _asked_on(datetime.combine(day, time(), UTC), act, place, in_force(ever, day))


def _alone(rules: Iterable[Rule]) -> bool:
    """Tell whether one of the rules stands in one pack alone, or with another condition in the other."""
    seen: list[tuple[object, ...]] = [_condition(rule) for rule in rules]
    return any(seen.count(condition) == 1 for condition in seen)


def _asked_on(on: datetime, act: Act, place: Jurisdiction, rules: tuple[Rule, ...]) -> Iterator[Question]:
    if not _alone(rules):
        return
    galleries = (False, True) if any("scraped" in str(rule.template.clauses) for rule in rules) else (False,)
    minors = (False, True) if any("minor" in str(rule.template.clauses) for rule in rules) else (False,)
    for kinds, purposes, spaces, cameras, minor, scraped in product(
        classes(CustomerKind, rules),
        classes(Purpose, rules),
        classes(Space, rules),
        classes(Camera, rules),
        minors,
        galleries,
    ):
        question = Question(
            act=act,
            on=on,
            customer_kind=kinds[0],
            jurisdictions=frozenset({place}),
            purpose=purposes[0],
            space=spaces[0],
            camera=cameras[0],
            consent=False,
            minor=minor,
            gallery=assumed_gallery(purposes[0], scraped=True) if scraped else None,
        )
        yield covered(question)
