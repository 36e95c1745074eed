"""Addresses that customers are told things at: set up, paused, removed, secrets rotated, deliveries shown."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from countenance.errors import InvalidInputError, LimitReachedError, StateError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.recognition.webhooks.announcing import LASTS
from countenance.recognition.webhooks.model import (
    Announcement,
    AnnouncementKind,
    Delivery,
    DeliveryState,
    Endpoint,
    Secret,
    Try,
)
from countenance.recognition.webhooks.ports import Courier
from countenance.vetting.model import Actor, CustomerId, Role

MOST_ENDPOINTS: Final = 10
"""Addresses of one customer."""

LONGEST_URL: Final = 500
LONGEST_OVERLAP: Final = timedelta(days=7)
MOST_LISTED: Final = 200
_SECRET_BYTES: Final = 32
_SETS_UP: Final = frozenset({Role.OPERATOR, Role.ADMINISTRATOR})
_READS: Final = _SETS_UP | {Role.AUDITOR}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEndpoint:
    """What is to be set up. `customer_id` is named by administrators; an operator's is its own.

    Empty `kinds` take everything, also what is added later.
    """

    url: str
    kinds: frozenset[AnnouncementKind] = frozenset()
    customer_id: CustomerId | None = None


@dataclass(frozen=True, slots=True)
class MadeEndpoint:
    """An address with the secret that is shown this once."""

    endpoint: Endpoint
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDelivery:
    """A delivery with its tries."""

    delivery: Delivery
    tries: tuple[Try, ...]


@dataclass(frozen=True, slots=True)
class WebhookEndpoints:
    """Set up and look after addresses: operators those of their customer, administrators all."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]
    courier: Courier
    new_id: Callable[[str], str]

    def add(self, actor: Actor, new: NewEndpoint) -> MadeEndpoint:
        """Return the address with its secret.

        Raises `ForbiddenError`, `NotFoundError` for an unknown customer, `InvalidInputError` for an address
        that nothing would be sent to, and `LimitReachedError` where the customer has ten already.
        """
        if len(new.url) > LONGEST_URL:
            raise InvalidInputError(f"an address has at most {LONGEST_URL} characters")
        self.courier.check(new.url)
        now, secret = self.standing.clock(), secrets.token_bytes(_SECRET_BYTES)
        with self.unit_of_work() as work:
            customer = self._customer(work, actor, _SETS_UP, new.customer_id)
            if len(work.webhooks.endpoints_of(customer)) >= MOST_ENDPOINTS:
                raise LimitReachedError(f"customer `{customer}` has {MOST_ENDPOINTS} addresses already")
            endpoint = Endpoint(
                id=self.new_id("hook"),
                customer_id=customer,
                url=new.url,
                kinds=new.kinds,
                secrets=(Secret(value=secret, made=now),),
                created=now,
                made_by=actor.id,
            )
            work.webhooks.put_endpoint(endpoint)
            kinds: dict[str, JsonValue] = {"kinds": tuple(sorted(kind.value for kind in endpoint.kinds))}
            _record(work, EventType.WEBHOOK_CONFIGURED, endpoint, (actor, now), kinds)
            work.commit()
        return MadeEndpoint(endpoint, endpoint.secrets[0].text)

    def all(self, actor: Actor, customer_id: CustomerId | None = None) -> tuple[Endpoint, ...]:
        """Return addresses: of the actor's customer, or for staff of `customer_id` or of everybody."""
        with self.unit_of_work() as work:
            if actor.lease_id is None:
                self.standing.role(work, actor, _READS)
                return work.webhooks.endpoints_of(customer_id)
            return work.webhooks.endpoints_of(self._customer(work, actor, _READS, None))

    def one(self, actor: Actor, endpoint_id: str) -> Endpoint:
        """Return the address, or raise `ForbiddenError` or `NotFoundError`."""
        with self.unit_of_work() as work:
            return self._own(work, actor, endpoint_id, _READS)

    def pause(self, actor: Actor, endpoint_id: str, *, paused: bool) -> Endpoint:
        """Return the address, sent nothing while it is paused; what happens meanwhile is lost to it."""
        now = self.standing.clock()
        with self.unit_of_work() as work:
            held = self._own(work, actor, endpoint_id, _SETS_UP)
            if (held.paused is not None) == paused:
                return held
            changed = replace(held, paused=now if paused else None)
            work.webhooks.put_endpoint(changed)
            _record(work, EventType.WEBHOOK_CHANGED, changed, (actor, now), {"paused": paused})
            work.commit()
        return changed

    def remove(self, actor: Actor, endpoint_id: str) -> None:
        """Remove the address with what waits for it, or raise `ForbiddenError` or `NotFoundError`."""
        with self.unit_of_work() as work:
            held = self._own(work, actor, endpoint_id, _SETS_UP)
            work.webhooks.remove_endpoint(held.id)
            _record(work, EventType.WEBHOOK_REMOVED, held, (actor, self.standing.clock()), {})
            work.commit()

    def rotate(self, actor: Actor, endpoint_id: str, *, overlap: timedelta) -> MadeEndpoint:
        """Return the address with a new secret; the one before signs beside it for `overlap`.

        Raises `InvalidInputError` for an overlap below zero or above seven days, and the errors of `one`.
        """
        if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
            raise InvalidInputError("an overlap lasts from no time to seven days")
        now, made = self.standing.clock(), secrets.token_bytes(_SECRET_BYTES)
        with self.unit_of_work() as work:
            held = self._own(work, actor, endpoint_id, _SETS_UP)
            before = replace(held.secrets[0], until=now + overlap)
            rotated = replace(held, secrets=(Secret(value=made, made=now), before))
            work.webhooks.put_endpoint(rotated)
            fields: dict[str, JsonValue] = {"overlap_seconds": int(overlap.total_seconds())}
            _record(work, EventType.WEBHOOK_SECRET_ROTATED, rotated, (actor, now), fields)
            work.commit()
        return MadeEndpoint(rotated, rotated.secrets[0].text)

    def test(self, actor: Actor, endpoint_id: str) -> Announcement:
        """Announce a test to this address alone, to see whether it arrives; `StateError` if it is paused."""
        now = self.standing.clock()
        with self.unit_of_work() as work:
            held = self._own(work, actor, endpoint_id, _SETS_UP)
            if held.paused is not None:
                raise StateError("the address is paused")
            announcement = Announcement(
                id=self.new_id("evt"),
                kind=AnnouncementKind.TEST,
                customer_id=held.customer_id,
                at=now,
                data={"endpoint": held.id},
            )
            work.webhooks.announce(announcement, {held.id: now + LASTS}, at=now)
            work.commit()
        return announcement

    def deliveries(
        self, actor: Actor, endpoint_id: str, state: DeliveryState | None = None
    ) -> tuple[ShownDelivery, ...]:
        """Return up to 200 deliveries with their tries, the newest first; the errors of `one`."""
        with self.unit_of_work() as work:
            held = self._own(work, actor, endpoint_id, _READS)
            found = work.webhooks.deliveries(held.id, state, limit=MOST_LISTED)
            return tuple(ShownDelivery(delivery=one, tries=work.webhooks.tries(one.number)) for one in found)

    def replay(self, actor: Actor, endpoint_id: str, number: int | None = None) -> int:
        """Let one delivery, or all that were given up, be tried again for three days; return how many.

        Raises `NotFoundError` for a delivery of another address, and the errors of `one`.
        """
        now = self.standing.clock()
        with self.unit_of_work() as work:
            held = self._own(work, actor, endpoint_id, _SETS_UP)
            if number is None:
                chosen = work.webhooks.deliveries(held.id, DeliveryState.DEAD, limit=MOST_LISTED)
            else:
                found = work.webhooks.delivery(number)
                if found is None or found.endpoint_id != held.id:
                    self.standing.refuse(work, actor, "delivery", f"no delivery `{number}`")
                chosen = (found,)
            for one in chosen:
                work.webhooks.replay(one.number, at=now, give_up=now + LASTS)
            work.commit()
        return len(chosen)

    def _customer(
        self, work: UnitOfWork, actor: Actor, allowed: frozenset[Role], named: CustomerId | None
    ) -> CustomerId:
        self.standing.role(work, actor, allowed)
        if actor.role is Role.OPERATOR or actor.lease_id is not None:
            lease = work.leases.get(actor.lease_id) if actor.lease_id is not None else None
            if lease is None or named not in {None, lease.customer_id}:
                self.standing.refuse(work, actor, "customer", "no such customer")
            return lease.customer_id
        if named is None or work.customers.get(named) is None:
            self.standing.refuse(work, actor, "customer", "no such customer")
        return named

    def _own(self, work: UnitOfWork, actor: Actor, endpoint_id: str, allowed: frozenset[Role]) -> Endpoint:
        self.standing.role(work, actor, allowed)
        held = work.webhooks.endpoint(endpoint_id)
        staff = actor.role is not Role.OPERATOR and actor.lease_id is None
        mine = None if staff else self._customer(work, actor, allowed, None)
        if held is None or mine not in {None, held.customer_id}:
            self.standing.refuse(work, actor, "webhook", f"no webhook `{endpoint_id}`")
        return held


def _record(
    work: UnitOfWork,
    event: EventType,
    endpoint: Endpoint,
    by: tuple[Actor, datetime],
    more: dict[str, JsonValue],
) -> None:
    """Put on the ledger who did what with an address and when; the address stands there as its digest."""
    actor, at = by
    fields: dict[str, JsonValue] = {
        "webhook": endpoint.id,
        "customer": endpoint.customer_id,
        "url": hashlib.sha256(endpoint.url.encode()).hexdigest(),
        "actor": actor.id,
        **more,
    }
    work.ledger.append(Entry(event, at, fields))
