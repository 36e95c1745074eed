"""What a server does again and again beside its requests, each in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from countenance.errors import CountenanceError

Result = TypeVar("Result")


class Rounds(Generic[Result]):
    """Makes a round at once and then one every `seconds`, from `start` until `stop`; no fault ends them.

    `told` takes what a round came to, `undone` why one failed: the message and code of our
    errors, of others their kind alone. Each may return after how many seconds the next round is to
    be made, or None for the usual.
    """

    def __init__(
        self,
        name: str,
        make: Callable[[], Result],
        seconds: float,
        told: Callable[[Result], float | None],
        undone: Callable[[str], float | None],
    ) -> None:
        self._name = name
        self._make = make
        self._seconds = seconds
        self._told = told
        self._undone = undone
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, unless it has begun."""
        if self._thread is None:
            self._stopped.clear()
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Let the round that is being made come to its end, and make no other."""
        self._stopped.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"{self._name}-round") as rounds:
            while not self._stopped.is_set():
                made = rounds.submit(self._make)
                error = made.exception()
                if error is None:
                    pause = self._told(made.result())
                elif isinstance(error, CountenanceError):
                    pause = self._undone(f"{error.message} [{error.code}]")
                else:
                    pause = self._undone(type(error).__qualname__)
                self._rest(self._seconds if pause is None else pause)

    def _rest(self, seconds: float) -> None:
        """Wait for the next round, or for the end."""
        self._stopped.wait(seconds)
