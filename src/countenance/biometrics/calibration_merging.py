"""Several calibration records of one pipeline as one: more trials, never other ones."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Sequence

from countenance.biometrics.calibration import (
    Accuracy,
    Calibration,
    CalibrationRecord,
    CalibrationRow,
    DataSet,
    TrialCounts,
)
from countenance.biometrics.calibration_file import record_of
from countenance.biometrics.model import ErrorRate
from countenance.errors import CalibrationError

_FEWEST = 2


def merge_records(records: Sequence[CalibrationRecord]) -> CalibrationRecord:
    """Return the record of the trials of all `records` together, at the thresholds that all of them have.

    Errors and trials are added. A rate's interval is the mean of the intervals, weighted by
    trials, which is never narrower than that of independent sets together. Data sets are taken
    for sets of different people. Where FMR and FNMR meet is not known of the sum, so `eer` is
    None. Raises `CalibrationError` for records of different pipelines, faces or kinds of trials,
    for a data set that comes twice, and where no threshold is common to all.
    """
    parts = [record.calibration for record in records]
    _check(parts)
    common = set.intersection(*({row.score for row in part.rows} for part in parts))
    if not common:
        raise CalibrationError("the calibration records have no threshold in common")
    rows = [[row for row in part.rows if row.score in common] for part in parts]
    merged = Calibration(
        pipeline=parts[0].pipeline,
        data_set=_data_set(records),
        made_on=max(part.made_on for part in parts),
        face=parts[0].face,
        trials=_trials(parts),
        accuracy=_accuracy([part.accuracy for part in parts]),
        eer=None,
        rows=tuple(_row(at) for at in zip(*rows, strict=True)),
    )
    return record_of(merged)


def _check(parts: Sequence[Calibration]) -> None:
    if len(parts) < _FEWEST:
        raise CalibrationError("one calibration record alone has nothing to be merged with")
    if len({part.pipeline for part in parts}) > 1:
        raise CalibrationError("the calibration records were made with different models or pipelines")
    if len({part.face for part in parts}) > 1:
        raise CalibrationError("the calibration records chose faces by different rules")
    if len({part.trials.cross for part in parts}) > 1:
        raise CalibrationError(
            "one calibration record has all pairs of different subjects for trials, and another listed ones"
        )
    digests = [part.data_set.digest for part in parts]
    if len(set(digests)) < len(digests):
        raise CalibrationError("two of the calibration records were made on the same data set")


def _data_set(records: Sequence[CalibrationRecord]) -> DataSet:
    sets = [record.calibration.data_set for record in records]
    digest = hashlib.sha256("\n".join(sorted(one.digest for one in sets)).encode()).hexdigest()
    ids = ", ".join(sorted(record.id[:12] for record in records))
    remarks = dict.fromkeys(remark for one in sets for remark in one.remarks)
    return DataSet(
        name=" + ".join(one.name for one in sets),
        digest=digest,
        images=sum(one.images for one in sets),
        subjects=sum(one.subjects for one in sets),
        remarks=(*remarks, f"Merged from the records {ids}, whose subjects are taken for different people."),
    )


def _trials(parts: Sequence[Calibration]) -> TrialCounts:
    codes: Counter[str] = Counter()
    for part in parts:
        codes.update(dict(part.trials.not_acquired))
    return TrialCounts(
        mated=sum(part.trials.mated for part in parts),
        non_mated=sum(part.trials.non_mated for part in parts),
        cross=parts[0].trials.cross,
        lost=sum(part.trials.lost for part in parts),
        not_acquired=tuple(sorted(codes.items())),
    )


def _accuracy(parts: Sequence[Accuracy]) -> Accuracy:
    """Return mean and standard deviation over all folds together."""
    folds = sum(part.folds for part in parts)
    mean = math.fsum(part.mean * part.folds for part in parts) / folds
    squares = math.fsum((part.std**2 + (part.mean - mean) ** 2) * part.folds for part in parts)
    return Accuracy(mean, math.sqrt(squares / folds), folds)


def _row(rows: Sequence[CalibrationRow]) -> CalibrationRow:
    false_matches = sum(row.false_matches for row in rows)
    return CalibrationRow(
        score=rows[0].score,
        fmr=_rate([row.fmr for row in rows], false_matches),
        fnmr=_rate([row.fnmr for row in rows], sum(round(row.fnmr.rate * row.fnmr.trials) for row in rows)),
        false_matches=false_matches,
    )


def _rate(rates: Sequence[ErrorRate], errors: int) -> ErrorRate:
    trials = sum(rate.trials for rate in rates)
    rate = errors / trials
    lower, upper = (
        math.fsum(bound * one.trials for bound, one in zip(bounds, rates, strict=True)) / trials
        for bounds in ([one.lower for one in rates], [one.upper for one in rates])
    )
    return ErrorRate(rate, min(lower, rate), max(upper, rate), trials)
