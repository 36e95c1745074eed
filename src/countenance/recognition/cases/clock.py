"""A clock in the server's process that ends what has run out: emergencies, cases, leads."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from countenance.recognition.rounds import Rounds

EVERY_SECONDS: Final = 30.0
"""Seconds between two looks. A case whose time is over is given to nobody meanwhile, either."""

_log = logging.getLogger("countenance.oversight")


def case_clock(keep_time: Callable[[], int], *, seconds: float = EVERY_SECONDS) -> Rounds[int]:
    """Return what ends cases; `keep_time` returns how many it ended."""
    return Rounds(
        "case-clock", keep_time, seconds, _tell, lambda why: _log.error("cases were not ended: %s", why)
    )


def _tell(ended: int) -> None:
    if ended:
        _log.info("cases ended by time: %d", ended)
