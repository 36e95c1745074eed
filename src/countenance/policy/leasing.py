"""The lease as the only source of a permit: its clauses, joined for the verdict and apart for the account.

`gate/lease.cedar` states each clause once. Joined, those that an act needs are the one permit
for that act. Apart, they tell which of them does not hold: a default denial has no reasons of
its own in Cedar.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from cedarpy import PolicySet, Schema, policies_to_pst, pst, validate_policies

from countenance.errors import PackError
from countenance.policy.model import Act, Condition, Reason
from countenance.policy.rules import Rule, parse_rules
from countenance.policy.schema import ACTION_GROUPS, schema_text

GATE: Final = "gate"
"""Name of the gate's own rules in `Rule.pack` and among a decision's digests."""

LEASE: Final = "lease"
"""Name of the lease in `Reason.pack`."""

UNLEASED_PERMIT: Final = "unleased"
"""Cedar id of what permits a question that asks about no lease."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseClause:
    """One thing that a lease must cover, for the acts that need it."""

    id: str
    acts: frozenset[Act]
    text: str
    unmet: str
    reopens: str
    template: pst.Template

    @property
    def reason(self) -> Reason:
        """Return why an act is refused where the clause does not hold."""
        return Reason(
            id=self.id,
            pack=LEASE,
            text=self.unmet,
            source="the lease and what it was approved for",
            valid_from=None,
            valid_until=None,
            reopens=self.reopens,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gate:
    """The gate's own rules and the schema that all rules are read in. Made by `read_gate`.

    `texts` are the Cedar of the lease's clauses and of the duties of every permit, `schema_text`
    the schema's; `digest` and `schema_digest` are their SHA-256 (hex).
    """

    texts: tuple[str, str]
    schema_text: str
    schema: Schema
    clauses: tuple[LeaseClause, ...]
    duties: tuple[Rule, ...]

    @property
    def digest(self) -> str:
        """Return the SHA-256 (hex) of the gate's own rules."""
        return sha256("\0".join(self.texts).encode()).hexdigest()

    @property
    def schema_digest(self) -> str:
        """Return the SHA-256 (hex) of the schema's text."""
        return sha256(self.schema_text.encode()).hexdigest()


def read_gate(clauses: str, duties: str, schema_text: str) -> Gate:
    """Parse the gate's own rules in a schema, or raise `PackError`."""
    try:
        schema = Schema.from_str(schema_text)
    except ValueError as error:
        raise PackError(f"the schema cannot be read: {error}") from error
    faults = validate_policies(clauses, schema).errors
    if faults:
        raise PackError(f"the lease's clauses do not validate: {faults[0]}")
    policies = policies_to_pst(clauses).static_policies
    rules, wrong = parse_rules(duties, pack=GATE, effect="permit", schema=schema)
    if wrong:
        raise PackError(f"the gate's duties do not validate: {wrong[0].detail}")
    return Gate(
        texts=(clauses, duties),
        schema_text=schema_text,
        schema=schema,
        clauses=tuple(_clause(policies[f"policy{number}"]) for number in range(len(policies))),
        duties=rules,
    )


@cache
def shipped_gate() -> Gate:
    """Return the gate that comes with the program, or raise `PackError`."""
    folder = files("countenance.policy") / "gate"
    clauses, duties = ((folder / name).read_text("utf-8") for name in ("lease.cedar", "duties.cedar"))
    return read_gate(clauses, duties, schema_text())


def lease_clauses() -> tuple[LeaseClause, ...]:
    """Return the shipped gate's clauses in the order in which they are written, or raise `PackError`."""
    return shipped_gate().clauses


def permit_id(act: Act) -> str:
    """Return the Cedar id of the permit for `act` under a lease."""
    return f"lease/{act}"


def permits(gate: Gate) -> tuple[pst.Template, ...]:
    """Return the one permit of each act under a lease, and the one of questions about no lease.

    Each act has a prohibition beside it that applies where the lease does not cover the act:
    a duty, which Cedar takes for a permit, thus permits nothing in Cedar's eyes either.
    """
    lease = pst.ScopeIs(pst.EntityType("Lease"))
    templates = [_template(UNLEASED_PERMIT, pst.ScopeAny(), pst.ScopeIs(pst.EntityType("Unleased")), ())]
    for act in Act:
        action = pst.ActionEq(pst.EntityUid(pst.EntityType("Action"), act.value))
        clauses = tuple(
            part for clause in gate.clauses if act in clause.acts for part in clause.template.clauses
        )
        covered: pst.Expr = pst.BoolLit(value=True)
        for part in clauses:
            covered = pst.BinaryOp("and", covered, part.expr)
        permit = _template(permit_id(act), action, lease, clauses)
        refusal = _template(f"{permit_id(act)}/uncovered", action, lease, (pst.Unless(covered),))
        templates += [permit, replace(refusal, effect="forbid")]
    return tuple(templates)


def _template(
    identity: str,
    action: pst.ActionConstraint,
    resource: pst.PrincipalOrResourceConstraint,
    clauses: tuple[pst.Clause, ...],
) -> pst.Template:
    return pst.Template(
        id=identity,
        effect="permit",
        principal=pst.ScopeAny(),
        action=action,
        resource=resource,
        clauses=clauses,
        annotations=pst.FrozenMap(),
    )


@cache
def conditions_met(gate: Gate, act: Act) -> tuple[Condition, ...]:
    """Return the clauses for `act` as conditions that all hold."""
    return conditions_of(gate, act, frozenset(clause.id for clause in gate.clauses))


def conditions_of(gate: Gate, act: Act, held: frozenset[str]) -> tuple[Condition, ...]:
    """Return the clauses for `act` as conditions, met where `held` names them."""
    return tuple(
        Condition(clause.id, clause.text, met=clause.id in held)
        for clause in gate.clauses
        if act in clause.acts
    )


def unmet_reasons(gate: Gate, act: Act, held: frozenset[str]) -> tuple[Reason, ...]:
    """Return a reason for each clause for `act` that `held` does not name."""
    return tuple(clause.reason for clause in gate.clauses if act in clause.acts and clause.id not in held)


def policy_set(templates: Iterable[pst.Template]) -> PolicySet:
    """Return the parsed handle of policies, each under its own id."""
    policies = pst.FrozenMap({template.id: template for template in templates})
    return PolicySet.from_pst(
        pst.PolicySet(templates=pst.FrozenMap(), static_policies=policies, template_links=())
    )


def _clause(template: pst.Template) -> LeaseClause:
    notes = template.annotations
    return LeaseClause(
        id=notes["id"],
        acts=_acts(template.action),
        text=notes["text"],
        unmet=notes["unmet"],
        reopens=notes["reopens"],
        template=replace(template, id=notes["id"]),
    )


def _acts(scope: pst.ActionConstraint) -> frozenset[Act]:
    """Return the acts that an action scope reaches, its groups unfolded."""
    if isinstance(scope, pst.ScopeAny):
        return frozenset(Act)
    entities = (scope.entity,) if isinstance(scope, pst.ActionEq) else scope.entities
    found: set[Act] = set()
    for entity in entities:
        found |= ACTION_GROUPS.get(entity.id) or {Act(entity.id)}
    return frozenset(found)
