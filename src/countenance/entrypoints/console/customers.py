"""Customers: who they are, for whom they act, who belongs to them."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.listing import order_of, span_of, table_of
from countenance.entrypoints.console.navigation import ADMINISTRATORS, READERS
from countenance.entrypoints.console.visits import Page, Visit, corrected
from countenance.entrypoints.pages.forms import Form
from countenance.entrypoints.pages.tables import Column
from countenance.entrypoints.pages.words import capital, plain
from countenance.errors import AlreadyExistsError, InvalidInputError
from countenance.policy.model import CustomerKind, Jurisdiction
from countenance.vetting.listing import CustomerOrder, CustomerSearch
from countenance.vetting.model import Customer, CustomerId

PATH: Final = "/console/customers"
_LONGEST: Final = 2_000
KINDS: Final = [(kind.value, capital(plain(kind))) for kind in CustomerKind]

COLUMNS: Final[tuple[Column[Customer], ...]] = (
    Column("name", "Name", lambda one: one.name, key=lambda one: one.name.casefold()),
    Column("id", "Id", lambda one: one.id, key=lambda one: one.id),
    Column("kind", "Kind", lambda one: one.kind.value),
    Column("acts_for", "Acts for", lambda one: " ".join(sorted(one.acts_for))),
    Column("where", "Where", lambda one: " ".join(sorted(one.jurisdictions))),
)


def index(visit: Visit) -> Response:
    """Show every customer."""
    return _index(visit, {})


def _index(visit: Visit, errors: dict[str, str]) -> Response:
    query = {name: value[:_LONGEST] for name, value in visit.query.items()}
    text = query.get("q", "").strip()
    kind = next((one for one in CustomerKind if one.value == query.get("kind")), None)
    order, descending = order_of(query, CustomerOrder, "name")
    sought = CustomerSearch(
        text=text if text.isprintable() else "", kind=kind, order=order, descending=descending
    )
    found = visit.service.vetting.read_customers.page(visit.actor, sought, span_of(query))
    table = table_of(PATH, query, COLUMNS, found, sort=f"{'-' * descending}{order}")
    if (file := table.file()) is not None:
        return file
    return visit.page(
        "customers.html",
        table=table,
        sought=text,
        kind=kind or "",
        administers=visit.member.role in ADMINISTRATORS,
        kinds=KINDS,
        sent=visit.form,
        errors=errors,
    )


def register(visit: Visit) -> Response:
    """Put a customer on record."""
    try:
        customer = visit.service.vetting.customers(visit.actor, _customer(visit.form))
    except (InvalidInputError, AlreadyExistsError) as error:
        return _index(visit, {"id": corrected(InvalidInputError(error.message))})
    return visit.go(f"{PATH}/{customer.id}", done="customer")


def one(visit: Visit) -> Response:
    """Show a customer whole."""
    view = visit.service.vetting.read_customers.one(visit.actor, CustomerId(visit.part("customer_id")))
    return visit.page("customer.html", view=view, administers=visit.member.role in ADMINISTRATORS)


def _customer(form: Form) -> Customer:
    kind = next((kind for kind in CustomerKind if kind.value == form.text("kind")), None)
    if kind is None:
        raise InvalidInputError("choose what kind of organisation it is")
    places = [place.strip().upper() for place in form.text("jurisdictions").split(",") if place.strip()]
    return Customer(
        id=CustomerId(form.text("id")),
        name=form.text("name"),
        kind=kind,
        jurisdictions=frozenset(map(Jurisdiction, places)),
        acts_for=frozenset(one for one in CustomerKind if one.value in form.all("acts_for")),
    )


PAGES: Final = (
    Page(path=PATH, handler=index, roles=READERS),
    Page(path=PATH, handler=register, roles=ADMINISTRATORS, method="POST"),
    Page(path=f"{PATH}/{{customer_id}}", handler=one, roles=READERS),
)
