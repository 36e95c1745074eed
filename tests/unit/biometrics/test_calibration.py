from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from calibrations import PIPELINE, ROWS, calibration, record, row
from countenance.biometrics.calibration import (
    FALSE_MATCHES_NEEDED,
    CalibrationRecord,
    CalibrationRow,
    RateBound,
    record_for,
)
from countenance.biometrics.calibration_file import (
    read_record,
    record_of,
    record_to_json,
    shipped_records,
)
from countenance.biometrics.intervals import error_rate
from countenance.biometrics.model import ComparisonScore, ErrorRate, Pipeline
from countenance.errors import CalibrationError, InvalidInputError

OTHER = Pipeline(model_digest="ab" * 32, version="2")


def test_a_threshold_is_the_lowest_whose_measured_rate_is_small_enough() -> None:
    threshold = record().threshold_for(0.001)
    assert (threshold.score, threshold.fmr.rate, threshold.fnmr.rate) == (0.4, 0.001, 0.02)
    assert threshold.calibration_id == record().id
    assert threshold.pipeline == PIPELINE
    assert record().threshold_for(0.00099).score == 0.5
    assert record().threshold_for(0.5).score == 0.2


def test_thirty_false_matches_support_a_threshold_and_fewer_do_not() -> None:
    assert ROWS[3].false_matches == FALSE_MATCHES_NEEDED
    assert record().threshold_for(0.0003).score == 0.5
    with pytest.raises(CalibrationError, match=r"none below `0\.0003`"):
        record().threshold_for(0.00029)


def test_a_rate_below_every_measured_one_has_no_threshold() -> None:
    with pytest.raises(CalibrationError):
        record().threshold_for(1e-9)


def test_a_record_without_support_says_so() -> None:
    poor = record_of(calibration((row(0.5, 29, 50),)))
    with pytest.raises(CalibrationError, match="support none"):
        poor.threshold_for(0.5)
    with pytest.raises(CalibrationError, match="support none"):
        poor.fmr_at(ComparisonScore(0.5))


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1, 2.0, float("nan")])
def test_what_is_no_rate_is_refused(rate: float) -> None:
    with pytest.raises(InvalidInputError):
        record().threshold_for(rate)


@pytest.mark.parametrize(
    ("score", "rate", "bound"),
    [
        (-0.5, 0.1, RateBound.ABOVE),
        (0.2, 0.1, RateBound.AT_MOST),
        (0.35, 0.01, RateBound.AT_MOST),
        (0.5, 0.0003, RateBound.AT_MOST),
        (0.51, 0.0003, RateBound.BELOW),
        (0.99, 0.0003, RateBound.BELOW),
    ],
)
def test_a_score_stands_for_the_rate_of_the_row_that_it_reaches(
    score: float, rate: float, bound: RateBound
) -> None:
    at = record().fmr_at(ComparisonScore(score))
    assert (at.rate.rate, at.bound) == (rate, bound)


@given(st.floats(1e-6, 0.9), st.floats(1e-6, 0.9))
def test_a_smaller_rate_never_gets_a_lower_threshold(one: float, other: float) -> None:
    def score(rate: float) -> float:
        try:
            return record().threshold_for(rate).score
        except CalibrationError:
            return float("inf")

    assert (score(min(one, other)) >= score(max(one, other))) is True


def test_a_record_of_another_pipeline_is_refused() -> None:
    record().require(PIPELINE)
    with pytest.raises(CalibrationError, match="version `1` instead of `2`"):
        record().require(OTHER)
    with pytest.raises(CalibrationError, match="countenance calibrate"):
        record_for([record()], OTHER)


def test_of_several_records_of_a_pipeline_the_newest_counts() -> None:
    older = record_of(replace(calibration(), made_on=date(2025, 1, 1)))
    newer = record_of(replace(calibration(), made_on=date(2026, 2, 1)))
    assert record_for([newer, record(OTHER), older], PIPELINE) == newer


def test_a_record_survives_being_written_and_read() -> None:
    text = json.dumps(record_to_json(record()))
    assert read_record(text) == record()
    assert json.dumps(record_to_json(read_record(text))) == text


