"""Delivering what was announced: taken for a while, sent without a transaction open, recorded, tried again.

At least once: whoever dies between sending and recording leaves a delivery that another sender
takes up when its while is over, and the receiver sees the same id again.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from countenance.recognition.following import FollowLog
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.webhooks.announcing import HearNotices
from countenance.recognition.webhooks.model import Delivery, DeliveryState, Endpoint, Try, signed_headers
from countenance.recognition.webhooks.ports import Courier

HELD_FOR: Final = timedelta(minutes=2)
"""How long a sender keeps what it took; longer than a whole batch can take."""

KEPT: Final = timedelta(days=30)
"""How long what was delivered, or given up, stays in the list."""

_STEPS: Final = (5, 30, 120, 600, 1_800, 7_200, 18_000)
_LONGEST: Final = 36_000
_BATCH: Final = 32
_AT_ONCE: Final = 8
_FOLLOWED_AT_ONCE: Final = 50_000


@dataclass(frozen=True, slots=True)
class DeliverWebhooks:
    """Go along the log and the cases' notices, and send what is due. Safe in any number of processes.

    `jitter` returns a number from 0.5 to 1.5 that the next wait is multiplied by, so that receivers
    that come back are not met by everybody at once. `new_id` names the sender.
    """

    unit_of_work: Callable[[], UnitOfWork]
    clock: Callable[[], datetime]
    courier: Courier
    new_id: Callable[[str], str]
    jitter: Callable[[], float]
    follow: FollowLog
    hear: HearNotices

    def __call__(self) -> int:
        """Return how many deliveries were tried: a batch at most."""
        self.follow(most=_FOLLOWED_AT_ONCE)
        while self.hear():
            pass
        holder, now = self.new_id("snd"), self.clock()
        with self.unit_of_work() as work:
            if not work.webhooks.due(now):
                return 0
        with self.unit_of_work() as work:
            work.become_writer()  # two senders that look at once do not see the same
            taken = work.webhooks.take(holder, at=now, until=now + HELD_FOR, limit=_BATCH)
            endpoints = {one.id: one for one in work.webhooks.endpoints_of(None)}
            if taken:
                work.commit()
        if not taken:
            return 0
        with ThreadPoolExecutor(min(_AT_ONCE, len(taken)), thread_name_prefix="webhook") as pool:
            tasks = [pool.submit(self._deliver, holder, one, endpoints[one.endpoint_id]) for one in taken]
        for task in tasks:
            task.result()
        return len(taken)

    def forget(self) -> int:
        """Drop what was delivered or given up a month ago, and return how many announcements that were."""
        with self.unit_of_work() as work:
            gone = work.webhooks.forget(self.clock() - KEPT)
            if gone:
                work.commit()
        return gone

    def _deliver(self, holder: str, delivery: Delivery, endpoint: Endpoint) -> None:
        now = self.clock()
        headers = signed_headers(delivery.announcement, endpoint.secrets, now)
        tried = self.courier.post(endpoint.url, headers, delivery.announcement.body(), at=now)
        after = self._after(delivery, tried)
        with self.unit_of_work() as work:
            work.become_writer()
            if not work.webhooks.record(after, holder, tried):
                return
            held = work.webhooks.endpoint(endpoint.id)
            if tried.status == HTTPStatus.GONE and held is not None and held.paused is None:
                work.webhooks.put_endpoint(replace(held, paused=now))
            work.commit()

    def _after(self, delivery: Delivery, tried: Try) -> Delivery:
        """Return the delivery after a try: done, given up, or due again."""
        now, tries = self.clock(), delivery.tries + 1
        if tried.taken:
            return replace(delivery, state=DeliveryState.DELIVERED, tries=tries, finished=now)
        wait = timedelta(seconds=self.jitter() * waiting_after(tries))
        gone = tried.status == HTTPStatus.GONE
        if gone or now + wait >= delivery.give_up:
            return replace(delivery, state=DeliveryState.DEAD, tries=tries, finished=now)
        return replace(delivery, tries=tries, next_try=now + wait)


def waiting_after(tries: int) -> int:
    """Return how many seconds to wait after so many tries that failed: 5 s, 30 s, ... up to ten hours."""
    return _STEPS[tries - 1] if tries <= len(_STEPS) else _LONGEST
