"""Verification of a kept face against an enrolled subject."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from countenance.biometrics.model import GalleryId, SubjectId, Threshold
from countenance.errors import NotFoundError
from countenance.ledger import EventType
from countenance.policy.model import Act, ObligationKind
from countenance.recognition.acts.loose_probes import loose_face, usable_face
from countenance.recognition.acts.verification import VerificationResult
from countenance.recognition.asking import Ask, Request
from countenance.recognition.loose_faces.model import LooseFaceId
from countenance.recognition.outcome import Outcome, calibration_fields
from countenance.recognition.ports import FaceEngine, UnitOfWork
from countenance.recognition.reporting import Report
from countenance.vetting.model import Actor


@dataclass(frozen=True, slots=True)
class VerifyLooseFace:
    """Compare a kept face with the references of one subject, with permission and on the record."""

    ask: Ask
    report: Report
    engine: FaceEngine
    threshold_for: Callable[[int], Threshold]
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(
        self, actor: Actor, face_id: LooseFaceId, gallery_id: GalleryId, subject_id: SubjectId
    ) -> VerificationResult:
        """Return the outcome.

        Raises `RefusedError`, `FaceGoneError`, `NotFoundError` without a reference,
        `LowQualityError` or `BusyError`. References and consent are read in the transaction
        that records the answer, so that whoever withdrew meanwhile is not compared.
        """
        request = Request(act=Act.VERIFY, gallery_id=gallery_id, subject_id=subject_id)
        with self.engine.admission():
            with self.unit_of_work() as work:
                permission = self.ask(work, actor, request)
            with self.report.failures_of(Act.VERIFY, permission), self.unit_of_work() as work:
                threshold = self.threshold_for(permission.lease.terms.fmr_ppb)
                now = self.report.clock()
                face = usable_face(loose_face(work, permission.lease.id, face_id, at=now))
                references = work.references.of_subject(gallery_id, subject_id)
                consent = work.consents.get(gallery_id, subject_id)
                if not references or consent is None or not consent.valid_at(now):
                    raise NotFoundError(f"subject `{subject_id}` has no reference in this gallery")
                score = max(reference.template.compare(face.template) for reference in references)
                outcome = Outcome.MATCH if threshold.reached_by(score) else Outcome.NO_MATCH
                fields = {"outcome": outcome.value, **calibration_fields(threshold)}
                entry = self.report.completed(work, EventType.VERIFICATION_COMPLETED, permission, fields)
                work.commit()
        hide = permission.obligation(ObligationKind.NO_SCORES) is not None
        return VerificationResult(
            outcome=outcome,
            score=None if hide else score,
            threshold=threshold,
            decision_id=permission.decision_id,
            permitted_by=permission.entry,
            entry=entry,
        )
