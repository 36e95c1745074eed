"""That a subject was in contact with the customer, as some laws count from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.recognition.ports import UnitOfWork

FINEST: Final = timedelta(days=1)
"""How exactly contact is noted by itself: a day is as fine as any term counts, and is written seldom."""


def note_contact(work: UnitOfWork, gallery_id: GalleryId, subject_id: SubjectId, at: datetime) -> None:
    """Note contact at a moment, unless some was noted within a day before; the caller commits."""
    held = work.retention.interactions(gallery_id, subject_id)
    if held.last_interaction is None or at - held.last_interaction >= FINEST:
        work.retention.put_interactions(replace(held, last_interaction=at))
