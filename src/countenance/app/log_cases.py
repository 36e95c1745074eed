"""What concerns the log as others see it: its witnesses, its keys, and logs of others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cached_property
from typing import Final

from countenance.app.parts import Parts
from countenance.errors import StateError
from countenance.recognition.log.auditing import Audit
from countenance.recognition.log.witness_rounds import AskWitnesses, Round
from countenance.recognition.rounds import Rounds
from countenance.recognition.standing import Standing

_EVERY: Final = 1.0
"""Seconds between rounds: a checkpoint is cosigned at most every second."""

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

    @cached_property
    def audit(self) -> Audit:
        """Find entries as an auditor does, with what proves them."""
        return Audit(Standing(self.parts.clock), self.parts.unit_of_work)

    @cached_property
    def rounds(self) -> WitnessRounds | None:
        """Return what asks the witnesses again and again; None where none is configured."""
        return WitnessRounds(self.ask_witnesses) if self.parts.witness_policy is not None else None


class WitnessRounds(Rounds[Round]):
    """Asks witnesses in a thread of its own, every second; troubles make it pause longer."""

    def __init__(self, ask: Callable[[], Round], *, every: float = _EVERY) -> None:
        super().__init__("witnesses", ask, every, self._asked, self._failed)
        self._pause = self._every = every
        self._said: dict[str, str | None] = {}

    def _asked(self, done: Round) -> float:
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
