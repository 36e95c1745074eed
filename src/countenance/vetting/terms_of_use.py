"""The terms of use: versioned texts that come with the program, accepted for each lease.

A newer version asks again. From its grace date on, the gate refuses what is asked under a
lease that accepted an older one only, and says how to accept.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib.resources import files

from countenance.policy.model import LeaseTerms
from countenance.vetting.model import Lease


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsOfUse:
    """One version of the terms. `digest` is the SHA-256 (hex) of the text.

    From `binding` on, acts under leases that accepted an older version only are refused; None
    for the first version, which is accepted before a lease exists.
    """

    version: str
    published: datetime
    binding: datetime | None
    summary: str
    text: str

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the text in UTF-8, in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


Published = Callable[[], tuple[TermsOfUse, ...]]
"""Returns every version, the oldest first; never empty."""


@cache
def shipped_terms() -> tuple[TermsOfUse, ...]:
    """Return the versions that come with the program, the oldest first."""
    folder = files("countenance.vetting") / "terms"
    index = tomllib.loads((folder / "versions.toml").read_text("utf-8"))
    return tuple(
        TermsOfUse(
            version=row["version"],
            published=row["published"],
            binding=row.get("binding"),
            summary=row["summary"],
            text=(folder / f"{row['version']}.md").read_text("utf-8"),
        )
        for row in index["terms"]
    )


def current_terms(published: Iterable[TermsOfUse]) -> TermsOfUse:
    """Return the newest version."""
    return tuple(published)[-1]


def accepted_until(accepted: str, published: Iterable[TermsOfUse]) -> datetime | None:
    """Return the moment from which `accepted` is not enough any more, or None where it still is.

    A version that is not among those published is as good as none: the first grace date counts,
    and where there is none the beginning of time.
    """
    versions = tuple(published)
    known = [terms.version for terms in versions]
    newer = versions[known.index(accepted) + 1 :] if accepted in known else versions
    if not newer:
        return None
    dates = [terms.binding if terms.binding is not None else terms.published for terms in newer]
    return min(dates)


def bound_terms(lease: Lease, published: Iterable[TermsOfUse], at: datetime) -> LeaseTerms:
    """Return the lease's terms as the gate is to see them at a moment: with what has fallen due since."""
    until = accepted_until(lease.terms_of_use, published)
    due = until is not None and until <= at
    again = lease.reverify is not None and lease.reverify <= at
    if (due, again) == (lease.terms.terms_due, lease.terms.reverification_due):
        return lease.terms
    return replace(lease.terms, terms_due=due, reverification_due=again)
