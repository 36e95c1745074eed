"""A rule in plain words, made from what is evaluated and not from what its author says of it.

The words come from the compiled Cedar, so that a lawyer reads the rule that binds, and they can be
read back (`reading.py`) into the same rule. What has no words here is shown as Cedar has it, and
`unworded` says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from countenance.policy.instruments import Instrument
from countenance.policy.meaning import Condition, Kind, Meaning, meaning_of, parts_of
from countenance.policy.model import Act
from countenance.policy.question_words import long_day
from countenance.policy.rules import Rule

SOME: Final = {
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
ONLY: Final = {
    "kinds": "the asker is, and acts for, nobody but {}",
    "purposes": "the purpose is surely {}",
    "spaces": "the place is surely {}",
    "cameras": "the camera is surely {}",
}
ALL: Final = {"instruments": "there is on record each of {}"}
FLAGS: Final = {
    "consent": "every subject concerned has consented",
    "minor": "a subject is known to be a minor",
    "scraped": "its images were gathered without targeting",
    "gallery": "a gallery is touched",
    "lease": "a lease is asked about",
}
DAYS: Final = {
    "greater_eq": "the day is {} or later",
    "greater": "the day is after {}",
    "less": "the day is before {}",
    "less_eq": "the day is {} or earlier",
    "eq": "the day is {}",
}
ACT_IS: Final = "the act is {}"
CHOICE: Final = "one of these holds ("
DENIED: Final = "it is not so that ("
VERBS: Final = {"forbid": "Refuses", "permit": "Comes with a permit of"}
EVERY_ACT: Final = "every act"
_NOT_WORDED: Final = "what Cedar has as "


def in_plain_words(rule: Rule) -> tuple[str, ...]:
    """Return the rule as sentences: what it does to which acts, when, and unless."""
    return sentences_of(meaning_of(rule))


def sentences_of(meaning: Meaning) -> tuple[str, ...]:
    """Return a meaning as sentences."""
    acts = (
        EVERY_ACT if meaning.acts == frozenset(Act) else _either(f"`{act}`" for act in sorted(meaning.acts))
    )
    sentences = [f"{VERBS[meaning.effect]} {acts}."]
    if meaning.when:
        sentences.append(f"When {', and '.join(map(_words, meaning.when))}.")
    sentences += [f"Unless {_words(one)}." for one in meaning.unless]
    if meaning.obliges:
        duties = (
            f"`{one.kind}`" + (f" ({one.value})" if one.value is not None else "") for one in meaning.obliges
        )
        sentences.append(f"Demands {', '.join(duties)}.")
    return tuple(sentences)


def unworded(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return the ids of the rules that hold something shown as Cedar."""
    return tuple(
        rule.id
        for rule in rules
        if any(
            part.kind is Kind.CEDAR
            for one in (*meaning_of(rule).when, *meaning_of(rule).unless)
            for part in parts_of(one)
        )
    )


def _words(one: Condition) -> str:  # noqa: PLR0911  one return for each form that a condition has
    match one.kind:
        case Kind.AND:
            return " and ".join(map(_words, one.parts))
        case Kind.OR:
            return f"{CHOICE}{'; '.join(map(_words, one.parts))})"
        case Kind.NOT:
            return f"{DENIED}{_words(one.parts[0])})"
        case Kind.DAY:
            return DAYS[one.name].format(long_day(date.fromisoformat(min(one.values))))
        case Kind.FLAG:
            return FLAGS[one.name]
        case Kind.CEDAR:
            return f"{_NOT_WORDED}`{one.name}`"
        case _:
            known = {Kind.SOME: SOME, Kind.ONLY: ONLY, Kind.ALL: ALL}.get(one.kind, {})
            return known.get(one.name, ACT_IS).format(_values(one))


def _values(one: Condition) -> str:
    """Return the values as a choice of words; papers by what they are."""
    return _either(map(value_words, sorted(one.values)))


def value_words(value: str) -> str:
    """Return a paper by what it is, any other word as it stands."""
    return Instrument(value).text if value in set(Instrument) else f"`{value}`"


def _either(words: Iterable[str]) -> str:
    listed = list(words)
    return " or ".join([", ".join(listed[:-1]), listed[-1]] if len(listed) > 1 else listed)
