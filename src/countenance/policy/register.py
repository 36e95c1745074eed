"""The law register: dated rows of law, read from `laws/register.toml` and written out as Cedar.

Valid time is in the rows: a law binds from its first day until the day it no longer does.
Knowledge time is the register's digest, which every decision carries: what was known when a
decision was made is the register of that digest, and an amendment is a new register.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from cedarpy import Schema

from countenance.errors import InvalidInputError, PackError
from countenance.policy.places import jurisdiction
from countenance.policy.rules import PackFault, Rule, parse_rules
from countenance.policy.statutes import Clause, ClausePlace, cedar_of, clause_of, texts_of

LAWS: Final = "laws"
"""Name of the register in `Reason.pack` and among a decision's digests."""


class LawStatus(StrEnum):
    """What became of a law."""

    IN_FORCE = "in_force"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    SUNSET = "sunset"
    CASE_LAW = "case_law"
    ORDER = "order"
    SETTLEMENT = "settlement"
    PROPOSED = "proposed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """A row of the register. `valid_until` is excluded; a `proposed` law has neither date and never binds.

    `confidence` says how sure the row is (S read in a source, C generally known, U to be
    verified), `verified_on` when it was last checked. `party` marks an order that binds the
    customer it names and nobody else.
    """

    id: str
    jurisdiction: str
    citation: str
    valid_from: date | None
    valid_until: date | None
    status: LawStatus
    binds: str
    party: bool
    confidence: str
    verified_on: date | None
    sources: tuple[str, ...]
    summary: str
    exemptions: str
    remedy: str
    clauses: tuple[Clause, ...]

    def in_force(self, day: date) -> bool:
        """Tell whether the law binds on `day`."""
        if self.status is LawStatus.PROPOSED or self.valid_from is None:
            return False
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Every law that is known, the rules of those that can bind, and the digest of `text`, the whole."""

    version: str
    laws: tuple[Law, ...]
    rules: tuple[Rule, ...]
    digest: str
    text: str


@cache
def shipped_register() -> Register:
    """Return the register that comes with the program."""
    return read_register((files("countenance.policy") / LAWS / "register.toml").read_text("utf-8"))


def read_register(text: str, schema: Schema | None = None) -> Register:
    """Parse and compile the register, or raise `PackError`; its `reasons` are `code:line:law`."""
    try:
        document = tomllib.loads(text)
        rows = _list(document.get("law", []))
    except (tomllib.TOMLDecodeError, TypeError) as error:
        raise PackError(f"the law register is not TOML of laws: {error}", reasons=("not_toml:1:",)) from error
    laws: list[Law] = []
    faults: list[PackFault] = []
    for row in rows:
        try:
            laws.append(_law(row, document.get("groups", {})))
        except (InvalidInputError, KeyError, TypeError, ValueError) as error:
            name = str(row.get("id", ""))
            faults.append(PackFault("malformed_law", _line(text, name), name, f"{name}: {error}"))
    faults += _repeated(text, laws)
    rules, wrong = compile_laws(laws, schema)
    faults += [PackFault(fault.code, _line(text, fault.rule), fault.rule, fault.detail) for fault in wrong]
    if faults:
        raise PackError(
            f"the law register does not validate: line {faults[0].line}: {faults[0].detail}",
            reasons=tuple(f"{fault.code}:{fault.line}:{fault.rule}" for fault in faults),
        )
    return Register(
        version=str(document.get("version", "")),
        laws=tuple(laws),
        rules=rules,
        digest=sha256(text.encode()).hexdigest(),
        text=text,
    )


