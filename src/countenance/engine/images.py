"""Encoded images to pixels, within limits of bytes, pixels and time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from typing import Generic, TypeVar

from countenance.engine.image_formats import REDUCTIONS, decode
from countenance.engine.image_header import EncodedImage, ImageLimits, read_header
from countenance.engine.runtime import Pixels
from countenance.errors import BusyError, SlowImageError

Result = TypeVar("Result")

_SPARE_THREADS = 4
_RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Decoded pixels (H x W x 3, uint8, RGB, upright) of an image of `width` x `height` pixels.

    The pixels may be fewer than the image has: it was decoded at 1 / `reduction`.
    """

    pixels: Pixels
    width: int
    height: int
    reduction: int

    @property
    def scale(self) -> tuple[float, float]:
        """Return how many of the image's pixels one of these is, across and down."""
        return self.width / self.pixels.shape[1], self.height / self.pixels.shape[0]


@dataclass(frozen=True, slots=True)
class Started(Generic[Result]):
    """A decoding under way."""

    future: Future[Result]
    until: float
    give_up: Callable[[], None]

    def result(self) -> Result:
        """Wait for it; raises what decoding raised, or `SlowImageError` at the deadline."""
        try:
            return self.future.result(timeout=max(0.0, self.until - time.monotonic()))
        except FutureTimeoutError:
            self.give_up()
            raise SlowImageError("the image takes longer to decode than the limit allows") from None


class ImageDecoder:
    """Decodes on threads of its own, so that a slow image can be left behind. Thread-safe.

    A decoder in C cannot be stopped. One that passes its deadline is abandoned to a few spare
    threads, and its work is bounded by the limits on pixels and scans; while every spare
    thread is taken so, further images get `BusyError` instead of waiting behind them.
    """

    def __init__(self, limits: ImageLimits, *, threads: int) -> None:
        self.limits = limits
        self._places = threading.BoundedSemaphore(threads)
        self._lock = threading.Lock()
        self._abandoned = 0
        self._pool = ThreadPoolExecutor(threads + _SPARE_THREADS, thread_name_prefix="countenance-decode")

    def inspect(self, data: bytes) -> EncodedImage:
        """Return what the header says, or raise `ImageError`; see `read_header`."""
        return read_header(data, self.limits)

    def start(self, work: Callable[[float], Result]) -> Started[Result]:
        """Begin `work(until)` when a thread is free; raises `BusyError` while slow images hold too many.

        The deadline runs from the beginning of the work, not from the wait for a thread.
        """
        with self._lock:
            if self._abandoned >= _SPARE_THREADS:
                raise BusyError("every decoder is held by a slow image", retry_after=_RETRY_SECONDS)
        self._places.acquire()
        until = time.monotonic() + self.limits.decode_seconds
        place = _Place(self._release, self._count_abandoned)
        try:
            future = self._pool.submit(work, until)
        except RuntimeError:
            place.finish()
            raise
        future.add_done_callback(lambda _: place.finish())
        return Started(future, until, place.abandon)

    def close(self) -> None:
        """Let the threads go; what is being decoded is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _release(self) -> None:
        self._places.release()

    def _count_abandoned(self, change: int) -> None:
        with self._lock:
            self._abandoned += change


class _Place:
    """One decoding's hold on a place: given back once, by its end or by its abandonment."""

    def __init__(self, release: Callable[[], None], count_abandoned: Callable[[int], None]) -> None:
        self._release = release
        self._count_abandoned = count_abandoned
        self._lock = threading.Lock()
        self._state = "held"

    def finish(self) -> None:
        """Give the place back: the work has ended."""
        with self._lock:
            before, self._state = self._state, "ended"
        if before == "held":
            self._release()
        elif before == "abandoned":
            self._count_abandoned(-1)

    def abandon(self) -> None:
        """Give the place back: nobody waits any more. The thread counts as lost until the work ends."""
        with self._lock:
            if self._state != "held":
                return
            self._state = "abandoned"
        self._count_abandoned(1)
        self._release()


def decode_picture(image: EncodedImage, *, reduction: int, until: float) -> Picture:
    """Return the upright picture at 1 / `reduction`; raises `CorruptImageError` and `SlowImageError`."""
    width, height = image.upright_size
    return Picture(decode(image, reduction=reduction, until=until), width, height, reduction)


def reduction_for(image: EncodedImage, *, least_side: int) -> int:
    """Return the largest reduction that leaves the longer side at least `least_side` pixels."""
    side = max(image.width, image.height)
    return max((factor for factor in REDUCTIONS if side // factor >= least_side), default=1)
