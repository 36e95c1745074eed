"""What is watched of live outcomes: counts, sealed under the master key, and a place along the ledger."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select, update

from countenance.fairness.monitored import Measure, Watched
from countenance.storage.incidents_tables import monitor_position, monitor_streams
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent
from countenance.storage.vetting_sealing import Kept, KeptStatements

_NAME: Final = "outcomes"
_STREAMS: Final = KeptStatements(monitor_streams)
_ONE: Final = select(monitor_streams).where(
    monitor_streams.c.gallery_id == bindparam("gallery"), monitor_streams.c.measure == bindparam("which")
)
_ALL: Final = select(monitor_streams).order_by(monitor_streams.c.gallery_id, monitor_streams.c.measure)
_POSITION: Final = select(monitor_position).where(monitor_position.c.name == bindparam("of"))
_BEGIN: Final = insert_if_absent(monitor_position)
_MOVE: Final = (
    update(monitor_position)
    .where(monitor_position.c.name == bindparam("of"))
    .values(followed=bindparam("count"))
)


class SqlMonitored:
    """What is watched, by gallery and measure."""

    __slots__ = ("_kept", "_session")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._kept = Kept(session, keyring, _STREAMS, Watched)

    def followed(self) -> int:
        """Return the number of ledger entries that were looked at."""
        rows = self._session.read(_POSITION, {"of": _NAME})
        return int(rows[0].followed) if rows else 0

    def follow(self, count: int) -> None:
        """Say that `count` entries were looked at."""
        if not self._session.write(_MOVE, {"of": _NAME, "count": count}):
            self._session.insert_new(_BEGIN, {"name": _NAME, "followed": count})

    def put(self, watched: Watched) -> None:
        """Store what is watched, replacing that of the same gallery and measure."""
        self._kept.put({"gallery_id": watched.gallery_id, "measure": watched.measure.value}, watched)

    def get(self, gallery_id: str, measure: Measure) -> Watched | None:
        """Return what is watched of one measure, or None."""
        found = self._kept.read(_ONE, {"gallery": gallery_id, "which": measure.value})
        return next(iter(found), None)

    def all(self) -> tuple[Watched, ...]:
        """Return all that is watched, ordered by gallery, then measure."""
        return self._kept.read(_ALL, {})
