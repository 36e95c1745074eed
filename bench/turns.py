"""Timing in turns: A B A B, so that whatever disturbs the machine disturbs both."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

Action = Callable[[int], object]

REST = 0.004
"""Seconds between two turns, in which the threads of the last one stop to spin."""


LONG_REST = 0.06
"""The same beside ONNX Runtime, whose threads spin for longer: without it the next turn took a sixth more."""


def in_turns(
    ours: Action, peer: Action, *, rounds: int, warm: int = 3, rest: float = REST
) -> tuple[list[float], list[float]]:
    """Return the times of both in milliseconds. Each action is given the number of its round.

    Both rest for `rest` seconds before each turn. The order within a round alternates, since
    the second of two finds warmer caches.
    """
    for number in range(warm):
        ours(number)
        peer(number)
    times: tuple[list[float], list[float]] = ([], [])
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds):
            for which in (0, 1) if number % 2 == 0 else (1, 0):
                time.sleep(rest)
                started = time.perf_counter()
                (ours, peer)[which](number)
                times[which].append((time.perf_counter() - started) * 1e3)
    finally:
        gc.enable()
    return times
