"""A report held against a lease's caps, figure by figure, as people are shown it.

The gate itself compares with the clauses of `policy/gate/lease.cedar`; a test holds the two against
each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from countenance.policy.evidence import FairnessCaps, GalleryBasis, ReportFacts


class CapStanding(StrEnum):
    """Whether a report shows that a cap holds: an upper bound above it shows neither yes nor no."""

    HOLDS = "holds"
    NOT_SHOWN = "not shown"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAgainst:
    """One figure of a report, the limit that the lease sets, and what is shown."""

    name: str
    found: int | None
    limit: int
    standing: CapStanding


def held_against(caps: FairnessCaps, report: ReportFacts, on: date) -> tuple[HeldAgainst, ...]:
    """Return each limit that `caps` name with what `report` shows of it on a day."""
    age = (on - report.measured).days
    rows = [
        _at_most("age_days", age if age >= 0 else None, caps.max_age_days),
        _at_least("subjects", report.subjects, caps.min_subjects),
    ]
    rows += [
        _at_most(name, getattr(report, name), limit)
        for name in ("fmr_ppb", "fnmr_ppb", "fte_ppb", "ratio_ppb")
        if (limit := getattr(caps, name)) is not None
    ]
    if caps.fpir_ppb is not None and report.gallery_by is GalleryBasis.MEASURED:
        rows.append(_at_most("fpir_ppb", report.fpir_ppb, caps.fpir_ppb))
    return tuple(rows)


def _at_most(name: str, found: int | None, limit: int) -> HeldAgainst:
    return _row(name, found, limit, holds=found is not None and found <= limit)


def _at_least(name: str, found: int | None, limit: int) -> HeldAgainst:
    return _row(name, found, limit, holds=found is not None and found >= limit)


def _row(name: str, found: int | None, limit: int, *, holds: bool) -> HeldAgainst:
    missing = CapStanding.NOT_MEASURED if found is None else CapStanding.NOT_SHOWN
    return HeldAgainst(name=name, found=found, limit=limit, standing=CapStanding.HOLDS if holds else missing)
