"""Calibration records as JSON files, each under the digest of what it says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import rfc8785

from countenance.biometrics.calibration import (
    Accuracy,
    Calibration,
    CalibrationRecord,
    CalibrationRow,
    DataSet,
    TrialCounts,
)
from countenance.biometrics.faces import FaceChoice
from countenance.biometrics.model import ComparisonScore, ErrorRate, Pipeline
from countenance.errors import CalibrationError

FORMAT = 1

_KEYS = frozenset(
    {
        "format", "model_digest", "pipeline_version", "data_set", "data_set_digest", "images", "subjects",
        "remarks", "made_on", "face", "mated_trials", "non_mated_trials", "cross", "trials", "lost",
        "not_acquired", "not_acquired_codes", "accuracy", "accuracy_std", "folds", "eer", "fmr_table",
    }
)  # fmt: skip
_FIGURES = 9


def record_of(calibration: Calibration) -> CalibrationRecord:
    """Return `calibration`, its figures rounded as the file has them, under the digest of its content."""
    content = _content(calibration)
    return CalibrationRecord(_digest(content), _calibration(content))


def record_to_json(record: CalibrationRecord) -> dict[str, Any]:
    """Return the record as values for JSON: its content, and `id` over it."""
    return {"id": record.id, **_content(record.calibration)}


def read_record(text: str) -> CalibrationRecord:
    """Return the record that `text` holds.

    The digest covers every key of the format; further keys are passed over, so that the
    output of `countenance calibrate --json` is a record as it is. Raises `CalibrationError`
    for text that is not a record, whose digest differs, or whose figures contradict.
    """
    try:
        document = json.loads(text)
        content = {key: document[key] for key in _KEYS}
        if content["format"] != FORMAT:
            raise CalibrationError(f"the calibration record has the unknown format `{content['format']}`")
        calibration = _calibration(content)
        identifier, digest = str(document["id"]), _digest(content)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CalibrationError("the text is not a calibration record") from error
    if identifier != digest:
        raise CalibrationError(f"the calibration record `{identifier[:12]}` was changed after it was made")
    return CalibrationRecord(identifier, calibration)


@cache
def shipped_records() -> tuple[CalibrationRecord, ...]:
    """Return the records that come with the program."""
    folder = files("countenance.biometrics").joinpath("records")
    if not folder.is_dir():
        return ()
    return tuple(
        read_record(file.read_text(encoding="utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".json")
    )


def _digest(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 (hex) of the content's canonical JSON (RFC 8785)."""
    return hashlib.sha256(rfc8785.dumps(dict(content))).hexdigest()


def _content(calibration: Calibration) -> dict[str, Any]:
    trials, data_set, accuracy = calibration.trials, calibration.data_set, calibration.accuracy
    return {
        "format": FORMAT,
        "model_digest": calibration.pipeline.model_digest,
        "pipeline_version": calibration.pipeline.version,
        "data_set": data_set.name,
        "data_set_digest": data_set.digest,
        "images": data_set.images,
        "subjects": data_set.subjects,
        "remarks": list(data_set.remarks),
        "made_on": calibration.made_on.isoformat(),
        "face": calibration.face.value,
        "trials": trials.mated + trials.non_mated,
        "mated_trials": trials.mated,
        "non_mated_trials": trials.non_mated,
        "cross": trials.cross,
        "lost": trials.lost,
        "not_acquired": sum(count for _, count in trials.not_acquired),
        "not_acquired_codes": dict(trials.not_acquired),
        "accuracy": _rounded(accuracy.mean),
        "accuracy_std": _rounded(accuracy.std),
        "folds": accuracy.folds,
        "eer": None if calibration.eer is None else _rounded(calibration.eer),
        "fmr_table": [_row_to_json(row) for row in calibration.rows],
    }


def _rounded(value: float) -> float:
    """Return `value` to nine significant figures: rates are as small as one in many millions."""
    return float(f"{value:.{_FIGURES}g}")


def _row_to_json(row: CalibrationRow) -> dict[str, Any]:
    return {
        "threshold": row.score,
        "fmr": _rounded(row.fmr.rate),
        "fmr_lower": _rounded(row.fmr.lower),
        "fmr_upper": _rounded(row.fmr.upper),
        "fnmr": _rounded(row.fnmr.rate),
        "fnmr_lower": _rounded(row.fnmr.lower),
        "fnmr_upper": _rounded(row.fnmr.upper),
        "false_matches": row.false_matches,
        "supported": row.supported,
    }


def _calibration(content: Mapping[str, Any]) -> Calibration:
    codes = content["not_acquired_codes"]
    trials = TrialCounts(
        mated=int(content["mated_trials"]),
        non_mated=int(content["non_mated_trials"]),
        cross=bool(content["cross"]),
        lost=int(content["lost"]),
        not_acquired=tuple(sorted((str(code), int(count)) for code, count in codes.items())),
    )
    return Calibration(
        pipeline=Pipeline(str(content["model_digest"]), str(content["pipeline_version"])),
        data_set=DataSet(
            name=str(content["data_set"]),
            digest=str(content["data_set_digest"]),
            images=int(content["images"]),
            subjects=int(content["subjects"]),
            remarks=tuple(map(str, content["remarks"])),
        ),
        made_on=date.fromisoformat(content["made_on"]),
        face=FaceChoice(content["face"]),
        trials=trials,
        accuracy=Accuracy(float(content["accuracy"]), float(content["accuracy_std"]), int(content["folds"])),
        eer=None if content["eer"] is None else float(content["eer"]),
        rows=tuple(_row(row, trials) for row in content["fmr_table"]),
    )


def _row(row: Mapping[str, Any], trials: TrialCounts) -> CalibrationRow:
    def rate(name: str, count: int) -> ErrorRate:
        return ErrorRate(float(row[name]), float(row[f"{name}_lower"]), float(row[f"{name}_upper"]), count)

    read = CalibrationRow(
        score=ComparisonScore(float(row["threshold"])),
        fmr=rate("fmr", trials.non_mated),
        fnmr=rate("fnmr", trials.mated),
        false_matches=int(row["false_matches"]),
    )
    if row["supported"] is not read.supported:
        raise CalibrationError(
            f"the calibration record claims what its trials at score `{read.score}` do not"
        )
    return read
