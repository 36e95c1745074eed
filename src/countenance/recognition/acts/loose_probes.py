"""Reading loose faces for an act, under the lease that they were kept for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from countenance.errors import FaceGoneError, InvalidInputError, LowQualityError, RefusedError
from countenance.policy.model import ObligationKind
from countenance.recognition.asking import Permission
from countenance.recognition.loose_faces.model import LooseFace, LooseFaceId
from countenance.recognition.ports import UnitOfWork
from countenance.vetting.model import LeaseId


def loose_faces(
    work: UnitOfWork, lease_id: LeaseId, names: Iterable[LooseFaceId], *, at: datetime
) -> tuple[LooseFace, ...]:
    """Return the faces in the order of their names, or raise `FaceGoneError`."""
    return tuple(loose_face(work, lease_id, name, at=at) for name in names)


def loose_face(work: UnitOfWork, lease_id: LeaseId, name: LooseFaceId, *, at: datetime) -> LooseFace:
    """Return the face, or raise `FaceGoneError`: unknown, expired and another lease's are one answer."""
    face = work.loose_faces.get(lease_id, name, at=at)
    if face is None:
        raise FaceGoneError(f"there is no face `{name}`, or its time is over")
    return face


def usable_face(face: LooseFace) -> LooseFace:
    """Return a face that is good enough to rely on, or raise `LowQualityError`."""
    if face.reasons:
        reasons = tuple(reason.value for reason in face.reasons)
        raise LowQualityError(f"the face cannot be compared reliably: {', '.join(reasons)}", reasons=reasons)
    return face


def require_no_examiners(permission: Permission) -> None:
    """Raise `RefusedError` where people must judge first: what has no gallery cannot be held for them."""
    examiners = permission.obligation(ObligationKind.HOLD_FOR_EXAMINERS)
    if examiners is None:
        return
    raise RefusedError(
        f"refused: {examiners} examiners must judge candidates first, and faces without a gallery cannot be "
        "held for them; enrol the subjects in a gallery and identify there",
        decision_id=permission.decision_id,
        entry=permission.entry,
        reasons=tuple(reason.id for reason in permission.permit.reasons) or ("gate.examiners",),
    )


def require_room(permission: Permission, faces: int) -> None:
    """Raise `InvalidInputError` for more faces than the lease allows subjects in a gallery.

    Loose faces are no way round the size that was approved.
    """
    most = permission.lease.terms.n_max
    if faces > most:
        raise InvalidInputError(f"the lease allows {most} known people, not {faces}")
