from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countenance.biometrics import error_rates as module
from countenance.biometrics.error_rates import Resampling, equal_error_rate, error_rates, table_thresholds
from countenance.biometrics.intervals import error_rate, jeffreys
from countenance.biometrics.trials import MatedTrials, NonMatedTrials, cross_trials, listed_trials

NOTHING = np.empty(0)


def quiet(_done: int, _total: int) -> None:
    """Nobody watches."""


def trials(
    seed: int = 0, mated: int = 400, non_mated: int = 4000, subjects: int = 80
) -> tuple[MatedTrials, NonMatedTrials]:
    generator = np.random.default_rng(seed)
    first = generator.integers(0, subjects, non_mated)
    second = (first + generator.integers(1, subjects, non_mated)) % subjects
    return (
        MatedTrials(generator.normal(0.6, 0.12, mated), generator.integers(0, subjects, mated)),
        listed_trials(generator.normal(0.1, 0.12, non_mated), first, second),
    )


def rows_of(replicates: int = 200, seed: int = 0, **more: int) -> tuple[module.CalibrationRow, ...]:
    mated, non_mated = trials(seed, **more)
    return error_rates(mated, non_mated, Resampling(80, replicates, 7), quiet)


def test_the_rates_are_those_that_counting_gives() -> None:
    mated, non_mated = trials()
    for row in rows_of():
        assert row.false_matches == np.sum(non_mated.scores >= row.score)
        assert row.fmr.rate == row.false_matches / 4000
        assert row.fnmr.rate == np.sum(mated.scores < row.score) / 400
        assert (row.fmr.trials, row.fnmr.trials) == (4000, 400)


def test_the_table_reaches_from_the_lowest_score_to_the_first_threshold_without_false_matches() -> None:
    rows = rows_of()
    assert rows[0].fmr.rate > 0.99
    assert rows[-1].false_matches == 0
    assert rows[-2].false_matches > 0
    scores = [row.score for row in rows]
    assert scores == sorted(set(scores))


@pytest.mark.parametrize("target", [0.1, 0.05, 0.01, 0.005, 0.001])
def test_the_table_has_the_lowest_threshold_for_each_usual_rate(target: float) -> None:
    _, non_mated = trials()
    best = next(row.score for row in rows_of() if row.fmr.rate <= target)
    assert np.mean(non_mated.scores >= best - 1e-4) > target


@given(st.integers(0, 50), st.integers(1, 60), st.integers(1, 60))
@settings(max_examples=40, deadline=None)
def test_every_table_is_ordered_and_every_rate_lies_in_its_interval(
    seed: int, mated: int, other: int
) -> None:
    rows = rows_of(replicates=20, seed=seed, mated=mated, non_mated=other)
    assert [row.score for row in rows] == sorted({row.score for row in rows})
    for row in rows:
        for rate in (row.fmr, row.fnmr):
            assert 0 <= rate.lower <= rate.rate <= rate.upper <= 1


def test_the_same_scores_give_the_same_record_and_another_seed_other_intervals() -> None:
    mated, non_mated = trials()
    assert rows_of() == rows_of()
    other = error_rates(mated, non_mated, Resampling(80, 200, 8), quiet)
    assert [row.fmr.rate for row in other] == [row.fmr.rate for row in rows_of()]
    assert [row.fmr.upper for row in other] != [row.fmr.upper for row in rows_of()]


def test_one_subject_who_causes_all_errors_widens_the_interval_far_beyond_independent_trials() -> None:
    subjects, each = 100, 40
    numbers = np.repeat(np.arange(subjects), each)
    scores = np.where(numbers == 0, 0.3, 0.9)  # 40 of 4,000 fail, all of them one subject's
    first, second = np.arange(2000) % subjects, (np.arange(2000) + 1) % subjects
    non_mated = listed_trials(np.linspace(0.0, 0.5, 2000), first, second)
    rows = error_rates(MatedTrials(scores, numbers), non_mated, Resampling(subjects, 500, 1), quiet)
    at = next(row.fnmr for row in rows if row.fnmr.rate == 0.01)
    independent = jeffreys(40, 4000)
    assert at.lower == 0.0
    assert at.upper > 1.9 * independent[1]


def test_the_interval_holds_the_true_rate_about_as_often_as_it_says() -> None:
    """Subjects differ in how often they are mistaken: what an interval over pairs would not notice."""
    covered = 0
    for seed in range(120):
        generator = np.random.default_rng(seed)
        subjects = 60
        hardness = generator.beta(1.0, 9.0, subjects)  # 0.1 on average
        numbers = np.repeat(np.arange(subjects), 20)
        scores = np.where(generator.random(len(numbers)) < hardness[numbers], 0.2, 0.8)
        non_mated = NonMatedTrials(np.array([0.5]), np.array([0]), np.array([1]), 1, 0.5)
        rows = error_rates(MatedTrials(scores, numbers), non_mated, Resampling(subjects, 200, seed), quiet)
        covered += rows[0].fnmr.lower <= 0.1 <= rows[0].fnmr.upper
    assert covered >= 105


