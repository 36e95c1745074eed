"""Notes for each subject on a candidate list that it was there, so that the subject can find out.

Under the subject's own key and in the transaction that records the search: the log stays as
unlinkable as it was, and what is noted ends with the key. A search without candidates notes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Final

from countenance.biometrics.model import Candidate, SubjectId
from countenance.recognition.asking import Permission
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.subjects.model import Appearance, Place

_SALT_BYTES: Final = 16

Salts = Mapping[SubjectId, str]
"""For each subject on a list, 128 random bits (hex), drawn for this list alone."""


def salts_for(candidates: Iterable[Candidate]) -> Salts:
    """Draw a salt for every subject among `candidates`."""
    return {candidate.subject_id: secrets.token_hex(_SALT_BYTES) for candidate in candidates}


def salted(probe: bytes, salts: Iterable[str]) -> bytes:
    """Return what an entry commits to of the probe that led to a list of subjects with these salts.

    The same photograph gives another commitment in each search, which nobody can open without the
    photograph and the salts of all who were on the list; each salt is noted under its subject's
    key, so that the erasure of one of them closes the commitment for good.
    """
    return "".join(("matched input", *sorted(salts), "")).encode() + probe


def note_appearances(
    work: UnitOfWork, permission: Permission, salts: Salts, entry: int, case_id: str | None
) -> None:
    """Note for every subject that has a salt the search, its `entry` and its case; the caller commits."""
    gallery_id = permission.covered_gallery().id
    for subject_id, salt in salts.items():
        appearance = Appearance(
            decision_id=permission.decision_id, entry=entry, at=permission.asked, case_id=case_id, salt=salt
        )
        work.appearances.add(Place(gallery_id, subject_id), appearance)
