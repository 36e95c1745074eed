"""Cases that wait for people, each under a key of its own; candidates under their subjects' as well.

What a row of a candidate holds opens with the case's key and then with the subject's. Erasing a
subject destroys the second, so that nobody is left in a case who is not enrolled any more, and a
row alone tells nobody whose it is.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, bindparam, delete, func, or_, select, update

from countenance.biometrics.model import Candidate, ComparisonScore, GalleryId, ReferenceId, SubjectId
from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.oversight.model import (
    Case,
    CaseFile,
    CaseId,
    CaseState,
    CloseReason,
    Emergency,
    EmergencyReason,
)
from countenance.oversight.ports import Outcomes
from countenance.policy.model import Camera, Purpose, Space
from countenance.storage.oversight_tables import assignments, case_candidates, case_searches
from countenance.storage.prepared import Row
from countenance.storage.secrecy import Keyring, SubjectKey
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent, insert_row
from countenance.storage.subject_keys import destroy_key, keep_key
from countenance.storage.tables import cases, reference_templates, subject_keys, subjects
from countenance.vetting.documents import document_of, kept_value

CASE_OWNER: Final = "case:"
"""Stands for a gallery where a case's key is bound to its place: no gallery's id has a colon."""

_FILE, _PROBE, _OUTER, _INNER = "file", "probe", "listed", "candidate"

_CASE: Final = (
    select(cases, subject_keys.c.wrapped)
    .outerjoin(subject_keys, subject_keys.c.id == cases.c.key_id)
    .where(cases.c.id == bindparam("id"))
)
_IN_STATE: Final = (
    select(cases, subject_keys.c.wrapped)
    .outerjoin(subject_keys, subject_keys.c.id == cases.c.key_id)
    .where(cases.c.state == bindparam("of_state"))
    .order_by(cases.c.opened, cases.c.id)
    .limit(bindparam("most"))
)
_DUE: Final = (
    select(cases.c.id)
    .where(
        cases.c.key_id.is_not(None),
        or_(
            cases.c.due <= bindparam("at"),
            and_(cases.c.authorised.is_(None), cases.c.authorise_by <= bindparam("at")),
        ),
    )
    .order_by(cases.c.due, cases.c.id)
    .limit(bindparam("most"))
)
_INSERT: Final = insert_if_absent(cases)
_APART: Final = frozenset({"id", "sealed", "probe", "key_id"})
_REPLACE: Final = (
    update(cases)
    .where(cases.c.id == bindparam("of_case"))
    .values({column.name: bindparam(column.name) for column in cases.c if column.name not in _APART})
)
_SET_FILE: Final = update(cases).where(cases.c.id == bindparam("of_case")).values(sealed=bindparam("bytes"))
_SET_PROBE: Final = update(cases).where(cases.c.id == bindparam("of_case")).values(probe=bindparam("bytes"))
_EMPTY: Final = (
    update(cases).where(cases.c.id == bindparam("of_case")).values(sealed=b"", probe=None, key_id=None)
)
_EMPTY_SHEETS: Final = (
    update(assignments).where(assignments.c.case_id == bindparam("of_case")).values(sealed=b"")
)
_ADD_CANDIDATE: Final = insert_row(case_candidates)
_CANDIDATES: Final = (
    select(case_candidates.c.number, case_candidates.c.sealed)
    .where(case_candidates.c.case_id == bindparam("of_case"))
    .order_by(case_candidates.c.number)
)
_REMOVE_CANDIDATES: Final = delete(case_candidates).where(case_candidates.c.case_id == bindparam("of_case"))
_OWNER: Final = (
    select(subjects.c.id, subjects.c.gallery_id, subjects.c.subject_id, subject_keys.c.wrapped)
    .join(reference_templates, reference_templates.c.subject == subjects.c.id)
    .join(subject_keys, subject_keys.c.id == subjects.c.key_id)
    .where(reference_templates.c.id == bindparam("reference"))
)
_SUBJECT: Final = (
    select(subjects.c.gallery_id, subjects.c.subject_id, subject_keys.c.wrapped)
    .join(subject_keys, subject_keys.c.id == subjects.c.key_id)
    .where(subjects.c.id == bindparam("number"))
)
_GROUPS: Final = (
    cases.c.gallery_id, cases.c.space, cases.c.camera, cases.c.state, cases.c.reason, cases.c.appealed,
)  # fmt: skip
_OUTCOMES: Final = (
    select(
        *_GROUPS,
        func.count(cases.c.id).label("number"),
        func.sum(cases.c.judged).label("judged_in_all"),
        func.sum(cases.c.supported).label("supported_in_all"),
    )
    .group_by(*_GROUPS)
    .order_by(*_GROUPS)
)
_OUTCOMES_OF: Final = _OUTCOMES.where(cases.c.customer_id == bindparam("customer"))


_KEEP_SEARCH: Final = insert_row(case_searches)
_OF_SEARCH: Final = (
    select(cases.c.id)
    .join(case_searches, case_searches.c.case_id == cases.c.id)
    .where(case_searches.c.gallery_id == bindparam("gallery"), case_searches.c.sought == bindparam("sought"))
    .order_by(cases.c.opened.desc(), cases.c.id.desc())
    .limit(1)
)


class SqlCases:
    """Cases by id."""

    __slots__ = ("_keyring", "_session")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring

    def add(self, case: Case, file: CaseFile | None = None, probe: bytes | None = None) -> None:
        """Store `case` with what is sealed of it; raises `AlreadyExistsError`."""
        self._session.become_writer()
        if self._session.read(_CASE, {"id": case.id}):
            raise AlreadyExistsError(f"there is a case `{case.id}` already")
        key, wrapped = self._keyring.new_subject_key(CASE_OWNER, case.id)
        row = {
            **_row(case),
            "sealed": key.seal_piece(_text(file or CaseFile()), _FILE),
            "probe": key.seal_piece(probe, _PROBE) if probe is not None else None,
            "key_id": keep_key(self._session, wrapped),
        }
        self._session.insert_new(_INSERT, row)
        for candidate in case.candidates:
            self._add_candidate(key, case.id, candidate)

    def get(self, case_id: CaseId) -> Case | None:
        """Return the case with the candidates that can be read, or None."""
        rows = self._session.read(_CASE, {"id": case_id})
        return self._case(rows[0]) if rows else None

    def put(self, case: Case) -> None:
        """Replace what is said of the case, its candidates apart; raises `NotFoundError`."""
        told = {name: value for name, value in _row(case).items() if name not in _APART}
        if not self._session.write(_REPLACE, {**told, "of_case": case.id}):
            raise NotFoundError(f"there is no case `{case.id}`")

    def file(self, case_id: CaseId) -> CaseFile | None:
        """Return what is sealed of the case; None once its key is destroyed."""
        rows = self._session.read(_CASE, {"id": case_id})
        key = self._key(rows[0]) if rows else None
        if key is None:
            return None
        return kept_value(CaseFile, json.loads(key.open_piece(bytes(rows[0].sealed), _FILE)))

    def put_file(self, case_id: CaseId, file: CaseFile) -> None:
        """Replace what is sealed of the case; raises `NotFoundError` once its key is destroyed."""
        sealed = self._needed_key(case_id).seal_piece(_text(file), _FILE)
        self._session.write(_SET_FILE, {"of_case": case_id, "bytes": sealed})

    def probe(self, case_id: CaseId) -> bytes | None:
        """Return the probe image as examiners see it, or None."""
        rows = self._session.read(_CASE, {"id": case_id})
        key = self._key(rows[0]) if rows else None
        if key is None or rows[0].probe is None:
            return None
        return key.open_piece(bytes(rows[0].probe), _PROBE)

    def put_probe(self, case_id: CaseId, probe: bytes) -> None:
        """Keep the probe image; raises `NotFoundError` once the case's key is destroyed."""
        sealed = self._needed_key(case_id).seal_piece(probe, _PROBE)
        self._session.write(_SET_PROBE, {"of_case": case_id, "bytes": sealed})

    def destroy(self, case_id: CaseId) -> None:
        """Destroy the case's key, its probe, list and sheets."""
        held = self._held(case_id)
        self._session.write(_REMOVE_CANDIDATES, {"of_case": case_id})
        self._session.write(_EMPTY_SHEETS, {"of_case": case_id})
        self._session.write(_EMPTY, {"of_case": case_id})
        if held.key_id is not None:
            destroy_key(self._session, held.key_id)

    def in_states(self, states: Collection[CaseState], *, limit: int) -> tuple[Case, ...]:
        """Return up to `limit` cases in these states, the oldest first."""
        found = [
            self._case(row)
            for state in sorted(states)
            for row in self._session.read(_IN_STATE, {"of_state": state.value, "most": limit})
        ]
        return tuple(sorted(found, key=lambda case: (case.opened, case.id))[:limit])

    def due(self, at: datetime, *, limit: int) -> tuple[CaseId, ...]:
        """Return up to `limit` cases that keep a key and whose deadline or clock has run out at `at`."""
        return tuple(CaseId(row.id) for row in self._session.read(_DUE, {"at": at, "most": limit}))

    def keep_search(self, case_id: CaseId, sought: str) -> None:
        """Remember for a case the keyed commitment to the search that opened it."""
        gallery_id = self._held(case_id).gallery_id
        self._session.write(_KEEP_SEARCH, {"case_id": case_id, "gallery_id": gallery_id, "sought": sought})

    def of_search(self, gallery_id: GalleryId, sought: str) -> CaseId | None:
        """Return the newest case that such a search of the gallery has opened, or None."""
        rows = self._session.read(_OF_SEARCH, {"gallery": gallery_id, "sought": sought})
        return CaseId(rows[0].id) if rows else None

    def outcomes(self, customer_id: str | None) -> tuple[Outcomes, ...]:
        """Return how cases ended, by gallery, space and camera, of one customer or of all."""
        if customer_id is None:
            rows = self._session.read(_OUTCOMES, {})
        else:
            rows = self._session.read(_OUTCOMES_OF, {"customer": customer_id})
        return tuple(map(_outcomes, rows))

    def _held(self, case_id: CaseId) -> Row:
        self._session.become_writer()
        rows = self._session.read(_CASE, {"id": case_id})
        if not rows:
            raise NotFoundError(f"there is no case `{case_id}`")
        return rows[0]

    def _key(self, row: Row) -> SubjectKey | None:
        if row.key_id is None:
            return None
        return self._keyring.unwrap(bytes(row.wrapped), CASE_OWNER, row.id)

    def _needed_key(self, case_id: CaseId) -> SubjectKey:
        key = self._key(self._held(case_id))
        if key is None:
            raise NotFoundError(f"nothing is kept of case `{case_id}` any more")
        return key

    def _add_candidate(self, key: SubjectKey, case_id: CaseId, candidate: Candidate) -> None:
        owners = self._session.read(_OWNER, {"reference": candidate.reference_id})
        if not owners:
            return
        owner = owners[0]
        subject = self._keyring.unwrap(bytes(owner.wrapped), owner.gallery_id, owner.subject_id)
        told = [candidate.rank, candidate.reference_id, candidate.score]
        inner = subject.seal_piece(json.dumps(told).encode(), _INNER, case_id)
        outer = json.dumps([owner.id, inner.hex()]).encode()
        self._session.write(_ADD_CANDIDATE, {"case_id": case_id, "sealed": key.seal_piece(outer, _OUTER)})

    def _candidates(self, key: SubjectKey, case_id: str) -> tuple[Candidate, ...]:
        found: list[Candidate] = []
        for row in self._session.read(_CANDIDATES, {"of_case": case_id}):
            number, inner = json.loads(key.open_piece(bytes(row.sealed), _OUTER))
            owners = self._session.read(_SUBJECT, {"number": number})
            if not owners:
                continue
            owner = owners[0]
            subject = self._keyring.unwrap(bytes(owner.wrapped), owner.gallery_id, owner.subject_id)
            told = json.loads(subject.open_piece(bytes.fromhex(inner), _INNER, case_id))
            rank, reference_id, score = told
            if self._session.read(_OWNER, {"reference": reference_id}):
                found.append(
                    Candidate(
                        rank, SubjectId(owner.subject_id), ReferenceId(reference_id), ComparisonScore(score)
                    )
                )
        return tuple(sorted(found, key=lambda one: one.rank))

    def _case(self, row: Row) -> Case:
        key = self._key(row)
        emergency = None
        if row.emergency is not None:
            emergency = Emergency(
                reason=EmergencyReason(row.emergency),
                authorise_by=row.authorise_by,
                authorised=row.authorised,
            )
        return Case(
            id=CaseId(row.id),
            gallery_id=GalleryId(row.gallery_id),
            customer_id=row.customer_id,
            decision_id=row.decision_id,
            candidates=self._candidates(key, row.id) if key is not None else (),
            examiners=row.examiners,
            state=CaseState(row.state),
            opened=row.opened,
            kind=Purpose(row.kind),
            lease_id=row.lease_id,
            requested_by=row.requested_by,
            requester=row.requester,
            due=row.due,
            space=None if row.space is None else Space(row.space),
            camera=None if row.camera is None else Camera(row.camera),
            emergency=emergency,
            examinable=row.examinable,
            closed=row.closed,
            reason=None if row.reason is None else CloseReason(row.reason),
            judged=row.judged,
            supported=row.supported,
            appealed=row.appealed,
        )


