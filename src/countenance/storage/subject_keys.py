"""Wrapped keys that can be destroyed: rows that are written in place and never removed.

A row that is zeroed leaves no second copy behind in the file, which a moved or deleted row may.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select, update

from countenance.storage.secrecy import WRAPPED_SIZE
from countenance.storage.session import Session
from countenance.storage.statements import insert_row
from countenance.storage.tables import subject_keys

_VACANT: Final = select(subject_keys.c.id).where(subject_keys.c.vacant).order_by(subject_keys.c.id).limit(1)
_ADD: Final = insert_row(subject_keys)
_NEWEST: Final = select(subject_keys.c.id).order_by(subject_keys.c.id.desc()).limit(1)
_SET: Final = (
    update(subject_keys)
    .where(subject_keys.c.id == bindparam("key"))
    .values(wrapped=bindparam("bytes"), vacant=bindparam("empty"))
)


def keep_key(session: Session, wrapped: bytes) -> int:
    """Write a wrapped key over one that was destroyed, or at the end; return its row's number."""
    vacant = session.read(_VACANT, {})
    if vacant:
        number = int(vacant[0].id)
        session.write(_SET, {"key": number, "bytes": wrapped, "empty": False})
        return number
    session.write(_ADD, {"wrapped": wrapped, "vacant": False})
    return int(session.read(_NEWEST, {})[0].id)


def destroy_key(session: Session, number: int) -> None:
    """Write zeros over a wrapped key, and have older pages of it removed at the commit."""
    session.write(_SET, {"key": number, "bytes": bytes(WRAPPED_SIZE), "empty": True})
    session.leaves_traces()
