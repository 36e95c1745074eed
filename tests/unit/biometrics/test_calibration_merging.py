"""Merged records: the trials of all, and nothing that none of them measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from calibrations import MATED, NON_MATED, ROWS, calibration, row
from countenance.biometrics.calibration import Calibration
from countenance.biometrics.calibration_file import read_record, record_of, record_to_json
from countenance.biometrics.calibration_merging import merge_records
from countenance.biometrics.faces import FaceChoice
from countenance.biometrics.model import Pipeline
from countenance.errors import CalibrationError


def other(**changes: object) -> Calibration:
    """A record on other people, with one threshold that the first has not and without one that it has."""
    made = calibration((row(0.2, 20_000, 0), row(0.3, 900, 10), row(0.35, 400, 11), row(0.5, 20, 40)))
    return replace(made, data_set=replace(made.data_set, digest="ef" * 32), **changes)  # type: ignore[arg-type]  # of any field


def test_errors_and_trials_are_added_at_the_thresholds_that_all_have() -> None:
    merged = merge_records([record_of(calibration()), record_of(other())]).calibration
    assert [one.score for one in merged.rows] == [0.2, 0.3, 0.5]
    assert [one.false_matches for one in merged.rows] == [30_000, 1_900, 50]
    middle = merged.rows[1]
    assert (middle.fmr.rate, middle.fmr.trials) == (1_900 / (2 * NON_MATED), 2 * NON_MATED)
    assert (middle.fnmr.rate, middle.fnmr.trials) == (15 / (2 * MATED), 2 * MATED)
    assert middle.fmr.lower <= middle.fmr.rate <= middle.fmr.upper
    assert merged.rows[2].supported
    assert not other().rows[-1].supported
    assert (merged.data_set.images, merged.data_set.subjects) == (4_000, 1_000)
    assert (merged.accuracy.mean, merged.accuracy.folds) == (pytest.approx(0.99), 20)
    assert merged.eer is None


def test_a_merged_record_is_a_record_and_the_order_means_nothing() -> None:
    records = [record_of(calibration()), record_of(other())]
    merged = merge_records(records)
    import json  # noqa: PLC0415  beside its one use

    assert read_record(json.dumps(record_to_json(merged))) == merged
    turned = merge_records(records[::-1]).calibration
    assert turned.rows == merged.calibration.rows
    assert turned.data_set.digest == merged.calibration.data_set.digest


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (None, "nothing to be merged"),
        (calibration(), "same data set"),
        (other(pipeline=Pipeline("cd" * 32, "1")), "different models"),
        (other(face=FaceChoice.ONLY), "different rules"),
        (other(trials=replace(other().trials, cross=False)), "all pairs of different subjects"),
        (other(rows=(row(0.77, 3, 500),)), "no threshold in common"),
    ],
)
def test_what_cannot_be_added_is_not(second: Calibration | None, message: str) -> None:
    records = [record_of(one) for one in (calibration(ROWS), second) if one is not None]
    with pytest.raises(CalibrationError, match=message):
        merge_records(records)