def _text(file: CaseFile) -> bytes:
    return json.dumps(document_of(file), ensure_ascii=False, separators=(",", ":")).encode()


def _row(case: Case) -> dict[str, Any]:
    emergency = case.emergency
    return {
        "id": case.id,
        "gallery_id": case.gallery_id,
        "customer_id": case.customer_id,
        "decision_id": case.decision_id,
        "examiners": case.examiners,
        "state": case.state.value,
        "opened": case.opened,
        "kind": case.kind.value,
        "lease_id": case.lease_id,
        "requested_by": case.requested_by,
        "requester": case.requester,
        "space": case.space.value if case.space is not None else None,
        "camera": case.camera.value if case.camera is not None else None,
        "due": case.due,
        "emergency": emergency.reason.value if emergency is not None else None,
        "authorise_by": emergency.authorise_by if emergency is not None else None,
        "authorised": emergency.authorised if emergency is not None else None,
        "examinable": case.examinable,
        "closed": case.closed,
        "reason": case.reason.value if case.reason is not None else None,
        "judged": case.judged,
        "supported": case.supported,
        "appealed": case.appealed,
    }


def _outcomes(row: Row) -> Outcomes:
    return Outcomes(
        gallery_id=GalleryId(row.gallery_id),
        space=row.space,
        camera=row.camera,
        state=CaseState(row.state),
        reason=row.reason,
        cases=int(row.number),
        judged=int(row.judged_in_all),
        supported=int(row.supported_in_all),
        appealed=int(row.number) if row.appealed else 0,
    )
