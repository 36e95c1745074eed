"""Reading what is published: leases in force, and what is counted of refusals."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select

from countenance.storage.decision_reading import SAID, WITH_TEXTS, says
from countenance.storage.prepared import Row
from countenance.storage.session import Session
from countenance.storage.tables import customers, decisions, leases
from countenance.storage.types import Moment
from countenance.storage.vetting import customer_of, lease_of
from countenance.vetting.model import Customer, Lease
from countenance.vetting.publication import Refusal

_AT: Final = bindparam("at", type_=Moment)
_HOLDS: Final = (
    leases.c.revoked.is_(False),
    leases.c.suspended.is_(False),
    leases.c.not_before <= _AT,
    leases.c.expires > _AT,
)
_LEASES: Final = (
    select(leases).where(*_HOLDS).order_by(leases.c.expires, leases.c.id).limit(bindparam("most"))
)
_CUSTOMERS: Final = select(customers).where(customers.c.id.in_(select(leases.c.customer_id).where(*_HOLDS)))
_REFUSALS: Final = (
    select(decisions.c.entry, decisions.c.asked, decisions.c.question, SAID)
    .select_from(WITH_TEXTS)
    .where(
        decisions.c.entry > bindparam("after"),
        decisions.c.entry <= bindparam("until"),
        says('%"decision":"deny"%'),
    )
    .order_by(decisions.c.entry)
    .limit(bindparam("most"))
)
_UNSAID: Final = "unknown"


class SqlPublications:
    """What everybody may read."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def in_force(self, at: datetime, *, limit: int) -> tuple[tuple[Customer | None, Lease], ...]:
        """Return up to `limit` leases that hold at a moment with their customers, soonest to end first."""
        found = map(lease_of, self._session.page(_LEASES, {"at": at, "most": limit}))
        known = {row.id: customer_of(row) for row in self._session.page(_CUSTOMERS, {"at": at})}
        return tuple((known.get(lease.customer_id), lease) for lease in found)

    def refusals(self, after: int, until: int, *, limit: int) -> tuple[Refusal, ...]:
        """Return up to `limit` refusals with an entry above `after` and at most `until`, in order."""
        asked = {"after": after, "until": until, "most": limit}
        return tuple(map(_refusal, self._session.page(_REFUSALS, asked)))


def _refusal(row: Row) -> Refusal:
    """Return what is counted; the rest of question and decision is left where it is."""
    question, decision = json.loads(row.question), json.loads(row.decision)
    return Refusal(
        entry=int(row.entry),
        asked=row.asked,
        act=question["act"],
        kind=question["customer_kind"] or _UNSAID,
        rules={reason["id"]: reason["text"] for reason in decision["reasons"]},
    )
