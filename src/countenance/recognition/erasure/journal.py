"""The journal of erasures: kept outside the database, so that a backup that is put back brings nobody back.

A backup holds database and keys as they were. Who withdrew or was erased since is in it, and compared
again, unless something outside remembers. The journal is a copy of the ledger's entries of withdrawals
and erasures. They name subjects by commitments under the subjects' own keys, so that the journal
says nothing to anybody, until a backup brings a key back: then the commitment finds its subject.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.errors import ConfigurationError, LegalHoldError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.oversight.incidents import IncidentKind
from countenance.recognition.erasure.erasing import Erase, Order
from countenance.recognition.erasure.model import Cause
from countenance.recognition.incidents import Found, OpenIncident
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

JOURNAL: Final = "journal"
"""Who erases again, as the ledger names it."""

AT_ONCE: Final = 1_000
"""Entries that are read in one transaction."""

_KEPT: Final = (
    EventType.CONSENT_WITHDRAWN.value,
    EventType.SUBJECT_ERASED.value,
    EventType.ERASURES_REAPPLIED.value,
)
_MARKS: Final = tuple(f'"{name}"'.encode() for name in _KEPT)
_PAGE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the ledger as it was committed: its index and its text."""

    entry: int
    leaf: bytes


class ErasureJournal(Protocol):
    """Lines in the order of their entries. Durability: on the disk when `append` returns.

    Any number of processes may append; a line that is there already is not appended again. Raises
    `StorageError` for a place that cannot be read or written, or that holds something else.
    """

    def backwards(self) -> Iterator[Line]:
        """Yield the lines, the newest first."""
        ...

    def append(self, lines: list[Line]) -> None:
        """Append the lines that are not the newest ones there already."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reapplied:
    """What was done again: lines of the journal that the database did not know, and what came of them.

    `withdrawn` counts consents, `erased` subjects, `held` subjects that a legal hold keeps: they
    are banned from use and erased when it ends.
    """

    undone: int = 0
    withdrawn: int = 0
    erased: int = 0
    held: int = 0


@dataclass(slots=True, kw_only=True)
class KeepJournal:
    """Keep the journal, and do again what a backup has undone. `followed` is up to where it was kept."""

    journal: ErasureJournal
    erase: Erase
    open_incident: OpenIncident
    unit_of_work: Callable[[], UnitOfWork]
    clock: Callable[[], datetime]
    followed: int = -1
    turn: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, *, most: int = 50_000) -> int:
        """Copy up to about `most` new entries of the ledger, and return how many lines were appended."""
        with self.turn:
            if self.followed < 0:
                self._reapply(self.journal)
            appended = 0
            for _ in range(-(-most // AT_ONCE)):
                read, lines = self._lines()
                if not read:
                    break
                if lines:
                    self.journal.append(lines)
                self.followed, appended = self.followed + read, appended + len(lines)
            return appended

    def reapply(self, journal: ErasureJournal | None = None) -> Reapplied:
        """Withdraw and erase again whoever was, according to the journal, and is here all the same.

        `journal` is another one than this installation's, if it was kept elsewhere. Looks only at lines
        that are newer than the newest one the database knows. A new incident tells of it.
        """
        with self.turn:
            return self._reapply(journal or self.journal)

    def _reapply(self, journal: ErasureJournal) -> Reapplied:
        undone, known = self._undone(journal)
        self.followed = max(self.followed, known)
        if not undone:
            return Reapplied()
        done, names = Reapplied(undone=len(undone)), _Names(self.unit_of_work)
        for line in undone:
            done = self._again(done, json.loads(line.leaf), names)
        self._tell(done, undone[-1])
        return done

    def _undone(self, journal: ErasureJournal) -> tuple[list[Line], int]:
        """Return the lines that the ledger does not have, the oldest first, and where it is followed from.

        A backup that was put back has fewer entries, or others at the same place.
        """
        undone: list[Line] = []
        with self.unit_of_work() as work:
            size = work.ledger.size()
            for line in journal.backwards():
                at = line.entry
                if at < size and [line.leaf] == list(work.ledger.leaves(at, at + 1)):
                    return undone[::-1], at + 1
                undone.append(line)
        return undone[::-1], 0

    def _lines(self) -> tuple[int, list[Line]]:
        """Return how many entries come next, and those of them that the journal keeps."""
        with self.unit_of_work() as work:
            stop = min(work.ledger.size(), self.followed + AT_ONCE)
            leaves = list(work.ledger.leaves(self.followed, stop)) if stop > self.followed else []
        return len(leaves), [
            Line(index, leaf)
            for index, leaf in enumerate(leaves, self.followed)
            if any(mark in leaf for mark in _MARKS) and json.loads(leaf)["type"] in _KEPT
        ]

    def _again(self, done: Reapplied, said: dict[str, Any], names: _Names) -> Reapplied:
        """Do one line again, if the subject that it names is here."""
        gallery_id, name = said.get("gallery"), said.get("subject")
        if not isinstance(gallery_id, str) or not isinstance(name, str):
            return done
        subject_id = names.subject(GalleryId(gallery_id), name)
        if subject_id is None:
            return done
        if said["type"] == EventType.CONSENT_WITHDRAWN.value:
            return replace(done, withdrawn=done.withdrawn + self._withdraw(said, subject_id))
        try:
            self._erase(said, subject_id)
        except LegalHoldError:
            return replace(done, held=done.held + 1)
        return replace(done, erased=done.erased + 1)

    def _withdraw(self, said: dict[str, Any], subject_id: SubjectId) -> bool:
        """End the consent at the moment at which it was ended; tell whether it was not."""
        gallery_id, now = GalleryId(said["gallery"]), self.clock()
        at = min(datetime.fromisoformat(said["t"]), now)
        with self.unit_of_work() as work:
            work.become_writer()
            consent = work.consents.get(gallery_id, subject_id)
            if consent is None or consent.withdrawn is not None:
                return False
            work.consents.put(replace(consent, withdrawn=max(at, consent.given)))
            fields = {"gallery": gallery_id, "subject": said["subject"], "actor": JOURNAL}
            work.ledger.append(Entry(EventType.CONSENT_WITHDRAWN, now, fields))
            work.commit()
        return True

    def _erase(self, said: dict[str, Any], subject_id: SubjectId) -> None:
        with self.unit_of_work() as work:
            work.become_writer()
            gallery = work.galleries.get(GalleryId(said["gallery"]))
            if gallery is None:
                return
            order = Order(
                gallery=gallery, subject_id=subject_id, cause=Cause(said["cause"]), actor_id=JOURNAL
            )
            begun = self.erase.begin(work, order)
            work.commit()
        self.erase.finish(begun)

    def _tell(self, done: Reapplied, newest: Line) -> None:
        """Put on record what was done again, and open an incident that people resolve."""
        found = Found(
            kind=IncidentKind.OTHER,
            reason="a backup was put back: what the journal of erasures says was withdrawn or erased since "
            "has been withdrawn and erased again, and everything else since the backup is lost",
        )
        fields: dict[str, JsonValue] = {
            "undone": done.undone,
            "withdrawn": done.withdrawn,
            "erased": done.erased,
            "held": done.held,
            "newest": newest.entry,
        }
        with self.unit_of_work() as work:
            work.ledger.append(Entry(EventType.ERASURES_REAPPLIED, self.clock(), fields))
            work.commit()
        self.open_incident.by_machine(found, by=JOURNAL)


@dataclass(frozen=True, slots=True)
class ReapplyErasures:
    """Do again what a backup has undone, as an administrator. `keep` is None where no journal is kept."""

    standing: Standing
    keep: KeepJournal | None
    open_journal: Callable[[Path], ErasureJournal]
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, path: Path | None = None) -> Reapplied:
        """Return what was done, according to the journal at `path` or this installation's own.

        Raises `ForbiddenError`, `StorageError` for a journal that is none, and `ConfigurationError`
        where none is kept.
        """
        with self.unit_of_work() as work:
            self.standing.role(work, actor, frozenset({Role.ADMINISTRATOR}))
        if self.keep is None:
            raise ConfigurationError("no journal of erasures is kept here")
        return self.keep.reapply(self.open_journal(path) if path is not None else None)


class _Names:
    """Finds subjects by their commitments: each gallery that is asked for is read once."""

    def __init__(self, unit_of_work: Callable[[], UnitOfWork]) -> None:
        self._unit_of_work = unit_of_work
        self._galleries: dict[GalleryId, dict[str, SubjectId]] = {}

    def subject(self, gallery_id: GalleryId, name: str) -> SubjectId | None:
        """Return the subject whose commitment is `name` (hex), or None."""
        if gallery_id not in self._galleries:
            with self._unit_of_work() as work:
                self._galleries[gallery_id] = dict(self._read(work, gallery_id))
        return self._galleries[gallery_id].get(name)

    def _read(self, work: UnitOfWork, gallery_id: GalleryId) -> Iterator[tuple[str, SubjectId]]:
        page = work.references.subjects(gallery_id, after=None, limit=_PAGE)
        while page:
            for subject_id in page:
                commitment = work.references.commitment(gallery_id, subject_id)
                if commitment is not None:
                    yield commitment.hex(), subject_id
            page = work.references.subjects(gallery_id, after=page[-1], limit=_PAGE)
