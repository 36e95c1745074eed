"""A rule: Cedar text whose annotations carry what people must be shown, and when it binds.

What an annotation says is compiled into the rule, so that it stands in one place only:

- `@id` is unique; what follows a `/` tells parts of one rule apart and is not shown;
- `@from` and `@until` (excluded) bound the rule on the local calendar;
- `@listed` exempts where every possible purpose is one of those listed;
- `@needs` exempts where each group is on record: `warrant|court_order fria`;
- `@reopening("officers")` exempts where a recorded decision re-opened the rule;
- `@text`, `@source`, `@reopens`, `@version`, `@citation`, `@confidence`, `@verified_on` are for people;
- `@obliges` on a duty names what its permit demands: `log_art12 hold_for_examiners:2`.

A prohibition is a `forbid`. A duty is a `permit` that permits nothing: only the lease's own
permit does (`gate.py`), and a duty is reported beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from cedarpy import Schema, policies_to_pst, pst, validate_policies

from countenance.policy.evidence import LONGEST_AGE
from countenance.policy.instruments import CONSENT, words_of
from countenance.policy.model import Obligation, ObligationKind, Purpose
from countenance.policy.schema import schema as newest_schema
from countenance.policy.strictness import laxer_facts

Effect = Literal["forbid", "permit"]

_REQUIRED: Final[Mapping[Effect, tuple[str, ...]]] = {
    "forbid": ("id", "text", "source", "reopens"),
    "permit": ("id", "text", "source"),
}
_KNOWN: Final = frozenset(
    {"id", "text", "source", "reopens", "from", "until", "listed", "needs", "reopening", "obliges"}
    | {"version", "citation", "confidence", "verified_on"}
)
_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]*(/[a-z0-9._-]+)?")


@dataclass(frozen=True, slots=True)
class PackFault:
    """What is wrong with a rule: a stable code, the line it starts on (from 1), its id, and words."""

    code: str
    line: int
    rule: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule as it is evaluated, with what its annotations say of it.

    `id` is unique in a policy and is what Cedar reports; `name` is what people are shown.
    `needs` are groups of words, each to be met by any of its words; `listed` the purposes
    that a permission of the law is limited to.
    """

    id: str
    pack: str
    effect: Effect
    text: str
    source: str
    valid_from: date | None
    valid_until: date | None
    reopens: str | None
    reopening: bool
    needs: tuple[tuple[str, ...], ...]
    listed: frozenset[Purpose]
    obliges: tuple[Obligation, ...]
    versions: frozenset[str]
    template: pst.Template
    line: int

    @property
    def name(self) -> str:
        """Return the id without the part that tells clauses of one rule apart."""
        return self.id.partition("/")[0]


def parse_rules(
    text: str, *, pack: str, effect: Effect, schema: Schema | None = None
) -> tuple[tuple[Rule, ...], tuple[PackFault, ...]]:
    """Parse Cedar `text` into the rules of `pack`, and the faults for which it must not be loaded.

    They are read in `schema`, the newest if none is given.
    Every rule must have the given effect, so that a file of prohibitions can never permit.
    """
    lines = rule_lines(text)
    try:
        parsed = policies_to_pst(text)
    except ValueError as error:
        return (), _syntax_faults(text, lines, str(error))
    if parsed.templates:
        return (), (PackFault("template", 1, "", "a rule with slots is not a rule of a pack"),)
    templates = [parsed.static_policies[f"policy{n}"] for n in range(len(parsed.static_policies))]
    placed = list(
        zip(templates, lines if len(lines) == len(templates) else [1] * len(templates), strict=True)
    )
    faults = [*_schema_faults(text, placed, schema or newest_schema()), *_repeated(placed)]
    rules: list[Rule] = []
    for template, line in placed:
        wrong = list(_annotation_faults(template, line, effect))
        faults += wrong
        if not wrong:
            rules.append(_rule(template, line, pack))
    return tuple(rules), tuple(sorted(faults, key=lambda fault: (fault.line, fault.code)))


def rule_lines(text: str) -> list[int]:
    """Return the line on which each rule starts: Cedar itself reports no place."""
    lines: list[int] = []
    token = re.compile(r'//[^\n]*|"(?:\\.|[^"\\])*"|\n|;|[^\s"/;]+|/|"')
    line, inside = 1, False
    for match in token.finditer(text):
        piece = match[0]
        if piece == ";":
            inside = False
        elif piece != "\n" and not piece.startswith("//") and not inside:
            lines.append(line)
            inside = True
        line += piece.count("\n")
    return lines


def _syntax_faults(text: str, lines: Sequence[int], message: str) -> tuple[PackFault, ...]:
    """Find the rules that do not parse by parsing them one at a time."""
    rows = text.splitlines(keepends=True)
    faults = []
    for start, stop in zip(lines, [*lines[1:], len(rows) + 1], strict=False):
        try:
            policies_to_pst("".join(rows[start - 1 : stop - 1]))
        except ValueError as error:
            faults.append(PackFault("not_cedar", start, "", str(error)))
    return tuple(faults) or (PackFault("not_cedar", lines[0] if lines else 1, "", message),)


def _schema_faults(
    text: str, placed: Sequence[tuple[pst.Template, int]], schema: Schema
) -> Iterator[PackFault]:
    where = {template.id: (line, template.annotations.get("id", "")) for template, line in placed}
    for error in validate_policies(text, schema).errors:
        line, rule = where.get(error.policy_id, (1, ""))
        yield PackFault("not_in_schema", line, rule, error.error)


