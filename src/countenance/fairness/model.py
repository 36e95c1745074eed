"""Error rates by group as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from countenance.errors import InvalidInputError

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


class Direction(StrEnum):
    """What a higher score means: that two images show the same subject, or different ones."""

    SAME = "same"
    DIFFERENT = "different"

    def accepts(self, scores: Floats, threshold: float) -> npt.NDArray[np.bool_]:
        """Tell which scores count as a match: a score equal to the threshold does, either way."""
        return scores >= threshold if self is Direction.SAME else scores <= threshold


class Verdict(StrEnum):
    """What a measurement says of a cap. `no_cap` judges nothing: none was named."""

    PASS = "pass"  # noqa: S105  a verdict, not a password
    FAIL = "fail"
    INSUFFICIENT = "insufficient evidence"
    NO_CAP = "no cap named"


class Cap(StrEnum):
    """What a cap limits."""

    FMR = "fmr"
    FNMR = "fnmr"
    RATIO = "fmr_max_geomean"
    FTA = "fta"


@dataclass(frozen=True, slots=True, eq=False)
class BySubject:
    """Errors and trials of each of s subjects, a trial counted for each of its subjects.

    `shared` is what trials contribute that two subjects share: the sum over pairs of subjects
    of (errors - rate x trials) squared, 0 where each trial has one subject.
    """

    errors: Floats
    trials: Floats
    shared: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Errors among the trials of one kind in one group.

    `failures` counts comparisons that could not be made since an image gave no template; they
    are not among `trials`. `by_subject` is None where nobody said whose images they are.
    """

    errors: int
    trials: int
    failures: int = 0
    by_subject: BySubject | None = None

    @property
    def rate(self) -> float | None:
        """Return the share of errors, 0 to 1; None without trials."""
        return self.errors / self.trials if self.trials else None

    @property
    def subjects(self) -> int | None:
        """Return how many subjects took part; None where that is not known."""
        return None if self.by_subject is None else int(np.count_nonzero(self.by_subject.trials))


NO_TRIALS = Tally(0, 0)


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate with its 95 % interval, all 0 to 1, or None without trials.

    `worst_upper` is the upper bound that holds for all groups at once, which is what a claim
    about the worst group needs. `effective` is the number of independent trials that would
    give an interval as wide.
    """

    errors: int
    trials: int
    subjects: int | None
    rate: float | None
    lower: float | None
    upper: float | None
    worst_upper: float | None
    effective: float


@dataclass(frozen=True, slots=True, eq=False)
class GroupTrials:
    """One group's mated and non-mated trials, and how many of its images gave no template."""

    mated: Tally
    non_mated: Tally
    images: int = 0
    not_acquired: int = 0
    subjects: int | None = None
    not_enrolled: int = 0


@dataclass(frozen=True, slots=True)
class GroupRates:
    """One group's rates at the threshold.

    `far` = FMR (1 - FTA) and `frr` = FTA + FNMR (1 - FTA) carry failures to acquire, ISO/IEC
    19795-1; where images were not counted they carry comparisons that could not be made.
    """

    fmr: Rate
    fnmr: Rate
    fta: Rate
    fte: Rate
    far: float | None
    frr: float | None


@dataclass(frozen=True, slots=True)
class Caps:
    """The highest rates that are allowed, each 0 to 1 and `ratio` at least 1; None names no cap.

    A group of fewer than `min_subjects` subjects never passes. Raises `InvalidInputError`.
    """

    fmr: float | None = None
    fnmr: float | None = None
    ratio: float | None = None
    fta: float | None = None
    min_subjects: int = 0

    def __post_init__(self) -> None:
        for name, cap in (("FMR", self.fmr), ("FNMR", self.fnmr), ("FTA", self.fta)):
            if cap is not None and not 0.0 < cap < 1.0:
                raise InvalidInputError(f"`{cap}` is no cap of {name} between 0 and 1")
        if self.ratio is not None and not 1.0 < self.ratio < float("inf"):
            raise InvalidInputError(f"`{self.ratio}` is no ratio above 1")
        if self.min_subjects < 0:
            raise InvalidInputError(f"`{self.min_subjects}` is no number of subjects")

    def of(self, cap: Cap) -> float | None:
        """Return the limit of one cap."""
        return {Cap.FMR: self.fmr, Cap.FNMR: self.fnmr, Cap.RATIO: self.ratio, Cap.FTA: self.fta}[cap]


@dataclass(frozen=True, slots=True)
class GroupVerdict:
    """What is said of one group and one cap, and on what grounds."""

    verdict: Verdict
    lower: float | None
    upper: float | None
    why: str


@dataclass(frozen=True, slots=True)
class CapVerdict:
    """What is said of one cap: the worst of what is said of the groups."""

    cap: Cap
    limit: float | None
    verdict: Verdict
    groups: tuple[tuple[str, GroupVerdict], ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """Measures over the groups of one partition at one threshold; None where undefined.

    `ratio_lower` and `ratio_upper` are the 95 % interval of `fmr_max_geomean`.
    `estimated` names the measures for which a rate without errors was replaced by
    (k + 1/2) / (n + 1), and `undefined` says why a measure is missing.
    """

    fmr_max_min: float | None
    fnmr_max_min: float | None
    fmr_max_geomean: float | None
    fnmr_max_geomean: float | None
    ratio_lower: float | None
    ratio_upper: float | None
    ir: float | None
    garbe: float | None
    fdr: float | None
    gini_fmr: float | None
    gini_fnmr: float | None
    estimated: tuple[str, ...]
    undefined: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything that is said of one partition into groups at one threshold."""

    threshold: float
    direction: Direction
    groups: tuple[tuple[str, GroupRates], ...]
    summary: Summary
    verdicts: tuple[CapVerdict, ...]
