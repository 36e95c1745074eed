"""What caps are held against, as integers: the gate decides, and the ledger holds, without floats."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

from countenance.fairness.model import Assessment, Rate

BILLION: Final = 1_000_000_000
"""Rates, ratios and thresholds are in parts per billion; policies decide with integers."""


def figures_ppb(assessment: Assessment) -> dict[str, int | None]:
    """Return the figures of the worst group, in parts per billion, rounded against what is measured.

    `*_worst_upper_ppb` is the largest upper bound, at 95 % for all groups at once; None where a
    group has no trial, which no cap is passed on. `ratio_upper_ppb` is that of the largest FMR
    over the geometric mean. `least_subjects` is the number of the smallest group, None where a
    group's subjects are not known.
    """
    rates = [rates for _, rates in assessment.groups]
    return {
        "threshold_ppb": _nearest(assessment.threshold),
        "groups": len(rates),
        "least_subjects": _least(
            subjects for one in rates for subjects in (one.fmr.subjects, one.fnmr.subjects)
        ),
        "fmr_worst_upper_ppb": _worst(one.fmr for one in rates),
        "fnmr_worst_upper_ppb": _worst(one.fnmr for one in rates),
        "fta_worst_upper_ppb": _worst(one.fta for one in rates),
        "fte_worst_upper_ppb": _worst(one.fte for one in rates),
        "ratio_upper_ppb": _up(assessment.summary.ratio_upper),
    }


def search_figures(searched: Mapping[str, Any] | None) -> dict[str, int | None]:
    """Return the worst group's upper bound of FPIR, in parts per billion, and in how large a gallery.

    `fpir_subjects` is the number of enrolled subjects. Both are None where nothing was searched for, the
    bound also where a group has no search for somebody who is not enrolled.
    """
    if searched is None:
        return {"fpir_worst_upper_ppb": None, "fpir_subjects": None}
    return {
        "fpir_worst_upper_ppb": _largest(one["fpir_worst_upper"] for one in searched["groups"].values()),
        "fpir_subjects": int(searched["gallery"]["subjects"]),
    }


def _worst(rates: Iterable[Rate]) -> int | None:
    return _largest(rate.worst_upper for rate in rates)


def _largest(uppers: Iterable[float | None]) -> int | None:
    bounds = [_up(upper) for upper in uppers]
    known = [bound for bound in bounds if bound is not None]
    return max(known) if known and len(known) == len(bounds) else None


def _least(subjects: Iterable[int | None]) -> int | None:
    counts = list(subjects)
    known = [count for count in counts if count is not None]
    return min(known) if known and len(known) == len(counts) else None


def _up(value: float | None) -> int | None:
    """Return the least number of parts per billion that is not below `value`."""
    return None if value is None else math.ceil(value * BILLION)


def _nearest(value: float) -> int:
    return round(value * BILLION)


def caps_ppb(assessment: Assessment) -> dict[str, dict[str, int | str | None]]:
    """Return each cap that was named with its limit, the worst group's upper bound, and the verdict.

    All in parts per billion; a bound is None where a group has none.
    """
    return {
        one.cap.value: {
            "cap_ppb": _nearest(one.limit),
            "upper_ppb": _largest(said.upper for _, said in one.groups),
            "verdict": one.verdict.value,
        }
        for one in assessment.verdicts
        if one.limit is not None
    }
