"""What concerns the log as others see it: its witnesses, its keys, and logs of others."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import cached_property
from typing import Final

from countenance.app.parts import Parts
from countenance.errors import CountenanceError, StateError
from countenance.recognition.log.auditing import Audit
from countenance.recognition.log.witness_rounds import AskWitnesses, Round
from countenance.recognition.rounds import Rounds
from countenance.recognition.standing import Standing

_EVERY: Final = 1.0
"""Seconds between rounds: a checkpoint is cosigned at most every second."""

_MOST_ENTRIES: Final = 256
"""After as many entries a round is made before its time."""

_LOOK: Final = 0.05
"""Seconds between looks at how far the log has grown: one row is read."""

_LONGEST_PAUSE: Final = 60.0

_log = logging.getLogger("countenance.witnesses")


class LogCases:
    """The log as others see it."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    @cached_property
    def ask_witnesses(self) -> AskWitnesses:
        """Have the head cosigned; raises `StateError` where no witness is configured."""
        policy = self.parts.witness_policy
        if policy is None:
            raise StateError("no witness is configured: set COUNTENANCE_WITNESS_POLICY")
        return AskWitnesses(policy, self.parts.witnesses, self.parts.unit_of_work, self.parts.clock)

    def witnesses_to_ask(self) -> AskWitnesses | None:
        """Return what has the head cosigned; None where no witness is configured."""
        return self.ask_witnesses if self.parts.witness_policy is not None else None

    @cached_property
    def audit(self) -> Audit:
        """Find entries as an auditor does, with what proves them."""
        return Audit(Standing(self.parts.clock), self.parts.unit_of_work)

    @cached_property
    def rounds(self) -> WitnessRounds | None:
        """Return what asks the witnesses again and again; None where none is configured."""
        if self.parts.witness_policy is None:
            return None
        return WitnessRounds(self.ask_witnesses, self._size)

    def _size(self) -> int:
        with self.parts.unit_of_work() as work:
            return work.ledger.size()


class WitnessRounds(Rounds[Round]):
    """Asks witnesses in a thread of its own, every second or 256 entries; troubles make it pause longer.

    `size` tells how many entries the log has by now.
    """

    def __init__(
        self, ask: Callable[[], Round], size: Callable[[], int], *, every: float = _EVERY, look: float = _LOOK
    ) -> None:
        super().__init__("witnesses", ask, every, self._asked, self._failed)
        self._pause = self._every = every
        self._size = size
        self._look = look
        self._asked_at = 0
        self._said: dict[str, str | None] = {}

    def _rest(self, seconds: float) -> None:
        """Wait, and no longer once there are as many entries to cosign as a round waits for at most."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self._stopped.wait(min(self._look, left)):
            if self._pause == self._every and self._grown() >= _MOST_ENTRIES:
                return

    def _grown(self) -> int:
        try:
            return self._size() - self._asked_at
        except CountenanceError:
            return 0  # the next round says what is the matter

    def _asked(self, done: Round) -> float:
        self._asked_at = done.size
        for one in done.asked:
            self._tell(one.witness, one.trouble)
        lost = bool(done.asked) and not done.published
        self._pause = min(self._pause * 2, _LONGEST_PAUSE) if lost else self._every
        return self._pause

    def _failed(self, why: str) -> float:
        self._tell("log", why)
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        return self._pause

    def _tell(self, who: str, trouble: str | None) -> None:
        """Log what is the matter, once for as long as it stays the same."""
        if self._said.get(who) != trouble:
            self._said[who] = trouble
            if trouble is None:
                _log.info("witness %s cosigns", who)
            else:
                _log.error("witness %s: %s", who, trouble)
