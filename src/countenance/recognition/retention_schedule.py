"""A clock in the server's process that destroys on time, and catches up with what it slept through."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from countenance.errors import CountenanceError
from countenance.recognition.retention import Sweep

EVERY_SECONDS: Final = 60.0
"""Seconds between two passes; a pass that finds nothing costs a few queries a gallery."""

_log = logging.getLogger("countenance.retention")


class RetentionSchedule:
    """Makes a pass at once, and one every minute from then on, in a thread of its own.

    A pass that fails is told in the log and made again; no fault ends the schedule. Passes of
    several processes do not get in each other's way (see `DestroyDue`).
    """

    def __init__(self, sweep: Callable[[], Sweep], *, seconds: float = EVERY_SECONDS) -> None:
        self._sweep = sweep
        self._seconds = seconds
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, unless it has begun."""
        if self._thread is None:
            self._stopped.clear()
            self._thread = threading.Thread(target=self._run, name="retention", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Let the pass that is being made come to its end, and make no other."""
        self._stopped.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="retention-pass") as passes:
            while True:
                _tell(passes.submit(self._sweep))
                if self._stopped.wait(self._seconds):
                    return


def _tell(made: Future[Sweep]) -> None:
    """Tell what a pass came to, where it is worth telling; a fault is told by its kind, and is no end."""
    error = made.exception()
    if error is None:
        told = made.result()
        if told.destroyed:
            _log.info("retention: %d destroyed, %d held", told.destroyed, told.held)
    elif isinstance(error, CountenanceError):
        _log.error("references that are due were not destroyed: %s [%s]", error.message, error.code)
    else:
        _log.error("references that are due were not destroyed: %s", type(error).__qualname__)
