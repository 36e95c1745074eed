"""Rosters, their persons, and the notes of their faces."""

from __future__ import annotations

import json
from typing import Final

from sqlalchemy import bindparam, delete, func, select

from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.recognition.rosters.model import (
    Person,
    PersonId,
    Roster,
    RosterFace,
    RosterKind,
    Training,
    TrainingStatus,
)
from countenance.storage.azure_face_tables import roster_notes, roster_persons, rosters
from countenance.storage.prepared import Row
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent, keyed, replace_by_key
from countenance.storage.tables import reference_templates, subjects

PERSON: Final = "roster-person"
NOTE: Final = "roster-note"

FORGET_PERSON: Final = delete(roster_persons).where(
    roster_persons.c.gallery_id == bindparam("gallery"), roster_persons.c.subject_id == bindparam("subject")
)
"""Removes the person that a subject is, with the subject's erasure."""

_ROSTER: Final = select(rosters).where(rosters.c.gallery_id == bindparam("gallery"))
_ADD_ROSTER: Final = insert_if_absent(rosters)
_PUT_ROSTER: Final = replace_by_key(rosters)

_PERSONS: Final = (
    select(roster_persons)
    .where(roster_persons.c.gallery_id == bindparam("gallery"))
    .order_by(roster_persons.c.person_id)
)
_PERSON: Final = _PERSONS.where(roster_persons.c.person_id == bindparam("person"))
_OF_SUBJECT: Final = _PERSONS.where(roster_persons.c.subject_id == bindparam("subject"))
_PERSON_PAGE: Final = _PERSONS.where(roster_persons.c.person_id > bindparam("after")).limit(bindparam("most"))
_PERSON_COUNT: Final = select(func.count(roster_persons.c.person_id).label("number")).where(
    roster_persons.c.gallery_id == bindparam("gallery")
)
_ADD_PERSON: Final = insert_if_absent(roster_persons)
_PUT_PERSON: Final = replace_by_key(roster_persons)
_REMOVE_PERSON: Final = delete(roster_persons).where(
    roster_persons.c.gallery_id == bindparam("gallery"), roster_persons.c.person_id == bindparam("person")
)

_FACES: Final = (
    select(reference_templates.c.id, subjects.c.subject_id, roster_notes.c.sealed)
    .join(subjects, subjects.c.id == reference_templates.c.subject)
    .outerjoin(roster_notes, roster_notes.c.reference_id == reference_templates.c.id)
    .where(subjects.c.gallery_id == bindparam("gallery"))
    .order_by(reference_templates.c.id)
)
_FACE: Final = _FACES.where(reference_templates.c.id == bindparam("reference"))
_FACE_PAGE: Final = _FACES.where(reference_templates.c.id > bindparam("after")).limit(bindparam("most"))
_FACES_OF: Final = _FACES.where(subjects.c.subject_id == bindparam("subject"))
_ADD_NOTE: Final = insert_if_absent(roster_notes)
_REMOVE_NOTE: Final = delete(roster_notes).where(roster_notes.c.reference_id == bindparam("reference"))


class SqlRosters:
    """Rosters by gallery."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, roster: Roster) -> None:
        """Store `roster`; raises `AlreadyExistsError` where the gallery has one."""
        if not self._session.insert_new(_ADD_ROSTER, _roster_row(roster)):
            raise AlreadyExistsError(f"the gallery `{roster.gallery_id}` is a roster already")

    def put(self, roster: Roster) -> None:
        """Store `roster` in the place of the gallery's; raises `NotFoundError` without one."""
        if not self._session.write(_PUT_ROSTER, keyed(_roster_row(roster), ("gallery_id",))):
            raise NotFoundError(f"the gallery `{roster.gallery_id}` is no roster")

    def get(self, gallery_id: GalleryId) -> Roster | None:
        """Return the gallery's roster, or None."""
        rows = self._session.read(_ROSTER, {"gallery": gallery_id})
        return _roster(rows[0]) if rows else None


