"""A rule in plain words, made from what is evaluated and not from what its author says of it.

The words come from the compiled Cedar, so that a lawyer reads the rule that binds. What has no
words here is shown as Cedar has it, and `unworded` says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from cedarpy import pst

from countenance.policy.distinctions import acts_of
from countenance.policy.instruments import Instrument
from countenance.policy.model import Act
from countenance.policy.question_words import long_day
from countenance.policy.rules import Rule
from countenance.policy.strictness import fact_name

_SETS: Final = {
    "kinds": "the asker is, or acts for, {}",
    "jurisdictions": "it happens in {}",
    "purposes": "the purpose is {}",
    "spaces": "the place is {}",
    "cameras": "the camera is {}",
    "instruments": "there is on record {}",
    "orders": "the asker is the party bound by {}",
    "unstated": "the question leaves out {}",
    "reopened": "two or more officers have re-opened {} on record",
}
_ONLY: Final = {
    "kinds": "the asker is, and acts for, nobody but {}",
    "purposes": "the purpose is surely {}",
    "spaces": "the place is surely {}",
    "cameras": "the camera is surely {}",
    "instruments": "there is on record all of {}",
}
_FLAGS: Final = {
    "consent": "every subject concerned has consented",
    "minor": "a subject is known to be a minor",
}
_DAYS: Final = {
    "greater_eq": "the day is {} or later",
    "greater": "the day is after {}",
    "less": "the day is before {}",
    "less_eq": "the day is {} or earlier",
    "eq": "the day is {}",
}
_NOT_WORDED: Final = "what Cedar has as "


def in_plain_words(rule: Rule) -> tuple[str, ...]:
    """Return the rule as sentences: what it does to which acts, when, and unless."""
    verb = "Refuses" if rule.effect == "forbid" else "Comes with a permit of"
    acts = acts_of(rule)
    named = "every act" if acts == frozenset(Act) else _either(f"`{act}`" for act in sorted(acts))
    sentences = [f"{verb} {named}."]
    clauses = rule.template.clauses
    when = [_words(clause.expr) for clause in clauses if isinstance(clause, pst.When)]
    if when:
        sentences.append(f"When {', and '.join(when)}.")
    sentences += [f"Unless {_words(clause.expr)}." for clause in clauses if isinstance(clause, pst.Unless)]
    if rule.obliges:
        duties = (
            f"`{one.kind}`" + (f" ({one.value})" if one.value is not None else "") for one in rule.obliges
        )
        sentences.append(f"Demands {', '.join(duties)}.")
    return tuple(sentences)


def unworded(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return the ids of the rules that hold something shown as Cedar."""
    return tuple(rule.id for rule in rules if any(_NOT_WORDED in text for text in in_plain_words(rule)))


def _words(expression: object) -> str:  # noqa: PLR0911  one return for each form that a rule can have
    match expression:
        case pst.BinaryOp(op="and", left=pst.BoolLit(value=True), right=right):
            return _words(right)
        case pst.BinaryOp(op="and" | "or" as joint, left=left, right=right):
            return f"{_words(left)} {joint} {_words(right)}" if joint == "and" else _choice(left, right)
        case pst.UnaryOp(op="not", arg=argument):
            return f"it is not so that {_words(argument)}"
        case pst.BinaryOp(op="contains" | "contains_any", left=left, right=right) if fact_name(left) in _SETS:
            return _SETS[str(fact_name(left))].format(_values(right))
        case pst.BinaryOp(op="contains_all", left=left, right=right) if fact_name(right) in _ONLY:
            return _ONLY[str(fact_name(right))].format(_values(left))
        case pst.BinaryOp(op="contains_all", left=left, right=right) if fact_name(left) in _ONLY:
            return f"there is on record all of {_values(right)}"
        case pst.BinaryOp(
            op=op, left=left, right=pst.UnaryOp(op="datetime", arg=pst.StringLit(value=text))
        ) if fact_name(left) == "day" and op in _DAYS:
            return _DAYS[op].format(long_day(date.fromisoformat(text[:10])))
        case pst.BinaryOp(op="in", left=pst.Var(name="action"), right=right):
            return f"the act is {_values(right)}"
        case _:
            return _leaf(expression)


def _leaf(expression: object) -> str:
    match expression:
        case pst.GetAttr() if fact_name(expression) in _FLAGS:
            return _FLAGS[str(fact_name(expression))]
        case pst.GetAttr(attr="scraped", base=base) if fact_name(base) == "gallery":
            return "its images were gathered without targeting"
        case pst.HasAttr(base=pst.Var(name="context"), attrs=("gallery",)):
            return "a gallery is touched"
        case pst.Is(base=pst.Var(name="resource"), entity_type=pst.EntityType(basename="Lease")):
            return "a lease is asked about"
        case _:
            return f"{_NOT_WORDED}`{_cedar(expression)}`"


def _choice(left: object, right: object) -> str:
    alternatives = [*_alternatives(left), *_alternatives(right)]
    return f"one of these holds: {'; '.join(map(_words, alternatives))}"


def _alternatives(expression: object) -> Iterator[object]:
    if isinstance(expression, pst.BinaryOp) and expression.op == "or":
        yield from _alternatives(expression.left)
        yield from _alternatives(expression.right)
    else:
        yield expression


def _values(node: object) -> str:
    """Return the literals as a choice of words; instruments by what they are."""
    parts = node.elements if isinstance(node, pst.Set) else (node,)
    return _either(_value(part) for part in parts)


def _value(node: object) -> str:
    if isinstance(node, pst.StringLit):
        known = node.value in set(Instrument)
        return Instrument(node.value).text if known else f"`{node.value}`"
    if isinstance(node, pst.EntityLit):
        return f"`{node.value.id}`"
    return f"{_NOT_WORDED}`{_cedar(node)}`"


def _either(words: Iterable[str]) -> str:
    listed = list(words)
    return " or ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)


def _cedar(expression: object) -> str:
    """Return a piece of a rule as Cedar writes it."""
    return str(expression)
