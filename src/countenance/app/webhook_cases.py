"""The use cases of webhooks, and the thread of a server that delivers them."""

from __future__ import annotations

import logging
import random
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import Final

from countenance.app.parts import Parts
from countenance.errors import CountenanceError
from countenance.recognition.announcing import KINDS, HearNotices, announce_entry
from countenance.recognition.delivering import DeliverWebhooks
from countenance.recognition.following import FollowLog
from countenance.recognition.standing import Standing
from countenance.recognition.webhook_administration import WebhookEndpoints

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
    def thread(self) -> WebhookThread:
        """Deliver once a second, in a server."""
        return WebhookThread(self)

    @staticmethod
    def _new_id(prefix: str) -> str:
        from countenance.app.use_cases import new_id  # noqa: PLC0415  that module imports this one when asked

        return new_id(prefix)


class WebhookThread:
    """Delivers once a second, in a thread of its own. Any number of processes may have one.

    A round that fails is told in the log and made again; no fault ends it.
    """

    def __init__(self, cases: WebhookCases, *, seconds: float = _EVERY_SECONDS) -> None:
        self._cases = cases
        self._seconds = seconds
        self._stopped = threading.Event()
        self._rounds = 0
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, unless it has begun."""
        if self._thread is None:
            self._stopped.clear()
            self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Finish what is being sent, and end: some fifteen seconds at most."""
        self._stopped.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="webhook-round") as rounds:
            while not self._stopped.is_set():
                if not _tried(rounds.submit(self._round)):
                    self._stopped.wait(self._seconds)

    def _round(self) -> int:
        if self._rounds % _FORGET_EVERY == 0:
            self._cases.deliver.forget()
        self._rounds += 1
        return self._cases.deliver()


def _tried(made: Future[int]) -> int:
    """Return how many deliveries a round tried; a fault is told by its kind, and is no end."""
    error = made.exception()
    if error is None:
        return made.result()
    if isinstance(error, CountenanceError):
        _log.error("webhooks wait: %s [%s]", error.message, error.code)
    else:
        _log.error("webhooks wait: %s", type(error).__qualname__)
    return 0


def _jitter() -> float:
    return random.uniform(_LEAST, _MOST)  # noqa: S311  spreads retries, and guards nothing
