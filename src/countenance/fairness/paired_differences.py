"""How far error rates of two systems lie apart on the same pairs, with intervals over subjects.

A pair that both systems get wrong, or both right, says nothing of their difference, so that paired
intervals are narrower than those of either rate. The variance is that of resampling subjects, in
its closed form as in `intervals`, and never less than that of independent pairs with one more
disagreement of either kind (Bonett and Price 2012), which covers the case of none at all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from countenance.fairness.intervals import LEVEL
from countenance.fairness.model import Floats, Numbers

Errors = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One rate minus the other's on the pairs that both scored; None without such a pair.

    `only_one` and `only_other` count the pairs that one of them alone gets wrong.
    """

    trials: int
    only_one: int
    only_other: int
    difference: float | None
    lower: float | None
    upper: float | None

    def document(self) -> dict[str, Any]:
        """Return it as values for JSON."""
        return {
            "trials": self.trials,
            "only_this": self.only_one,
            "only_reference": self.only_other,
            "difference": self.difference,
            "interval": None if self.lower is None else [self.lower, self.upper],
            "shown": self.lower is not None
            and self.upper is not None
            and (self.lower > 0.0 or self.upper < 0.0),
        }


def paired_difference(one: Errors, other: Errors, subjects: Numbers) -> Difference:
    """Return the difference of the error rates of `one` and `other` (n) at 95 %.

    `subjects` (1 or 2 x n) are those of each pair: one row of mated pairs, both of non-mated.
    """
    trials = len(one)
    only_one, only_other = int((one & ~other).sum()), int((other & ~one).sum())
    if not trials:
        return Difference(trials=0, only_one=0, only_other=0, difference=None, lower=None, upper=None)
    difference = (only_one - only_other) / trials
    apart = one.astype(np.float64) - other.astype(np.float64) - difference
    residuals, shared = _by_subject(apart, subjects)
    over_subjects = max(0.0, float(residuals @ residuals) - shared) / trials**2
    more = only_one + only_other + 2
    apart_by_one = (only_one - only_other) / (trials + 2)
    alone = (more / (trials + 2) - apart_by_one**2) / (trials + 2)
    half = _quantile(residuals) * math.sqrt(max(over_subjects, alone))
    return Difference(
        trials=trials,
        only_one=only_one,
        only_other=only_other,
        difference=difference,
        lower=max(-1.0, difference - half),
        upper=min(1.0, difference + half),
    )


def _by_subject(apart: Floats, subjects: Numbers) -> tuple[Floats, float]:
    """Return the sum of the residuals of each subject, and what pairs of subjects share."""
    taking_part, numbers = np.unique(subjects, return_inverse=True)
    numbers = numbers.reshape(subjects.shape)
    residuals = np.zeros(len(taking_part))
    for side in numbers:
        residuals += np.bincount(side, apart, minlength=len(residuals))
    if len(numbers) == 1:
        return residuals, 0.0
    low, high = numbers.min(axis=0), numbers.max(axis=0)
    _, pairs = np.unique(low * len(taking_part) + high, return_inverse=True)
    together = np.bincount(pairs, apart)
    return residuals, float(together @ together)


def _quantile(residuals: Floats) -> float:
    """Return Student's quantile with the degrees of freedom of the residuals' fourth moment."""
    from scipy.special import stdtrit  # noqa: PLC0415  scipy is slow to load

    squares = residuals**2
    total, most = float(squares.sum()), max(1, len(residuals) - 1)
    spread = float(squares @ squares) / total**2 - 1.0 / len(squares) if total > 0.0 else 0.0
    freedom = min(max(1.0, 2.0 / spread), float(most)) if spread > 0.0 else float(most)
    return float(stdtrit(freedom, 0.5 * (1.0 + LEVEL)))
