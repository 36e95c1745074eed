"""Claims about what a policy can never, or will always, permit: proved, or answered with a counterexample.

    never permit act=identify kind=police camera=body_worn,dash,drone
    never permit act=watch place=US-WA kind=police without=warrant,court_order,exigent_circumstances
    always permit act=erase

`never` is asked of everybody who is, or acts for, one of the kinds, on every day of the claim,
under a lease that covers the act, with every paper on record that the claim does not take away.
`always` is asked the other way round, with no paper but those that the claim gives. Where a
question is left open, every value is tried that a rule tells apart (`distinctions.py` says why
that is enough), so *no counterexample* is a proof and not a sample.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import product
from typing import Any, Final, TypeVar

from countenance.errors import InvalidInputError
from countenance.policy.claim_words import in_claim_language
from countenance.policy.covering import assumed_gallery, covered
from countenance.policy.distinctions import classes, edges, in_force, orders, reaching, require_searchable
from countenance.policy.gate import Policy
from countenance.policy.instruments import CONSENT, ORDER_PREFIX, Instrument
from countenance.policy.model import (
    Act,
    Camera,
    CustomerKind,
    Decision,
    Jurisdiction,
    Purpose,
    Question,
    Space,
)
from countenance.policy.papers import Papers, usable_papers, with_papers
from countenance.policy.places import enclosing, jurisdiction
from countenance.policy.rules import Rule
from countenance.policy.schema import ACTION_GROUPS

Word = TypeVar("Word", bound=StrEnum)

ELSEWHERE: Final = Jurisdiction("ZZ")
"""A place for which no rule is written, where the claim names none: whatever binds there binds everywhere."""

_LONGEST: Final = 2000
_FIELDS: Final = frozenset(
    {"act", "kind", "place", "purpose", "space", "camera", "minor", "scraped", "consent"}
    | {"with", "without", "from", "until", "reopened"}
)
_GROUPS: Final[Mapping[str, frozenset[StrEnum]]] = {
    **{f"@{name}": frozenset(acts) for name, acts in ACTION_GROUPS.items()},
    "@law_enforcement": frozenset(
        {CustomerKind.POLICE, CustomerKind.SHERIFF, CustomerKind.CAMPUS_POLICE}
        | {CustomerKind.PROSECUTOR, CustomerKind.PROBATION}
    ),
    "@mobile": frozenset({Camera.HANDHELD, Camera.BODY_WORN, Camera.DASH, Camera.DRONE}),
    "@open": frozenset({Space.PUBLIC, Space.PUBLIC_ACCOMMODATION, Space.SEMI_PUBLIC}),
}
"""Names for several values of one list, as a claim may write them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What is said to hold, with what it is limited to; an empty set is no limit.

    `minor`, `scraped` and `consent` are None where left open. `given` are papers on record
    (`always`), `without` those that are not (`never`). `until` is excluded. `reopened` lets
    every rule be re-opened that officers can re-open.
    """

    text: str
    never: bool
    acts: frozenset[Act] = frozenset()
    kinds: frozenset[CustomerKind] = frozenset()
    places: frozenset[Jurisdiction] = frozenset()
    purposes: frozenset[Purpose] = frozenset()
    spaces: frozenset[Space] = frozenset()
    cameras: frozenset[Camera] = frozenset()
    minor: bool | None = None
    scraped: bool | None = None
    consent: bool | None = None
    given: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    since: date | None = None
    until: date | None = None
    reopened: bool = False


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A question that the claim says cannot be, as small as it can be, with the gate's own decision."""

    question: Question
    decision: Decision

    @property
    def day(self) -> date:
        """Return the first day of the time in which it holds."""
        return self.question.on.date()


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of a claim: no counterexample among everything that rules tell apart, or one.

    `asked` counts the questions that were put to the gate.
    """

    claim: Claim
    counterexample: Counterexample | None
    asked: int

    @property
    def holds(self) -> bool:
        """Tell whether the claim is proved."""
        return self.counterexample is None


def read_claim(text: str) -> Claim:
    """Parse one claim, or raise `InvalidInputError` saying what is wrong with it.

    One that begins with `no` is put into the language of claims first (`claim_words.py`).
    """
    text = in_claim_language(text[: _LONGEST + 1])
    words = text.split()
    if len(text) > _LONGEST:
        raise InvalidInputError(f"a claim has at most {_LONGEST} characters")
    if words[:2] not in (["never", "permit"], ["always", "permit"]):
        raise InvalidInputError(
            f"`{text.strip()[:80]}` is no claim; it begins with `never permit`, `always permit` or `no`"
        )
    given: dict[str, str] = {}
    for word in words[2:]:
        name, equals, value = word.partition("=")
        if name not in _FIELDS or not equals or not value:
            known = ", ".join(sorted(_FIELDS))
            raise InvalidInputError(
                f"`{word}` limits no claim; write name=value, where the name is one of {known}"
            )
        if name in given:
            raise InvalidInputError(f"`{name}` stands twice in a claim; join its values by commas")
        given[name] = value
    claim = _claim(" ".join(words), given)
    if claim.given and claim.never:
        raise InvalidInputError(
            "`with` gives papers to `always permit`; for `never permit` every paper is given"
        )
    if (claim.without or claim.reopened) and not claim.never:
        raise InvalidInputError("`without` and `reopened` limit `never permit` only")
    if claim.since is not None and claim.until is not None and claim.until <= claim.since:
        raise InvalidInputError("the claim ends before it begins")
    return claim


def read_claims(text: str) -> tuple[Claim, ...]:
    """Parse claims, one a line; empty lines and what follows `#` are passed over."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(read_claim(line) for line in lines if line)


