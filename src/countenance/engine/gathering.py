"""Lets callers who come at the same time share a batch, since a batch is cheaper per image.

Nobody waits for company: a caller who finds the network idle starts at once, alone. Those who
come while it computes are computed together when it is free again.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field

import numpy as np

from countenance.engine.catalogue import ModelEntry
from countenance.engine.runtime import (
    Network,
    Outputs,
    Pixels,
    RuntimeFacts,
    check_pixels,
    images_at_once,
)


@dataclass(slots=True, eq=False)
class _Request:
    """One caller's images, and their outputs once they are there."""

    pixels: Pixels
    outputs: Outputs | None = None


@dataclass(slots=True, eq=False)
class GatheringNetwork:
    """A network for images of one size whose callers are gathered into batches.

    Callers are served in the order in which they came. The one whose turn it is runs a batch
    of its own images and of those that come after; the others wait for theirs. Where a batch
    fails, its caller gets the error and the others try again without it.
    """

    network: Network
    _waiting: deque[_Request] = field(default_factory=deque)
    _turn: threading.Condition = field(default_factory=threading.Condition)
    _busy: bool = False

    @property
    def entry(self) -> ModelEntry:
        """Return the model that this is."""
        return self.network.entry

    @property
    def facts(self) -> RuntimeFacts:
        """Return how it really runs."""
        return self.network.facts

    def __call__(self, pixels: Pixels) -> Outputs:
        """Return the outputs; see `Network`."""
        check_pixels(pixels, self.entry.input)
        mine = _Request(pixels)
        batch = self._wait(mine)
        if mine.outputs is not None:
            return mine.outputs
        try:
            return self._run(batch)
        finally:
            with self._turn:
                self._busy = False
                self._waiting.extendleft(one for one in reversed(batch[1:]) if one.outputs is None)
                self._turn.notify_all()

    def _wait(self, mine: _Request) -> list[_Request]:
        """Return the batch to run, `mine` first, or an empty one where somebody else ran `mine`."""
        with self._turn:
            self._waiting.append(mine)
            try:
                self._turn.wait_for(
                    lambda: mine.outputs is not None or (not self._busy and self._waiting[0] is mine)
                )
            except BaseException:  # an interrupted caller must not stand in the others' way
                if mine in self._waiting:
                    self._waiting.remove(mine)
                    self._turn.notify_all()
                raise
            if mine.outputs is not None:
                return []
            self._busy = True
            return self._next_batch()

    def _next_batch(self) -> list[_Request]:
        """Take from the front of the queue what fits into one batch, at least one request."""
        batch = [self._waiting.popleft()]
        room = images_at_once(self.facts.threads) - len(batch[0].pixels)
        while self._waiting and len(self._waiting[0].pixels) <= room:
            batch.append(self._waiting.popleft())
            room -= len(batch[-1].pixels)
        return batch

    def _run(self, batch: list[_Request]) -> Outputs:
        """Compute the batch, hand out the others' outputs and return those of the first.

        Each gets copies: a view would keep everybody's features alive with anybody's.
        """
        if len(batch) == 1:
            return self.network(batch[0].pixels)
        together = self.network(np.concatenate([one.pixels for one in batch]))
        parts = []
        start = 0
        for one in batch:
            end = start + len(one.pixels)
            parts.append({name: numbers[start:end].copy() for name, numbers in together.items()})
            start = end
        for one, outputs in zip(batch, parts, strict=True):
            one.outputs = outputs
        return parts[0]
