"""A clock in the server's process that destroys on time, and catches up with what it slept through."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from countenance.recognition.retention.deadlines import Sweep
from countenance.recognition.rounds import Rounds

EVERY_SECONDS: Final = 60.0
"""Seconds between two passes; a pass that finds nothing costs a few queries a gallery."""

_log = logging.getLogger("countenance.retention")


def retention_schedule(sweep: Callable[[], Sweep], *, seconds: float = EVERY_SECONDS) -> Rounds[Sweep]:
    """Return what makes passes; several processes do not get in each other's way (see `DestroyDue`)."""
    return Rounds("retention", sweep, seconds, _tell, _undone)


def _tell(made: Sweep) -> None:
    if made.destroyed:
        _log.info("retention: %d destroyed, %d held", made.destroyed, made.held)


def _undone(why: str) -> None:
    _log.error("references that are due were not destroyed: %s", why)
