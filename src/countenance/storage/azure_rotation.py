"""What the Azure Face protocol keeps, put under another master key."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, select, update

from countenance.storage.azure_face_tables import loose_faces, roster_notes, roster_persons
from countenance.storage.azure_loose_faces import owner_of
from countenance.storage.azure_rosters import NOTE, PERSON
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.tables import subject_keys

_KEYS: Final = select(
    subject_keys.c.id, subject_keys.c.wrapped, loose_faces.c.lease_id, loose_faces.c.id.label("face_id")
).join(loose_faces, loose_faces.c.key_id == subject_keys.c.id)
_SET_KEY: Final = (
    update(subject_keys).where(subject_keys.c.id == bindparam("key")).values(wrapped=bindparam("bytes"))
)
_PERSONS: Final = select(roster_persons)
_SET_PERSON: Final = (
    update(roster_persons)
    .where(
        roster_persons.c.gallery_id == bindparam("gallery"),
        roster_persons.c.person_id == bindparam("person"),
    )
    .values(sealed=bindparam("bytes"))
)
_NOTES: Final = select(roster_notes)
_SET_NOTE: Final = (
    update(roster_notes)
    .where(roster_notes.c.reference_id == bindparam("reference"))
    .values(sealed=bindparam("bytes"))
)


def reseal_azure_face(session: Session, old: Keyring, new: Keyring) -> None:
    """Wrap the keys of loose faces anew, and seal anew what is said of persons and faces."""
    for row in session.page(_KEYS, {}):
        wrapped = new.rewrap(bytes(row.wrapped), owner_of(row.lease_id), row.face_id, old=old)
        session.write(_SET_KEY, {"key": row.id, "bytes": wrapped})
    for row in session.page(_PERSONS, {}):
        sealed = _sealed(old, new, row.sealed, PERSON, row.gallery_id, row.person_id)
        place = {"gallery": row.gallery_id, "person": row.person_id}
        session.write(_SET_PERSON, {**place, "bytes": sealed})
    for row in session.page(_NOTES, {}):
        sealed = _sealed(old, new, row.sealed, NOTE, row.reference_id)
        session.write(_SET_NOTE, {"reference": row.reference_id, "bytes": sealed})


def _sealed(old: Keyring, new: Keyring, sealed: Any, *place: str) -> bytes:  # noqa: ANN401  bytes or a view of them
    return new.seal(old.open(bytes(sealed), *place), *place)
