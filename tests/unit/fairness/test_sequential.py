from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from countenance.errors import InvalidInputError
from countenance.fairness import sequential
from countenance.fairness.sequential import ODDS_RATIOS, REFERENCE, Stream, baseline_of, observe


def known(baseline: float) -> Stream:
    """A stream that has learned its baseline."""
    return Stream(trials=REFERENCE, errors=0, baseline=baseline)


def trials(seed: int, rate: float, count: int) -> list[bool]:
    return [bool(one) for one in np.random.default_rng(seed).random(count) < rate]


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.3])
def test_false_alarms_come_no_more_often_than_the_bound_says(
    rate: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a level of 500, forty streams of 4,000 trials at the baseline itself: 320 alarms at most on average.

    The bound is on the mean; with the alarms of independent streams summed, four standard
    deviations of a Poisson count are allowed above it.
    """
    level, streams, length = 500, 40, 4_000
    monkeypatch.setattr(sequential, "MEAN_TRIALS_BETWEEN_FALSE_ALARMS", level)
    alarms = 0
    for seed in range(streams):
        stream, _ = observe(known(rate), trials(seed, rate, length))
        alarms += stream.alarms
    expected = streams * length / level
    assert alarms <= expected + 4 * math.sqrt(expected)


def test_a_stream_below_its_baseline_does_not_alarm_at_the_level_that_is_used() -> None:
    stream, alarmed = observe(known(0.05), trials(1, 0.05, 40_000))
    assert not alarmed
    assert stream.level < sequential.MEAN_TRIALS_BETWEEN_FALSE_ALARMS


@pytest.mark.parametrize(("rate", "raised"), [(0.02, 0.08), (0.05, 0.15), (0.2, 0.4)])
def test_a_rise_is_found_within_about_the_delay_that_is_promised(rate: float, raised: float) -> None:
    divergence = raised * math.log(raised / rate) + (1 - raised) * math.log((1 - raised) / (1 - rate))
    promised = math.log(sequential.MEAN_TRIALS_BETWEEN_FALSE_ALARMS) / divergence
    delays = []
    for seed in range(20):
        stream, delay = known(rate), 0
        for error in trials(seed, raised, int(promised * 6)):
            stream, alarmed = observe(stream, [error])
            delay += 1
            if alarmed:
                break
        else:
            pytest.fail("the rise was not found")
        delays.append(delay)
    assert np.mean(delays) < 2 * promised


def test_the_likelihood_ratio_has_an_expectation_of_one_at_the_baseline_and_less_below() -> None:
    for baseline in (0.001, 0.05, 0.5):
        for odds in ODDS_RATIOS:
            up = sequential._ratio(baseline, odds, error=True)
            down = sequential._ratio(baseline, odds, error=False)
            assert baseline * up + (1 - baseline) * down == pytest.approx(1.0)
            below = baseline / 2
            assert below * up + (1 - below) * down < 1.0


def test_the_baseline_is_learned_from_the_first_trials_and_covers_their_rate() -> None:
    stream, alarmed = observe(Stream(), [True] * 30 + [False] * (REFERENCE - 30))
    assert not alarmed
    assert stream.baseline is not None
    assert stream.baseline == pytest.approx(baseline_of(30, REFERENCE))
    assert stream.baseline > 0.1
    assert binom.cdf(30, REFERENCE, stream.baseline) == pytest.approx(0.001, rel=1e-3)


def test_a_calibrated_rate_is_normal_even_where_the_first_trials_show_less() -> None:
    quiet = [False] * REFERENCE
    assert observe(Stream(), quiet)[0].baseline == pytest.approx(baseline_of(0, REFERENCE))
    assert observe(Stream(), quiet, calibrated=0.2)[0].baseline == 0.2


def test_the_result_does_not_depend_on_how_the_trials_are_cut() -> None:
    all_at_once, _ = observe(Stream(), trials(3, 0.1, 900))
    stream = Stream()
    for start in range(0, 900, 7):
        stream, _ = observe(stream, trials(3, 0.1, 900)[start : start + 7])
    assert stream == all_at_once


def test_after_an_alarm_it_begins_anew() -> None:
    stream, alarmed = observe(known(0.01), [True] * 40)
    assert alarmed
    assert stream.alarms >= 1
    assert stream.level < sequential.MEAN_TRIALS_BETWEEN_FALSE_ALARMS


def test_extremes_are_handled() -> None:
    assert baseline_of(5, 5) == 1.0
    assert observe(known(1.0), [True] * 1_000)[1] is False
    for errors, count in ((1, 0), (3, 2), (-1, 5)):
        with pytest.raises(InvalidInputError):
            baseline_of(errors, count)
