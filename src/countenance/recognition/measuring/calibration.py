"""Calibration as an act: measuring on images of people is asked for and recorded like any other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from countenance.biometrics.calibration import CalibrationRecord
from countenance.ledger import EventType
from countenance.policy.model import Act
from countenance.recognition.asking import Ask, Request
from countenance.recognition.measuring.calibration_plan import CalibrationPlan
from countenance.recognition.measuring.calibration_run import AcquisitionFailure, CalibrationRun, Progress
from countenance.recognition.ports import FaceEngine, UnitOfWork
from countenance.recognition.reporting import Report
from countenance.vetting.model import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationReport:
    """The record that was made, the images that it could not use, and where it was permitted."""

    record: CalibrationRecord
    failures: tuple[AcquisitionFailure, ...]
    decision_id: str
    permitted_by: int
    entry: int


@dataclass(frozen=True, slots=True)
class Calibrate:
    """Measure the pipeline on a data set, with permission and on the record.

    The ledger gets the digests of the record and of the data set, so that a threshold can be
    traced to the run that made it. Nothing of the images is kept.
    """

    ask: Ask
    report: Report
    engine: FaceEngine
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(
        self, actor: Actor, plan: CalibrationPlan, *, read: Callable[[str], bytes], progress: Progress
    ) -> CalibrationReport:
        """Return the record of `plan`; `read` and `progress` as in `CalibrationRun`.

        Raises `RefusedError` before an image is read, `InvalidInputError` where too little
        could be compared, and `BusyError` where others use the engine.
        """
        with self.unit_of_work() as work:
            permission = self.ask(work, actor, Request(act=Act.MEASURE))
        with self.report.failures_of(Act.MEASURE, permission):
            result = CalibrationRun(self.engine, self.report.clock)(plan, read=read, progress=progress)
            trials = result.record.calibration.trials
            with self.unit_of_work() as work:
                entry = self.report.completed(
                    work,
                    EventType.MEASUREMENT_COMPLETED,
                    permission,
                    {
                        "calibration": result.record.id,
                        "data_set": result.record.calibration.data_set.digest,
                        "mated_trials": trials.mated,
                        "non_mated_trials": trials.non_mated,
                        "not_acquired": len(result.failures),
                    },
                )
                work.commit()
        return CalibrationReport(
            record=result.record,
            failures=result.failures,
            decision_id=permission.decision_id,
            permitted_by=permission.entry,
            entry=entry,
        )
