"""Comparison of two loose images, neither of which is enrolled or kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from countenance.biometrics.faces import DetectedFace, FaceChoice
from countenance.biometrics.model import ComparisonScore, Threshold
from countenance.ledger import EventType
from countenance.policy.model import Act, Camera, ObligationKind, Purpose, Space
from countenance.recognition.asking import Ask, Permission, Request
from countenance.recognition.outcome import Outcome, acquired, calibration_fields
from countenance.recognition.ports import FaceEngine, UnitOfWork
from countenance.recognition.reporting import Report
from countenance.vetting.model import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two encoded images whose chosen faces are to be compared."""

    reference: bytes
    probe: bytes
    choice: FaceChoice
    purpose: Purpose | None = None
    space: Space | None = None
    camera: Camera | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonResult:
    """The answer with its evidence; `faces` are the two that were compared."""

    outcome: Outcome
    score: ComparisonScore | None
    threshold: Threshold
    faces: tuple[DetectedFace, DetectedFace]
    decision_id: str
    permitted_by: int
    entry: int


@dataclass(frozen=True, slots=True)
class Compare:
    """Compare the faces of two images, with permission and on the record."""

    ask: Ask
    report: Report
    engine: FaceEngine
    threshold_for: Callable[[int], Threshold]
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, pair: Pair) -> ComparisonResult:
        """Return the outcome, or raise `RefusedError`, `ImageError`, `FaceError` or `BusyError`.

        A face of low quality is compared and its reasons are returned: nobody is enrolled
        or let in by this, and whoever looks at two files wants to see both facts.
        """
        request = Request(act=Act.VERIFY, purpose=pair.purpose, space=pair.space, camera=pair.camera)
        with self.engine.admission():
            with self.unit_of_work() as work:
                permission = self.ask(work, actor, request)
            with self.report.failures_of(Act.VERIFY, permission):
                threshold = self.threshold_for(permission.lease.terms.fmr_ppb)
                both = self.engine.extract([pair.reference, pair.probe], choice=pair.choice)
                reference, probe = (
                    acquired(extraction, which)
                    for extraction, which in zip(both, ("reference", "probe"), strict=True)
                )
                score = reference.template.compare(probe.template)
                faces = (reference.face, probe.face)
                return self._record(permission, score, threshold, faces)

    def _record(
        self,
        permission: Permission,
        score: ComparisonScore,
        threshold: Threshold,
        faces: tuple[DetectedFace, DetectedFace],
    ) -> ComparisonResult:
        outcome = Outcome.MATCH if threshold.reached_by(score) else Outcome.NO_MATCH
        fields = {"outcome": outcome.value, **calibration_fields(threshold)}
        with self.unit_of_work() as work:
            entry = self.report.completed(work, EventType.VERIFICATION_COMPLETED, permission, fields)
            work.commit()
        hide = permission.obligation(ObligationKind.NO_SCORES) is not None
        return ComparisonResult(
            outcome=outcome,
            score=None if hide else score,
            threshold=threshold,
            faces=faces,
            decision_id=permission.decision_id,
            permitted_by=permission.entry,
            entry=entry,
        )
