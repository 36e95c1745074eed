"""Faces of rosters: references, with the notes that another service's clients make of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from countenance.biometrics.faces import BoundingBox, DetectedFace, Extraction, FaceChoice
from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
from countenance.errors import (
    InvalidInputError,
    LimitReachedError,
    NoFaceError,
    NotFoundError,
    TemplateMismatchError,
)
from countenance.policy.model import Act
from countenance.recognition.acts.enrolment import Enrol, Enrolment
from countenance.recognition.acts.removal import RemoveReferences
from countenance.recognition.asking import Request
from countenance.recognition.collections.indexing import image_id, relative_box
from countenance.recognition.collections.model import FaceRecord
from countenance.recognition.outcome import usable
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.rosters.lifecycle import RosterName, covered_roster
from countenance.recognition.rosters.model import LEAST_FACE, RosterFace, RosterKind
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor

MOST_FACES: Final = {RosterKind.FACE_LIST: 1_000, RosterKind.LARGE_FACE_LIST: 1_000_000}
"""Faces of one list, by kind."""

_SEEN: Final = 100
_OVERLAP: Final = 0.3
"""Share of the union that a face and the wanted rectangle have in common at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph:
    """An image, where in it the subject's face is, and what is noted of it.

    Without `target` the image must show one face; with it, the face that overlaps it most is
    meant. In pixels of the upright image.
    """

    image: bytes
    target: BoundingBox | None
    user_data: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedFace:
    """The reference that was stored, with the decision that permitted it and the entry that completed it."""

    reference_id: ReferenceId
    decision_id: str
    entry: int


@dataclass(frozen=True, slots=True)
class AddRosterFace:
    """Enrol the face of a photograph that is meant, and keep nothing of the others."""

    enrol: Enrol
    unit_of_work: Callable[[], UnitOfWork]
    commit_to: Callable[[bytes], str]

    def __call__(
        self, actor: Actor, gallery_id: GalleryId, subject_id: SubjectId, photograph: Photograph
    ) -> AddedFace:
        """Return the reference.

        Raises `RefusedError`, `ImageError`, `FaceError`, `ConflictError` or `BusyError`.
        """
        enrol = self.enrol
        request = Request(act=Act.ENROL, gallery_id=gallery_id, subject_id=subject_id)
        with enrol.engine.admission():
            with self.unit_of_work() as work:
                permission = enrol.ask(work, actor, request)
            with enrol.report.failures_of(Act.ENROL, permission):
                if permission.covered_gallery().pipeline != enrol.engine.pipeline:
                    raise TemplateMismatchError("the gallery is pinned to another model or pipeline")
                found = usable(self._meant(photograph))
                enrolment = Enrolment(gallery_id=gallery_id, subject_id=subject_id, sample=photograph.image)
                record = FaceRecord(
                    image_id=image_id(self.commit_to(photograph.image)),
                    confidence=found.face.confidence,
                    box=relative_box(found.face, found.width, found.height),
                )

                def also(work: UnitOfWork, reference_id: ReferenceId) -> None:
                    self._full(work, gallery_id)
                    work.faces.describe(reference_id, record)
                    work.roster_faces.note(reference_id, photograph.user_data)

                reference_id, _, entry = enrol.store(permission, enrolment, found, also=also)
        return AddedFace(reference_id=reference_id, decision_id=permission.decision_id, entry=entry)

    def _meant(self, photograph: Photograph) -> Extraction | InvalidInputError:
        if photograph.target is None:
            (found,) = self.enrol.engine.extract([photograph.image], choice=FaceChoice.ONLY)
            return found
        seen = self.enrol.engine.extract_all(photograph.image, limit=_SEEN, least=LEAST_FACE)
        target = photograph.target
        best = max(seen, key=lambda one: overlap(one.face, target), default=None)
        if best is None or overlap(best.face, target) < _OVERLAP:
            raise NoFaceError("no face was found where one is said to be")
        return best

    def _full(self, work: UnitOfWork, gallery_id: GalleryId) -> None:
        """Raise `LimitReachedError` where the list has more than it may, the new one included."""
        roster = work.rosters.get(gallery_id)
        most = MOST_FACES.get(roster.kind) if roster is not None else None
        if most is not None and work.faces.count(gallery_id) > most:
            raise LimitReachedError(f"a list of this kind has at most {most} faces")


@dataclass(frozen=True, slots=True)
class RosterFaces:
    """Show and remove faces, and change what is noted of them: none is looked at for it.

    With a subject, a face of another one is not there.
    """

    standing: Standing
    remove_references: RemoveReferences
    unit_of_work: Callable[[], UnitOfWork]

    def one(
        self, actor: Actor, name: RosterName, reference_id: ReferenceId, subject_id: SubjectId | None = None
    ) -> RosterFace:
        """Return a face, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            roster = covered_roster(self.standing, work, actor, name)
            return _face(work, roster.gallery_id, reference_id, subject_id)

    def page(
        self, actor: Actor, name: RosterName, *, after: ReferenceId | None, limit: int
    ) -> tuple[RosterFace, ...]:
        """Return a page of faces, ordered by id, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            roster = covered_roster(self.standing, work, actor, name)
            return work.roster_faces.page(roster.gallery_id, after=after, limit=limit)

    def note(
        self, actor: Actor, name: RosterName, face: tuple[ReferenceId, SubjectId | None], user_data: str
    ) -> None:
        """Note something else of a face, given with its subject; raises `NotFoundError`."""
        with self.unit_of_work() as work:
            roster = covered_roster(self.standing, work, actor, name)
            found = _face(work, roster.gallery_id, *face)
            work.roster_faces.note(found.reference_id, user_data)
            work.commit()

    def delete(
        self, actor: Actor, name: RosterName, reference_id: ReferenceId, subject_id: SubjectId | None = None
    ) -> None:
        """Remove a face; its subject's consent stays. Raises `NotFoundError`."""
        with self.unit_of_work() as work:
            roster = covered_roster(self.standing, work, actor, name)
            _face(work, roster.gallery_id, reference_id, subject_id)
        self.remove_references(actor, roster.gallery_id, [reference_id])


def overlap(face: DetectedFace, target: BoundingBox) -> float:
    """Return the area that a face and a rectangle share over the area that they cover together, 0 to 1."""
    box = face.box
    across = min(box.left + box.width, target.left + target.width) - max(box.left, target.left)
    down = min(box.top + box.height, target.top + target.height) - max(box.top, target.top)
    shared = max(0.0, across) * max(0.0, down)
    return shared / (box.width * box.height + target.width * target.height - shared)


def _face(
    work: UnitOfWork, gallery_id: GalleryId, reference_id: ReferenceId, subject_id: SubjectId | None
) -> RosterFace:
    face = work.roster_faces.get(gallery_id, reference_id)
    if face is None or (subject_id is not None and face.subject_id != subject_id):
        raise NotFoundError(f"no face `{reference_id}`")
    return face
