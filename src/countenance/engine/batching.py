"""Merging the calls of many threads into batches, without making a lone caller wait."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence

import numpy as np

from countenance.engine.runtime import Outputs, Pixels
from countenance.errors import ModelError

Infer = Callable[[Pixels], Outputs]


class _Call:
    """One caller's images, what became of them, and the batch that this caller is to run."""

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels
        self.outputs: Outputs | None = None
        self.batch: Sequence[_Call] = ()
        self.woken = threading.Event()


class BatchedNetwork:
    """Runs a network for many threads, `lanes` inferences at a time. Thread-safe.

    The window in which calls gather is the inference that is running: whoever finds a free
    lane goes at once and alone; those who come meanwhile go together when it ends, at most
    `most` images of one shape, in the order in which they came. The same image gives the same
    numbers to 1e-4 in whatever company.
    """

    def __init__(self, infer: Infer, *, lanes: int, most: int) -> None:
        self._infer = infer
        self._most = most
        self._lock = threading.Lock()
        self._waiting: deque[_Call] = deque()
        self._free = lanes

    def __call__(self, pixels: Pixels) -> Outputs:
        """Return the outputs for `pixels` (N x H x W x 3, uint8, RGB); raises `ModelError`."""
        call = _Call(pixels)
        with self._lock:
            if self._free:
                self._free -= 1
                call.batch = (call,)
            else:
                self._waiting.append(call)
        if not call.batch:
            call.woken.wait()
        if call.batch:
            self._lead(call.batch)
        if call.outputs is None:
            raise ModelError("the network failed on a batch that this image was part of")
        return call.outputs

    def _lead(self, batch: Sequence[_Call]) -> None:
        """Run a batch, hand the lane to the next, and wake those who rode along."""
        try:
            self._run(batch)
        finally:
            self._hand_over()
            for follower in batch[1:]:
                follower.woken.set()

    def _run(self, batch: Sequence[_Call]) -> None:
        """Give each call its part of the outputs."""
        if len(batch) == 1:
            batch[0].outputs = self._infer(batch[0].pixels)
            return
        outputs = self._infer(np.concatenate([call.pixels for call in batch]))
        first = 0
        for call in batch:
            rows = slice(first, first + len(call.pixels))
            call.outputs = {name: values[rows] for name, values in outputs.items()}
            first = rows.stop

    def _hand_over(self) -> None:
        """Make the first of those who wait run the next batch, or free the lane."""
        with self._lock:
            if not self._waiting:
                self._free += 1
                return
            batch = self._gather()
            leader = batch[0]
            leader.batch = batch
        leader.woken.set()

    def _gather(self) -> list[_Call]:
        """Take the longest waiting and those of its shape behind it; the lock is held."""
        batch = [self._waiting.popleft()]
        images = len(batch[0].pixels)
        while self._waiting and self._waiting[0].pixels.shape[1:] == batch[0].pixels.shape[1:]:
            images += len(self._waiting[0].pixels)
            if images > self._most:
                break
            batch.append(self._waiting.popleft())
        return batch
