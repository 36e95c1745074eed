"""The measures against cases worked by hand, and against what must hold for any rates."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countenance.fairness.measures import fdr, garbe, gini, inequity_rate, max_geomean, max_min

RATES = st.lists(st.floats(1e-9, 1.0), min_size=2, max_size=8)
FMR, FNMR = (1e-5, 1e-6, 1e-7), (0.01, 0.02, 0.015)
"""A hundredfold difference at small rates, which FDR does not see."""


def test_the_scale_trap_by_hand() -> None:
    assert max_min(FMR) == pytest.approx(100)
    assert max_geomean(FMR) == pytest.approx(10)
    assert fdr(FMR, FNMR) == pytest.approx(1 - (0.5 * 9.9e-6 + 0.5 * 0.01), abs=1e-12)
    assert inequity_rate(FMR, FNMR) == pytest.approx(math.sqrt(100 * 2))
    assert gini(FMR) == pytest.approx(1.5 * 39.6 / 66.6)
    assert gini(FNMR) == pytest.approx(1.5 * 0.04 / 0.27)
    assert garbe(FMR, FNMR) == pytest.approx((1.5 * 39.6 / 66.6 + 1.5 * 0.04 / 0.27) / 2)


def test_the_same_disparity_at_larger_rates_moves_fdr_and_nothing_else() -> None:
    larger = [rate * 1000 for rate in FMR]
    assert fdr(larger, FNMR) == pytest.approx(0.990, abs=1e-3)
    for measure in (max_min, max_geomean, gini):
        assert measure(larger) == pytest.approx(measure(FMR))


def test_two_groups_by_hand() -> None:
    assert max_min([0.02, 0.01]) == pytest.approx(2)
    assert max_geomean([0.02, 0.01]) == pytest.approx(math.sqrt(2))
    assert gini([0.02, 0.01]) == pytest.approx(1 / 3)
    assert gini([0.02, 0.0]) == pytest.approx(1)
    assert fdr([0.02, 0.01], [0.1, 0.3], alpha=0.25) == pytest.approx(1 - (0.25 * 0.01 + 0.75 * 0.2))


def test_a_rate_of_zero_leaves_ratios_undefined_instead_of_fair() -> None:
    assert max_min([0.0, 0.1]) is None
    assert max_geomean([0.0, 0.1]) is None
    assert inequity_rate([0.0, 0.1], [0.1, 0.1]) is None
    assert gini([0.0, 0.0]) is None
    assert garbe([0.0, 0.0], [0.1, 0.1]) is None


def test_one_group_is_compared_with_nothing() -> None:
    assert (max_min([0.1]), max_geomean([0.1]), gini([0.1]), fdr([0.1], [0.1])) == (None,) * 4


@given(RATES, st.randoms(use_true_random=False))
def test_the_order_of_groups_means_nothing(rates: list[float], random: object) -> None:
    shuffled = sorted(rates)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis names the class nowhere in public
    for measure in (max_min, max_geomean, gini):
        assert measure(shuffled) == pytest.approx(measure(rates))


@given(RATES)
def test_equal_rates_are_the_fair_end_of_every_measure(rates: list[float]) -> None:
    equal = [rates[0]] * len(rates)
    assert max_min(equal) == 1
    assert max_geomean(equal) == pytest.approx(1)
    assert gini(equal) == pytest.approx(0, abs=1e-12)
    assert fdr(equal, equal) == 1
    assert 0 <= (gini(rates) or 0) <= 1 + 1e-9


@given(RATES, st.floats(1e-3, 1e3))
def test_ratios_and_gini_do_not_depend_on_the_scale(rates: list[float], scale: float) -> None:
    for measure in (max_min, max_geomean, gini):
        assert measure([rate * scale for rate in rates]) == pytest.approx(measure(rates))
