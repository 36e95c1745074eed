"""Users: one name for several faces of one person, within a gallery."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from countenance.biometrics.model import ComparisonScore, GalleryId, ReferenceId, Template
from countenance.errors import LimitReachedError, NotFoundError
from countenance.ledger import EventType
from countenance.policy.model import Act
from countenance.recognition.asking import Ask, Permission, Request
from countenance.recognition.collections.model import EnrolledFace, User
from countenance.recognition.ports import FaceEngine, UnitOfWork
from countenance.recognition.reporting import Report
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

MOST_FACES = 100
"""Faces of one user."""

_OPERATES = frozenset({Role.OPERATOR})


class NotAssociated(StrEnum):
    """Why a face was not put under a user, or not taken from it."""

    MISSING = "missing"
    ANOTHER_USER = "another_user"
    UNLIKE = "unlike"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A face that was not associated: with its user where it has another, its score where it was too low."""

    reference_id: ReferenceId
    reason: NotAssociated
    user_id: str | None = None
    score: ComparisonScore | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationResult:
    """What was changed, what was not and why, and how many faces the user has now.

    `decision_id` and `entry` are of the last subject asked for; None where nothing was compared.
    """

    changed: tuple[ReferenceId, ...]
    left_out: tuple[LeftOut, ...]
    faces: int
    decision_id: str | None = None
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class Users:
    """Make and remove users, and take faces from them: no face is looked at for it."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def create(self, actor: Actor, gallery_id: GalleryId, user_id: str) -> None:
        """Make a user without faces; raises `NotFoundError` or `AlreadyExistsError`."""
        with self.unit_of_work() as work:
            gallery = self.standing.gallery(work, actor, gallery_id, _OPERATES)
            work.faces.add_user(gallery.id, user_id)
            work.commit()

    def delete(self, actor: Actor, gallery_id: GalleryId, user_id: str) -> None:
        """Remove a user; its faces stay enrolled. Raises `NotFoundError`."""
        with self.unit_of_work() as work:
            gallery = self.standing.gallery(work, actor, gallery_id, _OPERATES)
            work.faces.remove_user(gallery.id, user_id)
            work.commit()

    def dissociate(
        self, actor: Actor, gallery_id: GalleryId, user_id: str, references: Sequence[ReferenceId]
    ) -> AssociationResult:
        """Take faces from a user; raises `NotFoundError` for the user."""
        changed, left_out = [], []
        with self.unit_of_work() as work:
            gallery = self.standing.gallery(work, actor, gallery_id, _OPERATES)
            user_of(work, gallery.id, user_id)
            for reference_id in dict.fromkeys(references):
                face = work.faces.get(gallery.id, reference_id)
                if face is None or face.user_id is None:
                    left_out.append(LeftOut(reference_id, NotAssociated.MISSING))
                elif face.user_id != user_id:
                    left_out.append(LeftOut(reference_id, NotAssociated.ANOTHER_USER, face.user_id))
                else:
                    work.faces.associate(face, None)
                    changed.append(reference_id)
            faces = user_of(work, gallery.id, user_id).faces
            work.commit()
        return AssociationResult(changed=tuple(changed), left_out=tuple(left_out), faces=faces)


@dataclass(frozen=True, slots=True)
class Associate:
    """Put enrolled faces under a user, where they look alike, with permission and on the record.

    The faces are compared, so it is asked for each subject as an enrolment: consent, lease
    and purpose must hold for every one of them.
    """

    ask: Ask
    report: Report
    engine: FaceEngine
    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(
        self,
        actor: Actor,
        place: tuple[GalleryId, str],
        references: Sequence[ReferenceId],
        *,
        at_least: ComparisonScore,
    ) -> AssociationResult:
        """Put the references under the user that `place` names by gallery and id.

        The first face of a user without faces needs no likeness; every other must reach
        `at_least` against one that the user has and whose subject's consent holds. Raises
        `NotFoundError`, also where the user has none of these, `RefusedError`, and
        `LimitReachedError` beyond 100 faces.
        """
        gallery_id, user_id = place
        with self.unit_of_work() as work:
            self.standing.gallery(work, actor, gallery_id, _OPERATES)
            user_of(work, gallery_id, user_id)
            found = [work.faces.get(gallery_id, name) for name in dict.fromkeys(references)]
        permissions = self._permissions(actor, gallery_id, [face for face in found if face is not None])
        with self.unit_of_work() as work:
            work.become_writer()
            known = work.faces.page(gallery_id, after=None, limit=MOST_FACES, user_id=user_id)
            templates = _templates_of(work, user_id, known, self.report.clock())
            changed, left_out = [], []
            for reference_id in dict.fromkeys(references):
                face = work.faces.get(gallery_id, reference_id)
                fault = _fault(work, face, reference_id, user_id, (templates, at_least))
                if fault is not None:
                    left_out.append(fault)
                elif face is not None and face.user_id is None:
                    templates.append(_template(work, face))
                    work.faces.associate(face, user_id)
                    changed.append(reference_id)
            if len(known) + len(changed) > MOST_FACES:
                raise LimitReachedError(f"a user has at most {MOST_FACES} faces")
            entry = self._report(work, permissions, len(changed))
            faces = user_of(work, gallery_id, user_id).faces
            work.commit()
        return AssociationResult(
            changed=tuple(changed),
            left_out=tuple(left_out),
            faces=faces,
            decision_id=permissions[-1].decision_id if permissions else None,
            entry=entry,
        )

    def _permissions(
        self, actor: Actor, gallery_id: GalleryId, faces: Sequence[EnrolledFace]
    ) -> list[Permission]:
        """Ask for each subject once, before anything is compared."""
        permissions = []
        for subject_id in sorted({face.subject_id for face in faces}):
            request = Request(act=Act.ENROL, gallery_id=gallery_id, subject_id=subject_id)
            with self.unit_of_work() as work:
                permissions.append(self.ask(work, actor, request))
        return permissions

    def _report(self, work: UnitOfWork, permissions: Sequence[Permission], changed: int) -> int | None:
        entry = None
        for permission in permissions:
            fields = {"associated": changed}
            entry = self.report.completed(work, EventType.ENROLMENT_COMPLETED, permission, fields)
        return entry


def user_of(work: UnitOfWork, gallery_id: GalleryId, user_id: str) -> User:
    """Return the user, or raise `NotFoundError`."""
    user = work.faces.user(gallery_id, user_id)
    if user is None:
        raise NotFoundError(f"there is no user `{user_id}`")
    return user


def _templates_of(
    work: UnitOfWork, user_id: str, known: Sequence[EnrolledFace], now: datetime
) -> list[Template]:
    """Return the templates of a user's faces that may be compared, or raise `NotFoundError` if none may."""
    templates = [_template(work, face) for face in known if _agreed(work, face, now)]
    if known and not templates:
        raise NotFoundError(f"user `{user_id}` has no face that may be compared")
    return templates


