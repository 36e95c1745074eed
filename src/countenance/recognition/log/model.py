"""What is told of the rules to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class ComingNotice:
    """What a customer was told of a day on which rules turn and touch a lease.

    The counts are those of `countenance.policy.calendar.Touched`, of `uses` asked about, as they were
    when it was `told`; `rules` are those that make the difference.
    """

    lease: str
    customer: str
    day: date
    uses: int
    refused: int
    permitted: int
    otherwise: int
    rules: tuple[str, ...]
    told: datetime

    @property
    def mark(self) -> str:
        """Return what tells changes of one lease and day apart: the SHA-256 (hex) of the rules' names."""
        return sha256("\n".join(self.rules).encode()).hexdigest()
