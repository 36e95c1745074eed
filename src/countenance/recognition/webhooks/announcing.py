"""What is announced to whom: made of the log's entries, and of what cases have to say.

The log is the outbox. An entry is written in the transaction of the change that it tells of, so
nothing is announced that did not happen, nothing that happened is lost, and no act waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from countenance.biometrics.model import GalleryId
from countenance.ledger import EventType, JsonValue
from countenance.oversight.incidents import IncidentId
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.webhooks.model import Announcement, AnnouncementKind
from countenance.vetting.model import CustomerId

LASTS: Final = timedelta(days=3)
"""How long a delivery is tried before it is given up."""

_NOTICES_AT_ONCE: Final = 100
_PLAIN: Final = (
    "entry",
    "lease",
    "gallery",
    "case",
    "request",
    "kind",
    "incident",
    "scope",
    "version",
    "due",
    "day",
    "rules",
    "uses",
    "refused",
    "permitted",
)

KINDS: Final[Mapping[str, AnnouncementKind]] = {
    EventType.CONSENT_WITHDRAWN.value: AnnouncementKind.CONSENT_WITHDRAWN,
    EventType.SUBJECT_ERASED.value: AnnouncementKind.ERASURE_COMPLETED,
    EventType.LEASE_SUSPENDED.value: AnnouncementKind.LEASE_SUSPENDED,
    EventType.LEASE_RESUMED.value: AnnouncementKind.LEASE_RESUMED,
    EventType.LEASE_NARROWED.value: AnnouncementKind.LEASE_NARROWED,
    EventType.LEASE_REVOKED.value: AnnouncementKind.LEASE_REVOKED,
    EventType.LEASE_FOREWARNED.value: AnnouncementKind.LAW_COMING,
    EventType.INCIDENT_OPENED.value: AnnouncementKind.INCIDENT_OPENED,
    EventType.INCIDENT_RESOLVED.value: AnnouncementKind.INCIDENT_RESOLVED,
    EventType.SUBJECT_REQUEST_FILED.value: AnnouncementKind.REQUEST_FILED,
}
"""Which entries are announced, and as what."""


def announce_entry(work: UnitOfWork, index: int, document: Mapping[str, Any]) -> None:
    """Announce the entry `index` to whomever it concerns, in the transaction that follows the log.

    Told are ids and words, and the entry's index, at which its proof is found.
    """
    at = datetime.fromisoformat(document["t"])
    data = {name: value for name, value in document.items() if name in _PLAIN and value is not None}
    for customer_id in _concerned(work, document):
        announcement = Announcement(
            id=f"evt_{index}_{customer_id}",
            kind=KINDS[document["type"]],
            customer_id=customer_id,
            at=at,
            data={**data, "entry": index},
        )
        announce(work, announcement)


def announce(work: UnitOfWork, announcement: Announcement) -> None:
    """Put an announcement down for every address of the customer that takes it; the caller commits."""
    endpoints = work.webhooks.endpoints_of(announcement.customer_id)
    to = {one.id: announcement.at + LASTS for one in endpoints if one.takes(announcement.kind)}
    if to:
        work.webhooks.announce(announcement, to, at=announcement.at)


@dataclass(frozen=True, slots=True)
class HearNotices:
    """Announce what cases have to say, in the order in which they said it."""

    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self) -> int:
        """Return how many notices were announced."""
        with self.unit_of_work() as work:
            start = work.webhooks.heard()
            notices = work.notices.after(start, limit=_NOTICES_AT_ONCE)
        if not notices:
            return 0
        with self.unit_of_work() as work:
            work.become_writer()
            if work.webhooks.heard() != start:
                return 0  # somebody else was here
            for one in notices:
                notice = one.notice
                data: dict[str, JsonValue] = {
                    "case": notice.case_id,
                    "reason": notice.reason or None,
                    "recipients": notice.recipients,
                }
                announcement = Announcement(
                    id=f"evt_notice_{one.number}",
                    kind=AnnouncementKind(notice.kind.value.replace("case_", "case.", 1)),
                    customer_id=notice.customer_id,
                    at=notice.at,
                    data=data,
                )
                announce(work, announcement)
            work.webhooks.hear(notices[-1].number)
            work.commit()
        return len(notices)


def _concerned(work: UnitOfWork, document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the customers that an entry concerns: the one it names, or the one behind lease or gallery."""
    customer = document.get("customer")
    if isinstance(customer, str):
        return (customer,)
    if document.get("scope") is not None or document["type"] == EventType.INCIDENT_RESOLVED.value:
        return _of_incident(work, document)
    gallery = document.get("gallery")
    found = work.galleries.get(GalleryId(gallery)) if isinstance(gallery, str) else None
    return (found.customer_id,) if found is not None else ()


def _of_incident(work: UnitOfWork, document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return whom an incident concerns: one customer, or each that has an address where it is everywhere."""
    scope, of = document.get("scope"), document.get("of") or ""
    if scope is None:  # a resolution names its incident alone
        incident = work.incidents.get(IncidentId(document["incident"]))
        if incident is None:
            return ()
        scope, of = incident.scope.kind.value, incident.scope.of or ""
    match scope:
        case "customer":
            return (CustomerId(of),)
        case "lease":
            lease = next((one for one in work.leases.all() if one.id == of), None)
            return (lease.customer_id,) if lease is not None else ()
        case "gallery":
            gallery = work.galleries.get(GalleryId(of))
            return (gallery.customer_id,) if gallery is not None else ()
        case _:
            return tuple(sorted({one.customer_id for one in work.webhooks.endpoints_of(None)}))
