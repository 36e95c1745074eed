"""Proof, at load, that leaving a fact out never makes a rule laxer.

Where a question leaves a closed list out, its facts hold every value of the list. That is the
strictest answer only if a rule can but grow with the set: it may ask whether the set *contains*
a value, and may exempt only where *all* that the set holds is exempt. The same for papers the
other way round: an instrument, a consent or a re-opening may only ever exempt. A rule of
another shape is not loaded, so the guarantee holds for packs that nobody here has read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from functools import cache

from cedarpy import pst

GROWING = frozenset(
    {"kinds", "jurisdictions", "purposes", "spaces", "cameras", "orders", "unstated", "minor", "stopped"}
)
"""Facts that may only make a prohibition apply; `minor` is true or false, the others are sets."""

SHRINKING = frozenset({"consent", "instruments", "reopened", "evidence"})
"""Facts that may only exempt from a prohibition."""

_NOW = "now"
_CONTEXT = pst.Var("context")


def laxer_facts(template: pst.Template) -> tuple[str, ...]:
    """Return the facts that are used in a way by which leaving them out, or adding to them, could be laxer.

    Empty for a rule that is safe. For a duty, which is a `permit` that permits nothing, the same
    reading says that it is imposed rather than spared; papers may also bring a duty with them.
    """
    found: set[str] = set()
    for clause in template.clauses:
        found.update(_faults(clause.expr, positive=isinstance(clause, pst.When)))
    return tuple(sorted(found - SHRINKING if template.effect == "permit" else found))


def reads_the_clock(template: pst.Template) -> bool:
    """Tell whether the rule asks for more of the moment than its day."""
    return any(_NOW in facts_read(clause.expr) for clause in template.clauses)


def named_jurisdictions(template: pst.Template) -> frozenset[str]:
    """Return every jurisdiction that the rule asks for."""
    return frozenset(
        literal.value
        for clause in template.clauses
        for node in expressions(clause.expr)
        if isinstance(node, pst.BinaryOp) and fact_name(node.left) == "jurisdictions"
        for literal in expressions(node.right)
        if isinstance(literal, pst.StringLit)
    )


def _faults(expression: object, *, positive: bool) -> Iterator[str]:
    """Yield the facts that stand under `expression` with the wrong sign, or in a shape with no sign."""
    match expression:
        case pst.BinaryOp(op="and" | "or", left=left, right=right):
            yield from _faults(left, positive=positive)
            yield from _faults(right, positive=positive)
        case pst.UnaryOp(op="not", arg=argument):
            yield from _faults(argument, positive=not positive)
        case pst.BinaryOp(op="contains" | "contains_any" | "contains_all", left=left, right=right) if (
            fact_name(left) is not None and not set(facts_read(right))
        ):
            yield from _wrong_sign(str(fact_name(left)), grows=positive)
        case pst.BinaryOp(op="contains_all", left=left, right=right) if fact_name(
            right
        ) is not None and not set(facts_read(left)):
            yield from _wrong_sign(str(fact_name(right)), grows=not positive)
        case pst.GetAttr() if fact_name(expression) in {"consent", "minor"}:
            yield from _wrong_sign(str(fact_name(expression)), grows=positive)
        case _:
            yield from (name for name in facts_read(expression) if name in GROWING | SHRINKING)


def _wrong_sign(name: str, *, grows: bool) -> Iterator[str]:
    if name in (SHRINKING if grows else GROWING):
        yield name


def fact_name(expression: object) -> str | None:
    """Return the name of the fact, if the expression is `context.<name>` and nothing else."""
    if isinstance(expression, pst.GetAttr) and expression.base == _CONTEXT:
        return expression.attr
    return None


def facts_read(expression: object) -> Iterator[str]:
    """Yield every fact that the expression reads; a whole `context` counts as all of them."""
    if isinstance(expression, pst.GetAttr) and expression.base == _CONTEXT:
        yield expression.attr
        return
    if isinstance(expression, pst.HasAttr) and expression.base == _CONTEXT:
        yield from expression.attrs
        return
    if expression == _CONTEXT:
        yield from GROWING | SHRINKING | {_NOW}
    for child in _children(expression):
        yield from facts_read(child)


def expressions(expression: object, *, deep: bool = True) -> Iterator[object]:
    """Yield the expression and every one within it; without `deep`, what it is directly made of."""
    if not deep:
        yield from _children(expression)
        return
    yield expression
    for child in _children(expression):
        yield from expressions(child)


def _children(node: object) -> Iterable[object]:
    if isinstance(node, tuple):
        return node
    if isinstance(node, dict):
        return node.values()
    return [getattr(node, name) for name in _parts(type(node))]  # type: ignore[arg-type]  # a class can be hashed


@cache
def _parts(kind: type) -> tuple[str, ...]:
    """Return the fields of a kind of expression; what is no dataclass has none."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
