"""Letting go of threads that wait, one after the other.

Threads that are let go all at once fight for the interpreter, of which only one can have it: each is
woken twice. Where each lets go of the next, one is woken at a time, and when it can run. So they depend
on one another, and a signal can take the main thread away at any moment: another one stands in for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor


class Waiter:
    """One thread that waits until it is let go, and then lets go of whoever comes after it."""

    __slots__ = ("_following", "_held")

    def __init__(self) -> None:
        self._held = threading.Lock()
        self._held.acquire()
        self._following: Waiter | None = None

    def wait(self) -> None:
        """Return once this one is let go. Not for the main thread."""
        self._held.acquire()
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


def in_main_thread() -> bool:
    """Tell whether signals are answered in this thread."""
    return threading.get_ident() == threading.main_thread().ident


def by_a_deputy(work: Callable[[], None]) -> None:
    """Have another thread do `work` and wait for it; raises what it raised.

    Whoever is interrupted while waiting leaves, and the deputy does its part to the end.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="countenance-deputy") as deputies:
        deputies.submit(work).result()
