"""Intervals of measured proportions, at 95 %."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from countenance.biometrics.model import ErrorRate

LEVEL = 0.95


def error_rate(errors: int, trials: int, replicates: npt.NDArray[np.float64]) -> ErrorRate:
    """Return `errors` of `trials` with the interval that `replicates` give, rates resampled by subject.

    Comparisons that share a subject are not independent, so the interval is the percentile
    interval of rates measured on resampled subjects (ISO/IEC 19795-1; Bolle, Ratha and
    Pankanti 2004 call it the subsets bootstrap). It is never taken narrower than Jeffreys'
    interval of as many independent trials. Where no trial (or every trial) is an error
    resampling says nothing: the interval then is the exact one-sided Clopper-Pearson bound,
    which is the rule of 3 (no errors in n trials: below 3 / n).
    """
    rate = errors / trials
    if errors in {0, trials}:
        bound = (1.0 - LEVEL) ** (1.0 / trials)
        lower, upper = (0.0, 1.0 - bound) if errors == 0 else (bound, 1.0)
        return ErrorRate(rate, lower, upper, trials)
    lower, upper = jeffreys(errors, trials)
    if len(replicates):
        tails = (50.0 * (1.0 - LEVEL), 50.0 * (1.0 + LEVEL))
        resampled = np.percentile(replicates, tails)
        lower, upper = min(lower, float(resampled[0])), max(upper, float(resampled[1]))
    return ErrorRate(rate, min(lower, rate), max(upper, rate), trials)


def jeffreys(errors: int, trials: int) -> tuple[float, float]:
    """Return Jeffreys' equal-tailed interval of a proportion: quantiles of Beta(k + 1/2, n - k + 1/2).

    Brown, Cai and DasGupta, Interval estimation for a binomial proportion, 2001. Trials are
    taken as independent.
    """
    from scipy.special import betaincinv  # noqa: PLC0415  scipy is slow to load and only calibration needs it

    half = (1.0 - LEVEL) / 2.0
    shape = (errors + 0.5, trials - errors + 0.5)
    return float(betaincinv(*shape, half)), float(betaincinv(*shape, 1.0 - half))
