"""Verification: whether a probe is mated with the subject it claims to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from countenance.biometrics.faces import FaceChoice
from countenance.biometrics.model import ComparisonScore, GalleryId, SubjectId, Threshold
from countenance.errors import NotFoundError
from countenance.ledger import EventType
from countenance.policy.model import Act, Camera, ObligationKind, Space
from countenance.recognition.asking import Ask, Permission, Request
from countenance.recognition.outcome import Outcome, calibration_fields, usable
from countenance.recognition.ports import FaceEngine, UnitOfWork
from countenance.recognition.reporting import Report
from countenance.recognition.retention.contact import note_contact
from countenance.vetting.model import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A probe, and the enrolled subject that it is said to show."""

    gallery_id: GalleryId
    subject_id: SubjectId
    probe: bytes
    choice: FaceChoice = FaceChoice.ONLY
    space: Space | None = None
    camera: Camera | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationResult:
    """The answer with its evidence. `score` is None where the permit forbids scores."""

    outcome: Outcome
    score: ComparisonScore | None
    threshold: Threshold
    decision_id: str
    permitted_by: int
    entry: int


@dataclass(frozen=True, slots=True)
class Verify:
    """Compare a probe with the references of one subject, with permission and on the record."""

    ask: Ask
    report: Report
    engine: FaceEngine
    threshold_for: Callable[[int], Threshold]
    unit_of_work: Callable[[], UnitOfWork]
    watch: Callable[[GalleryId, int, ComparisonScore], None] | None = None

    def __call__(self, actor: Actor, claim: Claim) -> VerificationResult:
        """Return the outcome.

        Raises `RefusedError`, `NotFoundError`, `ImageError`, `FaceError` or `BusyError`. A
        subject that withdrew while the engine was at work is not compared: the consent is
        read again before the answer is recorded.
        """
        with self.engine.admission():
            with self.unit_of_work() as work:
                permission = self.ask(work, actor, _request(claim))
                references = work.references.of_subject(claim.gallery_id, claim.subject_id)
            with self.report.failures_of(Act.VERIFY, permission):
                threshold = self.threshold_for(permission.lease.terms.fmr_ppb)
                if not references:
                    raise NotFoundError(f"subject `{claim.subject_id}` has no reference in this gallery")
                (extraction,) = self.engine.extract([claim.probe], choice=claim.choice)
                probe = usable(extraction).template
                score = max(reference.template.compare(probe) for reference in references)
                return self._record(permission, claim, score, threshold)

    def _record(
        self, permission: Permission, claim: Claim, score: ComparisonScore, threshold: Threshold
    ) -> VerificationResult:
        outcome = Outcome.MATCH if threshold.reached_by(score) else Outcome.NO_MATCH
        with self.unit_of_work() as work:
            work.become_writer()  # two matches at once are noted one after the other
            consent = work.consents.get(claim.gallery_id, claim.subject_id)
            if consent is None or not consent.valid_at(self.report.clock()):
                raise NotFoundError(f"subject `{claim.subject_id}` has no reference in this gallery")
            if outcome is Outcome.MATCH:
                note_contact(work, claim.gallery_id, claim.subject_id, self.report.clock())
            entry = self.report.completed(
                work,
                EventType.VERIFICATION_COMPLETED,
                permission,
                {"outcome": outcome.value, **calibration_fields(threshold)},
            )
            work.commit()
        if self.watch is not None and outcome is Outcome.MATCH:
            self.watch(claim.gallery_id, permission.lease.terms.fmr_ppb, score)
        hide = permission.obligation(ObligationKind.NO_SCORES) is not None
        return VerificationResult(
            outcome=outcome,
            score=None if hide else score,
            threshold=threshold,
            decision_id=permission.decision_id,
            permitted_by=permission.entry,
            entry=entry,
        )


def _request(claim: Claim) -> Request:
    return Request(
        act=Act.VERIFY,
        gallery_id=claim.gallery_id,
        subject_id=claim.subject_id,
        space=claim.space,
        camera=claim.camera,
    )
