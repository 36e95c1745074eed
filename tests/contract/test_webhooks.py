"""Addresses, announcements and deliveries, on every place that stores."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract.examples import HOUR, NOON
from countenance.recognition.webhooks.model import (
    Announcement,
    AnnouncementKind,
    Delivery,
    DeliveryState,
    Endpoint,
    Secret,
    Try,
)
from storing import Place

HOOK = Endpoint(
    id="hook_1",
    customer_id="bank",
    url="https://hooks.example.org/",
    kinds=frozenset({AnnouncementKind.TEST, AnnouncementKind.CASE_HELD}),
    secrets=(Secret(value=b"\x01" * 32, made=NOON), Secret(value=b"\x02" * 32, made=NOON, until=NOON + HOUR)),
    created=NOON,
    made_by="key_1",
)
OTHER = replace(HOOK, id="hook_2", customer_id="rival", kinds=frozenset())
TOLD = Announcement(
    id="evt_1",
    kind=AnnouncementKind.CASE_HELD,
    customer_id="bank",
    at=NOON,
    data={"case": "case_1", "reason": None, "recipients": ["key_1"], "entry": 7},
)
LATER = NOON + 24 * HOUR
TAKEN = Try(at=NOON, status=204, fault=None, milliseconds=12)


@pytest.fixture
def told(place: Place) -> Place:
    """One announcement for one address."""
    with place.unit() as work:
        work.webhooks.put_endpoint(HOOK)
        work.webhooks.put_endpoint(OTHER)
        assert work.webhooks.announce(TOLD, {HOOK.id: LATER}, at=NOON)
        work.commit()
    return place


def take(place: Place, holder: str, at: object = NOON) -> tuple[Delivery, ...]:
    with place.unit() as work:
        taken = work.webhooks.take(holder, at=at, until=at + HOUR, limit=9)
        work.commit()
    return taken


def test_addresses_come_back_as_they_were_stored_by_customer(told: Place) -> None:
    with told.unit() as work:
        assert work.webhooks.endpoint("hook_1") == HOOK
        assert work.webhooks.endpoints_of("bank") == (HOOK,)
        assert work.webhooks.endpoints_of(None) == (HOOK, OTHER)
        paused = replace(HOOK, paused=NOON)
        work.webhooks.put_endpoint(paused)
        work.commit()
        assert work.webhooks.endpoint("hook_1") == paused
        assert not work.webhooks.due(NOON)


def test_an_announcement_of_one_id_is_put_down_once(told: Place) -> None:
    with told.unit() as work:
        assert not work.webhooks.announce(TOLD, {HOOK.id: LATER, OTHER.id: LATER}, at=NOON)
        work.commit()
        (delivery,) = work.webhooks.deliveries("hook_1", None, limit=9)
        assert work.webhooks.deliveries("hook_2", None, limit=9) == ()
    assert delivery.announcement == TOLD
    assert (delivery.state, delivery.tries, delivery.give_up) == (DeliveryState.PENDING, 0, LATER)


def test_a_delivery_is_held_by_one_and_free_again_when_its_while_is_over(told: Place) -> None:
    (mine,) = take(told, "snd_1")
    assert take(told, "snd_2") == ()
    with told.unit() as work:
        assert not work.webhooks.due(NOON)
        assert work.webhooks.due(NOON + HOUR)
    assert take(told, "snd_2", NOON + HOUR) == (mine,)
    done = replace(mine, state=DeliveryState.DELIVERED, tries=1, finished=NOON)
    with told.unit() as work:
        assert not work.webhooks.record(done, "snd_1", TAKEN)
        assert work.webhooks.record(done, "snd_2", TAKEN)
        work.commit()
        assert work.webhooks.delivery(mine.number) == done
        assert work.webhooks.tries(mine.number) == (TAKEN,)
        assert work.webhooks.deliveries("hook_1", DeliveryState.DELIVERED, limit=9) == (done,)
        assert work.webhooks.deliveries("hook_1", DeliveryState.DEAD, limit=9) == ()


def test_a_replay_is_due_again_under_its_own_id(told: Place) -> None:
    (mine,) = take(told, "snd_1")
    dead = replace(mine, state=DeliveryState.DEAD, tries=1, finished=NOON)
    with told.unit() as work:
        work.webhooks.record(dead, "snd_1", TAKEN)
        work.webhooks.replay(mine.number, at=LATER, give_up=LATER + HOUR)
        work.commit()
        assert not work.webhooks.due(NOON)
        assert work.webhooks.due(LATER)
        again = work.webhooks.delivery(mine.number)
    assert again is not None
    assert (again.announcement, again.state, again.finished) == (TOLD, DeliveryState.PENDING, None)


def test_what_is_over_is_forgotten_and_what_waits_is_not(told: Place) -> None:
    with told.unit() as work:
        assert work.webhooks.forget(LATER) == 0
    (mine,) = take(told, "snd_1")
    with told.unit() as work:
        work.webhooks.record(replace(mine, state=DeliveryState.DELIVERED, finished=NOON), "snd_1", TAKEN)
        assert work.webhooks.forget(NOON) == 0
        assert work.webhooks.forget(LATER) == 1
        work.commit()
        assert work.webhooks.deliveries("hook_1", None, limit=9) == ()


def test_an_address_goes_with_its_deliveries(told: Place) -> None:
    with told.unit() as work:
        work.webhooks.remove_endpoint("hook_1")
        work.commit()
        assert work.webhooks.endpoint("hook_1") is None
        assert work.webhooks.deliveries("hook_1", None, limit=9) == ()
        assert not work.webhooks.due(LATER)


def test_notices_are_heard_up_to_a_number(place: Place) -> None:
    with place.unit() as work:
        assert work.webhooks.heard() == 0
        work.webhooks.hear(4)
        work.webhooks.hear(9)
        work.subject_entries.follow(3, [])
        work.commit()
        assert work.webhooks.heard() == 9
        assert work.subject_entries.followed() == 3
