"""How customers keep the time that the law gives for an answer: counted, without a word of what was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.recognition.subjects.model import RequestState
from countenance.vetting.model import Actor, CustomerId, Role

MOST: Final = 1_000
"""Requests of one customer that are counted."""

_OVERSEES: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A customer whose subjects wait: for how many answers, how many are late, when the next is due."""

    customer_id: CustomerId
    waiting: int
    late: int
    next_due: datetime


@dataclass(frozen=True, slots=True)
class ReadClocks:
    """Show those who oversee the installation where subjects wait, and nothing of whom or what for."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor) -> tuple[Clock, ...]:
        """Return customers whose subjects wait, ordered by when an answer is due; or `ForbiddenError`."""
        found = []
        with self.unit_of_work() as work:
            self.standing.role(work, actor, _OVERSEES)
            now = self.standing.clock()
            for customer in work.customers.all():
                waiting = work.subject_requests.of_customer(customer.id, RequestState.OPEN, limit=MOST)
                if waiting:
                    late = sum(one.overdue_at(now) for one in waiting)
                    found.append(
                        Clock(
                            customer_id=customer.id,
                            waiting=len(waiting),
                            late=late,
                            next_due=min(one.due for one in waiting),
                        )
                    )
        return tuple(sorted(found, key=lambda one: one.next_due))
