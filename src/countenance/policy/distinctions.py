"""What rules can tell apart, so that a search over every question stays finite and small.

Three facts make it so, and each is checked rather than assumed:

1. a rule knows a value of a closed list only by the sets in which it names it, so values that
   stand in the same sets are one class, and one of them stands for all;
2. a rule knows a day only by the days that it names, so between two of them nothing changes;
3. papers (instruments, consent, re-openings) may only exempt, and kinds, places and orders may
   only make a prohibition apply (`strictness.py` refuses any other rule at load), so their
   extremes stand for everything between.

A rule that reads anything else (the clock, a count, an attribute of the lease) is found by
`unsearchable`, and nothing is proved about a policy that has one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from cedarpy import pst

from countenance.errors import InvalidInputError
from countenance.policy.instruments import CONSENT, ORDER_PREFIX
from countenance.policy.model import Act, CustomerKind, Jurisdiction, Purpose
from countenance.policy.rules import Rule
from countenance.policy.schema import ACTION_GROUPS, CLOSED_LISTS
from countenance.policy.strictness import GROWING, SHRINKING, expressions, fact_name, facts_read

Word = TypeVar("Word", bound=StrEnum)

_TYPES: Final = {words: name for name, words in CLOSED_LISTS.items()}
_LITERAL_DAYS: Final = frozenset({"less", "less_eq", "greater", "greater_eq", "eq"})
_AFTER: Final = frozenset({"less_eq", "greater", "eq"})
_PLAIN: Final = GROWING | SHRINKING | {"act", "day", "gallery"}
_SINGLED_OUT: Final[dict[type[StrEnum], frozenset[str]]] = {
    CustomerKind: frozenset({CustomerKind.OPERATOR}),
    Purpose: frozenset({Purpose.RESEARCH_MEASUREMENT}),
}
"""Values that the program itself tells apart (`facts.consented`), beside what rules name."""


def unsearchable(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return the ids of the prohibitions that read what no finite search covers; empty is good."""
    return tuple(rule.id for rule in rules if rule.effect == "forbid" and any(_beyond(rule.template)))


def require_searchable(rules: Iterable[Rule]) -> None:
    """Raise `InvalidInputError` where a rule reads what no finite search covers."""
    beyond = unsearchable(rules)
    if beyond:
        raise InvalidInputError(
            f"rule `{beyond[0]}` reads more than closed lists, days and papers: nothing can be proved of it"
        )


def in_force(rules: Iterable[Rule], day: date) -> tuple[Rule, ...]:
    """Return the rules whose own dates hold on `day`."""
    return tuple(
        rule
        for rule in rules
        if (rule.valid_from is None or rule.valid_from <= day)
        and (rule.valid_until is None or day < rule.valid_until)
    )


def classes(words: type[Word], rules: Iterable[Rule]) -> tuple[tuple[Word, ...], ...]:
    """Return the values of a closed list in classes that no rule tells apart, in the list's order."""
    groups = {group for rule in rules for group in _named(rule.template, _TYPES[words])}
    groups.add(_SINGLED_OUT.get(words, frozenset()))
    found: dict[frozenset[frozenset[str]], list[Word]] = {}
    for word in words:
        signature = frozenset(group for group in groups if word.value in group)
        found.setdefault(signature, []).append(word)
    return tuple(tuple(members) for members in found.values())


def edges(rules: Iterable[Rule]) -> tuple[date, ...]:
    """Return the days on which some rule begins or stops to apply, in order."""
    return tuple(sorted({day for rule in rules for day in _days(rule.template)}))


def papers(template: pst.Template) -> frozenset[str]:
    """Return what could stop the rule on paper: names of instruments, `consent`, and `reopened`."""
    found: set[str] = set()
    for node in _all(template):
        if isinstance(node, pst.BinaryOp) and fact_name(node.left) == "instruments":
            found.update(part.value for part in expressions(node.right) if isinstance(part, pst.StringLit))
        elif fact_name(node) == CONSENT:
            found.add(CONSENT)
        elif fact_name(node) == "reopened":
            found.add("reopened")
    return frozenset(found)


def orders(rules: Iterable[Rule]) -> frozenset[str]:
    """Return the orders that bind a party, as instruments: `order:us-ftc-riteaid`."""
    return frozenset(
        part.value
        for rule in rules
        for node in _all(rule.template)
        if isinstance(node, pst.BinaryOp) and fact_name(node.left) == "orders"
        for part in expressions(node.right)
        if isinstance(part, pst.StringLit) and part.value.startswith(ORDER_PREFIX)
    )


