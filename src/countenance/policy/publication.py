"""The rules of an installation as everybody may read them: in force on a day, and about to change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from countenance.policy.gate import HOUSE
from countenance.policy.packs import PackSource, load_pack
from countenance.policy.register import Law, LawStatus, shipped_register
from countenance.policy.rules import Rule

AHEAD: Final = timedelta(days=180)
"""How far ahead changes are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRule:
    """A rule in words. `refuses` tells a prohibition from a duty; `until` is excluded."""

    name: str
    text: str
    source: str
    refuses: bool
    since: date | None
    until: date | None
    reopens: str | None

    def in_force(self, day: date) -> bool:
        """Tell whether the rule holds on `day`."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPack:
    """A pack in force, with its rules that hold on the day. `digest` is the SHA-256 (hex) of all of it."""

    name: str
    title: str
    about: str
    digest: str
    rules: tuple[PublicRule, ...]


@dataclass(frozen=True, slots=True)
class PublicLaw:
    """A law that binds on the day, with those of its rules that hold then."""

    law: Law
    rules: tuple[PublicRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A day on which a rule begins or ends; `of` says whose rule it is."""

    on: date
    begins: bool
    of: str
    rule: PublicRule


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesOfTheDay:
    """What is in force on a day, and what changes within 180 days after it.

    `proposed` are bills that the register knows; none of them binds.
    """

    day: date
    packs: tuple[PublicPack, ...]
    laws: tuple[PublicLaw, ...]
    proposed: tuple[Law, ...]
    coming: tuple[Change, ...]
    register_version: str
    register_digest: str


def rules_of_the_day(packs: Iterable[PackSource], day: date) -> RulesOfTheDay:
    """Return the rules of an installation with `packs` on `day`.

    Raises like `load_pack`. The house rules are always among them.
    """
    loaded = [load_pack(name) for name in dict.fromkeys((HOUSE, *packs))]
    register = shipped_register()
    by_law: dict[str, list[Rule]] = {}
    for rule in register.rules:
        by_law.setdefault(rule.name, []).append(rule)
    sources: list[tuple[str, tuple[PublicRule, ...]]] = [
        *((pack.title, _public(pack.rules)) for pack in loaded),
        *((law.citation, _public(by_law.get(law.id, ()))) for law in register.laws),
    ]
    return RulesOfTheDay(
        day=day,
        packs=tuple(
            PublicPack(
                name=pack.name,
                title=pack.title,
                about=" ".join(pack.about.split()),
                digest=pack.digest,
                rules=tuple(rule for rule in _public(pack.rules) if rule.in_force(day)),
            )
            for pack in loaded
        ),
        laws=tuple(
            PublicLaw(law, tuple(rule for rule in _public(by_law.get(law.id, ())) if rule.in_force(day)))
            for law in sorted(
                register.laws, key=lambda law: (law.jurisdiction, law.valid_from or day, law.id)
            )
            if law.in_force(day)
        ),
        proposed=tuple(law for law in register.laws if law.status is LawStatus.PROPOSED),
        coming=_coming(sources, day),
        register_version=register.version,
        register_digest=register.digest,
    )


def _public(rules: Sequence[Rule]) -> tuple[PublicRule, ...]:
    """Return rules in words, each once: one rule may be written in several clauses."""
    told = (
        PublicRule(
            name=rule.name,
            text=rule.text,
            source=rule.source,
            refuses=rule.effect == "forbid",
            since=rule.valid_from,
            until=rule.valid_until,
            reopens=rule.reopens,
        )
        for rule in rules
    )
    return tuple(dict.fromkeys(told))


def _coming(sources: Iterable[tuple[str, tuple[PublicRule, ...]]], day: date) -> tuple[Change, ...]:
    changes = [
        Change(on=on, begins=begins, of=title, rule=rule)
        for title, rules in sources
        for rule in rules
        for on, begins in ((rule.since, True), (rule.until, False))
        if on is not None and day < on <= day + AHEAD
    ]
    return tuple(sorted(changes, key=lambda change: (change.on, not change.begins, change.rule.name)))
