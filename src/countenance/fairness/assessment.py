"""From trials by group to rates, measures and verdicts at one threshold."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from countenance.errors import InvalidInputError
from countenance.fairness.intervals import LEVEL, beta_quantile, bound_without_errors, rate_of
from countenance.fairness.measures import ALPHA, fdr, garbe, gini, inequity_rate, max_geomean, max_min
from countenance.fairness.model import (
    Assessment,
    Caps,
    Direction,
    GroupRates,
    GroupTrials,
    Rate,
    Summary,
)
from countenance.fairness.verdicts import judge

SEED = 20_191_219
"""Fixed, so that the same trials give the same interval."""

DRAWS = 20_000
_FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """What was settled before the scores were looked at: the threshold, the caps, the weight of FMR."""

    threshold: float
    direction: Direction
    caps: Caps
    alpha: float = ALPHA

    def __post_init__(self) -> None:
        if not np.isfinite(self.threshold):
            raise InvalidInputError(f"`{self.threshold}` is no threshold")
        if not 0.0 <= self.alpha <= 1.0:
            raise InvalidInputError(f"`{self.alpha}` is no weight between 0 and 1")


def assess(trials: Mapping[str, GroupTrials], criteria: Criteria) -> Assessment:
    """Return rates, measures and verdicts of the groups, in the order of their names."""
    if not trials:
        raise InvalidInputError("there is no group: no row has a value in every group column")
    groups = tuple((name, group_rates(trials[name], groups=len(trials))) for name in sorted(trials))
    summary = summarise([rates for _, rates in groups], alpha=criteria.alpha)
    verdicts = judge(groups, summary, criteria.caps)
    return Assessment(criteria.threshold, criteria.direction, groups, summary, verdicts)


def group_rates(trials: GroupTrials, *, groups: int) -> GroupRates:
    """Return the rates of one of `groups` groups."""
    mated, non_mated = trials.mated, trials.non_mated
    fta, fte = rate_of(trials.images, groups=groups), rate_of(trials.subjects, groups=groups)
    if fta.rate is not None:
        missed = matched = fta.rate
    else:
        missed = mated.failures / max(1, mated.failures + mated.trials)
        matched = non_mated.failures / max(1, non_mated.failures + non_mated.trials)
    return GroupRates(
        fmr=rate_of(non_mated, groups=groups),
        fnmr=rate_of(mated, groups=groups),
        fta=fta,
        fte=fte,
        far=None if non_mated.rate is None else non_mated.rate * (1.0 - matched),
        frr=None if mated.rate is None else missed + mated.rate * (1.0 - missed),
    )


def summarise(groups: Sequence[GroupRates], *, alpha: float) -> Summary:
    """Return the measures over `groups`.

    Ratios to the geometric mean take (k + 1/2) / (n + 1) for every group as soon as one has no
    errors; the ratio of the largest to the smallest is undefined then, and so is what uses it.
    """
    fmr, fnmr = [one.fmr for one in groups], [one.fnmr for one in groups]
    fmr_rates, fnmr_rates = _measured(fmr), _measured(fnmr)
    lower, upper = ratio_interval(fmr)
    return Summary(
        fmr_max_min=max_min(fmr_rates),
        fnmr_max_min=max_min(fnmr_rates),
        fmr_max_geomean=max_geomean(_without_zeros(fmr)),
        fnmr_max_geomean=max_geomean(_without_zeros(fnmr)),
        ratio_lower=lower,
        ratio_upper=upper,
        ir=inequity_rate(fmr_rates, fnmr_rates, alpha=alpha),
        garbe=garbe(fmr_rates, fnmr_rates, alpha=alpha),
        fdr=fdr(fmr_rates, fnmr_rates, alpha=alpha),
        gini_fmr=gini(fmr_rates),
        gini_fnmr=gini(fnmr_rates),
        estimated=tuple(
            name for name, rates in (("fmr_max_geomean", fmr), ("fnmr_max_geomean", fnmr)) if _zeros(rates)
        ),
        undefined=tuple(_undefined("FMR", fmr)) + tuple(_undefined("FNMR", fnmr)),
    )


def ratio_interval(rates: Sequence[Rate]) -> tuple[float | None, float | None]:
    """Return bounds, at 95 % or more, of the largest rate over the geometric mean of all.

    The upper one is a quantile over draws of each group's rate from the distribution that its own
    interval is made of, Beta(k + 1/2, n - k + 1/2) on effective trials. Draws spread even where
    all rates are equal, so their lower quantile would find a difference that is none: the lower
    bound is the smallest ratio that any rates within the intervals of all groups at once have.
    Groups are taken as independent.
    """
    known = [rate for rate in rates if rate.rate is not None]
    if len(known) < _FEWEST:
        return None, None
    generator = np.random.default_rng(SEED)
    errors = np.array([one.errors / one.trials * one.effective for one in known])
    effective = np.array([one.effective for one in known])
    drawn = generator.beta(errors + 0.5, effective - errors + 0.5, size=(DRAWS, len(known)))
    logs = np.log(np.maximum(drawn, np.finfo(np.float64).tiny))
    ratios = np.exp(logs.max(axis=1) - logs.mean(axis=1))
    return _smallest_ratio(known), float(np.percentile(ratios, 50.0 * (1.0 + LEVEL)))


def _smallest_ratio(rates: Sequence[Rate]) -> float:
    """Return the smallest ratio to the geometric mean within the simultaneous intervals of the rates.

    Every rate is as near to the largest of the lower bounds as its own interval lets it be.
    """
    tail = 0.5 * (1.0 - LEVEL) / len(rates)
    boxes = [_simultaneous(rate, tail) for rate in rates]
    highest = max(lower for lower, _ in boxes)
    if highest <= 0.0:
        return 1.0
    near = [math.log(min(upper, highest)) for _, upper in boxes]
    return math.exp(math.log(highest) - math.fsum(near) / len(near))


def _simultaneous(rate: Rate, tail: float) -> tuple[float, float]:
    errors = rate.errors / rate.trials * rate.effective
    if rate.errors == 0:
        return 0.0, bound_without_errors(rate.trials, tail)
    return beta_quantile(errors, rate.effective, tail), beta_quantile(errors, rate.effective, 1.0 - tail)


def _measured(rates: Sequence[Rate]) -> list[float]:
    return [one.rate for one in rates if one.rate is not None]


def _zeros(rates: Sequence[Rate]) -> bool:
    return any(one.rate == 0.0 for one in rates)


def _without_zeros(rates: Sequence[Rate]) -> list[float]:
    """Return the rates; if one of them is 0, the mean of Jeffreys' distribution for each."""
    if not _zeros(rates):
        return _measured(rates)
    return [(one.errors + 0.5) / (one.trials + 1.0) for one in rates if one.rate is not None]


def _undefined(name: str, rates: Sequence[Rate]) -> list[str]:
    said = []
    if missing := sum(one.rate is None for one in rates):
        said.append(
            f"{name}: {missing} of {len(rates)} groups have no trial and take no part in the measures"
        )
    measured = _measured(rates)
    if len(measured) < _FEWEST:
        said.append(f"{name}: fewer than two groups can be compared")
    elif not any(measured):
        said.append(f"{name}: no group has an error, so nothing can be said of how far they lie apart")
    elif _zeros(rates):
        said.append(f"{name}: a group has no errors, so no ratio to the smallest rate can be formed")
    return said
