"""Lists of applications and customers, a page at a time: what is sought, in which order, from where on.

A page begins after the place where the one before ended, and not after a number of rows: what
is added or removed meanwhile neither hides a row nor shows it twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, NewType, TypeVar

from countenance.ledger.canonical import utc_text
from countenance.policy.model import CustomerKind
from countenance.vetting.dossier import Application, ApplicationState
from countenance.vetting.model import Customer, CustomerId

Row = TypeVar("Row")
Folded = NewType("Folded", str)


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
