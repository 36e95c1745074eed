from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from countenance.biometrics.calibration_file import record_to_json
from countenance.biometrics.faces import FaceChoice
from countenance.errors import InvalidInputError
from countenance.recognition.measuring.calibration_plan import CalibrationPlan, read_pairs
from countenance.recognition.measuring.calibration_run import CalibrationResult, CalibrationRun, Phase
from fakes import FakeClock
from fakes_engine import FAKE_PIPELINE, MANY_FACES, NO_FACE, FakeEngine, photograph

SUBJECTS = 12
PAIRS = "a,b,mated\n" + "".join(
    f"s{i:02}/1.jpg,s{i:02}/2.jpg,1\ns{i:02}/1.jpg,s{(i + 1) % SUBJECTS:02}/2.jpg,0\n"
    for i in range(SUBJECTS)
)
FOLDER = {f"s{i:02}/{n}.jpg": photograph(f"subject {i}", n) for i in range(SUBJECTS) for n in (1, 2)}


@dataclass
class Disk:
    """Images by name, and how often each was read."""

    images: Mapping[str, bytes]
    faults: Mapping[str, Exception] = field(default_factory=dict)
    reads: Counter[str] = field(default_factory=Counter)

    def __call__(self, name: str) -> bytes:
        self.reads[name] += 1
        if name in self.faults:
            raise self.faults[name]
        if name not in self.images:
            raise FileNotFoundError(2, "No such file or directory")
        return self.images[name]


def quiet(_phase: Phase, _done: int, _total: int) -> None:
    """Nobody watches."""


def run(
    disk: Callable[[str], bytes],
    *,
    pairs: str = PAIRS,
    cross: bool = False,
    engine: FakeEngine | None = None,
) -> CalibrationResult:
    plan = CalibrationPlan(
        name="made up", pairs=read_pairs(pairs.splitlines()), face=FaceChoice.CENTRAL, cross=cross
    )
    return CalibrationRun(engine or FakeEngine(), FakeClock())(plan, read=disk, progress=quiet)


def test_a_pipeline_that_tells_everybody_apart_has_no_errors() -> None:
    result = run(Disk(FOLDER))
    calibration = result.record.calibration
    assert calibration.pipeline == FAKE_PIPELINE
    assert (calibration.trials.mated, calibration.trials.non_mated) == (SUBJECTS, SUBJECTS)
    assert (calibration.accuracy.mean, calibration.accuracy.std, calibration.eer) == (1.0, 0.0, 0.0)
    assert calibration.data_set.subjects == SUBJECTS
    assert calibration.made_on == FakeClock()().date()
    assert result.failures == ()
    assert not any(row.supported for row in calibration.rows)


def test_each_image_is_read_and_extracted_once_in_batches() -> None:
    disk, engine = Disk(FOLDER), FakeEngine()
    run(disk, engine=engine)
    assert set(disk.reads.values()) == {1}
    assert len(disk.reads) == 2 * SUBJECTS
    assert Counter(engine.seen) == Counter(FOLDER.values())


def test_crossing_compares_every_image_with_every_other_subjects() -> None:
    trials = run(Disk(FOLDER), cross=True).record.calibration.trials
    assert trials.non_mated == SUBJECTS * (SUBJECTS - 1) // 2 * 4
    assert (trials.mated, trials.cross) == (SUBJECTS, True)


