"""What a lease asks of fairness evidence, and what evidence stands behind an act.

All rates are integers, in parts per billion, since the gate compares exactly. Judged are upper
bounds of the worst group, at 95 % for all groups at once: never an average.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Final

from countenance.errors import InvalidInputError

BILLION: Final = 1_000_000_000
LONGEST_AGE: Final = 1_096
"""Days after which no report speaks for a system that is in use."""

REPORT_CLAUSE: Final = "evidence.report"
"""The gate's clause that refuses where no report speaks for what would be compared."""

LARGEST_RATIO: Final = 2**53 - 1
"""The largest ratio, in parts per billion, that every reader of JSON can read."""


class KindOfUse(StrEnum):
    """What a report speaks for: claims about one subject, or searches among many."""

    ONE_TO_ONE = "one_to_one"
    ONE_TO_MANY = "one_to_many"


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessCaps:
    """The highest figures that a lease allows, each of the worst group's upper bound, in parts per billion.

    `ratio_ppb` limits the largest FMR over the geometric mean (at least a billion, which is 1),
    `fpir_ppb` the false positive identification rate that the FMR is projected to for the
    gallery's size. None names no cap; one at least is named. A report is fresh for `max_age_days`
    days and counts from `min_subjects` subjects in the smallest group on. Raises
    `InvalidInputError`.
    """

    max_age_days: int
    min_subjects: int
    fmr_ppb: int | None = None
    fnmr_ppb: int | None = None
    fte_ppb: int | None = None
    ratio_ppb: int | None = None
    fpir_ppb: int | None = None

    def __post_init__(self) -> None:
        rates = {name: getattr(self, name) for name in ("fmr_ppb", "fnmr_ppb", "fte_ppb", "fpir_ppb")}
        for name, cap in rates.items():
            if cap is not None and not 0 < cap < BILLION:
                raise InvalidInputError(
                    f"`{name}` is a rate in parts per billion, above 0 and below a billion"
                )
        if self.ratio_ppb is not None and not BILLION <= self.ratio_ppb <= LARGEST_RATIO:
            raise InvalidInputError("`ratio_ppb` is a ratio of at least 1, which is a billion")
        if all(cap is None for cap in (*rates.values(), self.ratio_ppb)):
            raise InvalidInputError("caps name at least one figure that is limited")
        if not 1 <= self.max_age_days <= LONGEST_AGE:
            raise InvalidInputError(f"`max_age_days` is a number of days from 1 to {LONGEST_AGE}")
        if not 1 <= self.min_subjects <= BILLION:
            raise InvalidInputError("`min_subjects` is a number of subjects, at least 1")


def strictest_caps(*said: FairnessCaps | None) -> FairnessCaps | None:
    """Return caps under which nothing passes that any of these would refuse; None where nobody named any."""
    named = [one for one in said if one is not None]
    if not named:
        return None
    limits: dict[str, int | None] = {}
    for one in fields(FairnessCaps):
        values = [value for caps in named if (value := getattr(caps, one.name)) is not None]
        choose = max if one.name == "min_subjects" else min
        limits[one.name] = choose(values) if values else None
    return FairnessCaps(**limits)  # type: ignore[arg-type]  # the two that must be there are in each


class GalleryBasis(StrEnum):
    """By what the size of a gallery was bounded: searches that were made, or a projection from FMR."""

    MEASURED = "measured"
    PROJECTED = "projected"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """A registered report as the gate sees it; a figure that was not measured is None, and passes no cap.

    `digest` is the report's SHA-256 (hex), `threshold_ppb` the score at which it was measured.
    `fpir_ppb` was measured by searches of a gallery of `fpir_subjects` subjects. `gallery_limit` is the
    most subjects for which the lease's cap of FPIR holds, and `gallery_by` whether by those searches
    or by projection from FMR; None where the lease names no such cap or nothing is known.
    """

    digest: str
    measured: date
    model_digest: str
    threshold_ppb: int
    uses: frozenset[KindOfUse]
    subjects: int | None = None
    fmr_ppb: int | None = None
    fnmr_ppb: int | None = None
    fte_ppb: int | None = None
    ratio_ppb: int | None = None
    fpir_ppb: int | None = None
    fpir_subjects: int | None = None
    gallery_limit: int | None = None
    gallery_by: GalleryBasis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFacts:
    """What evidence is asked for, and the newest report that speaks for it, if there is one.

    `model_digest` and `threshold_ppb` are what the act would compare with; None where they are
    not known, for which no report can speak.
    """

    use: KindOfUse
    model_digest: str | None
    threshold_ppb: int | None
    report: ReportFacts | None = None