def compile_laws(
    laws: Iterable[Law], schema: Schema | None = None
) -> tuple[tuple[Rule, ...], tuple[PackFault, ...]]:
    """Return the rules of the laws that can bind, and the faults of any law.

    Bills are compiled like the rest, so that they are well-formed, and then left out.
    """
    rows = tuple(laws)
    bills = {law.id for law in rows if law.status is LawStatus.PROPOSED}
    rules: list[Rule] = []
    faults: list[PackFault] = []
    for effect in ("forbid", "permit"):
        found, wrong = parse_rules(cedar_text(rows, effect=effect), pack=LAWS, effect=effect, schema=schema)
        rules += (rule for rule in found if rule.name not in bills)
        faults += wrong
    return tuple(rules), tuple(faults)


def cedar_text(laws: Iterable[Law], *, effect: str) -> str:
    """Return the laws' prohibitions (`forbid`) or duties (`permit`) as Cedar, which people can read too."""
    return "\n".join(
        policy
        for law in laws
        for clause in law.clauses
        for policy in cedar_of(clause, _annotations(law), effect=effect)
    )


def _annotations(law: Law) -> dict[str, str]:
    days = {"from": law.valid_from, "until": law.valid_until}
    return {
        "source": law.citation,
        "citation": law.citation,
        "confidence": law.confidence,
        "verified_on": law.verified_on.isoformat() if law.verified_on is not None else "not recorded",
        **{name: day.isoformat() for name, day in days.items() if day is not None},
    }


_FIELDS: Final = frozenset(
    {"id", "jurisdiction", "citation", "from", "until", "status", "binds", "party", "confidence"}
    | {"verified_on", "sources", "summary", "exemptions", "remedy", "rule"}
)


def _law(row: Mapping[str, object], groups: Mapping[str, Mapping[str, list[str]]]) -> Law:
    unknown = sorted(row.keys() - _FIELDS)
    if unknown:
        raise ValueError(f"unknown field `{unknown[0]}`")
    law = Law(
        id=_words(row, "id"),
        jurisdiction=jurisdiction(_words(row, "jurisdiction")),
        citation=_words(row, "citation"),
        valid_from=_day(row, "from"),
        valid_until=_day(row, "until"),
        status=LawStatus(_words(row, "status")),
        binds=_words(row, "binds"),
        party=bool(row.get("party", False)),
        confidence=_words(row, "confidence"),
        verified_on=_day(row, "verified_on"),
        sources=texts_of(row.get("sources", [])),
        summary=_words(row, "summary"),
        exemptions=" ".join(str(row.get("exemptions", "")).split()),
        remedy=" ".join(str(row.get("remedy", "")).split()),
        clauses=tuple(
            clause_of(rule, groups, _place(row, number))
            for number, rule in enumerate(_list(row.get("rule", [])), start=1)
        ),
    )
    if (law.valid_from is None) != (law.status is LawStatus.PROPOSED):
        raise ValueError("a law has its first day, a bill has none")
    if law.valid_from is not None and law.valid_until is not None and law.valid_until <= law.valid_from:
        raise ValueError("it ends before it begins")
    return law


def _place(row: Mapping[str, object], number: int) -> ClausePlace:
    return ClausePlace(
        law=_words(row, "id"),
        number=number,
        jurisdiction=jurisdiction(_words(row, "jurisdiction")),
        party=bool(row.get("party", False)),
    )


def _words(row: Mapping[str, object], field: str) -> str:
    text = row[field]
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"`{field}` is no text")
    return " ".join(text.split())


def _day(row: Mapping[str, object], field: str) -> date | None:
    day = row.get(field)
    if day is None or type(day) is date:
        return day
    raise ValueError(f"`{field}` is no date")


def _list(value: object) -> list[dict[str, object]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise TypeError("a list of tables is expected")
    return value


def _repeated(text: str, laws: Iterable[Law]) -> list[PackFault]:
    ids = [law.id for law in laws]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    return [PackFault("repeated_id", _line(text, name), name, f"`{name}` stands twice") for name in twice]


def _line(text: str, rule: str) -> int:
    """Return the line on which the law is named, since TOML tables have no place of their own."""
    before, found, _ = text.partition(f'id = "{rule.partition("/")[0]}"')
    return before.count("\n") + 1 if found else 1
