"""What was done with packs, and what the holders of leases were told of rules to come."""

from __future__ import annotations

import json
from datetime import date
from typing import Final

from sqlalchemy import bindparam, select

from countenance.errors import ConcurrentWriteError
from countenance.policy.pack_history import PackAct, PackStep
from countenance.recognition.log.model import ComingNotice
from countenance.storage.packs_tables import coming_notices, packs_installed
from countenance.storage.prepared import Row
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent

_STEP: Final = insert_if_absent(packs_installed)
_STEPS: Final = select(packs_installed).order_by(packs_installed.c.number)
_NOTICE: Final = insert_if_absent(coming_notices)
_AFTER: Final = (
    select(coming_notices)
    .where(coming_notices.c.day > bindparam("today"))
    .order_by(coming_notices.c.day, coming_notices.c.lease_id, coming_notices.c.mark)
)
_OF_CUSTOMER: Final = _AFTER.where(coming_notices.c.customer_id == bindparam("customer"))


class SqlInstalledPacks:
    """Steps by number; none is ever changed or removed."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, step: PackStep) -> None:
        """Store the step; raises `ConcurrentWriteError` where another has its number."""
        row = {
            "number": step.number,
            "name": step.name,
            "act": step.act.value,
            "digest": step.digest,
            "edition": step.edition,
            "signer": step.signer,
            "actor": step.actor,
            "reason": step.reason,
            "at": step.at,
        }
        if not self._session.insert_new(_STEP, row):
            raise ConcurrentWriteError("another pack was installed or rolled back at the same time")

    def all(self) -> tuple[PackStep, ...]:
        """Return every step, the first first."""
        return tuple(
            PackStep(
                number=row.number,
                name=row.name,
                act=PackAct(row.act),
                digest=row.digest,
                edition=row.edition,
                signer=row.signer,
                actor=row.actor,
                reason=row.reason,
                at=row.at,
            )
            for row in self._session.read(_STEPS, {})
        )


class SqlComingNotices:
    """Notices by lease, day and what makes the difference."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, notice: ComingNotice) -> bool:
        """Store the notice; tell whether there was none of this change."""
        row = {
            "lease_id": notice.lease,
            "day": notice.day.isoformat(),
            "mark": notice.mark,
            "customer_id": notice.customer,
            "uses": notice.uses,
            "refused": notice.refused,
            "permitted": notice.permitted,
            "otherwise": notice.otherwise,
            "rules": json.dumps(notice.rules),
            "told": notice.told,
        }
        return self._session.insert_new(_NOTICE, row)

    def after(self, day: date, *, customer_id: str | None = None) -> tuple[ComingNotice, ...]:
        """Return the notices of changes after `day`, the nearest first."""
        if customer_id is None:
            rows = self._session.read(_AFTER, {"today": day.isoformat()})
        else:
            rows = self._session.read(_OF_CUSTOMER, {"today": day.isoformat(), "customer": customer_id})
        return tuple(map(_notice, rows))


def _notice(row: Row) -> ComingNotice:
    return ComingNotice(
        lease=row.lease_id,
        customer=row.customer_id,
        day=date.fromisoformat(row.day),
        uses=row.uses,
        refused=row.refused,
        permitted=row.permitted,
        otherwise=row.otherwise,
        rules=tuple(map(str, json.loads(row.rules))),
        told=row.told,
    )
