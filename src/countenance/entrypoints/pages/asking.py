"""Asking the gate about nobody in particular: closed lists, the answer, and how it changed with time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeVar
from urllib.parse import urlencode

from countenance.entrypoints.pages.places import PLACES
from countenance.entrypoints.pages.words import capital, day, plain
from countenance.errors import InvalidInputError
from countenance.policy.gate import Policy, explaining_policy
from countenance.policy.instruments import Instrument, text_of
from countenance.policy.model import (
    Act,
    Camera,
    CustomerKind,
    Decision,
    Jurisdiction,
    Permit,
    Purpose,
    Question,
    Reason,
    Space,
)
from countenance.policy.packs import EXPLAINED
from countenance.policy.places import jurisdiction

Word = TypeVar("Word", bound=StrEnum)
Options = Sequence[tuple[str, str]]

BEGINNING: Final = date(2008, 1, 1)
FIRST: Final = (
    ("act", "identify"),
    ("kind", "police"),
    ("place", "US-WA"),
    ("purpose", "criminal_investigation"),
    ("space", "public"),
    ("camera", "fixed"),
    ("consent", "no"),
    ("instrument", "warrant"),
)
"""The question that the page begins with: what the promises of June 2020 were about."""

EXAMPLES: Final = (
    ("Police search, Washington", FIRST),
    (
        "A shop recognises guests, Portland",
        (
            ("act", "identify"),
            ("kind", "private"),
            ("place", "US-OR-PDX"),
            ("purpose", "personalisation"),
            ("space", "public_accommodation"),
            ("camera", "fixed"),
            ("consent", "yes"),
        ),
    ),
    (
        "A museum's archive, Germany",
        (
            ("act", "identify"),
            ("kind", "private"),
            ("place", "DE"),
            ("purpose", "media_archive"),
            ("space", "controlled"),
            ("camera", "file"),
            ("consent", "yes"),
        ),
    ),
)
"""Questions to begin with, by what a link to them says."""

AHEAD: Final = 2
"""Years ahead of today that the time line shows: laws are known before they bind."""

_NOON: Final = time(12, 0, tzinfo=UTC)
_TICKS: Final = 4
_LAST_YEAR: Final = 9990


def _options(words: type[StrEnum]) -> Options:
    return sorted(((word.value, capital(plain(word))) for word in words), key=lambda option: option[1])


OPTIONS: Final[Mapping[str, Options]] = {
    "act": [(act.value, capital(plain(act))) for act in Act],
    "kind": _options(CustomerKind),
    "acts_for": _options(CustomerKind),
    "purpose": _options(Purpose),
    "space": _options(Space),
    "camera": _options(Camera),
    "place": PLACES,
    "consent": [("yes", "Yes, every one"), ("no", "No, or not every one")],
    "instrument": sorted(
        ((word.value, capital(text_of((word.value,)))) for word in Instrument), key=lambda option: option[1]
    ),
}
"""What each field of the form can be."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A form that was read: the question, the fields as they stand in the address, and what is wrong."""

    question: Question
    fields: Mapping[str, str]
    instruments: tuple[str, ...]
    errors: Mapping[str, str]

    def address(self, path: str, **changed: str) -> str:
        """Return the address of the same question with some fields changed."""
        fields = {name: value for name, value in {**self.fields, **changed}.items() if value}
        pairs = [*fields.items(), *(("instrument", name) for name in self.instruments)]
        return f"{path}?{urlencode(pairs)}"


@dataclass(frozen=True, slots=True)
class Span:
    """A time with one answer, from `first` until `until` (excluded); `left` and `width` are in percent."""

    first: date
    until: date
    permitted: bool
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Change:
    """A day on which the answer became another one, or got other reasons."""

    on: date
    permitted: bool
    turned: bool
    begins: tuple[Reason, ...]
    ends: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class TimeLine:
    """How the answer to a question goes through the years. `ticks` are years with their place in percent."""

    first: date
    last: date
    spans: tuple[Span, ...]
    changes: tuple[Change, ...]
    ticks: tuple[tuple[int, float], ...]
    here: float
    days: int
    day_number: int


def read_asked(pairs: Sequence[tuple[str, str]], today: date) -> Asked:
    """Return the question that an address asks; what is not on a list is named in `errors` and left out."""
    given = {name: value.strip() for name, value in pairs if name in _FIELDS and value.strip()}
    errors: dict[str, str] = {}
    on = _day(given.get("day", ""), today, errors)
    known = set(Instrument)
    named = tuple(dict.fromkeys(value for name, value in pairs if name == "instrument" and value in known))
    acts_for = _word(CustomerKind, given, "acts_for", errors)
    question = Question(
        act=_word(Act, given, "act", errors) or Act.IDENTIFY,
        on=datetime.combine(on, _NOON),
        customer_kind=_word(CustomerKind, given, "kind", errors),
        acts_for=frozenset({acts_for} if acts_for is not None else ()),
        jurisdictions=_place(given, errors),
        purpose=_word(Purpose, given, "purpose", errors),
        space=_word(Space, given, "space", errors),
        camera=_word(Camera, given, "camera", errors),
        consent={"yes": True, "no": False}.get(given.get("consent", "")),
        minor=given.get("minor") == "yes",
        instruments=frozenset(named),
    )
    fields = {name: value for name, value in given.items() if name not in errors}
    return Asked(question, {**fields, "act": question.act.value, "day": on.isoformat()}, named, errors)


