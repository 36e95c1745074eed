"""A clock in the server's process that has the monitor look at live outcomes every minute."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from countenance.recognition.rounds import Rounds
from countenance.recognition.watching.monitoring import Looked

EVERY_SECONDS: Final = 60.0
"""Seconds between two looks; one that finds nothing new costs two queries."""

_log = logging.getLogger("countenance.monitor")


def monitor_clock(look: Callable[[], Looked], *, seconds: float = EVERY_SECONDS) -> Rounds[Looked]:
    """Return what looks. Several processes do not get in each other's way: each entry is followed once."""
    return Rounds(
        "monitor", look, seconds, _tell, lambda why: _log.error("outcomes were not watched: %s", why)
    )


def _tell(looked: Looked) -> None:
    for incident in looked.alarms:
        _log.warning("alarm: %s opened incident %s", incident.kind, incident.id)
