"""The gate: a question in, a permit or a denial out.

Built once from packs, register and re-openings, with every handle parsed; then pure, and the
same answer for ever for the same inputs. The verdict is one call of Cedar:

1. a `forbid` that applies denies;
2. any error denies, since Cedar skips a rule that errs;
3. without the lease's own permit for this act there is no permit, whatever else permits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from cedarpy import AuthzResult, Entities, PolicySet, is_authorized

from countenance.errors import InvalidInputError, PackError
from countenance.policy.explanation import explain_denial, explain_permit
from countenance.policy.facts import (
    ASKER,
    UNLEASED,
    World,
    context,
    lease_entities,
    no_lease_entities,
    older_lease_entities,
    unstated,
)
from countenance.policy.leasing import (
    GATE,
    UNLEASED_PERMIT,
    Gate,
    permit_id,
    permits,
    policy_set,
    shipped_gate,
)
from countenance.policy.model import Decision, Denial, Jurisdiction, Permit, Question
from countenance.policy.owed_evidence import days_owed, owed_evidence
from countenance.policy.packs import Pack, PackSource, load_pack, shipped_pack
from countenance.policy.places import enclosing
from countenance.policy.projection import Projection, projection_on
from countenance.policy.register import LAWS, Register, shipped_register
from countenance.policy.reopening import Reopening, reopened_on
from countenance.policy.rules import Rule
from countenance.policy.strictness import named_jurisdictions, reads_the_clock

_SEVERAL = 2
REOPENINGS: Final = "reopenings"
SCHEMA: Final = "schema"

HOUSE = "house"
"""The pack that no installation can leave out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Packs, laws and re-openings that answer questions. Made by `build_policy`; safe in many threads.

    `rules` are in the order in which reasons are shown. `deciding` holds everything;
    `recording` holds the lease's clauses one by one and the duties, and is asked only to
    explain a denial. `digests` names what a decision rests on, by SHA-256 (hex).
    `blind_to_the_clock` is whether no rule asks for more of the moment than its day. `gate` is
    what all of it is read in; `older` is how a question is put to a schema that is not the newest.
    """

    packs: tuple[Pack, ...]
    register: Register | None
    reopenings: tuple[Reopening, ...]
    rules: Mapping[str, Rule]
    places: frozenset[Jurisdiction]
    digests: Mapping[str, str]
    deciding: PolicySet
    recording: PolicySet
    blind_to_the_clock: bool
    gate: Gate
    older: Projection | None

    def decide(self, question: Question) -> Decision:
        """Return the decision for `question`.

        Raises `InvalidInputError` for a jurisdiction that is none and for a moment outside
        the calendar; every other fault is a denial.
        """
        try:
            request, entities = self.request(question)
        except ValueError as error:
            return self._denial(question, (), None, (str(error),))
        answer = is_authorized(request, self.deciding, entities, self.gate.schema)
        found = frozenset(answer.diagnostics.reasons)
        errors = tuple(answer.diagnostics.errors)
        ground = UNLEASED_PERMIT if question.lease is None else permit_id(question.act)
        if answer.allowed and not errors and ground in found:
            return self._permit(question, found)
        fired = [] if answer.allowed else [rule for name, rule in self.rules.items() if name in found]
        ordered = self._certain_first(question, fired)
        return self._denial(question, ordered, *self._record(request, entities, errors))

    def obstacles(self, question: Question) -> frozenset[str] | None:
        """Return None where `decide` would permit, else the Cedar ids of the rules that forbid.

        One call of Cedar and no explanation, for searches that ask often. Empty where a rule
        could not be evaluated. Raises what `decide` raises.
        """
        try:
            request, entities = self.request(question)
        except ValueError:
            return frozenset()
        answer = is_authorized(request, self.deciding, entities, self.gate.schema)
        found = frozenset(answer.diagnostics.reasons)
        if answer.diagnostics.errors:
            return frozenset()
        ground = UNLEASED_PERMIT if question.lease is None else permit_id(question.act)
        if answer.allowed and ground in found:
            owing = [rule for name, rule in self.rules.items() if name in found and days_owed(rule.obliges)]
            duties = [one for rule in owing for one in rule.obliges]
            return frozenset(one.id for one in owing) if owed_evidence(self.gate, question, duties) else None
        return frozenset() if answer.allowed else found

    def request(self, question: Question, *, strictest: bool = True) -> tuple[dict[str, object], Entities]:
        """Return what Cedar is asked: the request, and the entities that hold the lease.

        Raises `ValueError` where a number does not fit into 64 bits. For `strictest` see `World`.
        """
        reopenings = (*self.reopenings, *question.reopenings)
        reopened = reopened_on(question.on.date(), reopenings) if reopenings else frozenset()
        facts = context(question, World(self.places, reopened, strictest))
        resource = UNLEASED if question.lease is None else {"type": "Lease", "id": question.lease.id}
        if self.older is not None:
            facts = self.older.facts(facts)
            entities = older_lease_entities(question.lease, self.older, self.gate.schema)
        else:
            entities = no_lease_entities() if question.lease is None else lease_entities(question.lease)
        action = {"type": "Action", "id": question.act.value}
        return {"principal": ASKER, "action": action, "resource": resource, "context": facts}, entities

    def _permit(self, question: Question, found: frozenset[str]) -> Decision:
        duties = [rule for name, rule in self.rules.items() if name in found]
        explained = explain_permit(self.gate, question, duties)
        owed = owed_evidence(self.gate, question, explained.obligations)
        if owed is not None:
            reason, condition = owed
            conditions = (*(one for one in explained.conditions if one.id != condition.id), condition)
            return Denial(reasons=(reason,), conditions=conditions, digests=self._digests(question))
        return Permit(
            reasons=explained.reasons,
            conditions=explained.conditions,
            obligations=explained.obligations,
            digests=self._digests(question),
        )

    def _certain_first(self, question: Question, fired: list[Rule]) -> list[Rule]:
        """Put the rules that refuse whatever was left out before those that an answer could satisfy."""
        if len(fired) < _SEVERAL or not unstated(question):
            return fired
        request, entities = self.request(question, strictest=False)
        certain = frozenset(
            is_authorized(request, self.deciding, entities, self.gate.schema).diagnostics.reasons
        )
        return sorted(fired, key=lambda rule: rule.id not in certain)

    def _record(
        self, request: dict[str, object], entities: Entities, errors: tuple[str, ...]
    ) -> tuple[dict[str, Rule | None] | None, tuple[str, ...]]:
        """Evaluate what permits alone, which Cedar does not report beside a `forbid` that applies."""
        answer: AuthzResult = is_authorized(request, self.recording, entities, self.gate.schema)
        if answer.diagnostics.errors:
            return None, tuple(sorted({*errors, *answer.diagnostics.errors}))
        found = frozenset(answer.diagnostics.reasons)
        held: dict[str, Rule | None] = dict.fromkeys(found - self.rules.keys())
        held.update((name, rule) for name, rule in self.rules.items() if name in found)
        return held, errors

    def _denial(
        self,
        question: Question,
        fired: Iterable[Rule],
        held: Mapping[str, Rule | None] | None,
        errors: tuple[str, ...],
    ) -> Denial:
        explained = explain_denial(self.gate, question, fired, held, errors)
        return Denial(
            reasons=explained.reasons, conditions=explained.conditions, digests=self._digests(question)
        )

    def _digests(self, question: Question) -> dict[str, str]:
        digests = dict(self.digests)
        if question.model_digest is not None:
            digests["model"] = question.model_digest
        if question.reopenings:
            digests[REOPENINGS] = _digest_of((*self.reopenings, *question.reopenings))
        return digests


def build_policy(
    packs: Iterable[Pack],
    *,
    register: Register | None,
    reopenings: Iterable[Reopening] = (),
    gate: Gate | None = None,
) -> Policy:
    """Return the policy of these packs, with the register's laws if one is given.

    With `gate`, an earlier one decides, whose schema the packs and the register were read in.

    Raises `PackError` where two packs give different rules the same id, and
    `InvalidInputError` for a re-opening of a rule that is not there or cannot be re-opened.
    """
    asked = tuple(packs)
    decided = tuple(reopenings)
    gate = gate or shipped_gate()
    rules = _unique_rules(asked, register, gate)
    for reopening in decided:
        if not any(rule.reopening and rule.name == reopening.rule for rule in rules.values()):
            raise InvalidInputError(f"`{reopening.rule}` is no rule in force that officers can re-open")
    duties = [rule.template for rule in rules.values() if rule.effect == "permit"]
    clauses = [clause.template for clause in gate.clauses]
    return Policy(
        packs=asked,
        register=register,
        reopenings=decided,
        rules=MappingProxyType(rules),
        places=_places(rules.values()),
        digests=MappingProxyType(_digests(asked, register, decided, gate)),
        deciding=policy_set([*permits(gate), *(rule.template for rule in rules.values())]),
        recording=policy_set([*clauses, *duties]),
        blind_to_the_clock=not any(reads_the_clock(rule.template) for rule in rules.values()),
        gate=gate,
        older=projection_on(gate.schema_text) if gate is not shipped_gate() else None,
    )


@lru_cache(maxsize=64)
def explaining_policy(packs: tuple[str, ...], *, laws: bool) -> Policy:
    """Return the policy of shipped packs, for questions that ask about no lease.

    Raises `InvalidInputError` for a pack that is not there.
    """
    return build_policy([shipped_pack(name) for name in packs], register=shipped_register() if laws else None)


def installed_policy(packs: Iterable[PackSource] = (), *, reopenings: Iterable[Reopening] = ()) -> Policy:
    """Return the policy under which an installation acts: the house rules and the laws, always, and `packs`.

    `packs` are names, paths or held texts (see `load_pack`). Raises like `load_pack` and `build_policy`.
    """
    names = dict.fromkeys((HOUSE, *packs))
    return build_policy(
        [load_pack(name) for name in names], register=shipped_register(), reopenings=reopenings
    )


def rule_changes(packs: Iterable[PackSource] = ()) -> frozenset[date]:
    """Return the days on which a rule of an installation with `packs` begins or ends."""
    rules = _installed_rules(tuple(packs))
    days = (day for rule in rules for day in (rule.valid_from, rule.valid_until))
    return frozenset(day for day in days if day is not None)


def rules_to_reopen(packs: Iterable[PackSource] = ()) -> frozenset[str]:
    """Return the ids of the rules of an installation with `packs` that officers can re-open."""
    return frozenset(rule.name for rule in _installed_rules(tuple(packs)) if rule.reopening)


@lru_cache(maxsize=8)
def _installed_rules(packs: tuple[PackSource, ...]) -> tuple[Rule, ...]:
    loaded = [load_pack(name) for name in dict.fromkeys((HOUSE, *packs))]
    return (*(rule for pack in loaded for rule in pack.rules), *shipped_register().rules)


def _unique_rules(packs: Iterable[Pack], register: Register | None, gate: Gate) -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    sources = [*(pack.rules for pack in packs), register.rules if register is not None else (), gate.duties]
    reserved = {clause.id for clause in gate.clauses} | {template.id for template in permits(gate)}
    for rule in (rule for source in sources for rule in source):
        known = rules.setdefault(rule.id, rule)
        if rule.id in reserved or known.template != rule.template:
            raise PackError(
                f"two packs have a rule `{rule.id}`", reasons=(f"repeated_id:{rule.line}:{rule.id}",)
            )
    return rules


def _places(rules: Iterable[Rule]) -> frozenset[Jurisdiction]:
    named = frozenset(Jurisdiction(code) for rule in rules for code in named_jurisdictions(rule.template))
    return enclosing(named)


def _digests(
    packs: Iterable[Pack], register: Register | None, reopenings: tuple[Reopening, ...], gate: Gate
) -> dict[str, str]:
    digests = {pack.name: pack.digest for pack in packs}
    if register is not None:
        digests[LAWS] = register.digest
    if reopenings:
        digests[REOPENINGS] = _digest_of(reopenings)
    digests[GATE] = gate.digest
    digests[SCHEMA] = gate.schema_digest
    return digests


def _digest_of(reopenings: Iterable[Reopening]) -> str:
    texts = sorted(_recorded(reopening) for reopening in reopenings)
    return sha256("\n".join(texts).encode()).hexdigest()


def _recorded(reopening: Reopening) -> str:
    """Return every field of a re-opening as one line."""
    fields = (
        reopening.rule,
        *reopening.officers,
        reopening.citation,
        *sorted(reopening.answered),
        reopening.decided.isoformat(),
        reopening.expires.isoformat(),
    )
    return "\0".join(" ".join(field.split()) for field in fields)