def _agreed(work: UnitOfWork, face: EnrolledFace, at: datetime) -> bool:
    """Tell whether a face may be compared: the user's other faces can be of subjects who agreed to less."""
    consent = work.consents.get(face.gallery_id, face.subject_id)
    return consent is not None and consent.valid_at(at)


def _template(work: UnitOfWork, face: EnrolledFace) -> Template:
    held = work.references.of_subject(face.gallery_id, face.subject_id)
    return next(one.template for one in held if one.id == face.reference_id)


def _fault(
    work: UnitOfWork,
    face: EnrolledFace | None,
    reference_id: ReferenceId,
    user_id: str,
    likeness: tuple[Sequence[Template], ComparisonScore],
) -> LeftOut | None:
    """Return why a face cannot be the user's, or None where it can be or is."""
    if face is None:
        return LeftOut(reference_id, NotAssociated.MISSING)
    if face.user_id is not None:
        another = face.user_id != user_id
        return LeftOut(reference_id, NotAssociated.ANOTHER_USER, face.user_id) if another else None
    templates, at_least = likeness
    if not templates:
        return None
    template = _template(work, face)
    score = max(known.compare(template) for known in templates)
    if score >= at_least:
        return None
    return LeftOut(reference_id, NotAssociated.UNLIKE, score=score)
