"""Conditions of vendors and of the house, such as "until a national law": met, and un-met, by named officers.

A proposal names the rule, the law relied on, and how each point of the human-rights checklist
is answered. It holds once a second officer, a different person, has confirmed it; it stops
holding in the same way. Every step is on the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from countenance.policy.reopening import HumanRightsPoint, Reopening
from countenance.vetting.model import PersonId

ConditionDecisionId = NewType("ConditionDecisionId", str)


class ConditionState(StrEnum):
    """Where a decision about a condition stands."""

    PROPOSED = "proposed"
    MET = "met"
    UNMEETING = "unmeeting"
    UNMET = "unmet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """Who decides: the person, and the name under which they answer for it."""

    person: PersonId
    name: str
    at: datetime
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistAnswer:
    """How the cited law provides for one point of the checklist, in words."""

    point: HumanRightsPoint
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionDecision:
    """A rule that officers declare met, from the last confirmation until `expires` or until it is un-met.

    `met_by` and `unmet_by` are the officers in the order in which they spoke; two different
    persons make each step hold.
    """

    id: ConditionDecisionId
    rule: str
    citation: str
    answers: tuple[ChecklistAnswer, ...]
    expires: date
    state: ConditionState
    met_by: tuple[Officer, ...]
    unmet_by: tuple[Officer, ...] = ()
    met: datetime | None = None
    unmet: datetime | None = None

    def reopening(self, at: datetime) -> Reopening | None:
        """Return what the gate is to know of it at a moment, None while it is not met."""
        if self.met is None or at < self.met or (self.unmet is not None and self.unmet <= at):
            return None
        return Reopening(
            rule=self.rule,
            officers=tuple(officer.name for officer in self.met_by),
            citation=self.citation,
            answered=frozenset(answer.point for answer in self.answers),
            decided=self.met.date(),
            expires=self.expires,
        )
