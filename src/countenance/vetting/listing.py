"""Lists of applications, customers, leases and keys, a page at a time: what is sought, and from where on.

A page begins after the place where the one before ended, and not after a number of rows: what
is added or removed meanwhile neither hides a row nor shows it twice.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Generic, NewType, TypeVar

from countenance.ledger.canonical import utc_text
from countenance.policy.model import CustomerKind
from countenance.vetting.dossier import Application, ApplicationState
from countenance.vetting.model import ApiKey, Customer, CustomerId, Lease, LeaseId

Row = TypeVar("Row")
Folded = NewType("Folded", str)

_SMALL: Final = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


class ApplicationOrder(StrEnum):
    """What a list of applications is ordered by; equals by their ids."""

    CREATED = "created"
    CHANGED = "changed"
    CUSTOMER = "customer"
    STATE = "state"


class CustomerOrder(StrEnum):
    """What a list of customers is ordered by; equals by their ids. Names regardless of capitals."""

    ID = "id"
    NAME = "name"


class LeaseOrder(StrEnum):
    """What a list of leases is ordered by; equals by their ids."""

    LEASE = "lease"
    CUSTOMER = "customer"
    EXPIRES = "expires"


class KeyOrder(StrEnum):
    """What a list of keys is ordered by; equals by their ids. Labels regardless of the capitals A to Z."""

    CREATED = "created"
    LABEL = "label"
    ROLE = "role"
    LEASE = "lease"


class LeaseStanding(StrEnum):
    """How a lease stands at a moment; of several that are true, the first one here."""

    REVOKED = "revoked"
    SUSPENDED = "suspended"
    OVER = "over"
    TO_COME = "to come"
    OVERDUE = "must be looked at again"
    IN_FORCE = "in force"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationSearch:
    """Which applications are wanted; None leaves open."""

    state: ApplicationState | None = None
    customer_id: CustomerId | None = None
    order: ApplicationOrder = ApplicationOrder.CREATED
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSearch:
    """Which customers are wanted: with `text` in name or id, regardless of capitals; None leaves open."""

    text: str = ""
    kind: CustomerKind | None = None
    order: CustomerOrder = CustomerOrder.ID
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseSearch:
    """Which leases are wanted: those that stand so at a moment, those of a customer; None leaves open."""

    standing: tuple[LeaseStanding, datetime] | None = None
    customer_id: CustomerId | None = None
    order: LeaseOrder = LeaseOrder.LEASE
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySearch:
    """Which keys are wanted: those in force at a moment, those under a lease; None leaves open."""

    in_force: datetime | None = None
    lease_id: LeaseId | None = None
    order: KeyOrder = KeyOrder.CREATED
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in its order: the value it is ordered by, as text that sorts so, and its id."""

    key: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which rows of an order: up to `limit` after a place, or the last ones before it with `back`."""

    limit: int
    place: Place | None = None
    back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Generic[Row]):
    """Rows of one page, how many there are behind all pages, and where the pages beside it begin.

    `before` and `after` are None where nothing comes before or after.
    """

    rows: tuple[Row, ...]
    total: int
    before: Place | None
    after: Place | None


def application_place(application: Application, order: ApplicationOrder) -> Place:
    """Return where an application stands."""
    match order:
        case ApplicationOrder.CREATED:
            key = utc_text(application.created)
        case ApplicationOrder.CHANGED:
            key = utc_text(application.changed)
        case ApplicationOrder.CUSTOMER:
            key = application.customer_id
        case ApplicationOrder.STATE:
            key = application.state.value
    return Place(key, application.id)


def customer_place(customer: Customer, order: CustomerOrder) -> Place:
    """Return where a customer stands."""
    match order:
        case CustomerOrder.ID:
            key: str = customer.id
        case CustomerOrder.NAME:
            key = folded(customer.name)
    return Place(key, customer.id)


def lease_place(lease: Lease, order: LeaseOrder) -> Place:
    """Return where a lease stands."""
    match order:
        case LeaseOrder.LEASE:
            key: str = lease.id
        case LeaseOrder.CUSTOMER:
            key = lease.customer_id
        case LeaseOrder.EXPIRES:
            key = utc_text(lease.terms.expires)
    return Place(key, lease.id)


def key_place(key: ApiKey, order: KeyOrder) -> Place:
    """Return where a key stands; one under no lease before all others."""
    match order:
        case KeyOrder.CREATED:
            text = utc_text(key.created)
        case KeyOrder.LABEL:
            text = lowered(key.label)
        case KeyOrder.ROLE:
            text = key.role.value
        case KeyOrder.LEASE:
            text = key.lease_id or ""
    return Place(text, key.id)


def standing_of(lease: Lease, at: datetime) -> LeaseStanding:
    """Return how a lease stands at a moment."""
    terms = lease.terms
    if terms.revoked:
        return LeaseStanding.REVOKED
    if terms.suspended:
        return LeaseStanding.SUSPENDED
    if at >= terms.expires:
        return LeaseStanding.OVER
    if at < terms.not_before:
        return LeaseStanding.TO_COME
    overdue = lease.reverify is not None and at >= lease.reverify
    return LeaseStanding.OVERDUE if overdue else LeaseStanding.IN_FORCE


def lowered(text: str) -> str:
    """Return a text with small letters for A to Z, which is what every database makes of it."""
    return text.translate(_SMALL)


def folded(text: str) -> Folded:
    """Return a text as it is compared regardless of capitals."""
    return Folded(text.casefold())


def listed(found: tuple[Row, ...], total: int, span: Span, places: tuple[Place, ...]) -> Listed[Row]:
    """Return a page of rows of which one more than `span` asks for was looked for.

    `places` are those of `found`, which is in the order that is shown.
    """
    more = len(found) > span.limit
    start = 1 if more and span.back else 0
    rows = found[start : start + span.limit]
    shown = places[start : start + span.limit]
    earlier = more if span.back else span.place is not None
    later = True if span.back else more
    return Listed(
        rows=rows,
        total=total,
        before=shown[0] if shown and earlier else None,
        after=shown[-1] if shown and later else None,
    )
