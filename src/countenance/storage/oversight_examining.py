"""Assignments, trials, authorisations, conflicts and notices."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, or_, select

from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.oversight.assignments import (
    Assignment,
    AssignmentFile,
    AssignmentId,
    AssignmentState,
    Trial,
)
from countenance.oversight.model import CaseId, KnownFaceId
from countenance.oversight.notices import Notice, NoticeKind, NumberedNotice
from countenance.oversight.qualification import Authorisation, Conflict
from countenance.policy.model import Purpose
from countenance.storage.oversight import CASE_OWNER
from countenance.storage.oversight_portraits import KNOWN_OWNER
from countenance.storage.oversight_tables import (
    assignments,
    case_notices,
    examiner_authorisations,
    examiner_conflicts,
    examiner_trials,
    known_faces,
)
from countenance.storage.prepared import Row
from countenance.storage.secrecy import Keyring, SubjectKey
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent, insert_row, keyed, replace_by_key
from countenance.storage.tables import cases, subject_keys
from countenance.vetting.documents import document_of, kept_value

_SHEETS: Final = "sheets"
_ASSIGNMENT: Final = select(assignments).where(assignments.c.id == bindparam("id"))
_OF_CASE: Final = (
    select(assignments)
    .where(assignments.c.case_id == bindparam("of_case"))
    .order_by(assignments.c.taken, assignments.c.id)
)
_OF_EXAMINER: Final = (
    select(assignments)
    .where(
        assignments.c.examiner == bindparam("person"),
        or_(
            assignments.c.taken >= bindparam("since"),
            assignments.c.concluded >= bindparam("since"),
            assignments.c.state == AssignmentState.TAKEN.value,
        ),
    )
    .order_by(assignments.c.taken, assignments.c.id)
)
_KNOWN_CONCLUDED: Final = select(func.count(assignments.c.id).label("number")).where(
    assignments.c.examiner == bindparam("person"),
    assignments.c.known_probe.is_not(None),
    assignments.c.concluded >= bindparam("since"),
)
_CASE_KEY: Final = (
    select(subject_keys.c.wrapped)
    .join(cases, cases.c.key_id == subject_keys.c.id)
    .where(cases.c.id == bindparam("of_case"))
)
_PROBE_KEY: Final = (
    select(subject_keys.c.wrapped)
    .join(known_faces, known_faces.c.key_id == subject_keys.c.id)
    .where(known_faces.c.id == bindparam("face"))
)
_ADD: Final = insert_if_absent(assignments)
_REPLACE: Final = replace_by_key(assignments)
_ADD_TRIAL: Final = insert_if_absent(examiner_trials)
_TRIALS: Final = (
    select(examiner_trials)
    .where(examiner_trials.c.examiner == bindparam("person"), examiner_trials.c.at >= bindparam("since"))
    .order_by(examiner_trials.c.at, examiner_trials.c.assignment_id, examiner_trials.c.slot)
)
_AUTHORISED: Final = select(examiner_authorisations).order_by(examiner_authorisations.c.person)
_AUTHORISATION: Final = select(examiner_authorisations).where(
    examiner_authorisations.c.person == bindparam("person")
)
_ADD_AUTHORISATION: Final = insert_if_absent(examiner_authorisations)
_REPLACE_AUTHORISATION: Final = replace_by_key(examiner_authorisations)
_ADD_CONFLICT: Final = insert_if_absent(examiner_conflicts)
_CONFLICTS: Final = (
    select(examiner_conflicts)
    .where(examiner_conflicts.c.person == bindparam("of_person"))
    .order_by(examiner_conflicts.c.customer_id)
)
_ANNOUNCE: Final = insert_row(case_notices)
_NOTICES: Final = (
    select(case_notices)
    .where(case_notices.c.number > bindparam("above"))
    .order_by(case_notices.c.number)
    .limit(bindparam("most"))
)


class SqlExamining:
    """Who judges what."""

    __slots__ = ("_keyring", "_session")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring

    def add(self, assignment: Assignment, file: AssignmentFile) -> None:
        """Store `assignment`; raises `AlreadyExistsError` if the examiner has had the case already."""
        row = {**_row(assignment), "sealed": self._sealed(assignment, file)}
        if not self._session.insert_new(_ADD, row):
            raise AlreadyExistsError(f"there is an assignment `{assignment.id}`, or one of the same case")

    def put(self, assignment: Assignment, file: AssignmentFile | None = None) -> None:
        """Replace the assignment, and what is sealed of it if given; raises `NotFoundError`."""
        self._session.become_writer()
        rows = self._session.read(_ASSIGNMENT, {"id": assignment.id})
        if not rows:
            raise NotFoundError(f"there is no assignment `{assignment.id}`")
        sealed = bytes(rows[0].sealed) if file is None else self._sealed(assignment, file)
        self._session.write(_REPLACE, keyed({**_row(assignment), "sealed": sealed}, ("id",)))

    def get(self, assignment_id: AssignmentId) -> Assignment | None:
        """Return the assignment, or None."""
        rows = self._session.read(_ASSIGNMENT, {"id": assignment_id})
        return _assignment(rows[0]) if rows else None

    def file(self, assignment: Assignment) -> AssignmentFile | None:
        """Return what is sealed of it; None once the key is destroyed that it is sealed under."""
        rows = self._session.read(_ASSIGNMENT, {"id": assignment.id})
        key = self._key(assignment)
        if not rows or key is None or not rows[0].sealed:
            return None
        plain = key.open_piece(bytes(rows[0].sealed), _SHEETS, assignment.id)
        return kept_value(AssignmentFile, json.loads(plain))

    def of_case(self, case_id: CaseId) -> tuple[Assignment, ...]:
        """Return the assignments of a case, the oldest first."""
        return tuple(map(_assignment, self._session.read(_OF_CASE, {"of_case": case_id})))

    def of_examiner(self, examiner: str, *, since: datetime) -> tuple[Assignment, ...]:
        """Return the examiner's assignments taken or concluded since then, and open ones, oldest first."""
        rows = self._session.read(_OF_EXAMINER, {"person": examiner, "since": since})
        return tuple(map(_assignment, rows))

    def known_concluded(self, examiner: str, *, since: datetime) -> int:
        """Return how many lists with known answers the examiner has concluded since then."""
        rows = self._session.read(_KNOWN_CONCLUDED, {"person": examiner, "since": since})
        return int(rows[0].number)

    def add_trials(self, trials: Collection[Trial]) -> None:
        """Store what known answers showed."""
        for trial in trials:
            self._session.insert_new(
                _ADD_TRIAL, {one.name: getattr(trial, one.name) for one in fields(trial)}
            )

    def trials(self, examiner: str, *, since: datetime) -> tuple[Trial, ...]:
        """Return the examiner's trials since then, the oldest first."""
        return tuple(
            Trial(
                assignment_id=AssignmentId(row.assignment_id),
                slot=row.slot,
                examiner=row.examiner,
                mated=row.mated,
                supported=row.supported,
                at=row.at,
            )
            for row in self._session.read(_TRIALS, {"person": examiner, "since": since})
        )

    def authorisation(self, person: str) -> Authorisation | None:
        """Return the person's authorisation, or None."""
        rows = self._session.read(_AUTHORISATION, {"person": person})
        return _authorisation(rows[0]) if rows else None

    def put_authorisation(self, authorisation: Authorisation) -> None:
        """Store the authorisation, replacing the person's earlier one."""
        row = {one.name: getattr(authorisation, one.name) for one in fields(authorisation)}
        row["kinds"] = frozenset(kind.value for kind in authorisation.kinds)
        if not self._session.write(_REPLACE_AUTHORISATION, keyed(row, ("person",))):
            self._session.insert_new(_ADD_AUTHORISATION, row)

    def authorisations(self) -> tuple[Authorisation, ...]:
        """Return every authorisation, ordered by person."""
        return tuple(map(_authorisation, self._session.read(_AUTHORISED, {})))

    def put_conflict(self, conflict: Conflict) -> None:
        """Store the conflict; one that is there already stays as it is."""
        row = {one.name: getattr(conflict, one.name) for one in fields(conflict)}
        self._session.insert_new(_ADD_CONFLICT, row)

    def conflicts(self, person: str) -> tuple[Conflict, ...]:
        """Return the person's conflicts, ordered by customer."""
        return tuple(
            Conflict(person=row.person, customer_id=row.customer_id, declared=row.declared)
            for row in self._session.read(_CONFLICTS, {"of_person": person})
        )

    def _key(self, assignment: Assignment) -> SubjectKey | None:
        if assignment.case_id is not None:
            rows = self._session.read(_CASE_KEY, {"of_case": assignment.case_id})
            place = (CASE_OWNER, assignment.case_id)
        else:
            rows = self._session.read(_PROBE_KEY, {"face": assignment.known_probe})
            place = (KNOWN_OWNER, CaseId(assignment.known_probe or ""))
        return self._keyring.unwrap(bytes(rows[0].wrapped), *place) if rows else None

    def _sealed(self, assignment: Assignment, file: AssignmentFile) -> bytes:
        key = self._key(assignment)
        if key is None:
            raise NotFoundError(f"nothing is kept any more of what assignment `{assignment.id}` is of")
        text = json.dumps(document_of(file), ensure_ascii=False, separators=(",", ":"))
        return key.seal_piece(text.encode(), _SHEETS, assignment.id)


