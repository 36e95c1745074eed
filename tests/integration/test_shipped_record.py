"""The shipped calibration record against the networks and photographs that it speaks of."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from countenance.biometrics.calibration import CalibrationRecord, record_for
from countenance.biometrics.calibration_file import shipped_records
from countenance.biometrics.faces import Extraction, FaceChoice
from countenance.engine.networks import EngineOptions
from countenance.engine.pipeline import Limits, LocalFaceEngine, open_engine
from countenance.recognition.measuring.calibration_plan import CalibrationPlan, read_pairs
from countenance.recognition.measuring.calibration_run import CalibrationRun, Phase


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalFaceEngine]:
    """The engine as it comes: default models, f32."""
    made = open_engine(
        EngineOptions(),
        Limits(image_bytes=20_000_000, image_pixels=100_000_000, decode_seconds=30, queue=4),
    )
    yield made
    made.close()


@pytest.fixture(scope="module")
def record(engine: LocalFaceEngine) -> CalibrationRecord:
    return record_for(shipped_records(), engine.pipeline)


def test_the_shipped_record_was_made_with_the_pipeline_that_runs_by_default(
    record: CalibrationRecord, engine: LocalFaceEngine
) -> None:
    record.require(engine.pipeline)


def test_every_photograph_of_the_shipped_record_had_a_face_and_accuracy_is_what_the_network_can_do(
    record: CalibrationRecord,
) -> None:
    calibration = record.calibration
    assert (calibration.trials.lost, calibration.trials.not_acquired) == (0, ())
    assert calibration.trials.mated == 1500
    assert calibration.trials.non_mated > 7_000_000
    assert calibration.accuracy.mean >= 0.992


def test_the_shipped_record_supports_rates_down_to_one_in_a_hundred_thousand(
    record: CalibrationRecord,
) -> None:
    thresholds = [record.threshold_for(rate) for rate in (1e-2, 1e-3, 1e-4, 1e-5)]
    assert [one.score for one in thresholds] == sorted(one.score for one in thresholds)
    for one, rate in zip(thresholds, (1e-2, 1e-3, 1e-4, 1e-5), strict=True):
        assert rate / 2 < one.fmr.rate <= rate <= one.fmr.upper
        assert one.fnmr.rate < 0.1


def test_photographs_that_the_record_was_made_from_still_score_as_it_says(
    record: CalibrationRecord, engine: LocalFaceEngine, lfw: Path
) -> None:
    """A sample: at one in a thousand, 1.5 % of mated pairs fail and hardly any other passes."""
    with (lfw / "pairs.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    sample = [row for row in rows if row["mated"] == "1"][::60] + [r for r in rows if r["mated"] == "0"][::60]
    threshold = record.threshold_for(1e-3)
    wrong = 0
    for row in sample:
        images = [(lfw / "images" / row[side]).read_bytes() for side in "ab"]
        one, other = engine.extract(images, choice=FaceChoice.CENTRAL)
        assert isinstance(one, Extraction)
        assert isinstance(other, Extraction)
        reached = threshold.reached_by(one.template.compare(other.template))
        wrong += reached != (row["mated"] == "1")
    assert len(sample) == 50
    assert wrong <= 3


def test_calibrating_on_photographs_from_one_session_finds_no_error(
    engine: LocalFaceEngine, london: Path
) -> None:
    people = sorted(path.name[:3] for path in (london / "neutral_front").glob("*_03.jpg"))[:12]
    lines = ["a,b,mated,subject_a,subject_b"]
    for at, name in enumerate(people):
        other = people[(at + 1) % len(people)]
        for partner, mated in ((name, 1), (other, 0)):
            lines.append(
                f"neutral_front/{name}_03.jpg,smiling_front/{partner}_08.jpg,{mated},{name},{partner}"
            )
    plan = CalibrationPlan(name="london", pairs=read_pairs(lines), face=FaceChoice.CENTRAL, cross=True)
    told: list[Phase] = []
    result = CalibrationRun(engine, lambda: datetime(2026, 1, 5, tzinfo=UTC))(
        plan,
        read=lambda name: (london / name).read_bytes(),
        progress=lambda phase, _done, _total: told.append(phase),
    )
    calibration = result.record.calibration
    assert result.failures == ()
    assert calibration.accuracy.mean == 1.0
    assert calibration.eer == 0.0
    assert calibration.pipeline == engine.pipeline
    assert set(told) == set(Phase) - {Phase.SEARCHING}
