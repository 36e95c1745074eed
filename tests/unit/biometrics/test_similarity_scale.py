from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrations import threshold_at
from countenance.biometrics.calibration_file import shipped_records
from countenance.biometrics.model import ComparisonScore
from countenance.biometrics.similarity_scale import FMR_AT_80, FMR_AT_99, SimilarityScale
from countenance.errors import CalibrationError, InvalidInputError

SCALE = SimilarityScale(threshold_at(0.4), threshold_at(0.6))


@pytest.mark.parametrize(
    ("score", "percent"), [(-1.0, 0.0), (0.4, 80.0), (0.6, 99.0), (1.0, 100.0), (0.5, 89.5), (-0.3, 40.0)]
)
def test_the_anchors_are_where_they_are_said_to_be(score: float, percent: float) -> None:
    assert SCALE.percent(ComparisonScore(score)) == pytest.approx(percent)
    assert SCALE.score(percent) == pytest.approx(score)


@settings(max_examples=100)
@given(st.floats(-1, 1), st.floats(-1, 1))
def test_a_higher_score_is_never_a_lower_percentage(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert SCALE.percent(ComparisonScore(low)) <= SCALE.percent(ComparisonScore(high))


@settings(max_examples=100)
@given(st.floats(0, 100))
def test_the_way_back_leads_to_where_it_began(percent: float) -> None:
    assert SCALE.percent(SCALE.score(percent)) == pytest.approx(percent, abs=1e-9)


@pytest.mark.parametrize("percent", [-0.1, 100.1])
def test_what_is_no_percentage_is_told(percent: float) -> None:
    with pytest.raises(InvalidInputError):
        SCALE.score(percent)


def test_anchors_that_are_one_make_no_scale() -> None:
    with pytest.raises(CalibrationError):
        SimilarityScale(SCALE.at_80, replace(SCALE.at_80))


def test_the_shipped_record_supports_both_anchors() -> None:
    (record,) = shipped_records()
    scale = SimilarityScale(record.threshold_for(FMR_AT_80), record.threshold_for(FMR_AT_99))
    assert scale.at_99.fmr.rate <= FMR_AT_99
