"""Cases that wait for people; their candidates are sealed under the master key."""

from __future__ import annotations

import json
from typing import Final

from sqlalchemy import bindparam, select

from countenance.biometrics.model import Candidate, ComparisonScore, GalleryId, ReferenceId, SubjectId
from countenance.errors import AlreadyExistsError
from countenance.oversight.model import Case, CaseId, CaseState
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent
from countenance.storage.tables import cases

_CASE: Final = select(cases).where(cases.c.id == bindparam("id"))
_INSERT: Final = insert_if_absent(cases)


class SqlCases:
    """Cases by id."""

    __slots__ = ("_keyring", "_session")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring

    def add(self, case: Case) -> None:
        """Store `case`; raises `AlreadyExistsError`."""
        row = {
            "id": case.id,
            "gallery_id": case.gallery_id,
            "customer_id": case.customer_id,
            "decision_id": case.decision_id,
            "sealed": self._keyring.seal(_encoded(case.candidates), "case", case.id, case.gallery_id),
            "examiners": case.examiners,
            "state": case.state.value,
            "opened": case.opened,
        }
        if not self._session.insert_new(_INSERT, row):
            raise AlreadyExistsError(f"there is a case `{case.id}` already")

    def get(self, case_id: CaseId) -> Case | None:
        """Return the case, or None."""
        rows = self._session.read(_CASE, {"id": case_id})
        if not rows:
            return None
        row = rows[0]
        return Case(
            id=case_id,
            gallery_id=GalleryId(row.gallery_id),
            customer_id=row.customer_id,
            decision_id=row.decision_id,
            candidates=_decoded(self._keyring.open(bytes(row.sealed), "case", case_id, row.gallery_id)),
            examiners=row.examiners,
            state=CaseState(row.state),
            opened=row.opened,
        )


def _encoded(candidates: tuple[Candidate, ...]) -> bytes:
    rows = [[c.rank, c.subject_id, c.reference_id, c.score] for c in candidates]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()


def _decoded(data: bytes) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(rank, SubjectId(subject), ReferenceId(reference), ComparisonScore(score))
        for rank, subject, reference, score in json.loads(data)
    )
