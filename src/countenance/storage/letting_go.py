"""Letting go of threads that wait, one after the other.

Threads that are let go all at once fight for the interpreter, of which only one can have it: each is
woken twice. Where each lets go of the next, one is woken at a time, and when it can run.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable


class Waiter:
    """One thread that waits until it is let go, and then lets go of whoever comes after it."""

    __slots__ = ("_following", "_held", "interrupted")

    def __init__(self) -> None:
        self._held = threading.Lock()
        self._held.acquire()
        self._following: Waiter | None = None
        self.interrupted: KeyboardInterrupt | SystemExit | None = None

    def wait(self) -> None:
        """Return once this one is let go.

        An interruption is kept in `interrupted` for the caller to raise when the others no longer
        depend on this thread.
        """
        while True:
            try:
                self._held.acquire()
            except (KeyboardInterrupt, SystemExit) as error:  # what handlers of signals raise
                self.interrupted = error
            else:
                break
        following, self._following = self._following, None
        if following is not None:
            following.let_go()

    def let_go(self) -> None:
        """Let this one go."""
        self._held.release()


def let_go_in_turn(waiters: Iterable[Waiter]) -> None:
    """Let go of the first, which lets go of the second, and so on; each of them must come to wait."""
    first: Waiter | None = None
    last: Waiter | None = None
    for waiter in waiters:
        if last is None:
            first = waiter
        else:
            last._following = waiter  # noqa: SLF001  the chain is this module's
        last = waiter
    if first is not None:
        first.let_go()
