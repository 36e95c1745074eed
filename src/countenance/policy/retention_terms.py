"""How long laws let biometrics be kept: the numbers behind the duties of the register.

The register says whom a law binds, where and from when; here stands only what is counted, and a
test holds the two together. A law without a number of its own has no row here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

from countenance.policy.model import CustomerKind, Jurisdiction
from countenance.policy.places import enclosing
from countenance.policy.register import Law, shipped_register

_FEBRUARY: Final = 2
_LEAP_DAY: Final = 29


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionTerm:
    """How long a law lets a reference be kept.

    `after_purpose` from the day on which the purpose was satisfied, `after_interaction` in whole
    calendar years from the subject's last contact; None where the law does not count so.
    """

    law: str
    citation: str
    after_purpose: timedelta | None
    purpose_text: str = ""
    after_interaction: int | None = None
    interaction_text: str = ""

    def last_day(self, last: datetime) -> datetime:
        """Return the same moment so many years on; 29 February becomes the 28th, never a day more."""
        if self.after_interaction is None:
            raise ValueError(f"`{self.law}` does not count from the last interaction")
        day = _LEAP_DAY - 1 if (last.month, last.day) == (_FEBRUARY, _LEAP_DAY) else last.day
        return last.replace(year=last.year + self.after_interaction, day=day)


TERMS: Final = (
    RetentionTerm(
        law="us-il-bipa",
        citation="740 ILCS 14/15(a)",
        after_purpose=timedelta(0),
        purpose_text="Illinois: destroyed when the purpose of collection is satisfied.",
        after_interaction=3,
        interaction_text="Illinois: destroyed within three years of the subject's last interaction.",
    ),
    RetentionTerm(
        law="us-tx-cubi",
        citation="Tex. Bus. & Com. Code s. 503.001(c)(3)",
        after_purpose=timedelta(days=365),
        purpose_text="Texas: destroyed within a year of the day on which the purpose expires.",
    ),
    RetentionTerm(
        law="eu-gdpr-9",
        citation="Regulation (EU) 2016/679 Art. 5(1)(e)",
        after_purpose=timedelta(0),
        purpose_text="European Union: kept no longer than the purpose needs it.",
    ),
)
"""One row a law, in the order of the register."""


def terms_for(
    kinds: Iterable[CustomerKind], places: Iterable[Jurisdiction], day: date
) -> tuple[RetentionTerm, ...]:
    """Return the terms that bind such customers in such places on `day`, as the register says."""
    where, who = enclosing(frozenset(places)), frozenset(kinds)
    laws = _laws()
    return tuple(
        term
        for term in TERMS
        if (law := laws.get(term.law)) is not None
        and law.in_force(day)
        and law.jurisdiction in where
        and any(not clause.scope.kinds or clause.scope.kinds & who for clause in law.clauses)
    )


@cache
def _laws() -> dict[str, Law]:
    return {law.id: law for law in shipped_register().laws}
