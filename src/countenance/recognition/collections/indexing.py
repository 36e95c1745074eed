"""Indexing: enrolling from an image that may show others too, and telling of them without keeping them."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from countenance.biometrics.faces import EVERY_SIZE, DetectedFace, Detection, Extraction, LeastSize
from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
from countenance.errors import LowQualityError, TemplateMismatchError
from countenance.policy.model import Act
from countenance.recognition.acts.enrolment import Enrol, Enrolment
from countenance.recognition.asking import Permission, Request
from countenance.recognition.collections.model import FaceRecord, RelativeBox
from countenance.recognition.outcome import usable
from countenance.recognition.ports import UnitOfWork
from countenance.vetting.model import Actor

MOST_FACES = 100
NOBODY = SubjectId("?")
"""Stands for a subject who was not named: no consent can be on record under it, so it is refused."""


class PassedOver(StrEnum):
    """Why a face of the image was not enrolled."""

    NOT_THE_SUBJECT = "not_the_subject"
    LOW_QUALITY = "low_quality"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexingResult:
    """The reference that was stored, if any, and every face that was passed over.

    Sizes in pixels; `faces` are the largest first. `entry` is the completion's, the permit's
    where nothing was enrolled.
    """

    width: int
    height: int
    enrolled: tuple[tuple[ReferenceId, FaceRecord, DetectedFace], ...]
    passed_over: tuple[tuple[DetectedFace, PassedOver], ...]
    decision_id: str
    entry: int


@dataclass(frozen=True, slots=True)
class Index:
    """Enrol the largest face of an image as its subject's, and keep nothing of the other faces.

    No template is made of them either. Two faces in one photograph are two people, and one name
    stands for one subject: whoever else is in the picture has agreed to nothing under it.
    """

    enrol: Enrol
    unit_of_work: Callable[[], UnitOfWork]
    commit_to: Callable[[bytes], str]
    least: LeastSize = EVERY_SIZE
    """The size of a face from which it is seen at all."""

    def __call__(
        self, actor: Actor, gallery_id: GalleryId, subject_id: SubjectId | None, image: bytes
    ) -> IndexingResult:
        """Return what was enrolled; raises `RefusedError`, `ImageError`, `ConflictError` or `BusyError`.

        A face of low quality, and an image without a face, are results here and failures on
        the record.
        """
        named = subject_id or NOBODY
        request = Request(act=Act.ENROL, gallery_id=gallery_id, subject_id=named)
        enrol = self.enrol
        with enrol.engine.admission():
            with self.unit_of_work() as work:
                permission = enrol.ask(work, actor, request)
            with enrol.report.failures_of(Act.ENROL, permission):
                if permission.covered_gallery().pipeline != enrol.engine.pipeline:
                    raise TemplateMismatchError("the gallery is pinned to another model or pipeline")
                first, seen = enrol.engine.extract_first(image, limit=MOST_FACES, least=self.least)
            enrolment = Enrolment(gallery_id=gallery_id, subject_id=named, sample=image)
            return self._result(permission, enrolment, first, seen)

    def _result(
        self, permission: Permission, enrolment: Enrolment, first: Extraction | None, seen: Detection
    ) -> IndexingResult:
        """Store the first face, and tell of the others."""
        entry = permission.entry
        enrolled: tuple[tuple[ReferenceId, FaceRecord, DetectedFace], ...] = ()
        passed_over = [(face, PassedOver.NOT_THE_SUBJECT) for face in seen.faces[1:]]
        try:
            with self.enrol.report.failures_of(Act.ENROL, permission):
                stored, entry = self._store(permission, enrolment, _usable(first))
                enrolled = (stored,)
        except LowQualityError:
            if first is not None:
                passed_over.insert(0, (first.face, PassedOver.LOW_QUALITY))
        return IndexingResult(
            width=seen.width,
            height=seen.height,
            enrolled=enrolled,
            passed_over=tuple(passed_over),
            decision_id=permission.decision_id,
            entry=entry,
        )

    def _store(
        self, permission: Permission, enrolment: Enrolment, first: Extraction
    ) -> tuple[tuple[ReferenceId, FaceRecord, DetectedFace], int]:
        record = FaceRecord(
            image_id=image_id(self.commit_to(enrolment.sample)),
            confidence=first.face.confidence,
            box=relative_box(first.face, first.width, first.height),
        )

        def describe(work: UnitOfWork, reference_id: ReferenceId) -> None:
            work.faces.describe(reference_id, record)

        reference_id, _, entry = self.enrol.store(permission, enrolment, first, also=describe)
        return (reference_id, record, first.face), entry


def _usable(first: Extraction | None) -> Extraction:
    if first is None:
        raise LowQualityError("no face was found", reasons=("face_not_found",))
    return usable(first)


def image_id(commitment: str) -> str:
    """Return the UUID of an image, made of a keyed commitment to its bytes."""
    return str(uuid.UUID(bytes=hashlib.sha256(commitment.encode()).digest()[:16]))


def relative_box(face: DetectedFace, width: int, height: int) -> RelativeBox:
    """Return the face's rectangle in shares of the image's `width` and `height` in pixels."""
    box = face.box
    return RelativeBox(box.left / width, box.top / height, box.width / width, box.height / height)
