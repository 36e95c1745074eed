"""Error rates by group as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from countenance.biometrics.projection import LARGEST_GALLERY
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
    FTE = "fte"
    FPIR = "fpir"


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
    """One group's mated and non-mated trials, its images and its subjects.

    The errors of `images` are those that gave no template, those of `subjects` are subjects
    none of whose images did.
    """

    mated: Tally
    non_mated: Tally
    images: Tally = NO_TRIALS
    subjects: Tally = NO_TRIALS


@dataclass(frozen=True, slots=True)
class GroupRates:
    """One group's rates at the threshold.

    `far` = FMR (1 - FTA) and `frr` = FTA + FNMR (1 - FTA) carry failures to acquire, ISO/IEC
    19795-1; where images were not counted they carry comparisons that could not be made. `gfar`
    and `gfrr` carry failures to enrol as well, where subjects were counted.
    """

    fmr: Rate
    fnmr: Rate
    fta: Rate
    fte: Rate
    far: float | None
    frr: float | None

    @property
    def gfar(self) -> float | None:
        """Return (1 - FTE) FAR, the generalised false accept rate."""
        return None if self.far is None or self.fte.rate is None else (1.0 - self.fte.rate) * self.far

    @property
    def gfrr(self) -> float | None:
        """Return FTE + (1 - FTE) FRR, the generalised false reject rate."""
        fte = self.fte.rate
        return None if self.frr is None or fte is None else fte + (1.0 - fte) * self.frr


@dataclass(frozen=True, slots=True)
class Caps:
    """The highest rates that are allowed, each 0 to 1 and `ratio` above 1; None names no cap.

    `fpir` is one at a gallery of `gallery_size` references, and both are named or neither. A group
    of fewer than `min_subjects` subjects never passes. Raises `InvalidInputError`.
    """

    fmr: float | None = None
    fnmr: float | None = None
    ratio: float | None = None
    fta: float | None = None
    fte: float | None = None
    fpir: float | None = None
    gallery_size: int | None = None
    min_subjects: int = 0

    def __post_init__(self) -> None:
        for kind in (Cap.FMR, Cap.FNMR, Cap.FTA, Cap.FTE, Cap.FPIR):
            cap = self.of(kind)
            if cap is not None and not 0.0 < cap < 1.0:
                raise InvalidInputError(f"`{cap}` is no cap of {kind.value.upper()} between 0 and 1")
        if (self.fpir is None) != (self.gallery_size is None):
            raise InvalidInputError("a cap of FPIR and the size of the gallery are named together")
        if self.gallery_size is not None and not 0 < self.gallery_size <= LARGEST_GALLERY:
            raise InvalidInputError(f"`{self.gallery_size}` is no size of a gallery")
        if self.ratio is not None and not 1.0 < self.ratio < float("inf"):
            raise InvalidInputError(f"`{self.ratio}` is no ratio above 1")
        if self.min_subjects < 0:
            raise InvalidInputError(f"`{self.min_subjects}` is no number of subjects")

    def of(self, cap: Cap) -> float | None:
        """Return the limit of one cap."""
        return {
            Cap.FMR: self.fmr,
            Cap.FNMR: self.fnmr,
            Cap.RATIO: self.ratio,
            Cap.FTA: self.fta,
            Cap.FTE: self.fte,
            Cap.FPIR: self.fpir,
        }[cap]

    def document(self) -> dict[str, float | int | None]:
        """Return the caps as values for JSON, by the names that verdicts have."""
        named: dict[str, float | int | None] = {cap.value: self.of(cap) for cap in Cap}
        return {**named, "gallery_size": self.gallery_size, "min_subjects": self.min_subjects}


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
