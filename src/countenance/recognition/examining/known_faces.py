"""Known faces: photographs of people who agreed to be shown to examiners, so that examiners can be tried."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from countenance.biometrics.faces import DetectedFace, Detection
from countenance.errors import (
    InvalidInputError,
    LimitReachedError,
    LowQualityError,
    ManyFacesError,
    NoFaceError,
)
from countenance.ledger import Entry, EventType, JsonValue
from countenance.oversight.assignments import KnownFace
from countenance.oversight.model import KnownFaceId
from countenance.recognition.acts.detection import Detect, Look
from countenance.recognition.ports import UnitOfWork
from countenance.vetting.access import Access
from countenance.vetting.evaluation import EVALUATION, EnsureEvaluationLease
from countenance.vetting.model import Actor, Role

MOST: Final = 5_000
"""Known faces of an installation."""

_ADMINISTRATORS: Final = frozenset({Role.ADMINISTRATOR})
_READS: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


@dataclass(frozen=True, slots=True)
class KnownFaces:
    """Add, list and remove known faces. No template of them is made: they are compared with nobody.

    Finding the face is an act like any other: it is asked for, under the installation's own lease.
    """

    access: Access
    detect: Detect
    own_lease: EnsureEvaluationLease
    unit_of_work: Callable[[], UnitOfWork]
    new_id: Callable[[str], str]

    def add(self, actor: Actor, person: str, image: bytes) -> KnownFace:
        """Keep a photograph of somebody who agreed; `person` is a pseudonym that tells people apart.

        Raises `ForbiddenError`, `RefusedError`, `InvalidInputError`, `ImageError`, `FaceError`,
        `BusyError` and `LimitReachedError`.
        """
        if not _NAME.fullmatch(person):
            raise InvalidInputError("a pseudonym has letters, digits, `.`, `_` and `-`, at most 128")
        with self.unit_of_work() as work:
            self.access.role(work, actor, _ADMINISTRATORS)
        self.own_lease()
        installation = Actor(id=actor.id, role=Role.OPERATOR, lease_id=EVALUATION, person=actor.person)
        found = self.detect(installation, Look(image=image, limit=2)).detection
        with self.detect.engine.admission():
            portrait = self.detect.engine.portrait(image, _only_face(found))
        face = KnownFace(
            id=KnownFaceId(self.new_id("known")),
            person=person,
            added=self.access.clock(),
            added_by=actor.id,
        )
        with self.unit_of_work() as work:
            work.become_writer()
            if len(work.portraits.known()) >= MOST:
                raise LimitReachedError(f"an installation keeps at most {MOST} known faces")
            work.portraits.add_known(face, portrait.image)
            self._record(work, actor, EventType.KNOWN_FACE_ADDED, face.id)
            work.commit()
        return face

    def all(self, actor: Actor) -> tuple[KnownFace, ...]:
        """Return every known face, without its image."""
        with self.unit_of_work() as work:
            self.access.role(work, actor, _READS)
            return work.portraits.known()

    def remove(self, actor: Actor, face_id: KnownFaceId) -> None:
        """Remove a known face and destroy its key: whoever agreed has changed their mind."""
        with self.unit_of_work() as work:
            self.access.role(work, actor, _ADMINISTRATORS)
            work.portraits.remove_known(face_id)
            self._record(work, actor, EventType.KNOWN_FACE_REMOVED, face_id)
            work.commit()

    def _record(self, work: UnitOfWork, actor: Actor, event: EventType, face_id: KnownFaceId) -> None:
        fields: dict[str, JsonValue] = {"face": face_id, "actor": actor.id}
        work.ledger.append(Entry(event, self.access.clock(), fields))


def _only_face(found: Detection) -> DetectedFace:
    """Return the one face of an image, good enough to be compared by people, or raise `FaceError`."""
    if not found.faces:
        raise NoFaceError("no face was found")
    if len(found.faces) > 1:
        raise ManyFacesError("more than one face was found: a known face is of one person")
    if found.faces[0].reasons:
        reasons = tuple(reason.value for reason in found.faces[0].reasons)
        raise LowQualityError(f"the face cannot be compared reliably: {', '.join(reasons)}", reasons=reasons)
    return found.faces[0]
