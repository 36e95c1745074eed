"""What a rule means, apart from how it is written: the middle between Cedar and plain words.

Words are made from a meaning (`rendering.py`) and read back into one (`reading.py`); Cedar is read
into one and can be written from it. Two texts that have one meaning decide alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cedarpy import pst

from countenance.policy.distinctions import acts_of
from countenance.policy.model import Act, Obligation
from countenance.policy.rules import Rule
from countenance.policy.strictness import fact_name


class Kind(StrEnum):
    """What a condition is."""

    SOME = "some"
    ONLY = "only"
    ALL = "all"
    DAY = "day"
    ACT = "act"
    FLAG = "flag"
    NOT = "not"
    AND = "and"
    OR = "or"
    CEDAR = "cedar"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition. `name` is the fact, the comparison of a day, the flag, or Cedar that has no words.

    `values` are words of the fact's list; `parts` the conditions that NOT, AND and OR are made of.
    """

    kind: Kind
    name: str = ""
    values: frozenset[str] = frozenset()
    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a rule does to which acts: where all of `when` holds and none of `unless`."""

    effect: str
    acts: frozenset[Act]
    when: tuple[Condition, ...]
    unless: tuple[Condition, ...]
    obliges: tuple[Obligation, ...]


ENTITIES: Final = {"kinds": "Kind", "purposes": "Purpose", "spaces": "Space", "cameras": "Camera"}
"""Cedar entity type by fact; the values of other facts are strings."""

FLAGS: Final = {
    "consent": "context.consent",
    "minor": "context.minor",
    "scraped": "context.gallery.scraped",
    "gallery": "context has gallery",
    "lease": "resource is Lease",
}
"""Cedar by flag."""

_COMPARISONS: Final = {"greater_eq": ">=", "greater": ">", "less": "<", "less_eq": "<=", "eq": "=="}
_SETS: Final = frozenset(
    {
        "kinds",
        "jurisdictions",
        "purposes",
        "spaces",
        "cameras",
        "instruments",
        "orders",
        "unstated",
        "reopened",
    }
)


def meaning_of(rule: Rule) -> Meaning:
    """Return what the compiled rule means."""
    template = rule.template
    clauses = template.clauses
    when = (*_scopes(template), *(clause.expr for clause in clauses if isinstance(clause, pst.When)))
    unless = (clause.expr for clause in clauses if isinstance(clause, pst.Unless))
    return Meaning(
        effect=rule.effect,
        acts=acts_of(rule),
        when=tuple(one if isinstance(one, Condition) else condition_of(one) for one in when),
        unless=tuple(map(condition_of, unless)),
        obliges=rule.obliges,
    )


def cedar_of(meaning: Meaning) -> str:
    """Return a rule of that meaning as Cedar, without its annotations."""
    acts = ", ".join(f'Action::"{act}"' for act in sorted(meaning.acts))
    scope = "action" if meaning.acts == frozenset(Act) else f"action in [{acts}]"
    lines = [f"{meaning.effect} (principal, {scope}, resource)"]
    lines += [f"when {{ {condition_text(one)} }}" for one in meaning.when]
    lines += [f"unless {{ {condition_text(one)} }}" for one in meaning.unless]
    return "\n".join(lines) + ";\n"


def condition_of(expression: object) -> Condition:  # noqa: PLR0911  one return for each form that a rule can have
    """Return what an expression of a rule means."""
    match expression:
        case pst.BinaryOp(op="and", left=pst.BoolLit(value=True), right=right):
            return condition_of(right)
        case pst.BinaryOp(op="and" | "or" as joint):
            return Condition(Kind(joint), parts=tuple(map(condition_of, _joined(expression, joint))))
        case pst.UnaryOp(op="not", arg=argument):
            return Condition(Kind.NOT, parts=(condition_of(argument),))
        case pst.BinaryOp(op="contains" | "contains_any", left=left, right=right) if fact_name(left) in _SETS:
            return _with_values(Kind.SOME, str(fact_name(left)), right)
        case pst.BinaryOp(op="contains_all", left=left, right=right) if fact_name(right) in ENTITIES:
            return _with_values(Kind.ONLY, str(fact_name(right)), left)
        case pst.BinaryOp(op="contains_all", left=left, right=right) if fact_name(left) == "instruments":
            return _with_values(Kind.ALL, "instruments", right)
        case pst.BinaryOp(
            op=op, left=left, right=pst.UnaryOp(op="datetime", arg=pst.StringLit(value=text))
        ) if fact_name(left) == "day" and op in _COMPARISONS:
            return Condition(Kind.DAY, op, frozenset({text[:10]}))
        case pst.BinaryOp(op="in", left=pst.Var(name="action"), right=right):
            return _with_values(Kind.ACT, "", right)
        case _:
            return _leaf(expression)


def condition_text(one: Condition) -> str:
    """Return a condition as Cedar."""
    parts = [condition_text(part) for part in one.parts]
    made: dict[Kind, Callable[[], str]] = {
        Kind.SOME: lambda: f"context.{one.name}.containsAny([{_literals(one)}])",
        Kind.ONLY: lambda: f"[{_literals(one)}].containsAll(context.{one.name})",
        Kind.ALL: lambda: f"context.{one.name}.containsAll([{_literals(one)}])",
        Kind.DAY: lambda: f'context.day {_COMPARISONS[one.name]} datetime("{min(one.values)}")',
        Kind.ACT: lambda: "action in [{}]".format(
            ", ".join(f'Action::"{act}"' for act in sorted(one.values))
        ),
        Kind.FLAG: lambda: FLAGS[one.name],
        Kind.NOT: lambda: f"!({parts[0]})",
        Kind.AND: lambda: f"({' && '.join(parts)})",
        Kind.OR: lambda: f"({' || '.join(parts)})",
        Kind.CEDAR: lambda: one.name,
    }
    return made[one.kind]()


def parts_of(one: Condition) -> Iterator[Condition]:
    """Yield the condition and everything that it is made of."""
    yield one
    for part in one.parts:
        yield from parts_of(part)


def _scopes(template: pst.Template) -> Iterator[Condition]:
    """Yield what the rule's head asks of principal and resource."""
    if isinstance(template.resource, pst.ScopeIs) and template.resource.entity_type.basename == "Lease":
        yield Condition(Kind.FLAG, "lease")
    elif not isinstance(template.resource, pst.ScopeAny):
        yield Condition(Kind.CEDAR, f"resource {template.resource}")
    if not isinstance(template.principal, pst.ScopeAny):
        yield Condition(Kind.CEDAR, f"principal {template.principal}")