def prove(policy: Policy, claim: Claim, *, today: date | None = None) -> Proof:
    """Search for a counterexample to `claim` under `policy` among everything that its rules tell apart.

    With `today`, the time that it lies in is searched first, then what comes, then what was.
    Raises `InvalidInputError` for rules that read more than closed lists, days and papers.
    """
    require_searchable(policy.rules.values())
    asked = 0
    for question in _questions(policy, claim, today):
        asked += 1
        if (policy.obstacles(question) is None) == claim.never:
            smallest = _smallest(policy, question, claim)
            return Proof(claim, Counterexample(smallest, policy.decide(smallest)), asked)
    return Proof(claim, None, asked)


def _claim(text: str, given: Mapping[str, str]) -> Claim:
    return Claim(
        text=text,
        never=text.startswith("never"),
        acts=_words(Act, given.get("act", "")),
        kinds=_words(CustomerKind, given.get("kind", "")),
        places=frozenset(jurisdiction(code) for code in _listed(given.get("place", ""))),
        purposes=_words(Purpose, given.get("purpose", "")),
        spaces=_words(Space, given.get("space", "")),
        cameras=_words(Camera, given.get("camera", "")),
        minor=_flag(given, "minor"),
        scraped=_flag(given, "scraped"),
        consent=_flag(given, "consent"),
        given=frozenset(map(_paper, _listed(given.get("with", "")))),
        without=frozenset(map(_paper, _listed(given.get("without", "")))),
        since=_day(given.get("from")),
        until=_day(given.get("until")),
        reopened=bool(_flag(given, "reopened")),
    )


def _listed(text: str) -> list[str]:
    return [word for word in text.split(",") if word]


def _words(words: type[Word], text: str) -> frozenset[Word]:
    found: set[Word] = set()
    for name in _listed(text):
        group = [word for word in _GROUPS.get(name, ()) if isinstance(word, words)]
        if group:
            found.update(group)
        elif name in set(words):
            found.add(words(name))
        else:
            raise InvalidInputError(f"`{name}` is none of {', '.join(word.value for word in words)}")
    return frozenset(found)


def _paper(name: str) -> str:
    if name not in set(Instrument) and not name.startswith(ORDER_PREFIX):
        raise InvalidInputError(f"`{name}` is no instrument; `countenance policy vocabulary` lists them")
    return name


def _flag(given: Mapping[str, str], name: str) -> bool | None:
    value = given.get(name)
    if value not in {None, "yes", "no"}:
        raise InvalidInputError(f"`{name}` is `yes` or `no`")
    return None if value is None else value == "yes"


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(f"`{text}` is no day of the calendar") from error


@dataclass(frozen=True, slots=True)
class _Stretch:
    """An act in some places, from a day until the next on which one of the rules that reach it changes."""

    act: Act
    places: frozenset[Jurisdiction]
    day: date
    rules: tuple[Rule, ...]


def _days(claim: Claim, rules: Iterable[Rule], today: date | None) -> Iterator[date]:
    """Yield a day of each stretch of time within the claim's own: today's first, what comes, what was."""
    changes = edges(rules)
    first = claim.since or (changes[0] - timedelta(days=1) if changes else date(2020, 1, 1))
    if claim.until is not None:
        first = min(first, claim.until - timedelta(days=1))
    inside = [first, *(day for day in changes if day > first and (claim.until is None or day < claim.until))]
    if today is None or today < first or (claim.until is not None and today >= claim.until):
        yield from inside
        return
    yield today
    yield from (day for day in inside if day > today)
    yield from reversed([day for day in inside if day < today])


