"""Writes that are sent twice and happen once.

Who sends a write names it with a key of their own choice. The first request under a key
claims it, the answer is stored when the write has happened, and the same request gets that
answer again for a day. A claim and an answer are two short transactions around the act, which has its
own: a process that dies between act and answer leaves a claim that lapses after a minute,
and then the write is done again. Every write of this house bears that: a photograph that is
enrolled already is found to be, a gallery that is there is there, a second withdrawal
erases nothing more.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from countenance.errors import CountenanceError
from countenance.recognition.ports import UnitOfWork
from countenance.vetting.model import Actor

KEPT = timedelta(days=1)
"""How long an answer is given again; it holds ids of subjects, so not longer than retries need."""

_SWEEP = timedelta(hours=1)


@dataclass(slots=True)
class Sweep:
    """When old answers are to be dropped next: at the first write, then once an hour. For many threads."""

    _last: datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def due(self, now: datetime) -> bool:
        """Tell whether it is time, to one of those who ask at once."""
        with self._lock:
            if self._last is not None and now - self._last < _SWEEP:
                return False
            self._last = now
            return True


@dataclass(frozen=True, slots=True)
class Performed:
    """What a write answers; `keep` says whether the answer may be stored and given again."""

    answer: bytes
    keep: bool = True


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer, and whether it was given before."""

    answer: bytes
    repeated: bool


@dataclass(frozen=True, slots=True)
class Once:
    """Perform a write once, however often its request arrives.

    `commit_to` makes a keyed commitment: what is stored of a request tells nobody which
    photograph was in it.
    """

    unit_of_work: Callable[[], UnitOfWork]
    clock: Callable[[], datetime]
    commit_to: Callable[[bytes], str]
    sweep: Sweep = field(default_factory=Sweep)

    def __call__(self, actor: Actor, key: str, request: bytes, act: Callable[[], Performed]) -> Answered:
        """Return the stored answer of `key`, or that of `act`, which is then called once.

        `request` identifies the request (a digest of all that makes it what it is). Raises
        `IdempotencyMismatchError` if the actor used the key for another request,
        `ConcurrentWriteError` while the same request is at work, and whatever `act` raises:
        a write that failed or was refused is not stored and may be sent again.
        """
        digest = hashlib.sha256(self.commit_to(request).encode()).digest()
        now = self.clock()
        with self.unit_of_work() as work:
            work.become_writer()
            if self.sweep.due(now):
                work.idempotency.forget(now - KEPT)
            stored = work.idempotency.claim(actor_id=actor.id, key=key, request_digest=digest, at=now)
            work.commit()
        if stored is not None:
            return Answered(stored, repeated=True)
        try:
            performed = act()
        except BaseException:
            self._settle(actor, key, None)
            raise
        self._settle(actor, key, performed.answer if performed.keep else None)
        return Answered(performed.answer, repeated=False)

    def _settle(self, actor: Actor, key: str, answer: bytes | None) -> None:
        """Store the answer, or give the claim up.

        Where the database cannot do it the claim lapses by itself: an act that is on the
        record is not reported as failed, and the error of a failed one is not replaced.
        """
        with contextlib.suppress(CountenanceError), self.unit_of_work() as work:
            work.become_writer()
            if answer is None:
                work.idempotency.release(actor_id=actor.id, key=key)
            else:
                work.idempotency.complete(actor_id=actor.id, key=key, answer=answer)
            work.commit()
