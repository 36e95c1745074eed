"""Enrolment: a sample becomes a reference of a subject who agreed to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from countenance.biometrics.faces import DetectedFace, Extraction, FaceChoice
from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId, Template
from countenance.errors import ConflictError, InvalidInputError, LimitReachedError, TemplateMismatchError
from countenance.ledger import EventType, JsonValue
from countenance.policy.model import Act, Camera, Space
from countenance.recognition.asking import Ask, Permission, Request
from countenance.recognition.erasure.codec import manifest_fields
from countenance.recognition.erasure.model import CANARY
from countenance.recognition.model import Reference
from countenance.recognition.outcome import usable
from countenance.recognition.ports import FaceEngine, UnitOfWork
from countenance.recognition.reporting import Report
from countenance.vetting.model import Actor

MAX_REFERENCES = 50
"""References of one subject: more add nothing to the score and slow every search."""

_SAME_SAMPLE = 0.9999
"""Cosine from which two templates of one subject come from the same photograph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A sample, and the subject it is attributed to."""

    gallery_id: GalleryId
    subject_id: SubjectId
    sample: bytes
    choice: FaceChoice = FaceChoice.ONLY
    space: Space | None = None
    camera: Camera | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentResult:
    """The stored reference; `duplicate` says that the same photograph was enrolled before."""

    reference_id: ReferenceId
    duplicate: bool
    face: DetectedFace
    decision_id: str
    permitted_by: int
    entry: int


@dataclass(frozen=True, slots=True)
class Enrol:
    """Store a reference: (1) permit, (2) consent, (3) quality, (4) duplicate, (5) store, (6) record.

    The gate answers (1) and (2) together. Both may change while the engine is at work, so
    consent is read again in the transaction that stores.
    """

    ask: Ask
    report: Report
    engine: FaceEngine
    unit_of_work: Callable[[], UnitOfWork]
    new_id: Callable[[str], str]

    def __call__(self, actor: Actor, enrolment: Enrolment) -> EnrolmentResult:
        """Return the reference.

        Raises `RefusedError`, `ImageError`, `FaceError`, `ConflictError` or `BusyError`.
        """
        request = Request(
            act=Act.ENROL,
            gallery_id=enrolment.gallery_id,
            subject_id=enrolment.subject_id,
            space=enrolment.space,
            camera=enrolment.camera,
        )
        with self.engine.admission():
            with self.unit_of_work() as work:
                permission = self.ask(work, actor, request)  # (1) (2)
            with self.report.failures_of(Act.ENROL, permission):
                if permission.covered_gallery().pipeline != self.engine.pipeline:
                    raise TemplateMismatchError("the gallery is pinned to another model or pipeline")
                (extraction,) = self.engine.extract([enrolment.sample], choice=enrolment.choice)
                found = usable(extraction)  # (3)
                reference_id, duplicate, entry = self.store(permission, enrolment, found)
                return EnrolmentResult(
                    reference_id=reference_id,
                    duplicate=duplicate,
                    face=found.face,
                    decision_id=permission.decision_id,
                    permitted_by=permission.entry,
                    entry=entry,
                )

    def store(
        self,
        permission: Permission,
        enrolment: Enrolment,
        found: Extraction,
        *,
        also: Callable[[UnitOfWork, ReferenceId], None] = lambda _, __: None,
    ) -> tuple[ReferenceId, bool, int]:
        """Do (4) to (6); `also` is done in the same transaction. Return id, duplicate, entry's index.

        Where the gallery keeps images, the face of the sample is kept with its reference.
        """
        template, image = found.template, self._image(permission, enrolment, found)
        with self.unit_of_work() as work:
            work.become_writer()  # two samples of one subject at once are stored one after the other
            now = self.report.clock()
            consent = work.consents.get(enrolment.gallery_id, enrolment.subject_id)
            if consent is None or not consent.valid_at(now):
                raise ConflictError(f"the consent of `{enrolment.subject_id}` ended meanwhile")
            known = work.references.of_subject(enrolment.gallery_id, enrolment.subject_id)
            same = [held for held in known if held.template.compare(template) >= _SAME_SAMPLE]  # (4)
            if not same and len(known) >= MAX_REFERENCES:
                raise LimitReachedError(f"`{enrolment.subject_id}` has {MAX_REFERENCES} references already")
            reference_id = same[0].id if same else ReferenceId(self.new_id("ref"))
            manifest = None if same else self._add(work, enrolment, reference_id, template)  # (5)
            if image is not None:
                work.portraits.keep(reference_id, image)
            also(work, reference_id)
            commitment = work.references.commitment(enrolment.gallery_id, enrolment.subject_id)
            subject = commitment.hex() if commitment is not None else None
            fields: dict[str, JsonValue] = {"subject": subject, "duplicate": bool(same), "manifest": manifest}
            entry = self.report.completed(work, EventType.ENROLMENT_COMPLETED, permission, fields)  # (6)
            work.commit()
        return reference_id, bool(same), entry

    def _add(
        self, work: UnitOfWork, enrolment: Enrolment, reference_id: ReferenceId, template: Template
    ) -> JsonValue:
        """Store the reference; return what the ledger says of the gallery's manifest."""
        if enrolment.subject_id == CANARY:
            raise InvalidInputError(f"`{CANARY}` is kept for rehearsals of erasure")
        before = work.manifests.get(enrolment.gallery_id)
        reference = Reference(
            id=reference_id,
            gallery_id=enrolment.gallery_id,
            subject_id=enrolment.subject_id,
            template=template,
            enrolled=self.report.clock(),
        )
        work.references.add(reference)
        return manifest_fields(before, work.manifests.get(enrolment.gallery_id))

    def _image(self, permission: Permission, enrolment: Enrolment, found: Extraction) -> bytes | None:
        """Return what examiners will look at, None where the gallery keeps no images."""
        if not permission.covered_gallery().keeps_images:
            return None
        return self.engine.portrait(enrolment.sample, found.face).image