class SqlRosterPersons:
    """Persons by roster; what is said of them is sealed."""

    __slots__ = ("_keyring", "_session")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring

    def add(self, person: Person) -> None:
        """Store `person`; raises `AlreadyExistsError` where the subject is a person already."""
        if not self._session.insert_new(_ADD_PERSON, self._row(person)):
            raise AlreadyExistsError(f"the subject `{person.subject_id}` is a person of this roster already")

    def put(self, person: Person) -> None:
        """Store name and user data of a person anew; raises `NotFoundError`."""
        row = keyed(self._row(person), ("gallery_id", "person_id"))
        if not self._session.write(_PUT_PERSON, row):
            raise NotFoundError(f"there is no person `{person.id}`")
        self._session.leaves_traces()

    def get(self, gallery_id: GalleryId, person_id: PersonId) -> Person | None:
        """Return the person, or None."""
        rows = self._session.read(_PERSON, {"gallery": gallery_id, "person": person_id})
        return self._person(rows[0]) if rows else None

    def of_subject(self, gallery_id: GalleryId, subject_id: SubjectId) -> Person | None:
        """Return the person that the subject is, or None."""
        rows = self._session.read(_OF_SUBJECT, {"gallery": gallery_id, "subject": subject_id})
        return self._person(rows[0]) if rows else None

    def page(self, gallery_id: GalleryId, *, after: PersonId | None, limit: int) -> tuple[Person, ...]:
        """Return up to `limit` persons whose ids sort after `after`, ordered by id."""
        rows = self._session.read(_PERSON_PAGE, {"gallery": gallery_id, "after": after or "", "most": limit})
        return tuple(map(self._person, rows))

    def count(self, gallery_id: GalleryId) -> int:
        """Return the number of persons."""
        return int(self._session.read(_PERSON_COUNT, {"gallery": gallery_id})[0].number)

    def remove(self, gallery_id: GalleryId, person_id: PersonId) -> None:
        """Remove the person, from dynamic groups too; raises `NotFoundError`."""
        if not self._session.write(_REMOVE_PERSON, {"gallery": gallery_id, "person": person_id}):
            raise NotFoundError(f"there is no person `{person_id}`")
        self._session.leaves_traces()

    def _row(self, person: Person) -> dict[str, object]:
        said = json.dumps([person.name, person.user_data]).encode()
        return {
            "gallery_id": person.gallery_id,
            "person_id": person.id,
            "subject_id": person.subject_id,
            "sealed": self._keyring.seal(said, PERSON, person.gallery_id, person.id),
        }

    def _person(self, row: Row) -> Person:
        name, user_data = json.loads(
            self._keyring.open(bytes(row.sealed), PERSON, row.gallery_id, row.person_id)
        )
        return Person(
            gallery_id=GalleryId(row.gallery_id),
            id=PersonId(row.person_id),
            subject_id=SubjectId(row.subject_id),
            name=name,
            user_data=user_data,
        )


class SqlRosterFaces:
    """References with their notes; these are sealed."""

    __slots__ = ("_keyring", "_session")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring

    def note(self, reference_id: ReferenceId, user_data: str | None) -> None:
        """Store the note of a reference in the place of what was there; None removes it."""
        if self._session.write(_REMOVE_NOTE, {"reference": reference_id}):
            self._session.leaves_traces()
        if user_data is not None:
            sealed = self._keyring.seal(user_data.encode(), NOTE, reference_id)
            self._session.write(_ADD_NOTE, {"reference_id": reference_id, "sealed": sealed})

    def get(self, gallery_id: GalleryId, reference_id: ReferenceId) -> RosterFace | None:
        """Return the face, or None if the gallery has no such reference."""
        rows = self._session.read(_FACE, {"gallery": gallery_id, "reference": reference_id})
        return self._face(rows[0]) if rows else None

    def page(self, gallery_id: GalleryId, *, after: ReferenceId | None, limit: int) -> tuple[RosterFace, ...]:
        """Return up to `limit` faces whose ids sort after `after`, in order."""
        place = {"gallery": gallery_id, "after": after or "", "most": limit}
        return tuple(map(self._face, self._session.read(_FACE_PAGE, place)))

    def of_subject(self, gallery_id: GalleryId, subject_id: SubjectId) -> tuple[RosterFace, ...]:
        """Return the subject's faces, ordered by id."""
        rows = self._session.read(_FACES_OF, {"gallery": gallery_id, "subject": subject_id})
        return tuple(map(self._face, rows))

    def _face(self, row: Row) -> RosterFace:
        said = None
        if row.sealed is not None:
            said = self._keyring.open(bytes(row.sealed), NOTE, row.id).decode()
        return RosterFace(ReferenceId(row.id), SubjectId(row.subject_id), said)


def _roster_row(roster: Roster) -> dict[str, object]:
    training = roster.training
    return {
        "gallery_id": roster.gallery_id,
        "kind": roster.kind.value,
        "roster_id": roster.id,
        "name": roster.name,
        "user_data": roster.user_data,
        "label": roster.label,
        "training_status": training.status.value if training is not None else None,
        "training_asked": training.asked if training is not None else None,
        "training_ended": training.ended if training is not None else None,
        "training_succeeded": training.succeeded if training is not None else None,
        "training_message": training.message if training is not None else None,
    }


def _roster(row: Row) -> Roster:
    training = None
    if row.training_status is not None:
        training = Training(
            TrainingStatus(row.training_status),
            row.training_asked,
            row.training_ended,
            row.training_succeeded,
            row.training_message,
        )
    return Roster(
        gallery_id=GalleryId(row.gallery_id),
        kind=RosterKind(row.kind),
        id=row.roster_id,
        name=row.name,
        user_data=row.user_data,
        label=row.label,
        training=training,
    )
