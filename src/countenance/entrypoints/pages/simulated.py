"""What a simulation found, as every way in shows it: a row for each group of changes, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from countenance.errors import InvalidInputError
from countenance.policy.simulation import Group, Outcome, Tally


def tally_document(tally: Tally) -> dict[str, Any]:
    """Return what a simulation found as JSON has it, on every way in."""
    return {
        "asked": tally.asked,
        "refused": tally.refused,
        "permitted": tally.permitted,
        "otherwise": tally.otherwise,
        "beyond": tally.beyond,
        "groups": [
            {
                "customer": group.customer,
                "lease": group.lease,
                "act": group.act,
                "count": group.count,
                "before": outcome_document(group.before),
                "after": outcome_document(group.after),
                "because": because(group),
                "examples": group.examples,
            }
            for group in tally.ordered()
        ],
    }


def change_words(group: Group) -> str:
    """Return what becomes of the answers of a group."""
    words = ("refused", "permitted")
    before, after = words[group.before.permitted], words[group.after.permitted]
    return f"{before}, would be {after}" if before != after else f"{after}, otherwise"


def because(group: Group) -> list[str]:
    """Return the rules and duties that stand on one side alone; those that came first."""
    old = {*group.before.rules, *group.before.duties}
    new = [*group.after.rules, *group.after.duties]
    came = [word for word in new if word not in old]
    return came or [f"no longer {word}" for word in sorted(old - set(new))] or ["their order"]


def day_of(query: Mapping[str, str], field: str) -> date | None:
    """Return the day in a field, None where it is empty; raises `InvalidInputError`."""
    text = query.get(field, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInputError(f"`{text[:40]}` is no day of the calendar") from error


def beginning(day: date) -> datetime:
    """Return the first moment of a day, in UTC."""
    return datetime.combine(day, time(), UTC)


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """Return one answer as JSON has it."""
    return {
        "decision": "permit" if outcome.permitted else "deny",
        "rules": list(outcome.rules),
        "duties": list(outcome.duties),
    }
