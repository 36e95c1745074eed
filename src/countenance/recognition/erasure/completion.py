"""What an erasure still has to do after its commit: every memory follows, and the receipt is completed.

Done by the act itself where no other process searches, and by the caretaker of any process
otherwise, also after a crash: a record stays pending until it is done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from countenance.biometrics.model import GalleryId
from countenance.errors import NotFoundError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.ledger.canonical import utc_text
from countenance.ledger.erasure_receipt import FORMAT
from countenance.recognition.erasure.codec import facts_to_json, limit_to_json, probe_to_json, to_bytes
from countenance.recognition.erasure.limits import ReachOptions
from countenance.recognition.erasure.model import (
    ErasureId,
    ErasureRecord,
    Limit,
    Probe,
    Searcher,
    Unreached,
)
from countenance.recognition.ports import SearchIndex, SearchSnapshots, UnitOfWork

SILENT_AFTER = timedelta(minutes=3)
"""A process that was not seen for so long counts as ended: its memory is gone with it."""

PROBE_WITHIN = timedelta(seconds=30)
"""Who erased has so long to tell what its probe gave; then somebody else completes without one."""

LOADED_FOR_THE_PROBE = 20_000
"""References up to which a gallery that is not in memory is read for the probe: a fraction of a second."""

_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteErasures:
    """Complete erasures that are committed. `process` names this process among those that search."""

    clock: Callable[[], datetime]
    index: SearchIndex
    snapshots: SearchSnapshots
    unit_of_work: Callable[[], UnitOfWork]
    reach: ReachOptions
    process: str

    def __call__(self) -> int:
        """Complete what is due, and return how many receipts that were."""
        with self.unit_of_work() as work:
            pending = work.erasures.pending(_AT_ONCE)
        count = 0
        for record in pending:
            if record.probe is None and self.clock() - record.erased < PROBE_WITHIN:
                continue
            self.follow(record)
            count += self._completed(record.id).completed is not None
        return count

    def follow(self, record: ErasureRecord) -> None:
        """Let this process's memory follow, and delete a snapshot that was written meanwhile."""
        small = record.facts.after.size <= LOADED_FOR_THE_PROBE
        catch_up(self.index, self.unit_of_work, record.gallery_id, load=small)
        self.snapshots.drop(record.gallery_id, through=record.sequence)

    def probed(self, erasure_id: ErasureId, probe: Probe) -> ErasureRecord:
        """Keep what the probe gave, and complete the record if every process has followed."""
        with self.unit_of_work() as work:
            work.become_writer()
            record = self._get(work, erasure_id)
            if record.completed is None:
                work.erasures.put(replace(record, probe=probe))
                work.commit()
        return self._completed(erasure_id)

    def _completed(self, erasure_id: ErasureId) -> ErasureRecord:
        with self.unit_of_work() as work:
            work.become_writer()
            record = self._get(work, erasure_id)
            if record.completed is not None:
                return record
            now = self.clock()
            others = [one for one in work.searchers.all() if one.id != self.process]
            behind = [one for one in others if one.sequence < record.sequence]
            if any(now - one.seen < SILENT_AFTER for one in behind):
                return record
            record = replace(record, probe=record.probe or self._no_probe(now))
            body = to_bytes(self._body(work, record, others, now))
            fields: dict[str, JsonValue] = {
                "erasure": record.id,
                "gallery": record.gallery_id,
                "subject": record.facts.subject,
                "erased": record.entry,
                "receipt": hashlib.sha256(body).hexdigest(),
            }
            entry = work.ledger.append(Entry(EventType.ERASURE_COMPLETED, now, fields))
            record = replace(record, completed=now, completed_entry=entry, body=body)
            work.erasures.put(record)
            work.commit()
        return record

    def _body(
        self, work: UnitOfWork, record: ErasureRecord, others: list[Searcher], now: datetime
    ) -> dict[str, JsonValue]:
        """Return the receipt: what the log's entry commits to, and whoever holds it can check."""
        facts, probe = record.facts, record.probe
        if probe is None:
            raise ValueError("a receipt tells of the probe, or that there was none")
        silent = [one for one in others if one.sequence < record.sequence]
        limits = list(facts.limits)
        if probe.same_photograph:
            limits.append(Limit(what=Unreached.SAME_PHOTOGRAPH, count=probe.same_photograph))
        if silent:
            limits.append(Limit(what=Unreached.SILENT_PROCESS, count=len(silent)))
        return {
            "format": FORMAT,
            "erasure": record.id,
            "gallery": record.gallery_id,
            "erased": utc_text(record.erased),
            "completed": utc_text(now),
            "log": work.ledger.key.name,
            "signer": str(work.ledger.key),
            "entry": record.entry,
            "references": record.references,
            **facts_to_json(facts),
            "unreached": tuple(map(limit_to_json, limits)),
            "probe": probe_to_json(probe),
            "processes": {"followed": len(others) - len(silent) + 1, "silent": len(silent)},
        }

    def _no_probe(self, now: datetime) -> Probe:
        return Probe(
            ran=False, at=now, templates=0, found=0, same_photograph=0, rows=0, sequence=0, digest=None
        )

    def _get(self, work: UnitOfWork, erasure_id: ErasureId) -> ErasureRecord:
        record = work.erasures.get(erasure_id)
        if record is None:
            raise NotFoundError(f"there is no erasure `{erasure_id}`")
        return record


def catch_up(
    index: SearchIndex, unit_of_work: Callable[[], UnitOfWork], gallery_id: GalleryId, *, load: bool = False
) -> None:
    """Apply what happened to a gallery that is in memory, or `load` it; one that is gone is forgotten."""
    position = index.position(gallery_id)
    if position == 0 and not load:
        return
    with unit_of_work() as work:
        gone = work.galleries.get(gallery_id) is None
        changes = () if gone else tuple(work.references.changes(gallery_id, after=position))
    if gone:
        index.forget(gallery_id)
    else:
        index.apply(gallery_id, changes)