@pytest.mark.parametrize("count", [7_255_541, 1_234_567_891])
@pytest.mark.parametrize("false_matches", [0, 1, 3, 7, 29, 31, 724_629])
def test_rates_as_small_as_one_in_a_billion_survive_it_too(count: int, false_matches: int) -> None:
    counts = replace(calibration().trials, non_mated=count)
    rate = error_rate(false_matches, count, np.empty(0))
    rows = (CalibrationRow(ComparisonScore(0.5), rate, ROWS[0].fnmr, false_matches),)
    made = record_of(replace(calibration(), trials=counts, rows=rows))
    assert read_record(json.dumps(record_to_json(made))) == made
    assert made.calibration.rows[0].fmr.rate == pytest.approx(false_matches / count, rel=1e-8)


def test_the_output_of_a_run_is_a_record_whatever_stands_beside_it() -> None:
    output = {**record_to_json(record()), "failures": [{"image": "x"}], "entry": 3}
    assert read_record(json.dumps(output)) == record()


def test_the_json_has_the_keys_that_scripts_rely_on() -> None:
    document = record_to_json(record())
    assert {"accuracy", "accuracy_std", "trials", "not_acquired", "fmr_table"} <= document.keys()
    assert document["trials"] == 101_000
    assert document["fmr_table"][0].keys() == {
        "threshold", "fmr", "fmr_lower", "fmr_upper", "fnmr", "fnmr_lower", "fnmr_upper",
        "false_matches", "supported",
    }  # fmt: skip


def sealed(document: dict[str, Any]) -> str:
    """The document under a digest that fits: what somebody would write who wants it to pass."""
    content = {key: value for key, value in document.items() if key != "id"}
    return json.dumps({**content, "id": hashlib.sha256(rfc8785.dumps(content)).hexdigest()})


def changed(change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(record_to_json(record())))
    change(document)
    return document


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["fmr_table"][2].update(fmr=0.00001, false_matches=1),
        lambda d: d.update(pipeline_version="2"),
        lambda d: d["remarks"].clear(),
        lambda d: d.update(id="00" * 32),
    ],
)
def test_a_changed_record_is_not_read(change: Callable[[dict[str, Any]], None]) -> None:
    with pytest.raises(CalibrationError, match=r"changed after it was made|contradict|claims"):
        read_record(json.dumps(changed(change)))


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["fmr_table"][4].update(supported=True),
        lambda d: d["fmr_table"][1].update(fmr_upper=1.5),
        lambda d: d["fmr_table"][1].update(fmr_lower=0.5),
        lambda d: d["fmr_table"][1].update(false_matches=999),
        lambda d: d["fmr_table"].reverse(),
        lambda d: d["fmr_table"][1].update(threshold=0.2),
        lambda d: d["fmr_table"][3].update(fnmr=0.001, fnmr_lower=0.0),
        lambda d: d["fmr_table"][0].update(threshold=-1.5),
        lambda d: d["fmr_table"].clear(),
        lambda d: d.update(format=2),
        lambda d: d.update(face="all of them"),
        lambda d: d.update(made_on="yesterday"),
        lambda d: d.update(fmr_table=3),
        lambda d: d.pop("accuracy"),
    ],
)
def test_a_record_that_contradicts_itself_is_not_read_even_under_a_fitting_digest(
    change: Callable[[dict[str, Any]], None],
) -> None:
    with pytest.raises(CalibrationError):
        read_record(sealed(changed(change)))


@pytest.mark.parametrize("text", ["", "{}", "[]", "3", '{"id": 1}', "\x00", '{"format": NaN}'])
def test_what_is_no_record_is_not_read(text: str) -> None:
    with pytest.raises(CalibrationError):
        read_record(text)


def test_figures_that_contradict_each_other_make_no_calibration() -> None:
    nan = ErrorRate(float("nan"), 0.0, 1.0, 100_000)
    for wrong in (
        CalibrationRow(ComparisonScore(0.5), nan, ROWS[0].fnmr, 30),
        replace(ROWS[0], fmr=replace(ROWS[0].fmr, trials=7)),
    ):
        with pytest.raises(CalibrationError):
            calibration((wrong,))


def test_every_shipped_record_is_valid_and_says_what_it_is() -> None:
    for shipped in shipped_records():
        assert isinstance(shipped, CalibrationRecord)
        assert shipped.calibration.data_set.remarks
        text = json.dumps(record_to_json(shipped))
        assert read_record(text) == shipped
        assert np.all([one.fmr.trials > 0 for one in shipped.calibration.rows])


def test_taking_a_threshold_from_the_shipped_records_loads_no_statistics_library() -> None:
    program = (
        "import sys; from countenance.biometrics.calibration_file import shipped_records; shipped_records();"
        "sys.exit(any(name.split('.')[0] == 'scipy' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0  # noqa: S603  the line above
