from __future__ import annotations

import pytest

from countenance.biometrics.faces import FaceChoice
from countenance.errors import InvalidInputError, RefusedError
from countenance.recognition.measuring.calibration import CalibrationReport
from countenance.recognition.measuring.calibration_plan import CalibrationPlan, read_pairs
from countenance.recognition.measuring.calibration_run import Phase
from countenance.vetting.evaluation import LOCAL
from countenance.vetting.model import Actor
from fakes_engine import NO_FACE, photograph
from world import BANK, World

PAIRS = """a,b,mated
dave/1,dave/2,1
erin/1,erin/2,1
dave/1,erin/1,0
dave/2,erin/2,0
"""
PLAN = CalibrationPlan(name="made up", pairs=read_pairs(PAIRS.splitlines()), face=FaceChoice.CENTRAL)


def quiet(_phase: Phase, _done: int, _total: int) -> None:
    """Nobody watches."""


def read(name: str) -> bytes:
    subject, number = name.split("/")
    return photograph(subject, int(number))


def calibrate(world: World, actor: Actor) -> CalibrationReport:
    return world.acts.calibrate(actor, PLAN, read=read, progress=quiet)


def test_a_calibration_is_permitted_and_recorded_with_the_digests_of_record_and_data(world: World) -> None:
    world.acts.ensure_evaluation_lease()
    report = calibrate(world, LOCAL)
    assert world.types()[-2:] == ["measurement:permitted", "measurement:completed"]
    completed = world.events()[report.entry]
    assert completed["calibration"] == report.record.id
    assert completed["data_set"] == report.record.calibration.data_set.digest
    assert (completed["mated_trials"], completed["non_mated_trials"]) == (2, 2)
    assert completed["permit"] == report.permitted_by
    assert report.record.calibration.made_on == world.clock().date()


def test_a_calibration_that_is_refused_looks_at_no_image(world: World) -> None:
    def never(_name: str) -> bytes:
        raise AssertionError("an image was read")

    with pytest.raises(RefusedError):
        world.acts.calibrate(BANK, PLAN, read=never, progress=quiet)
    assert world.types()[-1] == "measurement:refused"
    assert world.engine.seen == []


def test_a_calibration_that_comes_to_nothing_is_recorded_as_failed(world: World) -> None:
    world.acts.ensure_evaluation_lease()
    with pytest.raises(InvalidInputError):
        world.acts.calibrate(LOCAL, PLAN, read=lambda _name: NO_FACE, progress=quiet)
    assert world.types()[-1] == "measurement:failed"
    assert world.events()[-1]["code"] == "invalid_input"
