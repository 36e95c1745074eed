"""One clause of a law, from a table of words to Cedar text.

A clause says whom it binds, in which acts and places, with what effect, and what exempts from
it. The forms of effect are few, and each is spelled out in Cedar once, here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar

from countenance.policy.instruments import ORDER_PREFIX, Instrument, words_of
from countenance.policy.model import Act, Camera, CustomerKind, Purpose, Space

Word = TypeVar("Word", bound=StrEnum)
Groups = Mapping[str, Mapping[str, list[str]]]


class LawEffect(StrEnum):
    """What a clause does; the register's head explains each."""

    PROHIBIT = "prohibit"
    PROHIBIT_UNLESS = "prohibit_unless"
    PERMIT_IF = "permit_if"
    REQUIRE_BEFORE = "require_before"
    REQUIRE = "require"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whom and what a clause, or an exemption from it, reaches. Empty means any."""

    kinds: frozenset[CustomerKind] = frozenset()
    acts: frozenset[Act] = frozenset()
    purposes: frozenset[Purpose] = frozenset()
    spaces: frozenset[Space] = frozenset()
    cameras: frozenset[Camera] = frozenset()
    instruments: frozenset[Instrument] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClausePlace:
    """Which clause of which law, and where that law holds; `party` as in `Law`."""

    law: str
    number: int
    jurisdiction: str
    party: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A clause of a law. `until` ends it before the law does; `before` makes a lease wait for its needs."""

    place: ClausePlace
    effect: LawEffect
    scope: Scope
    exempt: tuple[Scope, ...]
    listed: frozenset[Purpose]
    needs: str
    obliges: str
    before: bool
    scraped: bool
    until: date | None
    text: str
    reopens: str


_FIELDS: Final = frozenset(
    {"effect", "kinds", "acts", "purposes", "spaces", "cameras", "with", "exempt", "listed", "needs"}
    | {"obliges", "before", "scraped", "until", "text", "reopens"}
)
_SCOPE_FIELDS: Final = frozenset({"kinds", "acts", "purposes", "spaces", "cameras", "instruments"})
_REOPENS: Final = "Put on record what the law asks for."


def clause_of(row: Mapping[str, object], groups: Groups, place: ClausePlace) -> Clause:
    """Parse a `[[law.rule]]` table, or raise `ValueError` or `TypeError` saying what is wrong with it."""
    _known(row, _FIELDS)
    effect = LawEffect(str(row.get("effect")))
    listed = _words(Purpose, row.get("listed", []), groups.get("purposes", {}))
    needs = " ".join(texts_of(row.get("needs", [])))
    words_of(needs)
    if effect is LawEffect.PERMIT_IF and not listed:
        raise ValueError("permit_if needs the purposes that are `listed`")
    if effect in {LawEffect.PROHIBIT_UNLESS, LawEffect.REQUIRE_BEFORE} and not needs:
        raise ValueError(f"{effect} `needs` instruments")
    until = row.get("until")
    if until is not None and type(until) is not date:
        raise ValueError("`until` is no date")
    return Clause(
        place=place,
        effect=effect,
        scope=_scope({**row, "instruments": row.get("with", [])}, groups),
        exempt=tuple(_exemption(entry, groups) for entry in _tables(row.get("exempt", []))),
        listed=listed,
        needs=needs,
        obliges=" ".join(texts_of(row.get("obliges", []))),
        before=bool(row.get("before", False)),
        scraped=bool(row.get("scraped", False)),
        until=until,
        text=" ".join(str(row["text"]).split()),
        reopens=" ".join(str(row.get("reopens", _REOPENS)).split()),
    )


def cedar_of(clause: Clause, notes: Mapping[str, str], *, effect: str) -> Iterator[str]:
    """Yield the clause's policies of one `effect`, `forbid` or `permit`, with the law's annotations.

    A clause that is more than a plain prohibition also yields a duty: that is how a permit
    tells which law it stands under and what that law asks for.
    """
    notes = {**notes, "text": clause.text}
    if clause.until is not None:
        notes["until"] = clause.until.isoformat()
    scope = _reach(clause)
    exempt = [" && ".join(_exemption_text(entry)) for entry in clause.exempt]
    name = f"{clause.place.law}/{clause.place.number}"
    if effect == "permit":
        if clause.effect is not LawEffect.PROHIBIT:
            notes["needs"] = clause.needs
            notes["listed"] = " ".join(sorted(clause.listed))
            notes["obliges"] = clause.obliges
            yield _policy({"id": f"{name}-duty", **notes}, "permit", clause.scope.acts, (scope, exempt))
        return
    for part, own, condition in _prohibitions(clause):
        annotations = {"id": f"{name}{part}", **notes, **own, "reopens": clause.reopens}
        yield _policy(annotations, "forbid", clause.scope.acts, ([*scope, *condition], exempt))


