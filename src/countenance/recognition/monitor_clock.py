"""A clock in the server's process that has the monitor look at live outcomes every minute."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from countenance.errors import CountenanceError
from countenance.recognition.monitoring import Looked

EVERY_SECONDS: Final = 60.0
"""Seconds between two looks; one that finds nothing new costs two queries."""

_log = logging.getLogger("countenance.monitor")


class MonitorClock:
    """Looks at once, and every minute from then on, in a thread of its own.

    A look that fails is told in the log and made again; no fault ends it. Those of several
    processes do not get in each other's way: each entry is followed once.
    """

    def __init__(self, look: Callable[[], Looked], *, seconds: float = EVERY_SECONDS) -> None:
        self._look = look
        self._seconds = seconds
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, unless it has begun."""
        if self._thread is None:
            self._stopped.clear()
            self._thread = threading.Thread(target=self._run, name="monitor", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Let the look that is being taken come to its end, and take no other."""
        self._stopped.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="monitor-look") as looks:
            while True:
                _tell(looks.submit(self._look))
                if self._stopped.wait(self._seconds):
                    return


def _tell(taken: Future[Looked]) -> None:
    """Tell of alarms; a fault is told by its kind, and is no end."""
    error = taken.exception()
    if error is None:
        for incident in taken.result().alarms:
            _log.warning("alarm: %s opened incident %s", incident.kind, incident.id)
    elif isinstance(error, CountenanceError):
        _log.error("outcomes were not watched: %s [%s]", error.message, error.code)
    else:
        _log.error("outcomes were not watched: %s", type(error).__qualname__)
