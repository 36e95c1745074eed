from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countenance.biometrics.confidence_scale import ConfidenceScale
from countenance.biometrics.model import ComparisonScore
from countenance.errors import CalibrationError, InvalidInputError
from fakes_engine import fake_threshold

THRESHOLD = fake_threshold(100_000)
SCORES = st.floats(-1.0, 1.0)


def scale(score: float) -> ConfidenceScale:
    return ConfidenceScale(replace(THRESHOLD, score=ComparisonScore(score)))


@given(at=st.floats(-0.99, 0.99), one=SCORES, other=SCORES)
def test_a_higher_score_is_never_a_lower_confidence(at: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert scale(at).confidence(ComparisonScore(low)) <= scale(at).confidence(ComparisonScore(high))


@given(at=st.floats(-0.99, 0.99), score=SCORES)
def test_a_half_parts_what_reaches_the_threshold_from_what_does_not(at: float, score: float) -> None:
    made = scale(at)
    reached = made.threshold.reached_by(ComparisonScore(score))
    assert (made.confidence(ComparisonScore(score)) >= 0.5) == reached or abs(score - at) < 1e-9


@given(at=st.floats(-0.99, 0.99), confidence=st.floats(0.0, 1.0))
def test_the_map_has_a_way_back(at: float, confidence: float) -> None:
    assert scale(at).confidence(scale(at).score(confidence)) == pytest.approx(confidence, abs=1e-9)


def test_the_ends_are_0_and_1_and_the_threshold_is_a_half() -> None:
    made = scale(0.4)
    assert [made.confidence(ComparisonScore(score)) for score in (-1.0, 0.4, 1.0)] == [0.0, 0.5, 1.0]
    assert made.confidence(ComparisonScore(1.0000001)) == 1.0


@pytest.mark.parametrize("confidence", [-0.01, 1.01, float("nan")])
def test_what_is_no_confidence_is_told(confidence: float) -> None:
    with pytest.raises(InvalidInputError):
        scale(0.4).score(confidence)


@pytest.mark.parametrize("score", [-1.0, 1.0])
def test_a_threshold_at_the_end_of_all_scores_anchors_nothing(score: float) -> None:
    with pytest.raises(CalibrationError):
        scale(score)
