"""What every act asks for and seldom changes: read again every two seconds, and not for each act."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

Held = TypeVar("Held")

FRESH: Final = 2.0
"""Seconds after which it is read again; what changes elsewhere is to be followed within five."""


@dataclass(slots=True, kw_only=True)
class Reread(ABC, Generic[Held]):
    """Something that is read again when what is held is older than `fresh` seconds.

    One thread at a time reads; the others go on with what they have. The same object is returned as
    long as nothing has changed. Safe to call from many threads.
    """

    fresh: float = FRESH
    _held: tuple[float, Held] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @abstractmethod
    def newest(self) -> Held:
        """Read it now; may raise, and then what is held stays."""

    def __call__(self) -> Held:
        """Return it; raises what reading raises."""
        held = self._held
        if held is not None and time.monotonic() - held[0] < self.fresh:
            return held[1]
        if held is None:
            with self._lock:
                return self.read()
        if not self._lock.acquire(blocking=False):
            return held[1]
        try:
            return self.read()
        finally:
            self._lock.release()

    def read(self) -> Held:
        """Read it now, so that nobody waits for it in the middle of an act, and return it."""
        now, found, held = time.monotonic(), self.newest(), self._held
        if held is not None and held[1] == found:
            found = held[1]
        self._held = (now, found)
        return found
