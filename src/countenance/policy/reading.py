"""Plain words read back into a rule: the other way of `rendering.py`.

The language is the one that rules are rendered in and nothing more, so a lawyer can change a
sentence and see the rule that it makes. What is not of that language is refused at its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Final, TypeVar

from countenance.errors import InvalidInputError
from countenance.policy.instruments import Instrument
from countenance.policy.meaning import Condition, Kind, Meaning, meaning_of
from countenance.policy.model import Act, Obligation, ObligationKind
from countenance.policy.rendering import (
    ACT_IS,
    ALL,
    CHOICE,
    DAYS,
    DENIED,
    EVERY_ACT,
    FLAGS,
    ONLY,
    SOME,
    VERBS,
    sentences_of,
)
from countenance.policy.rules import Rule

Word = TypeVar("Word", bound=StrEnum)

_QUOTED: Final = re.compile(r"`([^`]+)`")
_DUTY: Final = re.compile(r"`([a-z0-9_]+)`(?: \((\d{1,9})\))?")
_DATE: Final = re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}")
_LONGEST: Final = 100_000


def read_rule(text: str) -> Meaning:
    """Return what a rule in plain words means, or raise `InvalidInputError` saying where it is none."""
    if len(text) > _LONGEST:
        raise InvalidInputError(f"a rule has at most {_LONGEST} characters")
    reader = _Reader(" ".join(text.split()))
    effect = next((effect for effect, verb in VERBS.items() if reader.take(f"{verb} ")), None)
    if effect is None:
        raise reader.lost(f"a rule begins with {' or '.join(f'`{verb}`' for verb in VERBS.values())}")
    acts = frozenset(Act) if reader.take(EVERY_ACT) else frozenset(map(_act, reader.values()))
    reader.need(".")
    when: list[Condition] = []
    unless: list[Condition] = []
    if reader.take(" When "):
        when.append(reader.condition())
        while reader.take(", and "):
            when.append(reader.condition())
        reader.need(".")
    while reader.take(" Unless "):
        unless.append(reader.condition())
        reader.need(".")
    obliges = reader.duties() if reader.take(" Demands ") else ()
    if reader.rest:
        raise reader.lost("nothing more is expected")
    return Meaning(effect, acts, tuple(when), tuple(unless), obliges)


def reads_back(rule: Rule) -> bool:
    """Tell whether the rule's words, read back, mean the very rule that is evaluated."""
    meaning = meaning_of(rule)
    try:
        return read_rule(" ".join(sentences_of(meaning))) == meaning
    except InvalidInputError:
        return False


def not_read_back(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Return the rules whose words do not lead back to them."""
    return tuple(rule for rule in rules if not reads_back(rule))


@dataclass(slots=True)
class _Reader:
    """Takes one piece after another from a text."""

    text: str
    at: int = field(default=0)

    @property
    def rest(self) -> str:
        return self.text[self.at :]

    def take(self, piece: str) -> bool:
        found = self.text.startswith(piece, self.at)
        if found:
            self.at += len(piece)
        return found

    def need(self, piece: str) -> None:
        if not self.take(piece):
            raise self.lost(f"`{piece}` is expected")

    def lost(self, why: str) -> InvalidInputError:
        return InvalidInputError(f"{why}, at character {self.at + 1}: `{self.rest[:60]}`")

    def condition(self) -> Condition:
        parts = [self._one()]
        while self.take(" and "):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Condition(Kind.AND, parts=tuple(parts))

    def _one(self) -> Condition:
        if self.take(CHOICE):
            parts = [self.condition()]
            while self.take("; "):
                parts.append(self.condition())
            self.need(")")
            return Condition(Kind.OR, parts=tuple(parts))
        if self.take(DENIED):
            denied = self.condition()
            self.need(")")
            return Condition(Kind.NOT, parts=(denied,))
        return self._atom()

    def _atom(self) -> Condition:
        for name, words in FLAGS.items():
            if self.take(words):
                return Condition(Kind.FLAG, name)
        for op, words in DAYS.items():
            day = self._day(words)
            if day is not None:
                return Condition(Kind.DAY, op, frozenset({day.isoformat()}))
        for prefix, suffix, kind, name in _templates():
            start = self.at
            if self.take(prefix) and (values := self._values()) and self.take(suffix):
                return Condition(kind, name, values)
            self.at = start
        raise self.lost("these are no words of a condition")

    def _day(self, words: str) -> date | None:
        before, _, after = words.partition("{}")
        start = self.at
        if self.take(before) and (match := _DATE.match(self.text, self.at)):
            self.at = match.end()
            if self.take(after) and (after or not self.rest.startswith((" or later", " or earlier"))):
                try:
                    return datetime.strptime(match[0], "%d %B %Y").replace(tzinfo=UTC).date()
                except ValueError as error:
                    raise self.lost(f"`{match[0]}` is no day") from error
        self.at = start
        return None

    def values(self) -> frozenset[str]:
        """Take a choice of words, at least one."""
        found = self._values()
        if not found:
            raise self.lost("a word is expected")
        return found

    def _values(self) -> frozenset[str]:
        found: list[str] = []
        while (value := self._value()) is not None:
            found.append(value)
            start = self.at
            if not (self.take(", ") or self.take(" or ")):
                break
            if self._peek() is None:
                self.at = start
                break
        return frozenset(found)

    def _peek(self) -> str | None:
        start = self.at
        value = self._value()
        self.at = start
        return value

    def _value(self) -> str | None:
        match = _QUOTED.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
            return match[1]
        for text, word in _papers().items():
            if self.take(text):
                return word
        return None

    def duties(self) -> tuple[Obligation, ...]:
        """Take duties up to the full stop."""
        found = []
        while match := _DUTY.match(self.text, self.at):
            self.at = match.end()
            kind = _word(ObligationKind, match[1])
            found.append(Obligation(kind, int(match[2]) if match[2] else None))
            if not self.take(", "):
                break
        self.need(".")
        return tuple(found)


@cache
def _papers() -> Mapping[str, str]:
    """Return the papers by what they are called, the longest names first."""
    return {one.text: one.value for one in sorted(Instrument, key=lambda one: (-len(one.text), one.value))}


@cache
def _templates() -> tuple[tuple[str, str, Kind, str], ...]:
    """Return what stands before and after the values of a condition, the longest beginnings first."""
    found = [
        (*_halves(words), kind, name)
        for kind, known in ((Kind.SOME, SOME), (Kind.ONLY, ONLY), (Kind.ALL, ALL), (Kind.ACT, {"": ACT_IS}))
        for name, words in known.items()
    ]
    return tuple(sorted(found, key=lambda one: -len(one[0])))


def _halves(words: str) -> tuple[str, str]:
    before, _, after = words.partition("{}")
    return before, after


def _act(word: str) -> Act:
    return _word(Act, word)


def _word(words: type[Word], text: str) -> Word:
    try:
        return words(text)
    except ValueError as error:
        raise InvalidInputError(f"`{text}` is no word of the list") from error
