"""What customers are told of at addresses of their own: kinds, announcements, addresses, deliveries."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from countenance.ledger import JsonValue

SECRET_PREFIX: Final = "whsec_"  # noqa: S105  what the text of a secret begins with


class AnnouncementKind(StrEnum):
    """What is announced. A closed list: whoever receives can branch on it."""

    CASE_HELD = "case.held"
    CASE_RELEASED = "case.released"
    CASE_NO_LEAD = "case.no_lead"
    CASE_EXPIRED = "case.expired"
    CASE_WITHDRAWN = "case.withdrawn"
    CASE_APPEALED = "case.appealed"
    CASE_CONFIRMED = "case.confirmed"
    CASE_OVERTURNED = "case.overturned"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    ERASURE_COMPLETED = "erasure.completed"
    LEASE_SUSPENDED = "lease.suspended"
    LEASE_RESUMED = "lease.resumed"
    LEASE_NARROWED = "lease.narrowed"
    LEASE_REVOKED = "lease.revoked"
    LAW_COMING = "law.coming"
    INCIDENT_OPENED = "incident.opened"
    INCIDENT_RESOLVED = "incident.resolved"
    REQUEST_FILED = "subject_request.filed"
    TEST = "webhook.test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One thing that happened, for one customer: ids and words of closed lists, never personal data.

    `id` is the same however often it is delivered: receivers drop what they have seen.
    """

    id: str
    kind: AnnouncementKind
    customer_id: str
    at: datetime
    data: Mapping[str, JsonValue]

    def body(self) -> bytes:
        """Return the JSON that is sent, byte for byte the same at every try."""
        document = {"type": self.kind.value, "timestamp": self.at.isoformat(), "data": self.data}
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What signs: 32 random bytes; None for `until` while it is the newest. Never in `repr`."""

    value: bytes = field(repr=False)
    made: datetime
    until: datetime | None = None

    @property
    def text(self) -> str:
        """Return the secret as libraries for Standard Webhooks take it."""
        return SECRET_PREFIX + base64.b64encode(self.value).decode()

    def signs_at(self, moment: datetime) -> bool:
        """Tell whether it still signs at `moment`."""
        return self.until is None or moment < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An address of a customer. Empty `kinds` take everything; a paused one is sent nothing.

    `secrets` are the newest first; more than one signs while a rotation's overlap lasts.
    """

    id: str
    customer_id: str
    url: str
    kinds: frozenset[AnnouncementKind]
    secrets: tuple[Secret, ...] = field(repr=False)
    created: datetime
    made_by: str
    paused: datetime | None = None

    def takes(self, kind: AnnouncementKind) -> bool:
        """Tell whether an announcement of `kind` goes there."""
        return self.paused is None and (not self.kinds or kind in self.kinds)


class DeliveryState(StrEnum):
    """Where a delivery stands: to be tried, done, or given up and waiting for somebody to replay it."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One announcement on its way to one address."""

    number: int
    announcement: Announcement
    endpoint_id: str
    state: DeliveryState
    tries: int
    next_try: datetime
    give_up: datetime
    finished: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One try: the answer's status, or a word for why there was none; how long it took."""

    at: datetime
    status: int | None
    fault: str | None
    milliseconds: int

    @property
    def taken(self) -> bool:
        """Tell whether the receiver took it: any 2xx; a redirection is none."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004  the class of success


def signed_headers(announcement: Announcement, secrets: Sequence[Secret], at: datetime) -> dict[str, str]:
    """Return the headers of Standard Webhooks: id, time, and a signature for every secret that signs.

    HMAC-SHA-256 over `id.time.body`. The time is of this try, so that a receiver can refuse what
    is old; the id is of the announcement.
    """
    stamp = str(int(at.timestamp()))
    signed = f"{announcement.id}.{stamp}.".encode() + announcement.body()
    marks = [
        "v1," + base64.b64encode(hmac.digest(secret.value, signed, hashlib.sha256)).decode()
        for secret in secrets
        if secret.signs_at(at)
    ]
    return {
        "webhook-id": announcement.id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(marks),
        "content-type": "application/json",
        "user-agent": "countenance-webhooks/1",
    }
