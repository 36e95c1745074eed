"""Addresses of webhooks, announcements and their deliveries; secrets and announcements are sealed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, exists, func, or_, select, update

from countenance.recognition.webhooks.model import (
    Announcement,
    AnnouncementKind,
    Delivery,
    DeliveryState,
    Endpoint,
    Secret,
    Try,
)
from countenance.storage.prepared import Row
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent, insert_row, keyed, replace_by_key
from countenance.storage.subject_sealing import ANNOUNCEMENT, ENDPOINT
from countenance.storage.webhook_tables import (
    ledger_followed,
    webhook_announcements,
    webhook_deliveries,
    webhook_endpoints,
    webhook_tries,
)

_OF_ONE: Final = 4
_LOOKED_AT: Final = 8
_NOTICES: Final = 1
"""The row of `ledger_followed` that says up to where notices of cases were heard."""

_ENDPOINT: Final = select(webhook_endpoints).where(webhook_endpoints.c.id == bindparam("id"))
_ENDPOINTS: Final = select(webhook_endpoints).order_by(webhook_endpoints.c.id)
_OF_CUSTOMER: Final = _ENDPOINTS.where(webhook_endpoints.c.customer_id == bindparam("customer"))
_ADD_ENDPOINT: Final = insert_if_absent(webhook_endpoints)
_SET_ENDPOINT: Final = replace_by_key(webhook_endpoints)
_DROP_ENDPOINT: Final = delete(webhook_endpoints).where(webhook_endpoints.c.id == bindparam("which"))
_ANNOUNCE: Final = insert_if_absent(webhook_announcements)
_ADD_DELIVERY: Final = insert_row(webhook_deliveries)
_DELIVERY: Final = select(
    webhook_deliveries,
    webhook_announcements.c.customer_id,
    webhook_announcements.c.kind,
    webhook_announcements.c.occurred,
    webhook_announcements.c.sealed,
).join(webhook_announcements, webhook_announcements.c.id == webhook_deliveries.c.announcement_id)
_ONE: Final = _DELIVERY.where(webhook_deliveries.c.number == bindparam("which"))
_DUE: Final = (
    _DELIVERY.join(webhook_endpoints, webhook_endpoints.c.id == webhook_deliveries.c.endpoint_id)
    .where(
        webhook_deliveries.c.state == DeliveryState.PENDING.value,
        webhook_deliveries.c.next_try <= bindparam("at"),
        webhook_endpoints.c.paused.is_(None),
        or_(webhook_deliveries.c.held_until.is_(None), webhook_deliveries.c.held_until <= bindparam("now")),
    )
    .order_by(webhook_deliveries.c.next_try, webhook_deliveries.c.number)
    .limit(bindparam("most"))
)
_HOLD: Final = (
    update(webhook_deliveries)
    .where(webhook_deliveries.c.number == bindparam("which"))
    .values(held_by=bindparam("holder"), held_until=bindparam("until"))
)
_RECORD: Final = (
    update(webhook_deliveries)
    .where(
        webhook_deliveries.c.number == bindparam("which"), webhook_deliveries.c.held_by == bindparam("holder")
    )
    .values(
        state=bindparam("now_state"),
        tries=bindparam("now_tries"),
        next_try=bindparam("then"),
        finished=bindparam("done"),
        held_by=None,
        held_until=None,
    )
)
_ADD_TRY: Final = insert_row(webhook_tries)
_TRIES: Final = (
    select(webhook_tries)
    .where(webhook_tries.c.delivery == bindparam("which"))
    .order_by(webhook_tries.c.number)
)
_LISTED: Final = (
    _DELIVERY.where(webhook_deliveries.c.endpoint_id == bindparam("endpoint"))
    .order_by(webhook_deliveries.c.number.desc())
    .limit(bindparam("most"))
)
_IN_STATE: Final = _LISTED.where(webhook_deliveries.c.state == bindparam("wanted"))
_REPLAY: Final = (
    update(webhook_deliveries)
    .where(webhook_deliveries.c.number == bindparam("which"))
    .values(
        state=DeliveryState.PENDING.value,
        next_try=bindparam("then"),
        give_up=bindparam("last"),
        finished=None,
        held_by=None,
        held_until=None,
    )
)
_WAITING: Final = exists().where(
    webhook_deliveries.c.announcement_id == webhook_announcements.c.id,
    webhook_deliveries.c.state == DeliveryState.PENDING.value,
)
_OLD: Final = select(func.count(webhook_announcements.c.id).label("number")).where(
    webhook_announcements.c.occurred < bindparam("before"), ~_WAITING
)
_FORGET: Final = delete(webhook_announcements).where(
    webhook_announcements.c.occurred < bindparam("before"), ~_WAITING
)
_HEARD: Final = select(ledger_followed.c.entry).where(ledger_followed.c.id == _NOTICES)
_BEGIN: Final = insert_if_absent(ledger_followed)
_HEAR: Final = replace_by_key(ledger_followed)


class SqlWebhooks:
    """Addresses, announcements and deliveries."""

    __slots__ = ("_keyring", "_session")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring

    def put_endpoint(self, endpoint: Endpoint) -> None:
        """Store `endpoint`, replacing one of the same id."""
        held = [
            [secret.value.hex(), secret.made.isoformat(), secret.until.isoformat() if secret.until else None]
            for secret in endpoint.secrets
        ]
        row: dict[str, object] = {
            "id": endpoint.id,
            "customer_id": endpoint.customer_id,
            "url": endpoint.url,
            "kinds": endpoint.kinds,
            "paused": endpoint.paused,
            "created": endpoint.created,
            "made_by": endpoint.made_by,
            "sealed": self._keyring.seal(json.dumps(held).encode(), ENDPOINT, endpoint.id),
        }
        if not self._session.insert_new(_ADD_ENDPOINT, row):
            self._session.write(_SET_ENDPOINT, keyed(row, ["id"]))
            self._session.leaves_traces()

    def endpoint(self, endpoint_id: str) -> Endpoint | None:
        """Return the address, or None."""
        rows = self._session.read(_ENDPOINT, {"id": endpoint_id})
        return self._endpoint(rows[0]) if rows else None

    def endpoints_of(self, customer_id: str | None) -> tuple[Endpoint, ...]:
        """Return the addresses of a customer, or of every one, ordered by id."""
        if customer_id is None:
            rows = self._session.read(_ENDPOINTS, {})
        else:
            rows = self._session.read(_OF_CUSTOMER, {"customer": customer_id})
        return tuple(map(self._endpoint, rows))

    def remove_endpoint(self, endpoint_id: str) -> None:
        """Remove the address with its deliveries."""
        self._session.write(_DROP_ENDPOINT, {"which": endpoint_id})
        self._session.leaves_traces()

    def announce(self, announcement: Announcement, to: Mapping[str, datetime], *, at: datetime) -> bool:
        """Put down an announcement with its deliveries, unless there is one of the same id."""
        data = json.dumps(announcement.data, ensure_ascii=False).encode()
        row: dict[str, object] = {
            "id": announcement.id,
            "customer_id": announcement.customer_id,
            "kind": announcement.kind.value,
            "occurred": announcement.at,
            "sealed": self._keyring.seal(data, ANNOUNCEMENT, announcement.id),
        }
        if not self._session.insert_new(_ANNOUNCE, row):
            return False
        for endpoint_id, give_up in to.items():
            self._session.write(
                _ADD_DELIVERY,
                {
                    "announcement_id": announcement.id,
                    "endpoint_id": endpoint_id,
                    "state": DeliveryState.PENDING.value,
                    "tries": 0,
                    "next_try": at,
                    "give_up": give_up,
                    "held_by": None,
                    "held_until": None,
                    "finished": None,
                },
            )
        return True

    def due(self, at: datetime) -> bool:
        """Tell whether there is a delivery that is due and that nobody holds."""
        return bool(self._session.read(_DUE, {"at": at, "now": at, "most": 1}))

    def take(self, holder: str, *, at: datetime, until: datetime, limit: int) -> tuple[Delivery, ...]:
        """Take up to `limit` deliveries that are due, at most four of one address."""
        self._session.become_writer()
        asked = {"at": at, "now": at, "most": limit * _LOOKED_AT}
        of_one: Counter[str] = Counter()
        taken: list[Delivery] = []
        for row in self._session.read(_DUE, asked):
            of_one[row.endpoint_id] += 1
            if len(taken) < limit and of_one[row.endpoint_id] <= _OF_ONE:
                self._session.write(_HOLD, {"which": row.number, "holder": holder, "until": until})
                taken.append(self._delivery(row))
        return tuple(taken)

    def record(self, delivery: Delivery, holder: str, tried: Try) -> bool:
        """Store what became of a delivery that `holder` took, with the try."""
        changed = {
            "which": delivery.number,
            "holder": holder,
            "now_state": delivery.state.value,
            "now_tries": delivery.tries,
            "then": delivery.next_try,
            "done": delivery.finished,
        }
        if not self._session.write(_RECORD, changed):
            return False
        row = {
            "delivery": delivery.number,
            "at": tried.at,
            "status": tried.status,
            "fault": tried.fault,
            "milliseconds": tried.milliseconds,
        }
        self._session.write(_ADD_TRY, row)
        return True

    def delivery(self, number: int) -> Delivery | None:
        """Return the delivery, or None."""
        rows = self._session.read(_ONE, {"which": number})
        return self._delivery(rows[0]) if rows else None

    def deliveries(
        self, endpoint_id: str, state: DeliveryState | None, *, limit: int
    ) -> tuple[Delivery, ...]:
        """Return up to `limit` deliveries of an address, the newest first."""
        asked: dict[str, object] = {"endpoint": endpoint_id, "most": limit}
        if state is None:
            rows = self._session.read(_LISTED, asked)
        else:
            rows = self._session.read(_IN_STATE, {**asked, "wanted": state.value})
        return tuple(map(self._delivery, rows))

    def tries(self, number: int) -> tuple[Try, ...]:
        """Return the tries of a delivery, the first one first."""
        return tuple(
            Try(at=row.at, status=row.status, fault=row.fault, milliseconds=row.milliseconds)
            for row in self._session.read(_TRIES, {"which": number})
        )

    def replay(self, number: int, *, at: datetime, give_up: datetime) -> None:
        """Let a delivery be tried again from `at` on."""
        self._session.write(_REPLAY, {"which": number, "then": at, "last": give_up})

    def forget(self, before: datetime) -> int:
        """Drop announcements of before that moment of which no delivery is pending; return how many."""
        count = int(self._session.read(_OLD, {"before": before})[0].number)
        if count:
            self._session.write(_FORGET, {"before": before})
        return count

    def heard(self) -> int:
        """Return up to which number notices of cases were announced."""
        rows = self._session.read(_HEARD, {})
        return int(rows[0].entry) if rows else 0

    def hear(self, number: int) -> None:
        """Remember up to which number notices of cases were announced."""
        if not self._session.write(_HEAR, {"key_id": _NOTICES, "entry": number}):
            self._session.insert_new(_BEGIN, {"id": _NOTICES, "entry": number})

    def _endpoint(self, row: Row) -> Endpoint:
        held = json.loads(self._keyring.open(bytes(row.sealed), ENDPOINT, row.id))
        return Endpoint(
            id=row.id,
            customer_id=row.customer_id,
            url=row.url,
            kinds=frozenset(AnnouncementKind(word) for word in row.kinds),
            secrets=tuple(_secret(*parts) for parts in held),
            created=row.created,
            made_by=row.made_by,
            paused=row.paused,
        )

    def _delivery(self, row: Row) -> Delivery:
        data: Any = json.loads(self._keyring.open(bytes(row.sealed), ANNOUNCEMENT, row.announcement_id))
        announcement = Announcement(
            id=row.announcement_id,
            kind=AnnouncementKind(row.kind),
            customer_id=row.customer_id,
            at=row.occurred,
            data=data,
        )
        return Delivery(
            number=row.number,
            announcement=announcement,
            endpoint_id=row.endpoint_id,
            state=DeliveryState(row.state),
            tries=row.tries,
            next_try=row.next_try,
            give_up=row.give_up,
            finished=row.finished,
        )


def _secret(value: str, made: str, until: str | None) -> Secret:
    return Secret(
        value=bytes.fromhex(value),
        made=datetime.fromisoformat(made),
        until=datetime.fromisoformat(until) if until is not None else None,
    )
