"""What a machine says of a factor, and what it was told to say it from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from countenance.policy.model import Act, Purpose
from countenance.policy.schema import RECOGNITION, SEARCH
from countenance.vetting.dossier import Factor
from countenance.vetting.factor_texts import FACTORS, FactorText
from countenance.vetting.foresight import Foreseen
from countenance.vetting.model import Customer
from countenance.vetting.use import Use

CONSEQUENTIAL: Final = frozenset(
    {
        Purpose.MISSING_PERSONS,
        Purpose.MISSING_CHILDREN,
        Purpose.TRAFFICKING_VICTIMS,
        Purpose.HUMANITARIAN_AID,
        Purpose.EMERGENCY_LIFE,
        Purpose.CRIMINAL_INVESTIGATION,
        Purpose.APPREHENDED_SUSPECT,
        Purpose.BORDER,
    }
)
"""Purposes of which nobody can say that nothing hangs on them; the gate's duties name the same."""


class Finding(StrEnum):
    """What was found. The first four stand in the way of submitting and of approving."""

    MISSING = "missing"
    STALE = "stale"
    CONTRADICTORY = "contradictory"
    PROHIBITED = "prohibited"
    FOR_PEOPLE = "for_people"
    SATISFIED = "satisfied"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorFinding:
    """One thing found of one factor. `field` is where in the application it can be put right, if anywhere."""

    factor: Factor
    kind: Finding
    field: str
    text: str

    @property
    def blocks(self) -> bool:
        """Tell whether the application cannot go on like this."""
        return self.kind not in {Finding.FOR_PEOPLE, Finding.SATISFIED}

    @property
    def about(self) -> FactorText:
        """Return the factor in words: why it matters, and which principle asks for it."""
        return FACTORS[self.factor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What is assessed: the use, whose it is, the files on record (digests), the day, the terms in force.

    `foreseen` is the dry run of the gate; empty where there was none.
    """

    customer: Customer
    use: Use
    evidence: frozenset[str]
    on: datetime
    terms_of_use: str
    foreseen: tuple[Foreseen, ...] = ()

    @property
    def recognises(self) -> bool:
        """Tell whether templates would be made or compared."""
        return bool(self.use.acts & RECOGNITION)

    @property
    def searches(self) -> bool:
        """Tell whether one would be compared with many."""
        return bool(self.use.acts & SEARCH)

    @property
    def enrols(self) -> bool:
        """Tell whether references would be stored."""
        return Act.ENROL in self.use.acts

    def older_than(self, moment: datetime, days: int) -> bool:
        """Tell whether a moment lies more than so many days back."""
        return self.on - moment > timedelta(days=days)

    def lacks(self, digest: str) -> bool:
        """Tell whether a file is not named, or named and not on record."""
        return digest not in self.evidence


def finding(factor: Factor, kind: Finding, field: str, text: str) -> FactorFinding:
    """Return a finding."""
    return FactorFinding(factor=factor, kind=kind, field=field, text=text)
