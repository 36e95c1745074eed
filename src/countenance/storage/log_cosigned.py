"""Checkpoints that witnesses cosigned, in two tables."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, select

from countenance.ledger.ports import Cosigned
from countenance.storage.log_tables import log_cosigned, log_witnesses
from countenance.storage.prepared import Row
from countenance.storage.session import Session
from countenance.storage.statements import insert_row

KEPT: Final = 4_096
"""Cosigned checkpoints that are kept, the newest: the tree of each is in every later one."""

_STANDING: Final = select(log_witnesses.c.key, log_witnesses.c.size)
_LATEST: Final = select(log_cosigned).order_by(log_cosigned.c.size.desc()).limit(bindparam("most"))
_FORGET_WITNESS: Final = delete(log_witnesses).where(log_witnesses.c.key == bindparam("of_key"))
_FORGET_NOTE: Final = delete(log_cosigned).where(log_cosigned.c.size == bindparam("of_size"))
_SET_WITNESS: Final = insert_row(log_witnesses)
_SET_NOTE: Final = insert_row(log_cosigned)
_FORGET_OLD: Final = delete(log_cosigned).where(
    log_cosigned.c.size
    < select(log_cosigned.c.size)
    .order_by(log_cosigned.c.size.desc())
    .offset(KEPT - 1)
    .limit(1)
    .scalar_subquery()
)


class SqlCosignedCheckpoints:
    """What witnesses have made of the log, inside one unit of work."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def standing(self) -> dict[str, int]:
        """Return how many entries each witness has cosigned, by its key."""
        return {row.key: int(row.size) for row in self._session.page(_STANDING, {})}

    def stands_at(self, key: str, size: int) -> None:
        """Note how many entries the witness of this key has cosigned."""
        self._session.write(_FORGET_WITNESS, {"of_key": key})
        self._session.write(_SET_WITNESS, {"key": key, "size": size})

    def publish(self, cosigned: Cosigned) -> None:
        """Keep a cosigned checkpoint; one of the same size gives way to it."""
        self._session.write(_FORGET_NOTE, {"of_size": cosigned.size})
        row = {"size": cosigned.size, "note": cosigned.note, "moment": cosigned.moment}
        self._session.write(_SET_NOTE, row)
        self._session.write(_FORGET_OLD, {})

    def latest(self) -> Cosigned | None:
        """Return the newest cosigned checkpoint; None if there is none."""
        found = self.newest(1)
        return found[0] if found else None

    def newest(self, limit: int) -> tuple[Cosigned, ...]:
        """Return up to `limit` cosigned checkpoints, the newest first."""
        return tuple(map(_cosigned, self._session.page(_LATEST, {"most": limit})))


def _cosigned(row: Row) -> Cosigned:
    moment: datetime = row.moment
    return Cosigned(size=int(row.size), note=row.note, moment=moment)
