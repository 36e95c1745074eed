"""A pack's own tests: questions with the answer and the reasons that its author expects.

`cases.toml` holds a `[[case]]` for each question. The pack is asked by itself, without laws and
without a lease, as `countenance policy explain --pack` asks it. What a case leaves out is left out
of the question, which is then answered for the strictest value.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from countenance.errors import InvalidInputError
from countenance.policy.covering import assumed_gallery
from countenance.policy.gate import build_policy
from countenance.policy.model import Act, Camera, CustomerKind, Decision, Permit, Purpose, Question, Space
from countenance.policy.packs import CASES, Pack, one_version
from countenance.policy.places import jurisdiction
from countenance.policy.rules import PackFault

MOST_CASES: Final = 500
_EXPECTED: Final = {"permit": True, "deny": False}
_FIELDS: Final = frozenset(
    {"title", "version", "on", "act", "kind", "acts_for", "places", "purpose", "space", "camera"}
    | {"consent", "minor", "scraped", "papers", "expect", "reasons"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question to one version of the pack, or to all of it, and what is expected.

    `reasons` are the names of the pack's rules that a denial has as its reasons, or that come with
    a permit: no more and no fewer.
    """

    title: str
    version: str
    question: Question
    permitted: bool
    reasons: frozenset[str]
    line: int


@dataclass(frozen=True, slots=True)
class Tried:
    """A case with what is wrong about its answer; `fault` is None where it came out as expected."""

    case: Case
    fault: PackFault | None


@dataclass(frozen=True, slots=True)
class CaseRun:
    """What came of a pack's cases: how many there are, what is wrong, and each that could be asked."""

    cases: int
    faults: tuple[PackFault, ...]
    tried: tuple[Tried, ...] = ()


def run_cases(pack: Pack) -> CaseRun:
    """Ask the pack what its cases ask.

    Faults are a case that is malformed, one that is answered otherwise, a rule that no case names,
    and the want of any case.
    """
    text = dict(pack.texts).get(CASES)
    if text is None:
        return CaseRun(0, (PackFault("no_cases", 1, "", f"the pack holds no {CASES}"),))
    cases, faults = read_cases(text)
    tried: tuple[Tried, ...] = ()
    if not faults:
        tried = tuple(_tried(pack, cases))
        wrong = (one.fault for one in tried if one.fault is not None)
        faults = (*wrong, *_untried(pack, cases))
    return CaseRun(len(cases), tuple(faults), tried)


def read_cases(text: str) -> tuple[tuple[Case, ...], tuple[PackFault, ...]]:
    """Return the cases of a `cases.toml`, and the faults of those that are none."""
    try:
        rows = tomllib.loads(text).get("case", [])
    except tomllib.TOMLDecodeError as error:
        return (), (PackFault("not_toml", 1, "", f"{CASES}: {error}"),)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return (), (PackFault("malformed_case", 1, "", f"{CASES}: a list of [[case]] tables is expected"),)
    if not 0 < len(rows) <= MOST_CASES:
        return (), (PackFault("malformed_case", 1, "", f"{CASES} has 1 to {MOST_CASES} cases"),)
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == "[[case]]"]
    cases, faults = [], []
    for position, row in enumerate(rows):
        line = lines[position] if len(lines) == len(rows) else 1
        try:
            cases.append(_case(row, line))
        except (InvalidInputError, KeyError, TypeError, ValueError) as error:
            detail = f"{CASES}, line {line}: {error.args[0] if error.args else error}"
            if isinstance(error, KeyError):
                detail = f"{CASES}, line {line}: `{error.args[0]}` is missing"
            faults.append(PackFault("malformed_case", line, str(row.get("title", "")), detail))
    return tuple(cases), tuple(faults)


def _case(row: Mapping[str, Any], line: int) -> Case:
    unknown = sorted(row.keys() - _FIELDS)
    if unknown:
        raise ValueError(f"unknown field `{unknown[0]}`")
    if row["expect"] not in _EXPECTED:
        raise ValueError("`expect` is `permit` or `deny`")
    permitted, reasons = _EXPECTED[row["expect"]], _texts(row, "reasons")
    if not permitted and not reasons:
        raise ValueError("a case that expects `deny` names its `reasons`")
    return Case(
        title=_text(row["title"]),
        version=_text(row.get("version", "")),
        question=_question(row),
        permitted=permitted,
        reasons=reasons,
        line=line,
    )


def _question(row: Mapping[str, Any]) -> Question:
    day = row["on"]
    if type(day) is not date:
        raise ValueError("`on` is a day: 2020-06-11")

    def word(name: str, parse: Callable[[str], Any]) -> Any:  # noqa: ANN401  a word of the list that is asked for
        return parse(_text(row[name])) if name in row else None

    purpose = word("purpose", Purpose)
    return Question(
        act=Act(_text(row["act"])),
        on=datetime(day.year, day.month, day.day, tzinfo=UTC),
        customer_kind=word("kind", CustomerKind),
        acts_for=frozenset(map(CustomerKind, _texts(row, "acts_for"))),
        jurisdictions=frozenset(map(jurisdiction, _texts(row, "places"))),
        purpose=purpose,
        space=word("space", Space),
        camera=word("camera", Camera),
        consent=_flag(row["consent"]) if "consent" in row else None,
        minor=_flag(row.get("minor", False)),
        instruments=_texts(row, "papers"),
        gallery=assumed_gallery(purpose, scraped=True) if _flag(row.get("scraped", False)) else None,
    )


def _tried(pack: Pack, cases: Iterable[Case]) -> Iterator[Tried]:
    """Ask the pack each of its cases."""
    known = {"": build_policy([pack], register=None)}
    for case in cases:
        if case.version not in known:
            if case.version not in pack.versions:
                detail = f"{CASES}, line {case.line}: there is no version `{case.version}`"
                yield Tried(case, PackFault("malformed_case", case.line, case.title, detail))
                continue
            known[case.version] = build_policy([one_version(pack, case.version)], register=None)
        yield Tried(case, _otherwise(pack, case, known[case.version].decide(case.question)))


def _otherwise(pack: Pack, case: Case, decision: Decision) -> PackFault | None:
    """Return what is wrong where a case is answered otherwise than expected."""
    permitted = isinstance(decision, Permit)
    found = frozenset(one.id for one in decision.reasons if one.pack.partition("@")[0] == pack.name)
    if (permitted, found) == (case.permitted, case.reasons):
        return None
    answer = "permitted" if permitted else "refused"
    by = ", ".join(f"`{name}`" for name in sorted(found)) or "no rule of the pack"
    detail = f"{CASES}, line {case.line}: `{case.title}` is {answer}, by {by}"
    return PackFault("case_fails", case.line, case.title, detail)


def _untried(pack: Pack, cases: Iterable[Case]) -> Iterator[PackFault]:
    """Yield the rules that no case names: each must be seen to apply, and the pack to permit something."""
    tried = tuple(cases)
    named = frozenset(name for case in tried for name in case.reasons)
    for rule in pack.rules:
        if rule.name not in named:
            yield PackFault("rule_without_case", rule.line, rule.id, f"no case names `{rule.name}`")
    if not any(case.permitted for case in tried):
        yield PackFault("nothing_permitted", 1, "", f"no case of {CASES} is permitted")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"`{value}` is no text")
    return value


def _texts(row: Mapping[str, Any], name: str) -> frozenset[str]:
    value = row.get(name, [])
    if not isinstance(value, list):
        raise TypeError(f"`{name}` is a list of words")
    return frozenset(map(_text, value))


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"`{value}` is neither true nor false")
    return value
