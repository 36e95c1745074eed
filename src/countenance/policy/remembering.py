"""Decisions that need not be made twice.

A decision depends on its moment in two ways only: on the day, by which laws and positions
begin and end, and on whether the lease has begun and not yet ended. So two questions of one
day that are equal in all else have one answer, and Cedar is asked once for both. A question
that stands at an edge of its lease, and any question to packs that read the clock
themselves, is asked anew each time. At an edge means within some milliseconds, since Cedar
counts in whole ones.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import MAXYEAR, MINYEAR, date, timedelta
from threading import Lock
from typing import Final

from countenance.policy.gate import Policy
from countenance.policy.model import Decision, Question

CAPACITY: Final = 1024
_EDGE: Final = timedelta(milliseconds=5)

Key = tuple[tuple[object, ...], date, bool, bool]


class RememberingPolicy:
    """A policy that answers equal questions with the decision it made before. Safe in many threads.

    What is given in a question is all that a decision depends on, the lease's terms among it,
    so a lease that is changed or revoked makes another question.
    """

    __slots__ = ("_decisions", "_lock", "_policy")

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._decisions: OrderedDict[Key, Decision] = OrderedDict()
        self._lock = Lock()

    def decide(self, question: Question) -> Decision:
        """Return what `Policy.decide` returns, and raise what it raises."""
        key = _key(question) if self._policy.blind_to_the_clock else None
        if key is None:
            return self._policy.decide(question)
        with self._lock:
            known = self._decisions.get(key)
            if known is not None:
                self._decisions.move_to_end(key)
                return known
        decision = self._policy.decide(question)
        with self._lock:
            self._decisions[key] = decision
            if len(self._decisions) > CAPACITY:
                self._decisions.popitem(last=False)
        return decision


def _key(question: Question) -> Key | None:
    """Return what the decision depends on, or None at the edges of the lease and of the calendar."""
    begun = unended = True
    lease, on = question.lease, question.on
    if on.year in (MINYEAR, MAXYEAR):
        return None
    if lease is not None:
        if abs(on - lease.not_before) < _EDGE or abs(on - lease.expires) < _EDGE:
            return None
        begun, unended = lease.not_before <= on, on < lease.expires
    return question.circumstances, on.date(), begun, unended