def answer_to(asked: Asked) -> Decision:
    """Return what packs and laws say; no lease is asked about, and nothing is recorded."""
    return _policy().decide(asked.question)


def time_line(asked: Asked, today: date) -> TimeLine:
    """Return the answers from 2008 to two years ahead, with the rules that begin and end them."""
    last = date(today.year + AHEAD, 12, 31)
    days = (last - BEGINNING).days
    answers = _answers(replace(asked.question, on=datetime.combine(BEGINNING, _NOON)), last)
    spans: list[Span] = []
    for index, (first, decision) in enumerate(answers):
        until = answers[index + 1][0] if index + 1 < len(answers) else last
        permitted = isinstance(decision, Permit)
        if spans and spans[-1].permitted == permitted:
            first = spans.pop().first  # noqa: PLW2901  the span before goes on
        left, width = _percent(first, days), (until - first).days / days * 100
        spans.append(Span(first, until, permitted, left, round(width, 3)))
    here = asked.question.on.date()
    return TimeLine(
        first=BEGINNING,
        last=last,
        spans=tuple(spans),
        changes=_changes(answers),
        ticks=tuple(
            (year, _percent(date(year, 1, 1), days)) for year in range(BEGINNING.year, last.year + 1, _TICKS)
        ),
        here=min(100.0, max(0.0, _percent(here, days))),
        days=days,
        day_number=min(days, max(0, (here - BEGINNING).days)),
    )


def examples(path: str) -> Sequence[tuple[str, str]]:
    """Return the questions to begin with, as titles and addresses."""
    return [(title, f"{path}?{urlencode(fields)}") for title, fields in EXAMPLES]


def shown_options() -> Mapping[str, Options]:
    """Return what each field can be, for a template."""
    return OPTIONS


@lru_cache(maxsize=256)
def _answers(question: Question, last: date) -> tuple[tuple[date, Decision], ...]:
    """Return the answer on every day on which a rule begins or ends: between those it stays the same."""
    policy = _policy()
    turns = {
        moment
        for rule in policy.rules.values()
        for moment in (rule.valid_from, rule.valid_until)
        if moment is not None and BEGINNING < moment <= last
    }
    return tuple(
        (moment, policy.decide(replace(question, on=datetime.combine(moment, _NOON))))
        for moment in sorted({BEGINNING, *turns})
    )


def _changes(answers: Sequence[tuple[date, Decision]]) -> tuple[Change, ...]:
    found = []
    for (_, before), (on, after) in pairwise(answers):
        held, holds = _ids(before), _ids(after)
        turned = isinstance(before, Permit) is not isinstance(after, Permit)
        begins = tuple(reason for key, reason in holds.items() if key not in held)
        ends = tuple(reason for key, reason in held.items() if key not in holds)
        if turned or begins or ends:
            found.append(Change(on, isinstance(after, Permit), turned, begins, ends))
    return tuple(found)


def _ids(decision: Decision) -> dict[tuple[str, str], Reason]:
    """Return the reasons that are rules, by pack and id."""
    return {
        (reason.pack, reason.id): reason
        for reason in decision.reasons
        if reason.valid_from is not None or reason.valid_until is not None
    }


@lru_cache(maxsize=1)
def _policy() -> Policy:
    return explaining_policy(EXPLAINED, laws=True)


def _percent(moment: date, days: int) -> float:
    return round((moment - BEGINNING).days / days * 100, 3)


def _day(text: str, today: date, errors: dict[str, str]) -> date:
    if not text:
        return today
    try:
        found = date.fromisoformat(text)
    except ValueError:
        errors["day"] = "Write the day as year, month and day: 2020-06-11."
        return today
    if not BEGINNING - timedelta(days=36_500) <= found or found.year > _LAST_YEAR:
        errors["day"] = f"Choose a day after {day(BEGINNING - timedelta(days=36_500))}."
        return today
    return found


def _word(words: type[Word], given: Mapping[str, str], name: str, errors: dict[str, str]) -> Word | None:
    text = given.get(name, "")
    if not text:
        return None
    try:
        return words(text)
    except ValueError:
        errors[name] = "Choose one of the list."
        return None


def _place(given: Mapping[str, str], errors: dict[str, str]) -> frozenset[Jurisdiction]:
    text = given.get("place", "")
    if not text:
        return frozenset()
    try:
        return frozenset({jurisdiction(text)})
    except InvalidInputError:
        errors["place"] = "Choose one of the list."
        return frozenset()


_FIELDS: Final = frozenset(
    {"act", "kind", "acts_for", "purpose", "space", "camera", "place", "consent", "minor", "day"}
)