def test_images_that_give_no_template_are_counted_by_code_and_end_nothing() -> None:
    images = {**FOLDER, "s00/1.jpg": NO_FACE, "s01/2.jpg": b"not an image", "s02/1.jpg": b""}
    del images["s03/1.jpg"]
    disk = Disk(images, faults={"s04/1.jpg": PermissionError(13, "Permission denied")})
    result = run(disk)
    assert {(one.image, one.code) for one in result.failures} == {
        ("s00/1.jpg", "face_not_found"),
        ("s01/2.jpg", "image_unsupported"),
        ("s02/1.jpg", "image_empty"),
        ("s03/1.jpg", "file_missing"),
        ("s04/1.jpg", "file_unreadable"),
    }
    calibration = result.record.calibration
    lost = 10 - 1  # two pairs for each of the five images; s00/1 with s01/2 is one pair
    assert calibration.trials.lost == lost
    assert calibration.trials.mated + calibration.trials.non_mated == 2 * SUBJECTS - lost
    assert calibration.accuracy.mean == pytest.approx((2 * SUBJECTS - lost) / (2 * SUBJECTS), abs=0.02)
    document = record_to_json(result.record)
    assert document["not_acquired"] == 5
    assert document["not_acquired_codes"]["face_not_found"] == 1


def test_a_record_holds_figures_and_no_name_of_an_image_or_a_subject() -> None:
    images = {**FOLDER, "s00/1.jpg": NO_FACE}
    text = str(record_to_json(run(Disk(images)).record))
    assert "s00" not in text
    assert "jpg" not in text


def test_the_face_is_chosen_as_the_plan_says() -> None:
    images = {**FOLDER, "s00/1.jpg": MANY_FACES}
    assert run(Disk(images)).failures == ()
    plan = CalibrationPlan(name="x", pairs=read_pairs(PAIRS.splitlines()), face=FaceChoice.ONLY)
    result = CalibrationRun(FakeEngine(), FakeClock())(plan, read=Disk(images), progress=quiet)
    assert [one.code for one in result.failures] == ["face_not_unique"]
    assert result.record.calibration.face is FaceChoice.ONLY


def test_the_same_images_give_the_same_record_and_another_image_another_digest() -> None:
    first, again = run(Disk(FOLDER)), run(Disk(FOLDER))
    assert first == again
    other = run(Disk({**FOLDER, "s00/1.jpg": photograph("subject 0", 7)}))
    assert other.record.calibration.data_set.digest != first.record.calibration.data_set.digest
    assert other.record.id != first.record.id


def test_a_data_set_of_which_nothing_can_be_compared_makes_no_record() -> None:
    with pytest.raises(InvalidInputError, match="could be compared"):
        run(Disk({}))
    with pytest.raises(InvalidInputError, match="could be compared"):
        run(Disk({}), cross=True)


def test_a_subject_without_any_usable_image_does_not_disturb_crossing() -> None:
    images = {name: NO_FACE if name.startswith("s11") else image for name, image in FOLDER.items()}
    trials = run(Disk(images), cross=True).record.calibration.trials
    assert trials.non_mated == (SUBJECTS - 1) * (SUBJECTS - 2) // 2 * 4


def test_guessed_subjects_are_remarked_on() -> None:
    pairs = "a,b,mated\nx/1.jpg,y/1.jpg,1\nx/2.jpg,y/2.jpg,1\nx/1.jpg,x/2.jpg,0\ny/1.jpg,y/2.jpg,0\n"
    disk = Disk({f"{side}/{n}.jpg": photograph(f"subject {n}", ord(side)) for side in "xy" for n in (1, 2)})
    (remark,) = run(disk, pairs=pairs).record.calibration.data_set.remarks
    assert "gathered from the mated pairs" in remark


def test_progress_goes_through_each_phase_to_its_end() -> None:
    told: list[tuple[Phase, int, int]] = []
    plan = CalibrationPlan(
        name="x", pairs=read_pairs(PAIRS.splitlines()), face=FaceChoice.CENTRAL, cross=True
    )
    CalibrationRun(FakeEngine(), FakeClock())(
        plan, read=Disk(FOLDER), progress=lambda *step: told.append(step)
    )
    for phase in (Phase.EXTRACTING, Phase.COMPARING, Phase.RESAMPLING):
        steps = [(done, total) for name, done, total in told if name is phase]
        assert steps == sorted(steps)
        assert steps[-1][0] == steps[-1][1]
    assert [name for name, _, _ in told] == sorted((name for name, _, _ in told), key=list(Phase).index)
