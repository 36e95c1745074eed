"""How judging is arranged: what an operator can set, with what the house begins from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class OversightRules:
    """How examiners work.

    `fillers` known non-mates are mixed into each list. `known_share` of a hundred lists given out
    have a known answer, `empty_share` of a hundred of those hold no mate. An examiner looks at each
    candidate for `least_seconds` and concludes `most_in_shift` lists within `shift` at most. A case
    nobody has judged within `hold` is closed, a lead ends after `lead`. Whoever errs more often than
    `false_positives` or `false_negatives` of a thousand, beyond what chance explains, is suspended;
    `least_known` lists with known answers must be concluded before a real one is given out.
    """

    fillers: int = 3
    known_share: int = 10
    empty_share: int = 30
    least_seconds: int = 20
    most_in_shift: int = 60
    shift: timedelta = timedelta(hours=8)
    hold: timedelta = timedelta(days=14)
    lead: timedelta = timedelta(days=30)
    false_positives: int = 100
    false_negatives: int = 300
    least_known: int = 0

    def least_time(self, candidates: int) -> timedelta:
        """Return how long a list of so many candidates takes at least."""
        return timedelta(seconds=self.least_seconds * candidates)
