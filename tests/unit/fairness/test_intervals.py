"""Intervals against scipy's own, against brute force over subjects, and by simulation with known truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta, binomtest, norm

from countenance.fairness.intervals import bound_without_errors, effective_trials, rate_of, subject_variance
from countenance.fairness.model import BySubject, Rate, Tally

REPEATED = 800


def mated(errors: np.ndarray, trials: np.ndarray) -> Tally:
    by_subject = BySubject(errors.astype(float), trials.astype(float))
    return Tally(int(errors.sum()), int(trials.sum()), 0, by_subject)


def non_mated(wrong: np.ndarray) -> Tally:
    """Every pair of n subjects once; `wrong` is a symmetric n x n matrix of 0 and 1, its diagonal 0."""
    count = len(wrong)
    errors, trials = int(wrong.sum()) // 2, count * (count - 1) // 2
    rate = errors / trials
    by_subject = BySubject(wrong.sum(axis=1), np.full(count, count - 1.0), trials * rate * (1 - rate))
    return Tally(errors, trials, 0, by_subject)


@pytest.mark.parametrize(("errors", "trials"), [(1, 10), (7, 200), (30, 30_000), (99, 100)])
def test_independent_trials_have_the_interval_of_jeffreys(errors: int, trials: int) -> None:
    rate = rate_of(Tally(errors, trials), groups=1)
    expected = beta(errors + 0.5, trials - errors + 0.5).interval(0.95)
    assert (rate.lower, rate.upper) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("trials", [1, 10, 2_995, 29_956])
def test_without_errors_the_bound_is_exact_and_the_rule_of_3(trials: int) -> None:
    rate = rate_of(Tally(0, trials), groups=1)
    exact = binomtest(0, trials, alternative="less").proportion_ci(0.95, method="exact")
    assert (rate.lower, rate.upper) == pytest.approx((0, exact.high))
    if trials > 100:
        assert rate.upper == pytest.approx(3 / trials, rel=2e-3)
    all_wrong = rate_of(Tally(trials, trials), groups=1)
    assert (all_wrong.lower, all_wrong.upper) == pytest.approx((1 - exact.high, 1))


def test_the_numbers_of_trials_that_the_rule_of_3_is_known_for() -> None:
    for trials, rate in ((2_995, 1e-3), (29_956, 1e-4), (2_995_731, 1e-6)):
        assert bound_without_errors(trials, 0.05) <= rate < bound_without_errors(trials - 2, 0.05)


def test_the_bound_for_the_worst_of_many_groups_is_wider() -> None:
    bounds = [rate_of(Tally(5, 1000), groups=groups).worst_upper for groups in (1, 2, 10)]
    assert bounds[0] == rate_of(Tally(5, 1000), groups=1).upper
    assert bounds == sorted(bounds)
    assert bounds[2] == pytest.approx(beta(5.5, 995.5).ppf(1 - 0.025 / 10))


def test_no_trial_gives_no_rate() -> None:
    rate = rate_of(Tally(0, 0), groups=3)
    assert (rate.rate, rate.lower, rate.upper, rate.worst_upper) == (None,) * 4


def test_the_variance_of_mated_trials_is_that_of_drawing_subjects_anew() -> None:
    generator = np.random.default_rng(3)
    trials = generator.integers(1, 6, 150)
    errors = generator.binomial(trials, generator.beta(0.5, 4, 150))
    drawn = generator.integers(0, 150, (4000, 150))
    resampled = errors[drawn].sum(axis=1) / trials[drawn].sum(axis=1)
    tally = mated(errors, trials)
    assert tally.by_subject is not None
    assert subject_variance(tally, tally.by_subject) == pytest.approx(resampled.var(), rel=0.1)


def test_the_variance_of_non_mated_trials_counts_every_pair_of_trials_that_share_a_subject_once() -> None:
    generator = np.random.default_rng(4)
    count = 14
    lamb = generator.random(count) < 0.3
    wrong = np.triu((generator.random((count, count)) < 0.15 + 0.4 * (lamb[:, None] | lamb)), 1).astype(float)
    tally = non_mated(wrong + wrong.T)
    first, second = np.triu_indices(count, 1)
    rate = tally.errors / tally.trials
    residuals = wrong[first, second] - rate
    sharing = (
        (first[:, None] == first) | (first[:, None] == second) | (second[:, None] == first)
        | (second[:, None] == second)
    )  # fmt: skip
    expected = residuals @ sharing @ residuals / tally.trials**2
    assert tally.by_subject is not None
    assert subject_variance(tally, tally.by_subject) == pytest.approx(expected)


def test_trials_that_share_subjects_count_for_fewer_and_never_for_more() -> None:
    trials = np.full(50, 20)
    one_causes_all = np.zeros(50, dtype=int)
    one_causes_all[7] = 20
    spread = np.zeros(50, dtype=int)
    spread[:20] = 1
    few, many = (effective_trials(mated(errors, trials)) for errors in (one_causes_all, spread))
    assert few < 100
    assert 800 < many <= 1000
    assert effective_trials(mated(one_causes_all[:1] + 3, trials[:1])) == 1


def held(rate: Rate, truth: float) -> bool:
    assert rate.lower is not None
    assert rate.upper is not None
    return rate.lower <= truth <= rate.upper


@pytest.mark.parametrize(
    ("subjects", "truth", "correlation"), [(100, 0.05, 0.0), (150, 0.05, 0.2), (300, 0.02, 0.05)]
)
def test_intervals_of_mated_trials_hold_the_truth_as_often_as_they_say(
    subjects: int, truth: float, correlation: float
) -> None:
    generator = np.random.default_rng(11)
    hits = 0
    for _ in range(REPEATED):
        own = np.full(subjects, truth)
        if correlation:
            spread = 1 / correlation - 1
            own = generator.beta(truth * spread, (1 - truth) * spread, subjects)
        trials = generator.integers(1, 6, subjects)
        hits += held(rate_of(mated(generator.binomial(trials, own), trials), groups=1), truth)
    assert 0.93 <= hits / REPEATED <= 0.97


@pytest.mark.parametrize(
    ("subjects", "truth", "shared"), [(80, 0.01, 0.0), (120, 0.02, 0.1), (150, 0.02, 0.2)]
)
def test_intervals_of_non_mated_trials_hold_the_truth_as_often_as_they_say(
    subjects: int, truth: float, shared: float
) -> None:
    """Scores have a part of either subject: some people are like many others (lambs and wolves)."""
    generator = np.random.default_rng(12)
    threshold, hits = norm.isf(truth), 0
    for _ in range(REPEATED):
        part = generator.standard_normal(subjects) * np.sqrt(shared / 2)
        noise = np.triu(generator.standard_normal((subjects, subjects)), 1) * np.sqrt(1 - shared)
        wrong = np.triu(part[:, None] + part + noise >= threshold, 1)
        hits += held(rate_of(non_mated((wrong | wrong.T).astype(float)), groups=1), truth)
    assert 0.93 <= hits / REPEATED <= 0.97