def acts_of(rule: Rule) -> frozenset[Act]:
    """Return the acts that the rule's scope reaches."""
    scope = rule.template.action
    if isinstance(scope, pst.ScopeAny):
        return frozenset(Act)
    named = (scope.entity,) if isinstance(scope, pst.ActionEq) else scope.entities
    found: set[Act] = set()
    for entity in named:
        found |= ACTION_GROUPS.get(entity.id) or {Act(entity.id)}
    return frozenset(found)


def reaching(rules: Iterable[Rule], act: Act, places: frozenset[Jurisdiction]) -> tuple[Rule, ...]:
    """Return the prohibitions that could ever apply to `act` in `places`, which hold all they lie in."""
    return tuple(
        rule
        for rule in rules
        if rule.effect == "forbid" and act in acts_of(rule) and _bound_to(rule) <= places
    )


def _bound_to(rule: Rule) -> frozenset[str]:
    """Return the places that the rule asks for outright, each in a clause of its own."""
    return frozenset(
        clause.expr.right.value
        for clause in rule.template.clauses
        if isinstance(clause, pst.When)
        and isinstance(clause.expr, pst.BinaryOp)
        and clause.expr.op == "contains"
        and fact_name(clause.expr.left) == "jurisdictions"
        and isinstance(clause.expr.right, pst.StringLit)
    )


def _named(template: pst.Template, kind: str) -> Iterator[frozenset[str]]:
    """Yield the sets of values of one closed list that the rule names; a lone value is a set of one."""
    for clause in template.clauses:
        yield from _groups(clause.expr, kind)


def _groups(node: object, kind: str) -> Iterator[frozenset[str]]:
    if isinstance(node, pst.Set):
        literals = [part for part in node.elements if isinstance(part, pst.EntityLit)]
        if len(literals) == len(node.elements):
            named = frozenset(part.value.id for part in literals if part.value.type.basename == kind)
            if named:
                yield named
            return
    if isinstance(node, pst.EntityLit):
        if node.value.type.basename == kind:
            yield frozenset({node.value.id})
        return
    for child in expressions(node, deep=False):
        yield from _groups(child, kind)


def _days(template: pst.Template) -> Iterator[date]:
    for node in _all(template):
        if isinstance(node, pst.BinaryOp) and node.op in _LITERAL_DAYS and fact_name(node.left) == "day":
            day = _literal_day(node.right)
            if day is not None:
                if node.op not in _AFTER or node.op == "eq":
                    yield day
                if node.op in _AFTER:
                    yield day + timedelta(days=1)


def _literal_day(node: object) -> date | None:
    """Return the day of `datetime("2020-06-10")`, None for anything else."""
    if isinstance(node, pst.UnaryOp) and node.op == "datetime" and isinstance(node.arg, pst.StringLit):
        return datetime.fromisoformat(node.arg.value).date()
    return None


def _beyond(template: pst.Template) -> Iterator[str]:
    """Yield what the rule reads beside closed lists, literal days and papers."""
    read = {name for clause in template.clauses for name in facts_read(clause.expr)}
    yield from sorted(read - _PLAIN)
    if not isinstance(template.resource, pst.ScopeAny | pst.ScopeIs):
        yield "resource"
    nodes = list(_all(template))
    if not all(
        _only_against_galleries(one.expr, positive=isinstance(one, pst.When)) for one in template.clauses
    ):
        yield "gallery"
    if _count(nodes, lambda node: fact_name(node) == "day") != _count(nodes, _is_day_compared):
        yield "day"
    if _count(nodes, lambda node: node == pst.Var("resource")) != _count(nodes, _is_leased):
        yield "resource"


def _count(nodes: Iterable[object], sought: Callable[[object], bool]) -> int:
    return sum(map(sought, nodes))


def _is_day_compared(node: object) -> bool:
    return (
        isinstance(node, pst.BinaryOp)
        and node.op in _LITERAL_DAYS
        and fact_name(node.left) == "day"
        and _literal_day(node.right) is not None
    )


def _only_against_galleries(expression: object, *, positive: bool) -> bool:
    """Tell whether having a gallery, and its being scraped, can but make the rule apply."""
    match expression:
        case pst.BinaryOp(op="and" | "or", left=left, right=right):
            sides = (_only_against_galleries(side, positive=positive) for side in (left, right))
            return all(sides)
        case pst.UnaryOp(op="not", arg=argument):
            return _only_against_galleries(argument, positive=not positive)
        case pst.HasAttr(base=pst.Var(name="context")):
            return positive
        case pst.GetAttr(attr="scraped", base=base) if fact_name(base) == "gallery":
            return positive
        case _:
            return "gallery" not in set(facts_read(expression))


def _is_leased(node: object) -> bool:
    return isinstance(node, pst.Is) and node.base == pst.Var("resource")


def _all(template: pst.Template) -> Iterator[object]:
    for clause in template.clauses:
        yield from expressions(clause.expr)
