"""Detection: where the faces of an image are, and how good they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from countenance.biometrics.faces import EVERY_SIZE, Detection, LeastSize
from countenance.errors import InvalidInputError
from countenance.ledger import EventType
from countenance.policy.model import Act, Camera, Purpose, Space
from countenance.recognition.asking import Ask, Request
from countenance.recognition.ports import FaceEngine, UnitOfWork
from countenance.recognition.reporting import Report
from countenance.vetting.model import Actor

MAX_FACES = 100
"""Faces of one image that are returned at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """An image in which faces are to be found; nothing of it is kept."""

    image: bytes
    limit: int = MAX_FACES
    least: LeastSize = EVERY_SIZE
    purpose: Purpose | None = None
    space: Space | None = None
    camera: Camera | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionResult:
    """The faces found, the largest first."""

    detection: Detection
    decision_id: str
    permitted_by: int
    entry: int


@dataclass(frozen=True, slots=True)
class Detect:
    """Find the faces of an image, with permission and on the record."""

    ask: Ask
    report: Report
    engine: FaceEngine
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, look: Look) -> DetectionResult:
        """Return the faces, or raise `RefusedError`, `ImageError` or `BusyError`."""
        if not 1 <= look.limit <= MAX_FACES:
            raise InvalidInputError(f"`{look.limit}` is not a number of faces from 1 to {MAX_FACES}")
        request = Request(act=Act.DETECT, purpose=look.purpose, space=look.space, camera=look.camera)
        with self.engine.admission():
            with self.unit_of_work() as work:
                permission = self.ask(work, actor, request)
            with self.report.failures_of(Act.DETECT, permission):
                detection = self.engine.detect(look.image, limit=look.limit, least=look.least)
                with self.unit_of_work() as work:
                    event, fields = EventType.DETECTION_COMPLETED, {"faces": len(detection.faces)}
                    entry = self.report.completed(work, event, permission, fields)
                    work.commit()
        return DetectionResult(
            detection=detection,
            decision_id=permission.decision_id,
            permitted_by=permission.entry,
            entry=entry,
        )
