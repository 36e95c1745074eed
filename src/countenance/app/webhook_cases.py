"""The use cases of webhooks, and the thread of a server that delivers them."""

from __future__ import annotations

import logging
import random
from functools import cached_property
from itertools import count
from typing import Final

from countenance.app.parts import Parts
from countenance.recognition.following import FollowLog
from countenance.recognition.rounds import Rounds
from countenance.recognition.standing import Standing
from countenance.recognition.webhooks.administration import WebhookEndpoints
from countenance.recognition.webhooks.announcing import KINDS, HearNotices, announce_entry
from countenance.recognition.webhooks.delivering import DeliverWebhooks

_EVERY_SECONDS: Final = 1.0
_FORGET_EVERY: Final = 3_600
_LEAST, _MOST = 0.5, 1.5

_log = logging.getLogger("countenance.webhooks")


class WebhookCases:
    """Setting up addresses, and delivering what is announced."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    @cached_property
    def follow(self) -> FollowLog:
        """Go along the log: who is named where, and what is to be told."""
        return FollowLog(self.parts.unit_of_work, frozenset(KINDS), announce_entry)

    @cached_property
    def endpoints(self) -> WebhookEndpoints:
        """Set up and look after addresses."""
        p = self.parts
        return WebhookEndpoints(Standing(p.clock), p.unit_of_work, p.courier, self._new_id)

    @cached_property
    def deliver(self) -> DeliverWebhooks:
        """Send what is due."""
        p = self.parts
        return DeliverWebhooks(
            unit_of_work=p.unit_of_work,
            clock=p.clock,
            courier=p.courier,
            new_id=self._new_id,
            jitter=_jitter,
            follow=self.follow,
            hear=HearNotices(p.unit_of_work),
        )

    @cached_property
    def thread(self) -> Rounds[int]:
        """Deliver once a second, in a server."""
        return webhook_rounds(self)

    @staticmethod
    def _new_id(prefix: str) -> str:
        from countenance.app.face_acts import new_id

        return new_id(prefix)


def webhook_rounds(cases: WebhookCases, *, seconds: float = _EVERY_SECONDS) -> Rounds[int]:
    """Return what delivers once a second, and at once again while there is something to send.

    Any number of processes may have one. Stopping finishes what is being sent: some fifteen
    seconds at most.
    """
    numbers = count()

    def deliver() -> int:
        if next(numbers) % _FORGET_EVERY == 0:
            cases.deliver.forget()
        return cases.deliver()

    return Rounds(
        "webhooks",
        deliver,
        seconds,
        lambda tried: 0.0 if tried else None,
        lambda why: _log.error("webhooks wait: %s", why),
    )


def _jitter() -> float:
    return random.uniform(_LEAST, _MOST)  # noqa: S311  spreads retries, and guards nothing
