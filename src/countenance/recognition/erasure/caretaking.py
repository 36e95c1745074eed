"""What every process that searches does beside its work: its memory follows erasures made elsewhere.

A process that sits idle would keep what another one erased until its next search. So each tells
the others that it is there and how far it has followed, completes what is left to complete, also of
processes that died, and rehearses erasures when that is due.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from countenance.biometrics.model import GalleryId
from countenance.errors import CountenanceError
from countenance.recognition.erasure.completion import SILENT_AFTER, CompleteErasures, catch_up
from countenance.recognition.erasure.model import Searcher
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.rounds import Rounds

if TYPE_CHECKING:
    from countenance.recognition.erasure.canaries import RehearseErasure
    from countenance.recognition.erasure.journal import KeepJournal

EVERY_SECONDS: Final = 2.0
"""Seconds between two rounds; one with nothing to do costs two small queries."""

_HEARTBEAT: Final = SILENT_AFTER / 3
_LOOK_FOR_DRILLS: Final = timedelta(minutes=10)
_FORGOTTEN_AFTER: Final = timedelta(days=1)

_log = logging.getLogger("countenance.erasure")


@dataclass(slots=True)
class OwnSearcher:
    """This process's place among those that search; `told` is how far it has told that it followed."""

    process: str
    label: str
    unit_of_work: Callable[[], UnitOfWork]
    clock: Callable[[], datetime]
    told: int = -1
    heartbeat: datetime | None = None

    def enter(self) -> None:
        """Put this process on record, before it holds anything in memory."""
        with self.unit_of_work() as work:
            newest = work.searchers.newest_change()
        self.tell(newest)

    def tell(self, sequence: int) -> None:
        """Write that this process is there and has followed up to a change."""
        now = self.clock()
        with self.unit_of_work() as work:
            work.searchers.seen(Searcher(id=self.process, label=self.label, seen=now, sequence=sequence))
            work.searchers.forget(now - _FORGOTTEN_AFTER)
            work.commit()
        self.told, self.heartbeat = sequence, now

    def is_silent(self) -> bool:
        """Tell whether the others have not heard of this process for long."""
        return self.heartbeat is None or self.clock() - self.heartbeat >= _HEARTBEAT

    def leave(self) -> None:
        """Take this process out of those that search."""
        with self.unit_of_work() as work:
            work.searchers.left(self.process)
            work.commit()


@dataclass(slots=True, kw_only=True)
class Caretaker:
    """Follow, tell, complete, rehearse: one round a call.

    `loaded` gives the galleries in this process's memory. `drills` is how often each gallery is
    rehearsed in; None for never. `journal` remembers erasures outside the database. `followed` and
    `looked` are what it remembers from round to round.
    """

    searcher: OwnSearcher
    complete: CompleteErasures
    rehearse: RehearseErasure
    unit_of_work: Callable[[], UnitOfWork]
    clock: Callable[[], datetime]
    loaded: Callable[[], tuple[GalleryId, ...]]
    drills: timedelta | None
    journal: KeepJournal | None = None
    followed: int = -1
    looked: datetime | None = None

    def __call__(self) -> int:
        """Make one round; return how many receipts it completed."""
        with self.unit_of_work() as work:
            newest = work.searchers.newest_change()
            pending = work.erasures.pending(1)
        if newest != self.followed:
            for gallery_id in self.loaded():
                catch_up(self.complete.index, self.unit_of_work, gallery_id)
            self.followed = newest
        if self.searcher.is_silent() or (pending and self.searcher.told < newest):
            self.searcher.tell(newest)
        completed = self.complete() if pending else 0
        if self.journal is not None:
            self.journal()
        self._rehearse()
        return completed

    def due(self, every: timedelta) -> tuple[GalleryId, ...]:
        """Return the galleries in which nothing was rehearsed for so long."""
        now = self.clock()
        with self.unit_of_work() as work:
            galleries = [
                gallery.id
                for customer in work.customers.all()
                for gallery in work.galleries.of_customer(customer.id)
            ]
            newest = {one: work.erasures.drills(one, limit=1) for one in galleries}
        return tuple(one for one, drills in newest.items() if not drills or now - drills[0].ended >= every)

    def _rehearse(self) -> None:
        """Rehearse where it is due: seen to every ten minutes, the first time after as many."""
        now = self.clock()
        self.looked = self.looked or now
        if self.drills is None or now - self.looked < _LOOK_FOR_DRILLS:
            return
        self.looked = now
        for gallery_id in self.due(self.drills):
            drill = self.rehearse(gallery_id)
            if drill is not None and not drill.passed:
                words = ", ".join(fault.value for fault in drill.faults)
                _log.error("the erasure drill %s failed: %s", drill.id, words)


class Caretaking:
    """Makes a caretaker's rounds while this process is on the record of those that search."""

    def __init__(
        self,
        enter: Callable[[], None],
        caretaker: Callable[[], Caretaker],
        *,
        seconds: float = EVERY_SECONDS,
    ) -> None:
        """`enter` puts this process on record; `caretaker` makes what makes the rounds, in the thread."""
        self._enter = enter
        self._caretaker = caretaker
        self._entered = False
        self._rounds = Rounds("erasure-caretaker", self._round, seconds, _tell, _undone)

    def start(self) -> None:
        """Begin, unless it has begun. The process is on record before this returns."""
        if not self._entered:
            self._enter()
            self._entered = True
        self._rounds.start()

    def _round(self) -> int:
        return self._caretaker()()

    def stop(self) -> None:
        """Let the round that is being made come to its end, and leave the record of those that search."""
        self._rounds.stop()
        if not self._entered:
            return
        self._entered = False
        try:
            self._caretaker().searcher.leave()
        except CountenanceError as error:
            _log.error("this process could not be taken off the record: %s [%s]", error.message, error.code)


def _tell(completed: int) -> None:
    if completed:
        _log.info("receipts of erasures completed: %d", completed)


def _undone(why: str) -> None:
    _log.error("erasures were not followed: %s", why)
