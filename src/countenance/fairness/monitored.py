"""What is watched of live outcomes, gallery by gallery, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from countenance.fairness.sequential import Stream


class Measure(StrEnum):
    """Rates that must not rise: none of them says who was right, all of them say that something changed."""

    NO_MATCH = "no_match"
    NOT_ACQUIRED = "not_acquired"
    LOW_SCORE = "low_score"
    OVERRIDDEN = "overridden"
    APPEALED = "appealed"
    OVERTURNED = "overturned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One measure of one gallery; `under` names the terms under which its normal rate was learned."""

    gallery_id: str
    measure: Measure
    under: str
    stream: Stream = field(default_factory=Stream)


class Monitored(Protocol):
    """What is watched, and how far along the ledger. Writes are durable with the unit of work."""

    def followed(self) -> int:
        """Return the number of ledger entries that were looked at."""
        ...

    def follow(self, count: int) -> None:
        """Say that `count` entries were looked at."""
        ...

    def put(self, watched: Watched) -> None:
        """Store what is watched, replacing that of the same gallery and measure."""
        ...

    def get(self, gallery_id: str, measure: Measure) -> Watched | None:
        """Return what is watched of one measure, or None."""
        ...

    def all(self) -> tuple[Watched, ...]:
        """Return all that is watched, ordered by gallery, then measure."""
        ...
