"""What an erasure cannot reach, told as it is known when it happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from countenance.biometrics.model import SubjectId, Threshold
from countenance.recognition.erasure.model import Limit, Unreached
from countenance.recognition.model import Gallery
from countenance.recognition.ports import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachOptions:
    """What an installation says of its own reach.

    `backups` is how long backups are kept, None where the operator has not said; `keeps_old_pages`
    says that the database leaves old versions of rows for its own time (PostgreSQL).
    """

    threshold_for: Callable[[int], Threshold]
    backups: timedelta | None
    keeps_old_pages: bool


def limits_of(
    work: UnitOfWork, gallery: Gallery, subject_id: SubjectId, reach: ReachOptions, now: datetime
) -> tuple[Limit, ...]:
    """Return what stays, until when, and what nobody can call back.

    Backups and answers that were given are named always: this installation cannot know that there
    are none.
    """
    until = now + reach.backups if reach.backups is not None else None
    limits = [Limit(what=Unreached.BACKUPS, until=until), Limit(what=Unreached.ANSWERS_GIVEN)]
    if reach.keeps_old_pages:
        limits.append(Limit(what=Unreached.DATABASE_PAGES))
    if work.consents.get(gallery.id, subject_id) is not None:
        limits.append(Limit(what=Unreached.CONSENT_RECORD))
    faces = [face.expires for face in work.loose_faces.of_customer(gallery.customer_id)]
    if faces:
        limits.append(Limit(what=Unreached.LOOSE_FACES, until=max(faces), count=len(faces)))
    return tuple(limits)
