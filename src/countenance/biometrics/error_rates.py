"""Error rates over thresholds, with intervals resampled by subject.

A comparison is a match if its score is at least the threshold. FMR is the share of
non-mated trials that match, FNMR the share of mated trials that do not; images without a
face take no part in either and are reported beside them (ISO/IEC 19795-1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from countenance.biometrics.calibration import CalibrationRow
from countenance.biometrics.intervals import error_rate
from countenance.biometrics.model import ComparisonScore
from countenance.biometrics.trials import Floats, MatedTrials, NonMatedTrials

GRID = 10_000
"""Thresholds are multiples of 1e-4: two runs of one pipeline agree on a score that closely."""

_HUNDREDTHS = 100
_HIGHEST_FMR = 0.1
_STEPS = (7, 5, 3, 2, 1)
_SMALLEST_EXPONENT = 12
_REPORT_EVERY = 20


@dataclass(frozen=True, slots=True)
class Resampling:
    """How intervals are found: so many replicates from one seed, each drawing as many subjects anew."""

    subjects: int
    replicates: int
    seed: int


def error_rates(
    mated: MatedTrials,
    non_mated: NonMatedTrials,
    resampling: Resampling,
    report: Callable[[int, int], None],
) -> tuple[CalibrationRow, ...]:
    """Return the rows of a calibration record, ordered by threshold. Neither set of trials is empty.

    `report` is told how many replicates are done, of how many.
    """
    thresholds = table_thresholds(non_mated)
    matched = len(non_mated.scores) - np.searchsorted(np.sort(non_mated.scores), thresholds, side="left")
    missed = np.searchsorted(np.sort(mated.scores), thresholds, side="left")
    fmr, fnmr = _replicates(mated, non_mated, thresholds, resampling, report)
    return tuple(
        CalibrationRow(
            score=ComparisonScore(float(threshold)),
            fmr=error_rate(int(matched[at]), non_mated.count, fmr[:, at]),
            fnmr=error_rate(int(missed[at]), len(mated.scores), fnmr[:, at]),
            false_matches=int(matched[at]),
        )
        for at, threshold in enumerate(thresholds)
    )


def table_thresholds(non_mated: NonMatedTrials) -> Floats:
    """Return the table's thresholds, ascending: from the lowest score held to the first without errors.

    They are every hundredth and, for FMR 0.1, 0.07, 0.05, 0.03, 0.02, 0.01 and so on down,
    the lowest multiple of 1e-4 at which no larger share of the trials matches.
    """
    descending = np.sort(non_mated.scores)[::-1]
    targets = [step * 10.0**-exponent for exponent in range(2, _SMALLEST_EXPONENT) for step in _STEPS]
    allowed = {int(target * non_mated.count + 1e-9) for target in (_HIGHEST_FMR, *targets)}
    chosen = {_just_above(descending[count]) for count in allowed if count < len(descending)}
    every = len(descending) == non_mated.count
    first = int((np.floor if every else np.ceil)(non_mated.floor * _HUNDREDTHS))
    last = int(np.floor(max(chosen) * _HUNDREDTHS))
    hundredths = {hundredth / _HUNDREDTHS for hundredth in range(first, last + 1)}
    return np.array(sorted(chosen | hundredths))


def equal_error_rate(mated: MatedTrials, non_mated: NonMatedTrials) -> float | None:
    """Return the rate at which FMR and FNMR meet, the mean of both where they pass each other.

    None where they meet below the lowest score that is complete.
    """
    thresholds = np.unique(np.concatenate([mated.scores, non_mated.scores]))
    thresholds = thresholds[thresholds >= non_mated.floor]
    if not len(thresholds):
        return None
    matched = len(non_mated.scores) - np.searchsorted(np.sort(non_mated.scores), thresholds, side="left")
    fmr = matched / non_mated.count
    fnmr = np.searchsorted(np.sort(mated.scores), thresholds, side="left") / len(mated.scores)
    if non_mated.images is not None and fnmr[0] > fmr[0]:
        return None
    at = int(np.argmin(np.abs(fmr - fnmr)))
    return float(fmr[at] + fnmr[at]) / 2.0


def _just_above(score: float) -> float:
    """Return the lowest multiple of 1e-4 above `score`, at most 1."""
    return min((int(np.floor(score * GRID)) + 1) / GRID, 1.0)


def _replicates(
    mated: MatedTrials,
    non_mated: NonMatedTrials,
    thresholds: Floats,
    resampling: Resampling,
    report: Callable[[int, int], None],
) -> tuple[Floats, Floats]:
    """Return FMR and FNMR at each threshold (columns) on each set of resampled subjects (rows).

    Subjects are drawn with replacement, and a pair is taken once for each copy of both its
    subjects. Draws in which no trial of a kind is left say nothing of its rate and are left out.
    """
    generator = np.random.default_rng(resampling.seed)
    matches = np.searchsorted(thresholds, non_mated.scores, side="right")
    mates = np.searchsorted(thresholds, mated.scores, side="right")
    fmr, fnmr = [], []
    for replicate in range(resampling.replicates):
        drawn = generator.integers(0, resampling.subjects, resampling.subjects)
        times = np.bincount(drawn, minlength=resampling.subjects).astype(np.float64)
        if total := non_mated.total(times):
            reached = np.bincount(matches, non_mated.weight(times), minlength=len(thresholds) + 1)
            fmr.append((reached.sum() - np.cumsum(reached)[:-1]) / total)
        if total := mated.total(times):
            reached = np.bincount(mates, mated.weight(times), minlength=len(thresholds) + 1)
            fnmr.append(np.cumsum(reached)[:-1] / total)
        if (replicate + 1) % _REPORT_EVERY == 0 or replicate + 1 == resampling.replicates:
            report(replicate + 1, resampling.replicates)
    width = len(thresholds)
    return np.array(fmr).reshape(-1, width), np.array(fnmr).reshape(-1, width)
