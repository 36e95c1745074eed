"""Webhooks: addresses that customers are told things at, their secrets, and what was delivered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.desk import KEEPERS, SEERS, acting
from countenance.entrypoints.console.visits import Handler, Page, Visit, corrected
from countenance.entrypoints.pages.tables import Column, arranged
from countenance.errors import InvalidInputError, LimitReachedError, NotFoundError, StateError
from countenance.recognition.webhooks.administration import (
    LONGEST_URL,
    MOST_ENDPOINTS,
    MOST_LISTED,
    NewEndpoint,
    ShownDelivery,
)
from countenance.recognition.webhooks.model import AnnouncementKind, DeliveryState, Endpoint
from countenance.staff.model import StaffRole
from countenance.vetting.model import Actor, CustomerId

PATH: Final = "/console/webhooks"
_ONE: Final = f"{PATH}/{{endpoint_id}}"
_DIGITS: Final = 15
_OVERLAPS: Final = ((0, "not at all"), (3_600, "an hour"), (86_400, "a day"), (604_800, "a week"))

STATES: Final[Mapping[DeliveryState, tuple[str, str]]] = {
    DeliveryState.PENDING: ("wait", "on its way"),
    DeliveryState.DELIVERED: ("good", "delivered"),
    DeliveryState.DEAD: ("bad", "given up"),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """An address, and how much of what was sent there waits or was given up."""

    endpoint: Endpoint
    waiting: int
    dead: int


def answered(one: ShownDelivery) -> str:
    """Return what the last try came to."""
    if not one.tries:
        return "not tried yet"
    last = one.tries[-1]
    told = f"status {last.status}" if last.status is not None else str(last.fault).replace("_", " ")
    return f"{told}, {last.milliseconds} ms"


COLUMNS: Final[tuple[Column[Listed], ...]] = (
    Column("url", "Address", lambda one: one.endpoint.url, key=lambda one: one.endpoint.url),
    Column(
        "customer",
        "Customer",
        lambda one: one.endpoint.customer_id,
        key=lambda one: one.endpoint.customer_id,
    ),
    Column("kinds", "Told of", lambda one: " ".join(sorted(one.endpoint.kinds)) or "everything"),
    Column("waiting", "On the way", lambda one: one.waiting, key=lambda one: one.waiting, number=True),
    Column("dead", "Given up", lambda one: one.dead, key=lambda one: one.dead, number=True),
    Column("state", "Stands", lambda one: "paused" if one.endpoint.paused else "in use"),
    Column("id", "Id", lambda one: one.endpoint.id),
)
DELIVERIES: Final[tuple[Column[ShownDelivery], ...]] = (
    Column(
        "at",
        "When",
        lambda o: o.delivery.announcement.at.isoformat(),
        key=lambda o: o.delivery.announcement.at,
    ),
    Column(
        "kind",
        "What",
        lambda o: o.delivery.announcement.kind.value,
        key=lambda o: o.delivery.announcement.kind.value,
    ),
    Column("state", "Stands", lambda o: o.delivery.state.value, key=lambda o: o.delivery.state.value),
    Column("tries", "Tries", lambda o: o.delivery.tries, key=lambda o: o.delivery.tries, number=True),
    Column("last", "Last answer", answered),
    Column("event", "Id of the event", lambda o: o.delivery.announcement.id),
)


def index(visit: Visit) -> Response:
    """Show the addresses, and the form for another."""
    return _index(visit, {})


def _index(visit: Visit, errors: Mapping[str, str]) -> Response:
    actor, read = acting(visit), visit.service.rights.webhooks
    rows = [listed(visit, actor, one) for one in read.all(actor)]
    table = arranged(PATH, visit.query, COLUMNS, rows, order="customer")
    if (file := table.file()) is not None:
        return file
    staff = visit.member.role is not StaffRole.OPERATOR
    return visit.page(
        "webhooks.html",
        status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
        table=table,
        keeps=visit.member.role in KEEPERS,
        names_customer=staff,
        customers=_customers(visit) if staff else (),
        kinds=[one.value for one in AnnouncementKind if one is not AnnouncementKind.TEST],
        most=MOST_ENDPOINTS,
        longest=str(LONGEST_URL),
        sent=visit.form,
        errors=errors,
    )


def listed(visit: Visit, actor: Actor, one: Endpoint) -> Listed:
    """Return an address with what waits for it."""
    read = visit.service.rights.webhooks.deliveries
    return Listed(
        one,
        waiting=len(read(actor, one.id, DeliveryState.PENDING)),
        dead=len(read(actor, one.id, DeliveryState.DEAD)),
    )


def _customers(visit: Visit) -> Sequence[tuple[str, str]]:
    return [(one.id, one.name) for one in visit.service.vetting.read_customers.all(visit.actor)]


def add(visit: Visit) -> Response:
    """Set up an address, and show its secret this once."""
    form = visit.form
    customer = CustomerId(form.text("customer")) if form.text("customer") else None
    try:
        new = NewEndpoint(
            url=form.text("url"), kinds=frozenset(_kinds(form.all("kinds"))), customer_id=customer
        )
        made = visit.service.rights.webhooks.add(acting(visit), new)
    except (InvalidInputError, LimitReachedError) as error:
        return _index(visit, {"url": corrected(InvalidInputError(error.message))})
    except NotFoundError:
        return _index(visit, {"customer": "Choose the customer whom it tells things."})
    return visit.page("webhook_secret.html", made=made, rotated=None)


def _kinds(words: Sequence[str]) -> list[AnnouncementKind]:
    try:
        return [AnnouncementKind(word) for word in words]
    except ValueError:
        raise InvalidInputError("choose from the list what is told") from None


def one(visit: Visit) -> Response:
    """Show an address with its deliveries."""
    return _one(visit, {})


def _one(visit: Visit, errors: Mapping[str, str]) -> Response:
    endpoint_id, actor = visit.part("endpoint_id"), acting(visit)
    read = visit.service.rights.webhooks
    endpoint = read.one(actor, endpoint_id)
    wanted = next((one for one in DeliveryState if one.value == visit.query.get("state", "")), None)
    found = read.deliveries(actor, endpoint_id, wanted)
    table = arranged(f"{PATH}/{endpoint_id}", visit.query, DELIVERIES, found, order="-at")
    if (file := table.file()) is not None:
        return file
    return visit.page(
        "webhook.html",
        status=HTTPStatus.CONFLICT if errors else HTTPStatus.OK,
        endpoint=endpoint,
        standing=listed(visit, actor, endpoint),
        table=table,
        wanted=wanted.value if wanted is not None else "",
        options=[(one.value, words.capitalize()) for one, (_, words) in STATES.items()],
        states=STATES,
        answered=answered,
        signing=[one for one in endpoint.secrets if one.signs_at(visit.now)],
        overlaps=[(str(seconds), words) for seconds, words in _OVERLAPS],
        keeps=visit.member.role in KEEPERS,
        most=MOST_LISTED,
        errors=errors,
    )


def rotate(visit: Visit) -> Response:
    """Make a new secret, and show it this once; the one before signs beside it for a while."""
    seconds = next((one for one, _ in _OVERLAPS if str(one) == visit.form.text("overlap")), None)
    if seconds is None:
        return _one(visit, {"overlap": "Choose how long the old secret goes on."})
    overlap = timedelta(seconds=seconds)
    made = visit.service.rights.webhooks.rotate(acting(visit), visit.part("endpoint_id"), overlap=overlap)
    return visit.page("webhook_secret.html", made=made, rotated=overlap)


def remove(visit: Visit) -> Response:
    """Remove the address with what waits for it."""
    visit.service.rights.webhooks.remove(acting(visit), visit.part("endpoint_id"))
    return visit.go(PATH, done="webhook-removed")


def _doing(done: str, act: Callable[[Visit, Actor, str], object]) -> Handler:
    def handler(visit: Visit) -> Response:
        endpoint_id = visit.part("endpoint_id")
        try:
            act(visit, acting(visit), endpoint_id)
        except StateError as error:
            return _one(visit, {"": corrected(InvalidInputError(error.message))})
        return visit.go(f"{PATH}/{endpoint_id}", done=done)

    return handler


def _replay(visit: Visit, actor: Actor, endpoint_id: str) -> object:
    """Let one delivery, or all that were given up, be tried again."""
    text = visit.form.text("number")
    if not text:
        return visit.service.rights.webhooks.replay(actor, endpoint_id)
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise NotFoundError("no such delivery")
    return visit.service.rights.webhooks.replay(actor, endpoint_id, int(text))


def _post(rest: str, handler: Handler, *, confirmed: bool = False) -> Page:
    return Page(path=f"{_ONE}/{rest}", handler=handler, roles=KEEPERS, method="POST", confirmed=confirmed)


PAGES: Final = (
    Page(path=PATH, handler=index, roles=SEERS),
    Page(path=PATH, handler=add, roles=KEEPERS, method="POST", confirmed=True),
    Page(path=_ONE, handler=one, roles=SEERS),
    _post("rotate", rotate, confirmed=True),
    _post("remove", remove, confirmed=True),
    _post(
        "pause",
        _doing("webhook-paused", lambda v, who, one: v.service.rights.webhooks.pause(who, one, paused=True)),
    ),
    _post(
        "resume",
        _doing(
            "webhook-resumed", lambda v, who, one: v.service.rights.webhooks.pause(who, one, paused=False)
        ),
    ),
    _post("test", _doing("webhook-tested", lambda v, who, one: v.service.rights.webhooks.test(who, one))),
    _post("replay", _doing("webhook-replayed", _replay)),
)
