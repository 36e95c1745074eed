"""How many decoded pixels may be in memory at once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class PixelBudget:
    """Lets acts on images wait until their pixels have room. Thread-safe.

    A place before the engine costs nothing until its image is decoded; thirty images of
    the largest size that is allowed would together take gigabytes. Whoever comes first goes first,
    so that a large image is not starved by small ones, and one larger than the budget
    goes alone. Nobody may ask for room while holding some: two such could wait for each other.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._free = most
        self._changed = threading.Condition()
        self._queue: deque[object] = deque()

    @contextmanager
    def room_for(self, pixels: int) -> Iterator[None]:
        """Wait for room for `pixels`, and hold it."""
        needed = min(pixels, self._most)
        ticket = object()
        with self._changed:
            self._queue.append(ticket)
            try:
                self._changed.wait_for(lambda: self._queue[0] is ticket and self._free >= needed)
                self._free -= needed
            finally:
                self._queue.remove(ticket)
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._free += needed
                self._changed.notify_all()
