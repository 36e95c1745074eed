"""Entries recorded by many threads at once, written by one of them: one transaction, one wait for the disk.

A unit of work that only puts entries on the record needs neither their indexes nor a transaction of
its own. It hands their bytes in and waits; whoever comes while nobody writes, writes at once, and who
comes meanwhile is written with all others who did, by one of them.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import BindParameter, Insert, bindparam, insert

from countenance.errors import CountenanceError, StorageError
from countenance.storage.letting_go import Waiter, by_a_deputy, in_main_thread, let_go_in_turn
from countenance.storage.session import Reads
from countenance.storage.tables import ledger_entries

MOST_TOGETHER: Final = 256
"""Most units of work that are written together, so that none waits for a very long transaction."""

_PATIENCE: Final = 2.0
"""How much longer than the last group took it is waited for the next one to be as large."""

_LONGEST: Final = 0.005
"""Seconds for which it is waited at most."""

_SIZES: Final = (64, 16, 4, 1)
_COLUMNS: Final = ("number", "hashes", "leaf")


def _insert_of(rows: int) -> Insert:
    values: list[dict[str, BindParameter[Any]]] = [
        {name: bindparam(f"{name}_{row}") for name in _COLUMNS} for row in range(rows)
    ]
    return insert(ledger_entries).values(values)


_INSERTS: Final = {size: _insert_of(size) for size in _SIZES}
_NAMES: Final = {
    size: [tuple(f"{name}_{row}" for name in _COLUMNS) for row in range(size)] for size in _SIZES
}

Write = Callable[[Insert, dict[str, object]], int]


def insert_rows(write: Write, first: int, rows: Sequence[tuple[bytes, bytes]]) -> None:
    """Insert entries from number `first` on, each as its hashes and leaf, with few statements.

    A statement for each row would let go of the interpreter at each, and 64 rows cost what four do alone.
    """
    at = 0
    for size in _SIZES:
        while len(rows) - at >= size:
            parameters: dict[str, object] = {}
            for place, (number, hashes, leaf) in enumerate(_NAMES[size], at):
                parameters[number] = first + place
                parameters[hashes], parameters[leaf] = rows[place]
            write(_INSERTS[size], parameters)
            at += size


class Handed(Waiter):
    """What one unit of work hands in: its leaves, and what it has read on the way to them."""

    __slots__ = ("failure", "leaves", "reads", "settled")

    def __init__(self, leaves: Sequence[bytes], reads: Reads) -> None:
        super().__init__()
        self.leaves = leaves
        self.reads = reads
        self.settled = False
        self.failure: BaseException | None = None


class GroupCommit:
    """Writes what threads hand in at the same time in one transaction; each keeps its own outcome.

    Every leaf is in its form before it is handed in. What a unit of work has read is read again by
    who writes: where it has changed, that one gets `ConcurrentWriteError` and nothing of it is written,
    while the others go on. What fails the transaction or the wait for the disk fails it for all.

    Whoever holds the turn takes from the queue, and nobody else does; a turn is given on by letting go
    the first who waits, whose leaves are not settled then. Those who were written together often come
    again together: who leads next waits for as many as there were, at most twice as long as they took,
    since a group of half the size costs nearly as much. Who comes alone waits for nobody.
    """

    __slots__ = ("_ended", "_gates", "_number", "_patience", "_turn", "_waiting", "_write")

    def __init__(self, write: Callable[[Sequence[Handed]], None]) -> None:
        """`write` writes all that it is given in one transaction; it sets the `failure` of one alone."""
        self._write = write
        self._turn = threading.Lock()
        self._waiting: deque[Handed] = deque()
        self._gates: deque[threading.Lock] = deque(maxlen=1)
        self._number = 0
        self._patience = 0.0
        self._ended = 0.0

    def __call__(self, leaves: Sequence[bytes], reads: Reads = ()) -> None:
        """Return when these leaves are on the log, one behind the other, and on the disk; or raise."""
        mine = Handed(leaves, reads)
        if in_main_thread():
            by_a_deputy(partial(self._come, mine))
        else:
            self._come(mine)
        if mine.failure is not None:
            raise mine.failure

    def _come(self, mine: Handed) -> None:
        """Lead or wait, as it comes, until what `mine` holds is settled."""
        self._waiting.append(mine)
        if self._turn.acquire(blocking=False):
            if mine.settled:  # written by another between the two lines above
                self._give_on()
                mine.wait()
            else:
                self._lead(mine)
        elif len(self._waiting) >= self._number:
            self._open_gate()
        while not mine.settled:
            mine.wait()
            if not mine.settled:
                self._lead(mine)

    def __len__(self) -> int:
        """Return how many wait whom nobody has begun to write."""
        return len(self._waiting)

    def _lead(self, mine: Handed) -> None:
        """Write for all who wait, with the turn, and give it on to one of those who came meanwhile."""
        together: list[Handed] = []
        try:
            self._gather()
            began = time.monotonic()
            together += (self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER)))
            self._write(together)
            self._ended = time.monotonic()
            self._patience = min(_PATIENCE * (self._ended - began), _LONGEST)
            self._number = len(together)
        except BaseException as error:
            if not together:  # cut off while it waited for others
                self._waiting.remove(mine)
                mine.settled = True
            plain = error if isinstance(error, CountenanceError) else _cut_off(error)
            for one in together:
                one.failure = one.failure or plain
            raise
        finally:
            for one in together:
                one.settled = True
            self._give_on()
            let_go_in_turn(one for one in together if one is not mine)

    def _gather(self) -> None:
        """Wait until as many are there as were written together just before, or until that was long ago."""
        left = self._ended + self._patience - time.monotonic()
        if len(self._waiting) >= self._number or left <= 0:
            return
        gate = threading.Lock()
        gate.acquire()
        self._gates.append(gate)
        if len(self._waiting) < self._number:
            gate.acquire(timeout=left)
        self._gates.clear()

    def _open_gate(self) -> None:
        """Tell whoever gathers that all are there."""
        try:
            gate = self._gates.pop()
        except IndexError:
            return  # nobody gathers, or another has told already
        gate.release()

    def _give_on(self) -> None:
        """Give the turn to the first who waits; who comes while nobody does takes it."""
        while not self._waiting:
            self._turn.release()
            if not self._waiting or not self._turn.acquire(blocking=False):
                return
        self._waiting[0].let_go()


def _cut_off(error: BaseException) -> StorageError:
    """Return what the others are told where the one who wrote for them was interrupted."""
    told = StorageError("what was recorded together could not be written")
    told.__cause__ = error
    return told