def test_no_error_in_n_trials_is_bounded_by_the_rule_of_three() -> None:
    rate = error_rate(0, 2995, NOTHING)
    assert (rate.rate, rate.lower) == (0.0, 0.0)
    assert rate.upper == pytest.approx(1e-3, rel=1e-3)
    every = error_rate(2995, 2995, NOTHING)
    assert (every.upper, every.lower) == (1.0, pytest.approx(1 - 1e-3, rel=1e-6))


@pytest.mark.parametrize(("errors", "count"), [(1, 20), (10, 20), (30, 100_000)])
def test_jeffreys_interval_leaves_a_fortieth_of_the_beta_distribution_on_either_side(
    errors: int, count: int
) -> None:
    lower, upper = jeffreys(errors, count)
    at = np.linspace(0.0, min(1.0, upper * 4), 2_000_001)[1:-1]
    density = np.exp(
        (errors - 0.5) * np.log(at)
        + (count - errors - 0.5) * np.log1p(-at)
        - ((errors - 0.5) * np.log(errors / count) + (count - errors - 0.5) * np.log1p(-errors / count))
    )
    assert density[at < lower].sum() / density.sum() == pytest.approx(0.025, rel=0.01)
    assert density[at > upper].sum() / density.sum() == pytest.approx(0.025, rel=0.01)


def test_an_interval_is_never_narrower_than_that_of_independent_trials() -> None:
    alike = np.full(100, 0.02)
    rate = error_rate(2, 100, alike)
    assert (rate.lower, rate.upper) == jeffreys(2, 100)


def some_vectors(images: int = 90, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    vectors = generator.standard_normal((images, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors, generator.integers(0, 30, images)


def test_crossing_compares_every_image_with_every_image_of_another_subject_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("countenance.biometrics.trials._CELLS_AT_ONCE", 700)
    vectors, subjects = some_vectors()
    crossed = cross_trials(vectors, subjects, 35, quiet)
    expected = sorted(
        float(vectors[i] @ vectors[j]) for i in range(90) for j in range(i) if subjects[i] != subjects[j]
    )
    assert crossed.count == len(expected)
    assert np.allclose(np.sort(crossed.scores), expected, atol=1e-6)
    assert (crossed.first != crossed.second).all()
    assert crossed.total(np.ones(35)) == len(expected)


def test_of_many_crossed_trials_the_highest_are_kept_and_all_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vectors, subjects = some_vectors()
    whole = cross_trials(vectors, subjects, 30, quiet)
    monkeypatch.setattr("countenance.biometrics.trials._FEWEST_KEPT", 100)
    part = cross_trials(vectors, subjects, 30, quiet)
    assert part.count == whole.count
    assert len(part.scores) >= part.count // 10
    assert len(part.scores) < part.count // 5
    assert np.array_equal(np.sort(part.scores), np.sort(whole.scores[whole.scores >= part.floor]))
    thresholds = table_thresholds(part)
    assert thresholds.min() >= part.floor
    times = np.bincount(np.random.default_rng(1).integers(0, 30, 30), minlength=30).astype(float)
    assert part.total(times) == pytest.approx(whole.weight(times).sum())


def test_rates_of_kept_trials_are_those_of_all() -> None:
    vectors, subjects = some_vectors(seed=5)
    whole = cross_trials(vectors, subjects, 30, quiet)
    mated = MatedTrials(np.linspace(0.2, 1.0, 50), np.arange(50) % 30)
    floor = float(np.sort(whole.scores)[-300])
    high = whole.scores >= floor
    part = NonMatedTrials(
        whole.scores[high], whole.first[high], whole.second[high], whole.count, floor, whole.images
    )
    of_whole = {row.score: row for row in error_rates(mated, whole, Resampling(30, 50, 3), quiet)}
    for row in error_rates(mated, part, Resampling(30, 50, 3), quiet):
        assert row.false_matches == of_whole[row.score].false_matches
        assert row.fmr.upper == pytest.approx(of_whole[row.score].fmr.upper)


def test_the_equal_error_rate_lies_where_both_rates_meet() -> None:
    mated = MatedTrials(np.array([0.4, 0.6, 0.7, 0.8]), np.zeros(4, dtype=np.int64))
    non_mated = listed_trials(np.array([0.1, 0.2, 0.3, 0.5]), np.zeros(4, int), np.ones(4, int))
    assert equal_error_rate(mated, non_mated) == 0.25
    apart = MatedTrials(np.array([0.9]), np.zeros(1, dtype=np.int64))
    assert equal_error_rate(apart, non_mated) == 0.0


def test_an_equal_error_rate_below_what_was_kept_is_not_made_up() -> None:
    mated = MatedTrials(np.array([0.1, 0.2, 0.3, 0.8]), np.zeros(4, dtype=np.int64))
    tail = NonMatedTrials(np.array([0.5]), np.array([0]), np.array([1]), 1000, 0.5, np.array([40, 25]))
    assert equal_error_rate(mated, tail) is None


def test_progress_is_told_up_to_the_end() -> None:
    mated, non_mated = trials()
    told: list[tuple[int, int]] = []
    error_rates(mated, non_mated, Resampling(80, 50, 7), lambda done, total: told.append((done, total)))
    assert told[-1] == (50, 50)
    assert told == sorted(told)
