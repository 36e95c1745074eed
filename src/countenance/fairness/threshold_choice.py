"""One threshold for everybody from a target for the group that has it worst, and what it costs each group.

The threshold that a group would need by itself is told beside it, to show how far groups lie
apart. It is never used: a threshold for each group would hide the harm, and ask everybody's group.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from countenance.biometrics.projection import GALLERY_SIZES, projected_fpir
from countenance.errors import CalibrationError, InvalidInputError
from countenance.fairness.intervals import LEVEL, bound_without_errors, rate_of
from countenance.fairness.model import Direction, GroupTrials, Rate
from countenance.fairness.score_table import ScoreTable, trials_by_group
from countenance.fairness.verdicts import ERRORS_NEEDED

_STEPS: Final = 10_000
_FIGURES: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The threshold that was chosen, with every group's trials there.

    `own` is the threshold that each group would need by itself, None where even the strictest
    does not do. `step` is what thresholds are multiples of.
    """

    target: float
    threshold: float
    direction: Direction
    step: float
    groups: Mapping[str, GroupTrials]
    own: Mapping[str, float | None]


def choose_threshold(
    table: ScoreTable, columns: Sequence[int], *, target: float, direction: Direction
) -> Choice:
    """Return the most lenient threshold at which the worst group's FMR stays within `target`.

    Every group's upper bound, at 95 % for all groups at once, is at most `target` (0 to 1).
    Raises `CalibrationError` where a group has too few trials to show that at any threshold (the
    rule of 3), or where none of the measured scores does, and `InvalidInputError`.
    """
    if not 0.0 < target < 1.0:
        raise InvalidInputError(f"`{target}` is not a false match rate between 0 and 1")
    sign = 1.0 if direction is Direction.SAME else -1.0
    turned = replace(table, scores=table.scores * sign)
    step = _step(turned)

    def trials(place: int) -> dict[str, GroupTrials]:
        at = _rounded(place * step)
        return trials_by_group(turned, columns, threshold=at, direction=Direction.SAME)

    compared = turned.scores[~np.isnan(turned.scores)]
    low, high = math.floor(compared.min() / step), math.floor(compared.max() / step) + 1
    strictest = trials(high)
    _check_trials(strictest, target)
    place = _first(low, high, lambda at: _worst(trials(at)) <= target)
    if place is None:
        raise CalibrationError("no threshold among the measured scores keeps every group within the target")
    chosen = trials(place)
    own = {
        name: _first(low, high, lambda at, name=name: _upper(trials(at)[name], 1) <= target)  # type: ignore[misc]  # a default binds the name
        for name in chosen
    }
    return Choice(
        target=target,
        threshold=_rounded(sign * place * step),
        direction=direction,
        step=step,
        groups=chosen,
        own={name: None if at is None else _rounded(sign * at * step) for name, at in own.items()},
    )


def choice_document(choice: Choice) -> dict[str, Any]:
    """Return the choice as values for JSON, with what it means for galleries of other sizes."""
    count = len(choice.groups)
    fmr = {name: rate_of(one.non_mated, groups=count) for name, one in choice.groups.items()}
    worst = max(fmr, key=lambda name: (fmr[name].worst_upper or 0.0, name))
    return {
        "target": choice.target,
        "threshold": choice.threshold,
        "higher_is": choice.direction.value,
        "step": choice.step,
        "worst_group": worst,
        "worst_fmr": fmr[worst].rate,
        "worst_fmr_upper": fmr[worst].worst_upper,
        "groups": {
            name: _group(fmr[name], rate_of(one.mated, groups=count), choice.own[name])
            for name, one in choice.groups.items()
        },
        "projection": {
            "sizes": list(GALLERY_SIZES),
            "worst_fpir_upper": [
                projected_fpir(fmr[worst].worst_upper or 0.0, size) for size in GALLERY_SIZES
            ],
        },
    }


def _group(fmr: Rate, fnmr: Rate, own: float | None) -> dict[str, Any]:
    return {
        "nonmated": fmr.trials,
        "false_matches": fmr.errors,
        "fmr": fmr.rate,
        "fmr_interval": [fmr.lower, fmr.upper],
        "fmr_worst_upper": fmr.worst_upper,
        "rule_of_30": fmr.errors >= ERRORS_NEEDED,
        "mated": fnmr.trials,
        "false_non_matches": fnmr.errors,
        "fnmr": fnmr.rate,
        "fnmr_interval": None if fnmr.rate is None else [fnmr.lower, fnmr.upper],
        "own_threshold": own,
    }


def _check_trials(groups: Mapping[str, GroupTrials], target: float) -> None:
    """Raise where a group could not show the target even without a false match: the rule of 3."""
    if not groups:
        raise InvalidInputError("there is no group")
    chance = (1.0 - LEVEL) / len(groups)
    needed = math.ceil(math.log(chance) / math.log1p(-target))
    thin = {name: one.non_mated.trials for name, one in groups.items() if one.non_mated.trials < needed}
    if not thin:
        return
    name, count = min(thin.items(), key=lambda item: (item[1], item[0]))
    reach = f"the least that it could show is {bound_without_errors(count, chance):.2g}" if count else "none"
    raise CalibrationError(
        f"the trials do not support a false match rate of `{target:g}` in each of {len(groups)} groups:"
        f" {needed:,} non-mated trials of a group are needed without a false match, and `{name}` has"
        f" {count:,} ({reach}); {len(thin)} of the groups have too few"
    )


def _first(low: int, high: int, holds: Callable[[int], bool]) -> int | None:
    """Return the least number from `low` to `high` from which on it holds, as halving finds it."""
    if not holds(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return high


def _worst(groups: Mapping[str, GroupTrials]) -> float:
    return max(_upper(one, len(groups)) for one in groups.values())


def _upper(group: GroupTrials, groups: int) -> float:
    upper = rate_of(group.non_mated, groups=groups).worst_upper
    return 1.0 if upper is None else upper


def _step(table: ScoreTable) -> float:
    """Return a power of ten of which the scores span some ten thousand."""
    scores = table.scores[~np.isnan(table.scores)]
    if not len(scores):
        raise InvalidInputError("no comparison has a score")
    span = float(scores.max() - scores.min()) or 1.0
    return float(10.0 ** math.floor(math.log10(span / _STEPS) + 1e-9))


def _rounded(value: float) -> float:
    """Return `value` without what multiplying left behind its last figure."""
    return float(f"{value:.{_FIGURES}g}")
