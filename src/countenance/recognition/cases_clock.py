"""A clock in the server's process that ends what has run out: emergencies, cases, leads."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from countenance.errors import CountenanceError

EVERY_SECONDS: Final = 30.0
"""Seconds between two looks. A case whose time is over is given to nobody meanwhile, either."""

_log = logging.getLogger("countenance.oversight")


class CaseClock:
    """Looks at once, and every half minute from then on, in a thread of its own; faults are no end."""

    def __init__(self, keep_time: Callable[[], int], *, seconds: float = EVERY_SECONDS) -> None:
        self._keep_time = keep_time
        self._seconds = seconds
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, unless it has begun."""
        if self._thread is None:
            self._stopped.clear()
            self._thread = threading.Thread(target=self._run, name="case-clock", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Let what is being done come to its end, and do no more."""
        self._stopped.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            try:
                ended = self._keep_time()
            except CountenanceError as error:
                _log.error("cases were not ended: %s [%s]", error.message, error.code)
            else:
                if ended:
                    _log.info("cases ended by time: %d", ended)
            if self._stopped.wait(self._seconds):
                return