def _leaf(expression: object) -> Condition:
    match expression:
        case pst.GetAttr() if fact_name(expression) in {"consent", "minor"}:
            return Condition(Kind.FLAG, str(fact_name(expression)))
        case pst.GetAttr(attr="scraped", base=base) if fact_name(base) == "gallery":
            return Condition(Kind.FLAG, "scraped")
        case pst.HasAttr(base=pst.Var(name="context"), attrs=("gallery",)):
            return Condition(Kind.FLAG, "gallery")
        case pst.Is(base=pst.Var(name="resource"), entity_type=pst.EntityType(basename="Lease")):
            return Condition(Kind.FLAG, "lease")
        case _:
            return Condition(Kind.CEDAR, str(expression))


def _joined(expression: object, joint: str) -> Iterator[object]:
    """Yield what is joined by `and`, or by `or`, whichever way it is bracketed."""
    match expression:
        case pst.BinaryOp(op=op, left=left, right=right) if op == joint:
            if not (joint == "and" and isinstance(left, pst.BoolLit) and left.value):
                yield from _joined(left, joint)
            yield from _joined(right, joint)
        case _:
            yield expression


def _with_values(kind: Kind, name: str, node: object) -> Condition:
    parts: Iterable[object] = node.elements if isinstance(node, pst.Set) else (node,)
    values: set[str] = set()
    for part in parts:
        if isinstance(part, pst.StringLit):
            values.add(part.value)
        elif isinstance(part, pst.EntityLit):
            values.add(part.value.id)
        else:
            return Condition(Kind.CEDAR, f"{kind} {name} {node}")
    return (
        Condition(kind, name, frozenset(values)) if values else Condition(Kind.CEDAR, f"{kind} {name} {node}")
    )


def _literals(one: Condition) -> str:
    entity = ENTITIES.get(one.name)
    quoted = (json.dumps(value, ensure_ascii=False) for value in sorted(one.values))
    return ", ".join(f"{entity}::{value}" if entity else value for value in quoted)
