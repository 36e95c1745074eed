"""Calibration records made up for tests: there is no other way to have a threshold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from countenance.biometrics.calibration import (
    Accuracy,
    Calibration,
    CalibrationRecord,
    CalibrationRow,
    DataSet,
    TrialCounts,
)
from countenance.biometrics.calibration_file import record_of
from countenance.biometrics.faces import FaceChoice
from countenance.biometrics.model import ComparisonScore, ErrorRate, Pipeline, Threshold

PIPELINE = Pipeline(model_digest="ab" * 32, version="1")
MATED = 1_000
NON_MATED = 100_000


def row(score: float, false_matches: int, false_non_matches: int) -> CalibrationRow:
    fmr, fnmr = false_matches / NON_MATED, false_non_matches / MATED
    return CalibrationRow(
        score=ComparisonScore(score),
        fmr=ErrorRate(fmr, fmr / 2, min(1.0, fmr * 2 + 1e-5), NON_MATED),
        fnmr=ErrorRate(fnmr, fnmr / 2, min(1.0, fnmr * 2 + 1e-3), MATED),
        false_matches=false_matches,
    )


ROWS = (row(0.2, 10_000, 1), row(0.3, 1_000, 5), row(0.4, 100, 20), row(0.5, 30, 50), row(0.6, 3, 90))


def calibration(rows: Sequence[CalibrationRow] = ROWS, pipeline: Pipeline = PIPELINE) -> Calibration:
    return Calibration(
        pipeline=pipeline,
        data_set=DataSet(
            name="made up", digest="cd" * 32, images=2_000, subjects=500, remarks=("made up for tests",)
        ),
        made_on=date(2026, 1, 5),
        face=FaceChoice.CENTRAL,
        trials=TrialCounts(mated=MATED, non_mated=NON_MATED, cross=True, lost=0, not_acquired=()),
        accuracy=Accuracy(0.99, 0.004, 10),
        eer=0.011,
        rows=tuple(rows),
    )


def record(pipeline: Pipeline = PIPELINE) -> CalibrationRecord:
    return record_of(calibration(pipeline=pipeline))


def threshold_at(score: float, pipeline: Pipeline = PIPELINE) -> Threshold:
    """Return a threshold at `score`, from a record that has one there."""
    made = record_of(calibration((row(score, 100, 20),), pipeline))
    return made.threshold_for(0.001)
