"""Measures of how far error rates of groups lie apart, all at one threshold.

`fmr` and `fnmr` are the rates of n groups, 0 to 1, in one order. A measure is None where it is
undefined; none is replaced by a number that would look like fairness.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

ALPHA = 0.5
"""The weight of FMR against FNMR in the blended measures, as their authors have it."""

_FEWEST = 2


def max_min(rates: Sequence[float]) -> float | None:
    """Return the largest rate over the smallest; None if a rate is 0 or fewer than two are given.

    NIST IR 8280 (2019). 1 where all are equal.
    """
    if len(rates) < _FEWEST or min(rates) <= 0.0:
        return None
    return max(rates) / min(rates)


def max_geomean(rates: Sequence[float]) -> float | None:
    """Return the largest rate over the geometric mean; None if a rate is 0 or fewer than two are given.

    NIST IR 8429 (2022), where the mean is a reference that belongs to no group. 1 where all are equal.
    """
    if len(rates) < _FEWEST or min(rates) <= 0.0:
        return None
    return max(rates) / math.exp(math.fsum(map(math.log, rates)) / len(rates))


def gini(rates: Sequence[float]) -> float | None:
    """Return Gini's coefficient with the correction for few groups; None if all rates are 0.

    n / (n - 1) times the sum over all i, j of |x_i - x_j|, over 2 n^2 mean(x), as Howard et al.
    (2022, arXiv 2203.05051) use it. 0 where all are equal, 1 where one group has every error.
    """
    count, total = len(rates), math.fsum(rates)
    if count < _FEWEST or total <= 0.0:
        return None
    differences = math.fsum(abs(one - other) for one in rates for other in rates)
    return count / (count - 1) * differences / (2.0 * count * total)


def fdr(fmr: Sequence[float], fnmr: Sequence[float], *, alpha: float = ALPHA) -> float | None:
    """Return the fairness discrepancy rate; 1 where all are equal.

    1 - (alpha max|FMR_i - FMR_j| + (1 - alpha) max|FNMR_i - FNMR_j|), Pereira and Marcel 2020.
    It is blind to small rates: a hundredfold difference at FMR 1e-5 leaves it at 0.995. Shown,
    never judged.
    """
    if min(len(fmr), len(fnmr)) < _FEWEST:
        return None
    return 1.0 - (alpha * (max(fmr) - min(fmr)) + (1.0 - alpha) * (max(fnmr) - min(fnmr)))


def inequity_rate(fmr: Sequence[float], fnmr: Sequence[float], *, alpha: float = ALPHA) -> float | None:
    """Return (max FMR / min FMR)^alpha (max FNMR / min FNMR)^(1 - alpha); None if a rate is 0.

    Grother 2021, presented with NIST's demographics track. 1 where all are equal, unbounded.
    """
    false_matches, false_non_matches = max_min(fmr), max_min(fnmr)
    if false_matches is None or false_non_matches is None:
        return None
    return float(false_matches**alpha * false_non_matches ** (1.0 - alpha))


def garbe(fmr: Sequence[float], fnmr: Sequence[float], *, alpha: float = ALPHA) -> float | None:
    """Return alpha G(FMR) + (1 - alpha) G(FNMR), with G as in `gini`; None if either is.

    Gini aggregation rate for biometric equitability, Howard et al. 2022. 0 where all are equal.
    """
    false_matches, false_non_matches = gini(fmr), gini(fnmr)
    if false_matches is None or false_non_matches is None:
        return None
    return alpha * false_matches + (1.0 - alpha) * false_non_matches
