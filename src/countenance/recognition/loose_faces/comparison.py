"""Comparison of two loose faces that were kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from countenance.biometrics.model import ComparisonScore, Threshold
from countenance.ledger import EventType
from countenance.policy.model import Act, ObligationKind
from countenance.recognition.acts.loose_probes import loose_faces
from countenance.recognition.acts.verification import VerificationResult
from countenance.recognition.asking import Ask, Request
from countenance.recognition.loose_faces.model import LooseFaceId
from countenance.recognition.outcome import Outcome, calibration_fields
from countenance.recognition.ports import FaceEngine, UnitOfWork
from countenance.recognition.reporting import Report
from countenance.vetting.model import Actor


@dataclass(frozen=True, slots=True)
class CompareLooseFaces:
    """Tell whether two kept faces are one person's, with permission and on the record."""

    ask: Ask
    report: Report
    engine: FaceEngine
    threshold_for: Callable[[int], Threshold]
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, first: LooseFaceId, second: LooseFaceId) -> VerificationResult:
        """Return the outcome, or raise `RefusedError`, `FaceGoneError` or `BusyError`.

        A face of low quality is compared, as in `Compare`: nobody is enrolled or let in by it.
        """
        with self.engine.admission():
            with self.unit_of_work() as work:
                permission = self.ask(work, actor, Request(act=Act.VERIFY))
            with self.report.failures_of(Act.VERIFY, permission), self.unit_of_work() as work:
                threshold = self.threshold_for(permission.lease.terms.fmr_ppb)
                now = self.report.clock()
                one, other = loose_faces(work, permission.lease.id, (first, second), at=now)
                score = one.template.compare(other.template)
                outcome = Outcome.MATCH if threshold.reached_by(score) else Outcome.NO_MATCH
                fields = {"outcome": outcome.value, **calibration_fields(threshold)}
                entry = self.report.completed(work, EventType.VERIFICATION_COMPLETED, permission, fields)
                work.commit()
        hide = permission.obligation(ObligationKind.NO_SCORES) is not None
        return VerificationResult(
            outcome=outcome,
            score=None if hide else ComparisonScore(score),
            threshold=threshold,
            decision_id=permission.decision_id,
            permitted_by=permission.entry,
            entry=entry,
        )
