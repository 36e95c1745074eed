"""Waiting for the disk together: one wait that begins after a commit covers it, whoever began it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from countenance.storage.letting_go import Waiter, by_a_deputy, in_main_thread, let_go_in_turn


class _Turn:
    """One wait, and who shares it; all are let go when it is over."""

    __slots__ = ("failure", "over", "waiting")

    def __init__(self) -> None:
        self.over = False
        self.failure: BaseException | None = None
        self.waiting: list[Waiter] = []


class DiskWait:
    """Brings to the disk what was written before it was called; many threads share one wait.

    Whoever comes while nobody waits, waits at once, so that one thread pays nothing for others that
    could be there. Whoever comes during a wait is not covered by it, since it began before: all who
    come meanwhile share the next one, which one of them begins. A wait that fails fails for all of
    them, also where a later one does not: what the disk has lost once it does not bring later.
    """

    __slots__ = ("_busy", "_lock", "_next", "_wait")

    def __init__(self, wait: Callable[[], None]) -> None:
        """`wait` returns once all that was written before it began is on the disk, or raises."""
        self._wait = wait
        self._lock = threading.Lock()
        self._next = _Turn()
        self._busy = False

    def __call__(self) -> None:
        """Return when what was written before is on the disk; raises what the wait that covers it raised."""
        with self._lock:
            turn = self._next
            mine: Waiter | None = None
            follows = self._busy
            if not follows:
                self._busy, self._next = True, _Turn()
            elif not in_main_thread():
                mine = Waiter()
                turn.waiting.append(mine)
        if follows and mine is None:
            by_a_deputy(self)
            return
        if mine is not None:
            mine.wait()  # let go by whoever waited before, or with us
        if not turn.over:
            self._lead(turn)
        elif turn.failure is not None:
            raise turn.failure

    def _lead(self, turn: _Turn) -> None:
        """Wait for all of `turn`, then let them go, and one of those who came meanwhile lead on."""
        try:
            self._wait()
        except BaseException as error:
            turn.failure = error
            raise
        finally:
            with self._lock:
                turn.over = True
                following = self._next
                leader = following.waiting.pop(0) if following.waiting else None
                if leader is None:
                    self._busy = False
                else:
                    self._next = _Turn()
            if leader is not None:
                leader.let_go()
            let_go_in_turn(turn.waiting)
