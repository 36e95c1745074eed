"""What is told of erasures and drills, and which processes hold galleries in memory."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, func, select

from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
from countenance.recognition.erasure.codec import (
    facts_from_bytes,
    facts_to_json,
    probe_from_bytes,
    probe_to_json,
    to_bytes,
)
from countenance.recognition.erasure.model import (
    Cleared,
    Drill,
    DrillFault,
    ErasureId,
    ErasureRecord,
    Searcher,
)
from countenance.storage.erasure_reach import clear_subject
from countenance.storage.erasure_tables import erasure_drills, erasures, searching_processes
from countenance.storage.prepared import Row
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent, keyed, replace_by_key
from countenance.storage.tables import gallery_changes
from countenance.vetting.model import CustomerId

_LAST: Final = select(func.coalesce(func.max(gallery_changes.c.sequence), 0).label("number")).where(
    gallery_changes.c.gallery_id == bindparam("gallery")
)
_NEWEST: Final = select(func.coalesce(func.max(gallery_changes.c.sequence), 0).label("number"))
_ADD: Final = insert_if_absent(erasures)
_REPLACE: Final = replace_by_key(erasures)
_ONE: Final = select(erasures).where(erasures.c.id == bindparam("erasure"))
_PENDING: Final = (
    select(erasures).where(erasures.c.completed.is_(None)).order_by(erasures.c.entry).limit(bindparam("most"))
)
_OF_GALLERY: Final = (
    select(erasures)
    .where(erasures.c.gallery_id == bindparam("gallery"), erasures.c.entry < bindparam("before"))
    .order_by(erasures.c.entry.desc())
    .limit(bindparam("most"))
)
_ADD_DRILL: Final = insert_if_absent(erasure_drills)
_DRILLS: Final = (
    select(erasure_drills)
    .where(erasure_drills.c.gallery_id == bindparam("gallery"))
    .order_by(erasure_drills.c.entry.desc())
    .limit(bindparam("most"))
)
_SEEN: Final = insert_if_absent(searching_processes)
_SEE_AGAIN: Final = replace_by_key(searching_processes)
_LEFT: Final = delete(searching_processes).where(searching_processes.c.id == bindparam("searcher"))
_SEARCHERS: Final = select(searching_processes).order_by(searching_processes.c.id)
_SILENT: Final = delete(searching_processes).where(searching_processes.c.seen < bindparam("before"))
_NO_END: Final = 2**63 - 1


class SqlErasures:
    """Erasures by id, drills by gallery."""

    __slots__ = ("_keyring", "_session")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring

    def clear(
        self, gallery_id: GalleryId, subject_id: SubjectId, references: frozenset[ReferenceId]
    ) -> Cleared:
        """Take the subject out of everything that is kept beside references and consents."""
        return clear_subject(self._session, self._keyring, (gallery_id, subject_id), references)

    def last_change(self, gallery_id: GalleryId) -> int:
        """Return the sequence of the gallery's newest change; 0 where there is none."""
        return int(self._session.read(_LAST, {"gallery": gallery_id})[0].number)

    def put(self, record: ErasureRecord) -> None:
        """Store `record`, in place of one of the same id."""
        row: dict[str, object] = {
            "id": record.id,
            "gallery_id": record.gallery_id,
            "customer_id": record.customer_id,
            "erased": record.erased,
            "entry": record.entry,
            "sequence": record.sequence,
            "reference_count": record.references,
            "facts": to_bytes(facts_to_json(record.facts)),
            "probe": to_bytes(probe_to_json(record.probe)) if record.probe is not None else None,
            "completed": record.completed,
            "completed_entry": record.completed_entry,
            "body": record.body,
        }
        if not self._session.write(_REPLACE, keyed(row, ("id",))):
            self._session.insert_new(_ADD, row)

    def get(self, erasure_id: ErasureId) -> ErasureRecord | None:
        """Return the record, or None."""
        rows = self._session.read(_ONE, {"erasure": erasure_id})
        return _record(rows[0]) if rows else None

    def pending(self, limit: int) -> tuple[ErasureRecord, ...]:
        """Return up to `limit` erasures that are not completed, the oldest first."""
        return tuple(map(_record, self._session.read(_PENDING, {"most": limit})))

    def of_gallery(
        self, gallery_id: GalleryId, *, before: int | None, limit: int
    ) -> tuple[ErasureRecord, ...]:
        """Return up to `limit` erasures whose entry is below `before`, the newest first."""
        until = _NO_END if before is None else before
        asked = {"gallery": gallery_id, "before": until, "most": limit}
        return tuple(map(_record, self._session.read(_OF_GALLERY, asked)))

    def add_drill(self, drill: Drill) -> None:
        """Store the result of a drill."""
        row = {
            "id": drill.id,
            "gallery_id": drill.gallery_id,
            "started": drill.started,
            "ended": drill.ended,
            "passed": drill.passed,
            "faults": drill.faults,
            "erasure_id": drill.erasure_id,
            "incident_id": drill.incident_id,
            "entry": drill.entry,
        }
        self._session.insert_new(_ADD_DRILL, row)

    def drills(self, gallery_id: GalleryId, *, limit: int) -> tuple[Drill, ...]:
        """Return up to `limit` drills in a gallery, the newest first."""
        return tuple(map(_drill, self._session.read(_DRILLS, {"gallery": gallery_id, "most": limit})))


class SqlSearchers:
    """Processes that hold galleries in memory."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def seen(self, searcher: Searcher) -> None:
        """Write that a process is there, and up to which change it has caught up."""
        row: dict[str, object] = {
            "id": searcher.id,
            "label": searcher.label,
            "seen": searcher.seen,
            "sequence": searcher.sequence,
        }
        if not self._session.write(_SEE_AGAIN, keyed(row, ("id",))):
            self._session.insert_new(_SEEN, row)

    def left(self, searcher_id: str) -> None:
        """Take a process out that ends, if it is there."""
        self._session.write(_LEFT, {"searcher": searcher_id})

    def all(self) -> tuple[Searcher, ...]:
        """Return every process on record, ordered by id."""
        return tuple(
            Searcher(id=row.id, label=row.label, seen=row.seen, sequence=row.sequence)
            for row in self._session.read(_SEARCHERS, {})
        )

    def newest_change(self) -> int:
        """Return the sequence of the installation's newest change; 0 where there is none."""
        return int(self._session.read(_NEWEST, {})[0].number)

    def forget(self, before: datetime) -> int:
        """Drop processes that were not seen since; return how many there were."""
        return self._session.write(_SILENT, {"before": before})


def _record(row: Row) -> ErasureRecord:
    return ErasureRecord(
        id=ErasureId(row.id),
        gallery_id=GalleryId(row.gallery_id),
        customer_id=CustomerId(row.customer_id),
        erased=row.erased,
        entry=row.entry,
        sequence=row.sequence,
        references=row.reference_count,
        facts=facts_from_bytes(bytes(row.facts)),
        probe=probe_from_bytes(bytes(row.probe)) if row.probe is not None else None,
        completed=row.completed,
        completed_entry=row.completed_entry,
        body=bytes(row.body) if row.body is not None else None,
    )


def _drill(row: Row) -> Drill:
    return Drill(
        id=row.id,
        gallery_id=GalleryId(row.gallery_id),
        started=row.started,
        ended=row.ended,
        faults=tuple(map(DrillFault, row.faults)),
        erasure_id=ErasureId(row.erasure_id) if row.erasure_id is not None else None,
        incident_id=row.incident_id,
        entry=row.entry,
    )
