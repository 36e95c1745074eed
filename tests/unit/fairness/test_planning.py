from __future__ import annotations

import pytest
from scipy.stats import binom

from countenance.errors import InvalidInputError
from countenance.fairness.intervals import rate_of
from countenance.fairness.model import Tally
from countenance.fairness.planning import Claim, mated_needed, non_mated_needed, trials_needed


def claim(cap: float, expected: float = 0.0, groups: int = 1, **more: float) -> Claim:
    chosen = {"power": 0.8, "design_effect": 1.0, **more}
    return Claim(cap=cap, expected=expected, groups=groups, **chosen)


@pytest.mark.parametrize(("cap", "trials"), [(1e-3, 2_995), (1e-4, 29_956), (1e-6, 2_995_731)])
def test_without_errors_it_is_the_rule_of_3(cap: float, trials: int) -> None:
    assert trials_needed(claim(cap)) == (trials, 0)


@pytest.mark.parametrize(("cap", "expected", "groups"), [(1e-3, 5e-4, 1), (1e-2, 2e-3, 6), (0.05, 0.04, 3)])
def test_as_many_trials_pass_as_often_as_asked_and_much_fewer_do_not(
    cap: float, expected: float, groups: int
) -> None:
    trials, allowed = trials_needed(claim(cap, expected, groups))
    bounds = [rate_of(Tally(errors, trials), groups=groups).worst_upper for errors in (allowed, allowed + 1)]
    assert bounds[0] is not None
    assert bounds[1] is not None
    assert bounds[0] <= cap < bounds[1]
    assert binom.cdf(allowed, trials, expected) >= 0.8
    fewer = int(trials * 0.8)
    most = max(
        k for k in range(allowed + 1) if (rate_of(Tally(k, fewer), groups=groups).worst_upper or 1) <= cap
    )
    assert binom.cdf(most, fewer, expected) < 0.8


def test_more_groups_more_power_and_dependence_ask_for_more() -> None:
    alone = trials_needed(claim(1e-3, 5e-4))[0]
    assert trials_needed(claim(1e-3, 5e-4, groups=8))[0] > alone
    assert trials_needed(claim(1e-3, 5e-4, power=0.95))[0] > alone
    assert mated_needed(claim(0.01, design_effect=3.0), images=2).trials == pytest.approx(
        3 * mated_needed(claim(0.01), images=2).trials, abs=3
    )


def test_subjects_are_as_few_as_make_the_pairs() -> None:
    pairs = non_mated_needed(claim(1e-4), images=2)
    assert pairs.subjects * (pairs.subjects - 1) // 2 * 4 >= pairs.trials == 29_956
    assert (pairs.subjects - 1) * (pairs.subjects - 2) // 2 * 4 < pairs.trials
    mated = mated_needed(claim(1e-2), images=4)
    assert mated.subjects == -(-mated.trials // 6)
    assert mated.rule_of_30 is None
    assert mated_needed(claim(1e-2, 5e-3), images=4).rule_of_30 == 6_000


@pytest.mark.parametrize(
    "wrong",
    [{"cap": 0.0}, {"expected": 0.01}, {"power": 1.0}, {"groups": 0}, {"design_effect": 0.5}],
)
def test_a_claim_that_nothing_can_show_is_refused(wrong: dict[str, float]) -> None:
    made = {"cap": 0.01, "expected": 0.0, "groups": 2, "power": 0.8, "design_effect": 1.0, **wrong}
    with pytest.raises(InvalidInputError):
        Claim(**made)  # type: ignore[arg-type]  # one of them is a count
    with pytest.raises(InvalidInputError, match="at least two images"):
        mated_needed(claim(0.01), images=1)
