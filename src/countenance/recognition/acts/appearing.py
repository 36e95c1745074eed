"""Notes for each subject on a candidate list that it was there, so that the subject can find out.

Under the subject's own key and in the transaction that records the search: the log stays as
unlinkable as it was, and what is noted ends with the key. A search without candidates notes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from countenance.biometrics.model import Candidate
from countenance.recognition.asking import Permission
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.subjects.model import Appearance, Place


def note_appearances(
    work: UnitOfWork, permission: Permission, candidates: Iterable[Candidate], entry: int, case_id: str | None
) -> None:
    """Note for every subject among `candidates` the search, its `entry` and its case; the caller commits."""
    gallery_id = permission.covered_gallery().id
    appearance = Appearance(
        decision_id=permission.decision_id, entry=entry, at=permission.asked, case_id=case_id
    )
    for subject_id in dict.fromkeys(candidate.subject_id for candidate in candidates):
        work.appearances.add(Place(gallery_id, subject_id), appearance)
