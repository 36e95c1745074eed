"""Keys of cases and of known faces, put under another master key."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select, update

from countenance.storage.oversight import CASE_OWNER
from countenance.storage.oversight_portraits import KNOWN_OWNER
from countenance.storage.oversight_tables import known_faces
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.tables import cases, subject_keys

_PLACES: Final = tuple(
    (
        owner,
        select(subject_keys.c.id, subject_keys.c.wrapped, table.c.id.label("of")).join(
            table, table.c.key_id == subject_keys.c.id
        ),
    )
    for owner, table in ((CASE_OWNER, cases), (KNOWN_OWNER, known_faces))
)
_SET_KEY: Final = (
    update(subject_keys).where(subject_keys.c.id == bindparam("key")).values(wrapped=bindparam("bytes"))
)


def rewrap_oversight(session: Session, old: Keyring, new: Keyring) -> None:
    """Wrap the keys anew; the caller commits."""
    for owner, keys in _PLACES:
        for row in session.page(keys, {}):
            wrapped = new.rewrap(bytes(row.wrapped), owner, row.of, old=old)
            session.write(_SET_KEY, {"key": row.id, "bytes": wrapped})
