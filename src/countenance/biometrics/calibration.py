"""Calibration records: what scores stand for, measured; the only source of thresholds."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from countenance.biometrics.faces import FaceChoice
from countenance.biometrics.model import ComparisonScore, ErrorRate, Pipeline, Threshold
from countenance.errors import CalibrationError, InvalidInputError

FALSE_MATCHES_NEEDED = 30
"""The rule of 30: with 30 errors observed in independent trials the true rate lies within 30 % of
the measured one with 90 % confidence (Doddington et al. 2000; ISO/IEC 19795-1, annex on test size)."""


@dataclass(frozen=True, slots=True)
class CalibrationRow:
    """The error rates that were measured at one threshold; scores equal to it count as matches."""

    score: ComparisonScore
    fmr: ErrorRate
    fnmr: ErrorRate
    false_matches: int

    @property
    def supported(self) -> bool:
        """Tell whether enough false matches were observed for the FMR to be relied on."""
        return self.false_matches >= FALSE_MATCHES_NEEDED


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """The photographs behind a record, in figures: never a name, a path or an image.

    `digest` is the SHA-256 (hex) over the pairs and the digest of each image. `remarks`
    say what the figures must not be used to claim.
    """

    name: str
    digest: str
    images: int
    subjects: int
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Share of right answers over the listed pairs, 0 to 1, each fold judged at the others' best threshold.

    `std` is the standard deviation over the folds. A pair that could not be compared counts
    as a wrong answer.
    """

    mean: float
    std: float
    folds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialCounts:
    """How many comparisons stand behind the rates.

    `cross` says that the non-mated trials are all pairs of images of different subjects
    rather than those listed. `lost` listed pairs had an image without a face; `not_acquired`
    counts such images by the code of what went wrong.
    """

    mated: int
    non_mated: int
    cross: bool
    lost: int
    not_acquired: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What one run of a pipeline over a data set measured.

    `rows` are ordered by ascending score. `eer` is the rate at which FMR and FNMR meet, None
    where that lies outside of what was kept of the scores. Raises `CalibrationError` for
    figures that contradict each other.
    """

    pipeline: Pipeline
    data_set: DataSet
    made_on: date
    face: FaceChoice
    trials: TrialCounts
    accuracy: Accuracy
    eer: float | None
    rows: tuple[CalibrationRow, ...]

    def __post_init__(self) -> None:
        if not self.rows:
            raise CalibrationError("the calibration record has no rows")
        for row in self.rows:
            _check_row(row, self.trials)
        for lower, upper in pairwise(self.rows):
            rates_fall = lower.fmr.rate >= upper.fmr.rate and lower.fnmr.rate <= upper.fnmr.rate
            if not (lower.score < upper.score and rates_fall):
                raise CalibrationError(f"the calibration record's rows contradict at score `{upper.score}`")


class RateBound(StrEnum):
    """How a rate relates to the FMR that a score stands for."""

    AT_MOST = "at_most"
    BELOW = "below"
    ABOVE = "above"


@dataclass(frozen=True, slots=True)
class RateAt:
    """The FMR of a threshold put at some score: `bound` of `rate`.

    `at_most`: that of the row at or below the score. `below`: the score lies beyond the last
    row that the trials support, so that no more can be claimed. `above`: it lies before the
    first row.
    """

    rate: ErrorRate
    bound: RateBound


@dataclass(frozen=True, slots=True)
class CalibrationRecord:
    """A calibration under its own digest. Made by `calibration_file`, which checks the digest."""

    id: str
    calibration: Calibration

    def require(self, pipeline: Pipeline) -> None:
        """Raise `CalibrationError` unless the record was made with `pipeline`."""
        if self.calibration.pipeline != pipeline:
            raise CalibrationError(
                f"the calibration record `{self.id[:12]}` was made with another model or pipeline"
                f" (version `{self.calibration.pipeline.version}` instead of `{pipeline.version}`)"
            )

    def threshold_for(self, fmr: float) -> Threshold:
        """Return the lowest threshold whose measured FMR is at most `fmr` (between 0 and 1, excluded).

        The measured rate decides, and the threshold carries its interval: who needs the
        upper bound to stay below a limit asks for a lower rate. Raises `CalibrationError`
        where fewer than 30 false matches were observed at that threshold: the record then
        has too few trials to say so small a rate.
        """
        if not 0.0 < fmr < 1.0:
            raise InvalidInputError(f"`{fmr}` is not a false match rate between 0 and 1")
        row = next((row for row in self.calibration.rows if row.fmr.rate <= fmr), None)
        if row is None or not row.supported:
            raise CalibrationError(
                f"the calibration record `{self.id[:12]}` supports no threshold for a false match rate of"
                f" `{fmr:g}`: {self._lowest()}"
            )
        return Threshold(
            score=row.score,
            fmr=row.fmr,
            fnmr=row.fnmr,
            calibration_id=self.id,
            pipeline=self.calibration.pipeline,
        )

    def fmr_at(self, score: ComparisonScore) -> RateAt:
        """Return the FMR that `score` stands for; raises `CalibrationError` if no row is supported."""
        supported = self._supported()
        if not supported:
            raise CalibrationError(f"the calibration record `{self.id[:12]}`: {self._lowest()}")
        if score < supported[0].score:
            return RateAt(supported[0].fmr, RateBound.ABOVE)
        reached = max((row for row in supported if row.score <= score), key=lambda row: row.score)
        beyond = reached is supported[-1] and score > reached.score
        return RateAt(reached.fmr, RateBound.BELOW if beyond else RateBound.AT_MOST)

    def _supported(self) -> list[CalibrationRow]:
        return [row for row in self.calibration.rows if row.supported]

    def _lowest(self) -> str:
        supported, trials = self._supported(), self.calibration.trials.non_mated
        if not supported:
            return f"its {trials} non-mated trials support none"
        return f"its {trials} non-mated trials support none below `{supported[-1].fmr.rate:.3g}`"


def record_for(records: Iterable[CalibrationRecord], pipeline: Pipeline) -> CalibrationRecord:
    """Return the newest of `records` that was made with `pipeline`, or raise `CalibrationError`."""
    fitting = [record for record in records if record.calibration.pipeline == pipeline]
    if not fitting:
        raise CalibrationError(
            f"no calibration record for pipeline version `{pipeline.version}` of model"
            f" `{pipeline.model_digest[:12]}`: make one with `countenance calibrate`"
        )
    return max(fitting, key=lambda record: (record.calibration.made_on, record.id))


def _check_row(row: CalibrationRow, trials: TrialCounts) -> None:
    proportions = all(
        0.0 <= rate.lower <= rate.rate <= rate.upper <= 1.0 and rate.trials > 0
        for rate in (row.fmr, row.fnmr)
    )
    counted = math.isclose(row.fmr.rate * row.fmr.trials, row.false_matches, rel_tol=1e-6, abs_tol=1e-6)
    complete = (row.fnmr.trials, row.fmr.trials) == (trials.mated, trials.non_mated)
    if not (-1.0 <= row.score <= 1.0 and proportions and counted and complete):
        raise CalibrationError(f"the calibration record's row at score `{row.score}` contradicts itself")
