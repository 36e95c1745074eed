"""Addresses of webhooks, announcements and deliveries, in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from countenance.recognition.webhooks.model import Announcement, Delivery, DeliveryState, Endpoint, Try
from fakes_staff import Unit


@dataclass
class WebhookState:
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    announced: dict[str, Announcement] = field(default_factory=dict)
    deliveries: dict[int, Delivery] = field(default_factory=dict)
    holders: dict[int, tuple[str, datetime]] = field(default_factory=dict)
    tries: dict[int, tuple[Try, ...]] = field(default_factory=dict)
    heard: int = 0


@dataclass
class FakeWebhooks:
    unit: Unit

    def put_endpoint(self, endpoint: Endpoint) -> None:
        self.unit.write().endpoints[endpoint.id] = endpoint

    def endpoint(self, endpoint_id: str) -> Endpoint | None:
        return self.unit.read(lambda state: state.endpoints.get(endpoint_id))

    def endpoints_of(self, customer_id: str | None) -> tuple[Endpoint, ...]:
        held: dict[str, Endpoint] = self.unit.read(lambda state: state.endpoints)
        return tuple(one for _, one in sorted(held.items()) if customer_id in {None, one.customer_id})

    def remove_endpoint(self, endpoint_id: str) -> None:
        state = self.unit.write()
        state.endpoints.pop(endpoint_id, None)
        gone = [number for number, one in state.deliveries.items() if one.endpoint_id == endpoint_id]
        for number in gone:
            del state.deliveries[number]

    def announce(self, announcement: Announcement, to: Mapping[str, datetime], *, at: datetime) -> bool:
        state = self.unit.write()
        if announcement.id in state.announced:
            return False
        state.announced[announcement.id] = announcement
        for endpoint_id, give_up in to.items():
            number = max(state.deliveries, default=0) + 1
            state.deliveries[number] = Delivery(
                number=number,
                announcement=announcement,
                endpoint_id=endpoint_id,
                state=DeliveryState.PENDING,
                tries=0,
                next_try=at,
                give_up=give_up,
            )
        return True

    def due(self, at: datetime) -> bool:
        return bool(self._due(at))

    def take(self, holder: str, *, at: datetime, until: datetime, limit: int) -> tuple[Delivery, ...]:
        state = self.unit.write()
        of_one: Counter[str] = Counter()
        taken: list[Delivery] = []
        for one in self._due(at):
            of_one[one.endpoint_id] += 1
            if len(taken) < limit and of_one[one.endpoint_id] <= 4:
                state.holders[one.number] = (holder, until)
                taken.append(one)
        return tuple(taken)

    def record(self, delivery: Delivery, holder: str, tried: Try) -> bool:
        state = self.unit.write()
        if state.holders.get(delivery.number, ("", None))[0] != holder:
            return False
        del state.holders[delivery.number]
        state.deliveries[delivery.number] = delivery
        state.tries[delivery.number] = (*state.tries.get(delivery.number, ()), tried)
        return True

    def delivery(self, number: int) -> Delivery | None:
        return self.unit.read(lambda state: state.deliveries.get(number))

    def deliveries(
        self, endpoint_id: str, state: DeliveryState | None, *, limit: int
    ) -> tuple[Delivery, ...]:
        held: dict[int, Delivery] = self.unit.read(lambda all_of_it: all_of_it.deliveries)
        found = [one for _, one in sorted(held.items(), reverse=True) if one.endpoint_id == endpoint_id]
        return tuple(one for one in found if state in {None, one.state})[:limit]

    def tries(self, number: int) -> tuple[Try, ...]:
        return self.unit.read(lambda state: state.tries.get(number, ()))

    def replay(self, number: int, *, at: datetime, give_up: datetime) -> None:
        state = self.unit.write()
        state.holders.pop(number, None)
        state.deliveries[number] = replace(
            state.deliveries[number],
            state=DeliveryState.PENDING,
            next_try=at,
            give_up=give_up,
            finished=None,
        )

    def forget(self, before: datetime) -> int:
        state = self.unit.write()
        waiting = {
            one.announcement.id for one in state.deliveries.values() if one.state is DeliveryState.PENDING
        }
        gone = {name for name, one in state.announced.items() if one.at < before} - waiting
        for name in gone:
            del state.announced[name]
        state.deliveries = {
            number: one for number, one in state.deliveries.items() if one.announcement.id not in gone
        }
        return len(gone)

    def heard(self) -> int:
        return self.unit.read(lambda state: state.heard)

    def hear(self, number: int) -> None:
        self.unit.write().heard = number

    def _due(self, at: datetime) -> list[Delivery]:
        def question(held: dict[int, Delivery], holders: dict[int, tuple[str, datetime]]) -> list[Delivery]:
            free = {number for number in held if number not in holders or holders[number][1] <= at}
            waiting = [
                one
                for number, one in held.items()
                if number in free and one.state is DeliveryState.PENDING and one.next_try <= at
            ]
            return sorted(waiting, key=lambda one: (one.next_try, one.number))

        found = self.unit.read(lambda state: question(state.deliveries, state.holders))
        paused = {one.id for one in self.endpoints_of(None) if one.paused is not None}
        return [one for one in found if one.endpoint_id not in paused]
