"""Who administers: keys and leases are changed by administrators, and nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from countenance.errors import ForbiddenError, SeparationError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.vetting.model import Actor, PersonId, Role
from countenance.vetting.ports import VettingWork

LOCAL_ADMINISTRATOR = Actor(id="local", role=Role.ADMINISTRATOR, lease_id=None, person=PersonId("local"))
"""Whoever runs the command line beside the database and its keys."""


def require_role(work: VettingWork, actor: Actor, allowed: frozenset[Role], at: datetime) -> None:
    """Return if the actor's role is allowed; otherwise record it, commit, and raise `ForbiddenError`."""
    if actor.role not in allowed:
        fields = {"actor": actor.id, "role": actor.role.value, "what": "role"}
        work.ledger.record(Entry(EventType.REQUEST_REFUSED, at, fields))
        work.commit()
        raise ForbiddenError(f"the role `{actor.role}` does not include this")


def require_beside_database(work: VettingWork, actor: Actor, role: Role, at: datetime) -> None:
    """Return unless the role is reviewer and the actor is not the command line, which alone makes their keys.

    An administrator who could issue or rotate the keys of two reviewers could permit everything
    alone. Otherwise records it, commits, and raises `SeparationError`.
    """
    if role is Role.REVIEWER and actor.id != LOCAL_ADMINISTRATOR.id:
        fields = {"actor": actor.id, "role": actor.role.value, "what": "separation"}
        work.ledger.record(Entry(EventType.REQUEST_REFUSED, at, fields))
        work.commit()
        raise SeparationError("keys of reviewers are made with `countenance keys`, beside the database")


@dataclass(slots=True)
class Throttle:
    """Bounds how often strangers can make the ledger grow: `limit` entries a `period`, the rest are counted.

    Safe to call from many threads. The number that was left out goes with the next entry,
    so that nothing is dropped without a trace.
    """

    limit: int
    period: timedelta
    _start: datetime | None = None
    _used: int = 0
    _left_out: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, now: datetime) -> int | None:
        """Return how many were left out before this one, or None if this one is to be left out."""
        with self._lock:
            if self._start is None or now - self._start >= self.period:
                self._start, self._used = now, 0
            if self._used >= self.limit:
                self._left_out += 1
                return None
            self._used += 1
            left_out, self._left_out = self._left_out, 0
            return left_out


@dataclass(frozen=True, slots=True)
class RecordStranger:
    """Put on the ledger that somebody without a valid key asked for something."""

    unit_of_work: Callable[[], VettingWork]
    clock: Callable[[], datetime]
    throttle: Throttle

    def __call__(self) -> None:
        """Append the refusal, unless too many came before it in this period."""
        now = self.clock()
        left_out = self.throttle.take(now)
        if left_out is None:
            return
        with self.unit_of_work() as work:
            fields: dict[str, JsonValue] = {"what": "key", "left_out": left_out}
            work.ledger.record(Entry(EventType.REQUEST_REFUSED, now, fields))
            work.commit()
