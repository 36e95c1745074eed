"""What a lease permits from here on, and what every permit under it obliges to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from countenance.vetting.access import READERS, Access
from countenance.vetting.foresight import Decides, DryRun, Foreseen, foresee
from countenance.vetting.model import Actor, LeaseId
from countenance.vetting.ports import VettingWork


@dataclass(frozen=True, slots=True)
class ForeseeLease:
    """Ask the real policy about a lease as it stands; nothing is recorded and no act happens.

    `changes` returns the days on which rules of packs and laws begin or end.
    """

    access: Access
    decide: Decides
    changes: Callable[[], frozenset[date]]
    unit_of_work: Callable[[], VettingWork]

    def __call__(self, actor: Actor, lease_id: LeaseId) -> tuple[Foreseen, ...]:
        """Return what the gate says of each act, purpose, place and camera of the lease, from now on.

        A lease that is stopped, over, or waits for reviewers or for its terms to be accepted is asked
        about as if it were not: what it obliges to stays the same. Raises `ForbiddenError` or
        `NotFoundError`.
        """
        now = self.access.clock()
        with self.unit_of_work() as work:
            lease = self.access.lease(work, actor, lease_id, READERS)
            customer = work.customers.get(lease.customer_id)
            reopenings = work.conditions.reopenings(now)
        if customer is None:
            return ()
        terms = replace(
            lease.terms, suspended=False, revoked=False, terms_due=False, reverification_due=False
        )
        begins = now if terms.not_before <= now < terms.expires else terms.not_before
        bound = replace(customer, acts_for=customer.acts_for | lease.acts_for)
        run = DryRun(customer=bound, terms=terms, begins=begins, reopenings=reopenings)
        return foresee(self.decide, run, self.changes())
