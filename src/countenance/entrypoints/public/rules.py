"""Packs and laws in force today, each rule with its text, source and dates; and what is about to change."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from countenance.entrypoints.pages.places import PLACES
from countenance.entrypoints.public.answering import Page, Reading, as_json
from countenance.policy.publication import AHEAD, PublicLaw, PublicRule, RulesOfTheDay

PATH: Final = "/rules"
_NAMES: Final = dict(PLACES)


def rules(reading: Reading) -> Response:
    """Show the rules as HTML or JSON."""
    told = reading.sources.rules()
    if reading.query.get("format") == "json":
        return as_json(_document(told), "rules")
    places: dict[str, list[PublicLaw]] = {}
    for one in told.laws:
        places.setdefault(one.law.jurisdiction, []).append(one)
    return reading.page(
        "rules.html",
        told=told,
        last_day=told.day + AHEAD,
        places=[(_NAMES.get(code, code), code, laws) for code, laws in places.items()],
        reopenings={one.rule: one for one in reading.service.public.reopenings()},
    )


def _rule(rule: PublicRule) -> dict[str, object]:
    return {
        "id": rule.name,
        "refuses": rule.refuses,
        "text": rule.text,
        "source": rule.source,
        "from": rule.since.isoformat() if rule.since is not None else None,
        "until": rule.until.isoformat() if rule.until is not None else None,
        "reopens": rule.reopens,
    }


def _document(told: RulesOfTheDay) -> dict[str, object]:
    return {
        "day": told.day.isoformat(),
        "packs": [
            {
                "name": pack.name,
                "title": pack.title,
                "sha256": pack.digest,
                "rules": [*map(_rule, pack.rules)],
            }
            for pack in told.packs
        ],
        "register": {"version": told.register_version, "sha256": told.register_digest},
        "laws": [
            {
                "id": one.law.id,
                "jurisdiction": one.law.jurisdiction,
                "citation": one.law.citation,
                "binds": one.law.binds,
                "summary": one.law.summary,
                "sources": list(one.law.sources),
                "confidence": one.law.confidence,
                "verified_on": one.law.verified_on.isoformat() if one.law.verified_on is not None else None,
                "rules": [*map(_rule, one.rules)],
            }
            for one in told.laws
        ],
        "coming": [
            {"on": change.on.isoformat(), "begins": change.begins, "of": change.of, **_rule(change.rule)}
            for change in told.coming
        ],
    }


PAGES: Final = (Page(path=PATH, handler=rules, label="The rules", listed=True, seconds=300),)