def _questions(policy: Policy, claim: Claim, today: date | None) -> Iterator[Question]:
    """Yield every question to be asked: the most that the claim's words could mean, day by day."""
    for act, places in product(sorted(claim.acts or Act), _places(policy, claim)):
        ever = reaching(policy.rules.values(), act, enclosing(places))
        held = _papers(claim, act, ever)
        for day in _days(claim, ever, today):
            for question in _asked_in(_Stretch(act, places, day, in_force(ever, day)), claim):
                yield with_papers(covered(question), held)


def _asked_in(stretch: _Stretch, claim: Claim) -> Iterator[Question]:
    """Yield the questions of a stretch; what is left open is at its least for `never`, else at its most."""
    most = not claim.never
    lists = product(
        _askers(claim, stretch.rules),
        _values(Purpose, claim.purposes, stretch.rules),
        _values(Space, claim.spaces, stretch.rules),
        _values(Camera, claim.cameras, stretch.rules),
    )
    for kinds, purpose, space, camera in lists:
        scraped = most if claim.scraped is None else claim.scraped
        yield Question(
            act=stretch.act,
            on=datetime.combine(stretch.day, time(), UTC),
            customer_kind=kinds[0],
            acts_for=frozenset(kinds[1:]),
            jurisdictions=stretch.places,
            purpose=purpose,
            space=space,
            camera=camera,
            consent=claim.never if claim.consent is None else claim.consent,
            minor=most if claim.minor is None else claim.minor,
            gallery=assumed_gallery(purpose, scraped=scraped) if scraped or most else None,
        )


def _askers(claim: Claim, rules: tuple[Rule, ...]) -> Iterator[tuple[CustomerKind, ...]]:
    """Yield who asks, and for whom: one kind alone is bound by least, all of them together by most."""
    if claim.never:
        yield from ((kind,) for kind in _values(CustomerKind, claim.kinds, rules))
    else:
        yield tuple(sorted(claim.kinds or CustomerKind))


def _values(words: type[Word], limit: frozenset[Word], rules: tuple[Rule, ...]) -> tuple[Word, ...]:
    """Return one value of each class that the limit reaches, every value where there is no limit."""
    groups = ([word for word in group if not limit or word in limit] for group in classes(words, rules))
    return tuple(group[0] for group in groups if group)


def _places(policy: Policy, claim: Claim) -> tuple[frozenset[Jurisdiction], ...]:
    if claim.never:
        return tuple(frozenset({place}) for place in sorted(claim.places or {ELSEWHERE}))
    return (claim.places or policy.places | {ELSEWHERE},)


def _papers(claim: Claim, act: Act, rules: tuple[Rule, ...]) -> Papers:
    """Return what is on record: all that could help but for what the claim takes away, or what it gives."""
    if not claim.never:
        return claim.given | orders(rules)
    held = usable_papers(rules, act, reopened=claim.reopened) - claim.without
    return held - {CONSENT} if claim.consent is False else held


def _smallest(policy: Policy, question: Question, claim: Claim) -> Question:
    """Return the counterexample without whatever it can do without."""
    for smaller in _reductions(question, claim):
        if (policy.obstacles(smaller(question)) is None) == claim.never:
            question = smaller(question)
    return question


def _reductions(question: Question, claim: Claim) -> Iterator[Any]:
    """Yield ways to leave something out: papers, kinds acted for, places, minors."""
    if claim.consent is None and question.consent:
        yield lambda one: replace(one, consent=False)
    for paper in sorted(question.instruments - claim.given):
        yield lambda one, paper=paper: replace(one, instruments=one.instruments - {paper})
    for reopening in question.reopenings:
        yield lambda one, gone=reopening: replace(
            one, reopenings=tuple(held for held in one.reopenings if held != gone)
        )
    if claim.never:
        return
    for kind in sorted({*question.acts_for}):
        yield lambda one, kind=kind: replace(one, acts_for=one.acts_for - {kind})
    for kind in sorted(claim.kinds or CustomerKind):
        yield lambda one, kind=kind: replace(one, customer_kind=kind)
    for place in sorted(question.jurisdictions):
        yield lambda one, place=place: replace(
            one, jurisdictions=(one.jurisdictions - {place}) or one.jurisdictions
        )
    if claim.minor is None:
        yield lambda one: replace(one, minor=False)
