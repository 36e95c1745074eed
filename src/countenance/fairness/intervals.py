"""Intervals of error rates at 95 %, for trials that share subjects.

Trials that share a subject are not independent. The variance of a rate is that of resampling
subjects with replacement, in its closed form (the limit of infinitely many replicates, after
linearisation), so that it depends on no seed. A non-mated trial belongs to both its subjects.
"""

from __future__ import annotations

import math

from countenance.fairness.model import BySubject, Floats, Rate, Tally

LEVEL = 0.95
_TAIL = (1.0 - LEVEL) / 2.0


def rate_of(tally: Tally, *, groups: int) -> Rate:
    """Return the rate of `tally` with its interval, and the upper bound for the worst of `groups` groups.

    With errors: Jeffreys' interval (Brown, Cai and DasGupta 2001) of as many independent trials
    as would vary like these (`effective_trials`; Korn and Graubard 1998 do the same for survey
    samples). Without errors, or with nothing else: the exact one-sided bound on the trials as
    they are, which is the rule of 3, and too narrow where trials depend on each other.
    For the worst group each tail is divided by the number of groups (Bonferroni).
    """
    effective = effective_trials(tally)
    if tally.rate is None:
        return Rate(0, 0, tally.subjects, None, None, None, None, effective)
    if tally.errors == 0:
        lower, upper = 0.0, bound_without_errors(tally.trials, 1.0 - LEVEL)
        worst = bound_without_errors(tally.trials, (1.0 - LEVEL) / groups)
    elif tally.errors == tally.trials:
        lower, upper, worst = 1.0 - bound_without_errors(tally.trials, 1.0 - LEVEL), 1.0, 1.0
    else:
        errors = tally.rate * effective
        lower, upper = (beta_quantile(errors, effective, at) for at in (_TAIL, 1.0 - _TAIL))
        worst = beta_quantile(errors, effective, 1.0 - _TAIL / groups)
        lower, upper, worst = min(lower, tally.rate), max(upper, tally.rate), max(worst, tally.rate)
    return Rate(tally.errors, tally.trials, tally.subjects, tally.rate, lower, upper, worst, effective)


def bound_without_errors(trials: int, chance: float) -> float:
    """Return the rate at which `trials` independent trials are free of errors with probability `chance`.

    Clopper and Pearson 1934, one-sided; with 0.05 about 3 / n, the rule of 3.
    """
    return -math.expm1(math.log(chance) / trials)


def beta_quantile(errors: float, trials: float, at: float) -> float:
    """Return the quantile of Beta(k + 1/2, n - k + 1/2), of which Jeffreys' interval is made."""
    from scipy.special import betaincinv  # noqa: PLC0415  scipy is slow to load

    return float(betaincinv(errors + 0.5, trials - errors + 0.5, at))


def effective_trials(tally: Tally) -> float:
    """Return how many independent trials would leave the rate as uncertain as these do.

    n / design effect, never more than n and at least 1. The design effect is the variance that
    comes of resampling subjects over that of independent trials, times the square of Student's
    quantile over the normal one: few subjects, or few who cause the errors, leave the variance
    itself uncertain (Korn and Graubard 1998; degrees of freedom by moments, `_freedom`).
    """
    if not tally.trials:
        return 0.0
    subjects = tally.by_subject
    if subjects is None or tally.errors in {0, tally.trials}:
        return float(tally.trials)
    if (tally.subjects or 0) <= 1:
        return 1.0
    from scipy.special import ndtri, stdtrit  # noqa: PLC0415  scipy is slow to load

    rate = tally.errors / tally.trials
    independent = rate * (1.0 - rate) / tally.trials
    wider = float(stdtrit(_freedom(tally, subjects), 1.0 - _TAIL) / ndtri(1.0 - _TAIL)) ** 2
    effect = subject_variance(tally, subjects) * wider / independent
    return max(1.0, tally.trials / max(1.0, effect))


def subject_variance(tally: Tally, subjects: BySubject) -> float:
    """Return the variance of the rate that comes of resampling subjects.

    Sum over subjects of (k_i - p n_i) squared, over n squared: the linearised bootstrap of a
    ratio. A non-mated trial stands with both its subjects, so what two subjects share would be
    counted twice and is taken off once (Fafchamps and Gubert 2007, dyadic data; resampling both
    sides without this counts it three times, Owen 2007).
    """
    residuals = _residuals(tally, subjects)
    return max(0.0, float(residuals @ residuals) - subjects.shared) / tally.trials**2


def _residuals(tally: Tally, subjects: BySubject) -> Floats:
    return subjects.errors - tally.errors / tally.trials * subjects.trials


def _freedom(tally: Tally, subjects: BySubject) -> float:
    """Return the degrees of freedom of the variance: 2 over its squared coefficient of variation.

    With s normal residuals that is s; where few subjects cause most errors, it is about twice
    their number. At least 1 and at most s - 1.
    """
    squares = _residuals(tally, subjects) ** 2
    most = max(1, (tally.subjects or 0) - 1)
    total = float(squares.sum())
    if total <= 0.0:
        return float(most)
    spread = float(squares @ squares) / total**2 - 1.0 / len(squares)
    return min(max(1.0, 2.0 / spread), float(most)) if spread > 0.0 else float(most)