def _repeated(placed: Sequence[tuple[pst.Template, int]]) -> Iterator[PackFault]:
    seen: set[str] = set()
    for template, line in placed:
        rule = template.annotations.get("id", "")
        if rule in seen:
            yield PackFault("repeated_id", line, rule, f"`{rule}` stands twice")
        seen.add(rule)


def _annotation_faults(template: pst.Template, line: int, effect: Effect) -> Iterator[PackFault]:
    notes = template.annotations
    rule = notes.get("id", "")
    if template.effect != effect:
        detail = "a prohibition must be a forbid" if effect == "forbid" else "a duty must be a permit"
        yield PackFault("wrong_effect", line, rule, detail)
    for name in _REQUIRED[effect]:
        if not notes.get(name):
            yield PackFault("missing_annotation", line, rule, f"@{name} is missing")
    for name in sorted(notes.keys() - _KNOWN):
        yield PackFault("unknown_annotation", line, rule, f"@{name} is not known")
    if rule and not _ID.fullmatch(rule):
        yield PackFault("malformed_id", line, rule, f"`{rule}` is no id")
    for name, parse in _PARSERS.items():
        try:
            parse(notes.get(name, ""))
        except ValueError as error:
            yield PackFault("malformed_annotation", line, rule, f"@{name}: {error}")
    for fact in laxer_facts(template):
        detail = f"leaving `{fact}` out, or adding to it, could make the rule laxer"
        yield PackFault("laxer_when_left_out", line, rule, detail)


def _rule(template: pst.Template, line: int, pack: str) -> Rule:
    notes = template.annotations
    rule = Rule(
        id=notes["id"],
        pack=pack,
        effect=template.effect,
        text=notes["text"],
        source=notes["source"],
        valid_from=_day(notes.get("from", "")),
        valid_until=_day(notes.get("until", "")),
        reopens=notes.get("reopens"),
        reopening=_reopening(notes.get("reopening", "")),
        needs=words_of(notes.get("needs", "")),
        listed=_purposes(notes.get("listed", "")),
        obliges=_obligations(notes.get("obliges", "")),
        versions=frozenset(notes.get("version", "").split()),
        template=template,
        line=line,
    )
    return replace(rule, template=_compiled(rule))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _reopening(text: str) -> bool:
    if text not in {"", "officers"}:
        raise ValueError(f"`{text}` re-opens nothing; only `officers` do")
    return bool(text)


def _purposes(text: str) -> frozenset[Purpose]:
    return frozenset(Purpose(word) for word in text.split())


def _obligations(text: str) -> tuple[Obligation, ...]:
    parts = [word.partition(":") for word in text.split()]
    return tuple(_obligation(ObligationKind(kind), value) for kind, _, value in parts)


def _obligation(kind: ObligationKind, value: str) -> Obligation:
    number = int(value) if value else None
    if kind is ObligationKind.FAIRNESS_EVIDENCE and not 1 <= (number or 0) <= LONGEST_AGE:
        raise ValueError(f"`{kind}` names the days for which a report is fresh, 1 to {LONGEST_AGE}")
    return Obligation(kind, number)


_PARSERS: Final = {
    "from": _day,
    "until": _day,
    "listed": _purposes,
    "needs": words_of,
    "reopening": _reopening,
    "obliges": _obligations,
}


def _compiled(rule: Rule) -> pst.Template:
    """Return the rule's policy under its own id, with what its annotations say as clauses."""
    clauses = [*_dates(rule), *rule.template.clauses]
    if rule.effect == "forbid":
        clauses += _exemptions(rule)
    return replace(rule.template, id=rule.id, clauses=tuple(clauses))


def _dates(rule: Rule) -> Iterator[pst.Clause]:
    if rule.valid_from is not None:
        yield pst.When(pst.BinaryOp("greater_eq", _fact("day"), _datetime(rule.valid_from)))
    if rule.valid_until is not None:
        yield pst.When(pst.BinaryOp("less", _fact("day"), _datetime(rule.valid_until)))


def _exemptions(rule: Rule) -> Iterator[pst.Clause]:
    if rule.listed:
        kind = pst.EntityType("Purpose")
        values = tuple(pst.EntityLit(pst.EntityUid(kind, word.value)) for word in sorted(rule.listed))
        yield pst.Unless(pst.BinaryOp("contains_all", pst.Set(values), _fact("purposes")))
    if rule.needs:
        met: pst.Expr = pst.BoolLit(value=True)
        for group in rule.needs:
            met = pst.BinaryOp("and", met, _any_of(group))
        yield pst.Unless(met)
    if rule.reopening:
        name = pst.StringLit(rule.name)
        yield pst.Unless(pst.BinaryOp("contains", _fact("reopened"), name))


def _any_of(group: tuple[str, ...]) -> pst.Expr:
    words = tuple(pst.StringLit(word) for word in group if word != CONSENT)
    found: pst.Expr = pst.BinaryOp("contains_any", _fact("instruments"), pst.Set(words))
    if CONSENT not in group:
        return found
    return pst.BinaryOp("or", _fact("consent"), found) if words else _fact("consent")


def _fact(name: str) -> pst.Expr:
    return pst.GetAttr(pst.Var("context"), name)


def _datetime(day: date) -> pst.Expr:
    return pst.UnaryOp("datetime", pst.StringLit(day.isoformat()))
