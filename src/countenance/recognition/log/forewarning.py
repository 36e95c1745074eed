"""Telling the holders of leases what comes: once for each change and lease, before it comes.

The notice and its ledger entry are one transaction; webhooks are made from the entry, so nobody is
told twice and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from countenance.ledger import Entry, EventType, JsonValue
from countenance.policy.calendar import Held, Touched, coming, touched
from countenance.policy.gate import installed_policy
from countenance.policy.packs import PackSource
from countenance.policy.publication import AHEAD
from countenance.recognition.log.coming_rules import leases_held
from countenance.recognition.log.model import ComingNotice
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.access import Access
from countenance.vetting.model import Actor, Role

READERS: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.REVIEWER, Role.APPLICANT, Role.OPERATOR})
_BUSY: Final = 200
"""Leases that one round asks about; the next round goes on."""


@dataclass(slots=True)
class Forewarn:
    """Tell every holder of a lease which days in the half year ahead change what the lease allows.

    A lease is asked about once a day, and again when its terms or the packs have changed.
    """

    installed: Callable[[], tuple[PackSource, ...]]
    clock: Callable[[], datetime]
    unit_of_work: Callable[[], UnitOfWork]
    _asked: tuple[date | None, tuple[PackSource, ...], set[Held]] = field(
        default_factory=lambda: (None, (), set())
    )

    def __call__(self) -> int:
        """Return how many notices were new. No transaction is open while the gate is asked."""
        packs, today = self.installed(), self.clock().date()
        if self._asked[:2] != (today, packs):
            self._asked = (today, packs, set())
        asked = self._asked[2]
        with self.unit_of_work() as work:
            held = [one for one in leases_held(work) if one not in asked][:_BUSY]
        if not held:
            return 0
        policy = installed_policy(packs)
        events = coming(policy.rules.values(), today, AHEAD // timedelta(days=1))
        found = touched(policy, held, (event.day for event in events))
        told = self._tell(found, today)
        asked.update(held)
        return told

    def _tell(self, found: tuple[Touched, ...], today: date) -> int:
        now = self.clock()
        notices = [_notice(one, now) for one in found]
        with self.unit_of_work() as work:
            known = {(one.lease, one.day, one.mark) for one in work.coming_notices.after(today)}
        new = [one for one in notices if (one.lease, one.day, one.mark) not in known]
        if not new:
            return 0
        with self.unit_of_work() as work:
            work.become_writer()
            told = [one for one in new if work.coming_notices.add(one)]
            for one in told:
                work.ledger.record(_entry(one))
            work.commit()
        return len(told)


@dataclass(frozen=True, slots=True)
class ReadForewarnings:
    """Show what holders were told: staff everything, members of a customer and holders of keys their own."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor) -> tuple[ComingNotice, ...]:
        """Return the notices of what is still to come, the nearest first, or raise `ForbiddenError`."""
        today = self.standing.clock().date()
        with self.unit_of_work() as work:
            self.standing.role(work, actor, READERS)
            if actor.role is Role.OPERATOR:
                lease = work.leases.get(actor.lease_id) if actor.lease_id is not None else None
                mine = lease.customer_id if lease is not None else ""
                return tuple(
                    one
                    for one in work.coming_notices.after(today, customer_id=mine)
                    if one.lease == actor.lease_id
                )
            if actor.role is not Role.APPLICANT:
                return work.coming_notices.after(today)
            own = actor.customer_id
            if own is None or not Access(self.standing.clock).is_theirs(work, actor, own):
                return ()
            return work.coming_notices.after(today, customer_id=own)


def _notice(one: Touched, now: datetime) -> ComingNotice:
    return ComingNotice(
        lease=one.lease,
        customer=one.customer,
        day=one.day,
        uses=one.uses,
        refused=one.refused,
        permitted=one.permitted,
        otherwise=one.otherwise,
        rules=one.rules,
        told=now,
    )


def _entry(one: ComingNotice) -> Entry:
    fields: dict[str, JsonValue] = {
        "lease": one.lease,
        "customer": one.customer,
        "day": one.day.isoformat(),
        "uses": one.uses,
        "refused": one.refused,
        "permitted": one.permitted,
        "otherwise": one.otherwise,
        "rules": one.rules,
    }
    return Entry(EventType.LEASE_FOREWARNED, one.told, fields)