def _reach(clause: Clause) -> list[str]:
    """Return the conditions under which the clause reaches a question at all."""
    reach = [f'context.jurisdictions.contains("{clause.place.jurisdiction}")']
    reach += _scope_text(clause.scope, containing=True)
    if clause.place.party:
        reach.append(f'context.orders.contains("{ORDER_PREFIX}{clause.place.law}")')
    if clause.scraped:
        reach.append("context has gallery && context.gallery.scraped")
    return reach


def _prohibitions(clause: Clause) -> Iterator[tuple[str, dict[str, str], list[str]]]:
    """Yield the id's ending, the annotations and the further condition of each prohibition of the clause."""
    listed = {"listed": " ".join(sorted(clause.listed))}
    needs = {"needs": clause.needs}
    leased = ["resource is Lease"]
    match clause.effect:
        case LawEffect.PROHIBIT:
            yield "", {}, []
        case LawEffect.PROHIBIT_UNLESS:
            if clause.listed:
                yield "-listed", listed, []
            yield "-needs", needs, []
        case LawEffect.PERMIT_IF:
            yield "-listed", listed, []
            if clause.needs:
                yield "-needs", needs, leased
        case LawEffect.REQUIRE_BEFORE:
            yield "-needs", needs, []
        case LawEffect.REQUIRE:
            if clause.before and clause.needs:
                yield "-needs", needs, leased


def _policy(
    notes: Mapping[str, str],
    effect: str,
    acts: frozenset[Act],
    conditions: tuple[Sequence[str], Sequence[str]],
) -> str:
    when, unless = conditions
    action = f"action in [{_actions(acts)}]" if acts else "action"
    lines = [f"@{name}({json.dumps(text, ensure_ascii=False)})" for name, text in notes.items() if text]
    lines.append(f"{effect} (principal, {action}, resource)")
    lines += [f"when {{ {text} }}" for text in when]
    lines += [f"unless {{ {text} }}" for text in unless]
    return "\n".join(lines) + ";\n"


def _scope_text(scope: Scope, *, containing: bool) -> list[str]:
    """Return the conditions that the scope holds for some possible value, or else for all of them."""
    texts = [
        f"context.{fact}.containsAny([{values}])" if containing else f"[{values}].containsAll(context.{fact})"
        for fact, values in (
            ("kinds", _entities("Kind", scope.kinds)),
            ("purposes", _entities("Purpose", scope.purposes)),
            ("spaces", _entities("Space", scope.spaces)),
            ("cameras", _entities("Camera", scope.cameras)),
        )
        if values
    ]
    texts += [f'context.instruments.contains("{word}")' for word in sorted(scope.instruments)]
    return texts


def _exemption_text(scope: Scope) -> list[str]:
    acts = [f"action in [{_actions(scope.acts)}]"] if scope.acts else []
    return [*acts, *_scope_text(scope, containing=False)]


def _actions(acts: frozenset[Act]) -> str:
    return ", ".join(f'Action::"{act}"' for act in sorted(acts))


def _entities(kind: str, words: frozenset[Word]) -> str:
    return ", ".join(f'{kind}::"{word}"' for word in sorted(words))


def _exemption(row: Mapping[str, object], groups: Groups) -> Scope:
    _known(row, _SCOPE_FIELDS)
    if not row:
        raise ValueError("an exemption without conditions would exempt everything")
    return _scope(row, groups)


def _scope(row: Mapping[str, object], groups: Groups) -> Scope:
    return Scope(
        kinds=_words(CustomerKind, row.get("kinds", []), groups.get("kinds", {})),
        acts=_words(Act, row.get("acts", []), groups.get("acts", {})),
        purposes=_words(Purpose, row.get("purposes", []), groups.get("purposes", {})),
        spaces=_words(Space, row.get("spaces", []), groups.get("spaces", {})),
        cameras=_words(Camera, row.get("cameras", []), groups.get("cameras", {})),
        instruments=_words(Instrument, row.get("instruments", []), {}),
    )


def _words(words: type[Word], names: object, group: Mapping[str, list[str]]) -> frozenset[Word]:
    found: set[Word] = set()
    for name in texts_of(names):
        members = group[name[1:]] if name.startswith("@") else [name]
        found.update(words(member) for member in members)
    return frozenset(found)


def texts_of(value: object) -> tuple[str, ...]:
    """Return a list of texts, or raise `TypeError` for anything else."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError("a list of words is expected")
    return tuple(value)


def _tables(value: object) -> list[dict[str, object]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise TypeError("a list of tables is expected")
    return value


def _known(row: Mapping[str, object], fields: frozenset[str]) -> None:
    unknown = sorted(row.keys() - fields)
    if unknown:
        raise ValueError(f"unknown field `{unknown[0]}`")
