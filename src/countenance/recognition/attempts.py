"""Bounds wrong tries: of one address and of all together, within a stretch of time."""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from countenance.errors import BusyError

MOST_ADDRESSES: Final = 10_000
"""Addresses that are remembered; of more, those that were heard of first are forgotten."""

_NETWORK: Final = 64


@dataclass(slots=True)
class _Window:
    start: datetime
    used: int = 0


@dataclass(slots=True)
class Attempts:
    """Counts what failed, in memory of this process. Safe to call from many threads.

    An IPv6 address counts with its whole /64, which one subscriber has to itself.
    """

    of_one: int
    of_all: int
    period: timedelta
    _windows: OrderedDict[str, _Window] = field(default_factory=OrderedDict)
    _all: _Window | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def require_room(self, address: str, now: datetime) -> None:
        """Return while there may be another try, else raise `BusyError` with when to come again."""
        with self._lock:
            held = (self._windows.get(_network(address)), self._all)
            for window, most in zip(held, (self.of_one, self.of_all), strict=True):
                if window is not None and window.used >= most and now - window.start < self.period:
                    left = self.period - (now - window.start)
                    raise BusyError("too many wrong tries", retry_after=max(1, int(left.total_seconds())))

    def failed(self, address: str, now: datetime) -> None:
        """Count a try that failed."""
        with self._lock:
            name = _network(address)
            window = self._current(self._windows.get(name), now)
            window.used += 1
            self._windows[name] = window
            while len(self._windows) > MOST_ADDRESSES:
                self._windows.popitem(last=False)
            self._all = self._current(self._all, now)
            self._all.used += 1

    def _current(self, window: _Window | None, now: datetime) -> _Window:
        return window if window is not None and now - window.start < self.period else _Window(now)


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if found.version == 4:  # noqa: PLR2004  the other one
        return address
    return str(ipaddress.ip_network((int(found), _NETWORK), strict=False))
