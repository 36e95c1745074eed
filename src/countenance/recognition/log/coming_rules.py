"""What comes, and whom it touches: rules that turn in the days ahead, asked of every lease."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from countenance.errors import InvalidInputError
from countenance.policy.calendar import Coming, Held, Touched, coming, stale, touched
from countenance.policy.gate import installed_policy
from countenance.policy.packs import PackSource
from countenance.policy.register import Law, shipped_register
from countenance.recognition.log.browsing import READERS
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor

MOST_DAYS: Final = 3660
"""Furthest that the calendar looks ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCalendar:
    """What turns within some days, the leases touched on each, and laws not checked for a year."""

    events: tuple[Coming, ...]
    leases: tuple[Touched, ...]
    unchecked: tuple[Law, ...]


@dataclass(frozen=True, slots=True)
class ForeseeRules:
    """Look ahead for every lease; nothing is recorded."""

    standing: Standing
    installed: Callable[[], tuple[PackSource, ...]]
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, days: int) -> RuleCalendar:
        """Return what turns within `days`, or raise `ForbiddenError` or `InvalidInputError`.

        No transaction is open while the gate is asked.
        """
        _check(days)
        with self.unit_of_work() as work:
            self.standing.role(work, actor, READERS)
            held = tuple(leases_held(work))
        policy = installed_policy(self.installed())
        today = self.standing.clock().date()
        events = coming(policy.rules.values(), today, days)
        return RuleCalendar(
            events=events,
            leases=touched(policy, held, (event.day for event in events)),
            unchecked=stale(shipped_register(), today),
        )

    def without_leases(self, days: int) -> RuleCalendar:
        """Return what turns within `days` and which laws are not checked; the rules are public.

        Raises `InvalidInputError`.
        """
        _check(days)
        today = self.standing.clock().date()
        policy = installed_policy(self.installed())
        return RuleCalendar(
            events=coming(policy.rules.values(), today, days),
            leases=(),
            unchecked=stale(shipped_register(), today),
        )


def _check(days: int) -> None:
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInputError(f"`{days}` is no number of days from 1 to {MOST_DAYS}")


def leases_held(work: UnitOfWork) -> list[Held]:
    """Return every lease as its holder uses it."""
    found = []
    for lease in work.leases.all():
        customer = work.customers.get(lease.customer_id)
        if customer is not None:
            found.append(
                Held(
                    customer=customer.id,
                    terms=lease.terms,
                    kind=customer.kind,
                    acts_for=customer.acts_for | lease.acts_for,
                    jurisdictions=customer.jurisdictions,
                )
            )
    return found
