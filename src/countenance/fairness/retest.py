"""An audit that is repeated: what changed since the makers were told, and from when on it is public.

The protocol of Actionable Auditing (Raji and Buolamwini, AIES 2019, doi:10.1145/3306618.3314244): whoever
makes the service is told first and has a stretch of time to answer; then everything is published, and the
same is measured again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from countenance.errors import InvalidInputError

LONGEST_WINDOW: Final = 366
"""Days at most between telling the makers and publishing: a window without end would be silence."""


class Shown(StrEnum):
    """What an interval of a difference shows."""

    FEWER = "fewer errors"
    MORE = "more errors"
    NOTHING = "no change shown"


@dataclass(frozen=True, slots=True)
class Bounded:
    """A rate between 0 and 1 with its 95 % interval."""

    rate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Disclosure:
    """When the makers were told, and how many days they have before it is published."""

    told: date
    days: int

    def __post_init__(self) -> None:
        if not 1 <= self.days <= LONGEST_WINDOW:
            raise InvalidInputError(f"a window has 1 to {LONGEST_WINDOW} days, not `{self.days}`")

    @property
    def public_from(self) -> date:
        """Return the first day on which it is public."""
        return self.told + timedelta(days=self.days)

    def document(self, today: date) -> dict[str, Any]:
        """Return it as JSON; raises `InvalidInputError` where nobody has been told yet."""
        if self.told > today:
            raise InvalidInputError(f"the makers were told on `{self.told}`, a day to come")
        return {
            "told": self.told.isoformat(),
            "days": self.days,
            "public_from": self.public_from.isoformat(),
            "public": today >= self.public_from,
        }


def difference(before: Bounded, now: Bounded) -> Bounded:
    """Return how much higher the rate is `now`, with its 95 % interval, from two samples of different faces.

    The interval is made of each rate's own (MOVER: Zou and Donner 2008, doi:10.1002/sim.3095); of
    Wilson's it is method 10 of Newcombe, Statistics in Medicine 17 (1998), 873 to 890.
    """
    change = now.rate - before.rate
    below = math.hypot(now.rate - now.lower, before.upper - before.rate)
    above = math.hypot(now.upper - now.rate, before.rate - before.lower)
    return Bounded(change, max(-1.0, change - below), min(1.0, change + above))


def shown(change: Bounded) -> Shown:
    """Return what the interval shows: something only where it does not hold zero."""
    if change.upper < 0.0:
        return Shown.FEWER
    return Shown.MORE if change.lower > 0.0 else Shown.NOTHING


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Return what changed in each group between two documents of error rates, and in the gap between groups.

    Raises `InvalidInputError` where they have no group in common.
    """
    earlier, later = before["groups"], now["groups"]
    common = sorted(earlier.keys() & later.keys())
    if not common:
        raise InvalidInputError("the earlier table has none of these groups")
    return {
        "groups": {name: _change(earlier[name], later[name]) for name in common},
        "only_before": sorted(earlier.keys() - later.keys()),
        "only_now": sorted(later.keys() - earlier.keys()),
        "error_gap_before": before["error_gap"],
        "error_gap": now["error_gap"],
    }


def _change(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    told = {"before": before["error"], "now": now["error"]}
    if before["error"] is None or now["error"] is None:
        return {**told, "change": None, "change_interval": None, "shown": Shown.NOTHING.value}
    change = difference(
        Bounded(before["error"], *before["error_interval"]), Bounded(now["error"], *now["error_interval"])
    )
    return {
        **told,
        "change": change.rate,
        "change_interval": [change.lower, change.upper],
        "shown": shown(change).value,
    }