class SqlNotices:
    """What customers are to be told."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def announce(self, notice: Notice) -> None:
        """Put down a notice, to be told once this unit of work is committed."""
        row = {one.name: getattr(notice, one.name) for one in fields(notice)}
        self._session.write(_ANNOUNCE, {**row, "kind": notice.kind.value})

    def after(self, number: int, *, limit: int) -> tuple[NumberedNotice, ...]:
        """Return up to `limit` notices with numbers above `number`, in order."""
        return tuple(
            NumberedNotice(
                row.number,
                Notice(
                    kind=NoticeKind(row.kind),
                    customer_id=row.customer_id,
                    case_id=row.case_id,
                    at=row.at,
                    reason=row.reason,
                    recipients=tuple(row.recipients),
                ),
            )
            for row in self._session.read(_NOTICES, {"above": number, "most": limit})
        )


def _row(assignment: Assignment) -> dict[str, Any]:
    row = {one.name: getattr(assignment, one.name) for one in fields(assignment)}
    return {**row, "state": assignment.state.value}


def _assignment(row: Row) -> Assignment:
    return Assignment(
        id=AssignmentId(row.id),
        examiner=row.examiner,
        state=AssignmentState(row.state),
        taken=row.taken,
        case_id=None if row.case_id is None else CaseId(row.case_id),
        known_probe=None if row.known_probe is None else KnownFaceId(row.known_probe),
        concluded=row.concluded,
        counts=row.counts,
        sealed_sheet=row.sealed_sheet,
    )


def _authorisation(row: Row) -> Authorisation:
    return Authorisation(
        person=row.person,
        kinds=frozenset(Purpose(word) for word in row.kinds),
        training=row.training,
        trained=row.trained,
        expires=row.expires,
        authorised_by=row.authorised_by,
        since=row.since,
        suspended=row.suspended,
    )
