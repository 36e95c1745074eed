"""The only thing that re-opens a refusal: a decision of named people, on the record.

There is no setting, flag or instrument that does it. "Until a national law grounded in human
rights is in place" is judged by two or more officers who cite the law and answer every point
of the human-rights checklist; a law in force does not flip the condition by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from countenance.errors import InvalidInputError

OFFICERS = 2
"""Fewest different officers who decide together."""


class HumanRightsPoint(StrEnum):
    """What the cited law must provide, each point answered yes by the officers."""

    WARRANT = "warrant"
    ACCURACY_AND_BIAS_TESTING = "accuracy_and_bias_testing"
    NOTICE = "notice"
    HUMAN_REVIEW = "human_review"
    REDRESS = "redress"
    TRANSPARENCY = "transparency"
    NO_ONGOING_SURVEILLANCE_WITHOUT_ORDER = "no_ongoing_surveillance_without_order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopening:
    """A recorded decision that one rule no longer refuses, from `decided` until `expires` (excluded).

    `rule` is the rule's id (`house.us-police`), `officers` the names of those who decided,
    `citation` the law they rely on, `answered` the points that they found to be met. Raises
    `InvalidInputError` where people, citation, points or term are missing: a record that
    does not say all of it re-opens nothing.
    """

    rule: str
    officers: tuple[str, ...]
    citation: str
    answered: frozenset[HumanRightsPoint]
    decided: date
    expires: date

    def __post_init__(self) -> None:
        named = {" ".join(name.split()).casefold() for name in self.officers} - {""}
        if len(named) < OFFICERS:
            raise InvalidInputError(f"re-opening `{self.rule}` takes {OFFICERS} different named officers")
        if not self.citation.strip():
            raise InvalidInputError(f"re-opening `{self.rule}` takes a citation of the law relied on")
        missing = sorted(set(HumanRightsPoint) - self.answered)
        if missing:
            raise InvalidInputError(f"re-opening `{self.rule}` leaves `{missing[0].value}` unanswered")
        if self.expires <= self.decided:
            raise InvalidInputError(f"re-opening `{self.rule}` ends before it begins")

    def in_force(self, day: date) -> bool:
        """Tell whether the decision holds on `day`."""
        return self.decided <= day < self.expires


def reopened_on(day: date, reopenings: Iterable[Reopening]) -> frozenset[str]:
    """Return the ids of the rules that are re-opened on `day`."""
    return frozenset(reopening.rule for reopening in reopenings if reopening.in_force(day))
