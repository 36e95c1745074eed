"""Webhooks to a real receiver: signed, tried again, given up, replayed, and never twice at once."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from countenance.recognition.webhooks.administration import MadeEndpoint, NewEndpoint
from countenance.recognition.webhooks.announcing import LASTS
from countenance.recognition.webhooks.delivering import HELD_FOR, KEPT, DeliverWebhooks
from countenance.recognition.webhooks.model import AnnouncementKind, DeliveryState
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.model import CustomerId, LeaseId
from receiving import Behaviour, Receiver, dripping, huge, slow
from subject_stage import ALICE, DAVE, STAFF, SubjectStage


def endpoint(own: SubjectStage, receiver: Receiver, *kinds: AnnouncementKind) -> MadeEndpoint:
    new = NewEndpoint(url=f"{receiver.url}/hooks", kinds=frozenset(kinds))
    return own.stage.countenance.webhooks.endpoints.add(ALICE, new)


def sender(own: SubjectStage) -> DeliverWebhooks:
    return replace(own.stage.countenance.webhooks.deliver, jitter=lambda: 1.0)


def withdraw(own: SubjectStage) -> None:
    own.stage.countenance.withdraw(ALICE, STAFF, DAVE)


def states(own: SubjectStage, made: MadeEndpoint) -> list[DeliveryState]:
    shown = own.stage.countenance.webhooks.endpoints.deliveries(ALICE, made.endpoint.id)
    return [one.delivery.state for one in shown]


def test_a_withdrawal_is_told_with_ids_alone_and_a_signature_that_libraries_check(
    own: SubjectStage, receiver: Receiver
) -> None:
    made = endpoint(own, receiver)
    withdraw(own)
    sender(own)()
    told = {json.loads(one.body)["type"]: one for one in receiver.received}
    assert set(told) >= {"consent.withdrawn", "erasure.completed"}
    for one in receiver.received:
        assert one.signed_by(made.secret)
        assert not replace(one, body=one.body + b" ").signed_by(made.secret)
        assert DAVE.encode() not in one.body
    data = json.loads(told["erasure.completed"].body)["data"]
    entry = own.stage.events()[data["entry"]]
    assert (entry["type"], data["gallery"]) == ("subject:erased", STAFF)
    assert set(states(own, made)) == {DeliveryState.DELIVERED}


def test_what_happened_before_an_address_was_set_up_is_not_told(
    own: SubjectStage, receiver: Receiver
) -> None:
    withdraw(own)
    sender(own)()
    endpoint(own, receiver)
    sender(own)()
    assert receiver.received == []


def test_an_address_gets_what_it_asked_for_and_nothing_of_other_customers(
    own: SubjectStage, receiver: Receiver
) -> None:
    endpoint(own, receiver, AnnouncementKind.LEASE_SUSPENDED)
    rival = NewEndpoint(url=f"{receiver.url}/rival", customer_id=CustomerId("rival"))
    own.stage.countenance.webhooks.endpoints.add(LOCAL_ADMINISTRATOR, rival)
    withdraw(own)
    reason = "Somebody has to look at this first."
    own.stage.countenance.vetting.suspend_lease(LOCAL_ADMINISTRATOR, LeaseId("bank-doors"), reason)
    sender(own)()
    assert [(one.path, json.loads(one.body)["type"]) for one in receiver.received] == [
        ("/hooks", "lease.suspended")
    ]


def test_a_request_of_a_subject_is_told_by_its_id(own: SubjectStage, receiver: Receiver) -> None:
    endpoint(own, receiver, AnnouncementKind.REQUEST_FILED)
    own.reader().post("/subject/requests", kind="correction", text="My name is Dave Muster.")
    sender(own)()
    (one,) = receiver.received
    request = json.loads(one.body)["data"]["request"]
    told = own.stage.call("alice", "GET", f"/v1/subject-requests/{request}").json()
    assert told["subject_id"] == DAVE
    assert b"Muster" not in one.body


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (lambda handler: handler.answer(500), (500, None)),
        (lambda handler: handler.answer(302, location="/elsewhere"), (302, None)),
        (slow(1.5), (None, "timeout")),
        (dripping, (None, "timeout")),
        (lambda handler: handler.wfile.write(b"no HTTP at all\r\n\r\n"), (None, "connection_broken")),
    ],
    ids=["500", "redirection", "silence", "dripping", "nonsense"],
)
def test_whatever_a_receiver_does_it_is_tried_again_and_keeps_nobody_for_long(
    own: SubjectStage, receiver: Receiver, behaviour: Behaviour, outcome: tuple[int | None, str | None]
) -> None:
    made = endpoint(own, receiver, AnnouncementKind.ERASURE_COMPLETED)
    receiver.behaviour = behaviour
    withdraw(own)
    start = time.monotonic()
    assert sender(own)() == 1
    assert time.monotonic() - start < 10
    (shown,) = own.stage.countenance.webhooks.endpoints.deliveries(ALICE, made.endpoint.id)
    assert shown.delivery.state is DeliveryState.PENDING
    assert [(one.status, one.fault) for one in shown.tries] == [outcome]
    assert shown.delivery.next_try == own.clock() + timedelta(seconds=5)
    assert [one.path for one in receiver.received] == ["/hooks"]
    receiver.behaviour = lambda handler: handler.answer(204)
    assert sender(own)() == 0
    own.clock.advance(timedelta(seconds=5))
    assert sender(own)() == 1
    assert len(set(receiver.ids)) == 1
    assert states(own, made) == [DeliveryState.DELIVERED]


def test_a_body_without_end_is_not_read(own: SubjectStage, receiver: Receiver) -> None:
    made = endpoint(own, receiver, AnnouncementKind.ERASURE_COMPLETED)
    receiver.behaviour = huge
    withdraw(own)
    sender(own)()
    assert states(own, made) == [DeliveryState.DELIVERED]


def test_it_is_given_up_after_three_days_and_can_be_replayed(own: SubjectStage, receiver: Receiver) -> None:
    made = endpoint(own, receiver, AnnouncementKind.ERASURE_COMPLETED)
    endpoints = own.stage.countenance.webhooks.endpoints
    receiver.behaviour = lambda handler: handler.answer(503)
    withdraw(own)
    begun, tries = own.clock(), 0
    while states(own, made) in ([], [DeliveryState.PENDING]):
        tries += sender(own)()
        own.clock.advance(timedelta(hours=5))
    assert states(own, made) == [DeliveryState.DEAD]
    assert own.clock() - begun <= LASTS + timedelta(hours=5)
    assert 5 < tries == len(receiver.received)
    receiver.behaviour = lambda handler: handler.answer(204)
    assert sender(own)() == 0
    assert endpoints.replay(ALICE, made.endpoint.id) == 1
    sender(own)()
    assert states(own, made) == [DeliveryState.DELIVERED]
    assert len(set(receiver.ids)) == 1


def test_a_receiver_that_is_gone_is_sent_nothing_more(own: SubjectStage, receiver: Receiver) -> None:
    made = endpoint(own, receiver, AnnouncementKind.ERASURE_COMPLETED)
    receiver.behaviour = lambda handler: handler.answer(410)
    withdraw(own)
    sender(own)()
    assert states(own, made) == [DeliveryState.DEAD]
    assert own.stage.countenance.webhooks.endpoints.one(ALICE, made.endpoint.id).paused == own.clock()


def test_both_secrets_sign_while_a_rotation_overlaps(own: SubjectStage, receiver: Receiver) -> None:
    made = endpoint(own, receiver)
    endpoints = own.stage.countenance.webhooks.endpoints
    newer = endpoints.rotate(ALICE, made.endpoint.id, overlap=timedelta(hours=1))
    endpoints.test(ALICE, made.endpoint.id)
    sender(own)()
    assert receiver.received[0].signed_by(made.secret)
    assert receiver.received[0].signed_by(newer.secret)
    own.clock.advance(timedelta(hours=1))
    endpoints.test(ALICE, made.endpoint.id)
    sender(own)()
    assert not receiver.received[1].signed_by(made.secret)
    assert receiver.received[1].signed_by(newer.secret)


def test_two_senders_at_once_send_nothing_twice(own: SubjectStage, receiver: Receiver) -> None:
    made = endpoint(own, receiver)
    for _ in range(12):
        own.stage.countenance.webhooks.endpoints.test(ALICE, made.endpoint.id)
    receiver.behaviour = lambda handler: (time.sleep(0.05), handler.answer(204))[1]
    deliver = sender(own)
    threads = [threading.Thread(target=lambda: [deliver() for _ in range(4)]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(receiver.ids) == len(set(receiver.ids)) == 12


def test_what_a_dead_sender_held_is_sent_by_another_when_its_while_is_over(
    own: SubjectStage, receiver: Receiver
) -> None:
    made = endpoint(own, receiver)
    announcement = own.stage.countenance.webhooks.endpoints.test(ALICE, made.endpoint.id)
    now = own.clock()
    with own.stage.parts.unit_of_work() as work:
        assert len(work.webhooks.take("snd_dead", at=now, until=now + HELD_FOR, limit=10)) == 1
        work.commit()
    assert sender(own)() == 0
    own.clock.advance(HELD_FOR)
    assert sender(own)() == 1
    assert receiver.ids == [announcement.id]


def test_a_sender_that_came_too_late_records_nothing(own: SubjectStage, receiver: Receiver) -> None:
    made = endpoint(own, receiver)
    own.stage.countenance.webhooks.endpoints.test(ALICE, made.endpoint.id)
    now = own.clock()
    with own.stage.parts.unit_of_work() as work:
        (late,) = work.webhooks.take("snd_late", at=now, until=now + HELD_FOR, limit=10)
        work.commit()
    own.clock.advance(HELD_FOR)
    sender(own)()
    (shown,) = own.stage.countenance.webhooks.endpoints.deliveries(ALICE, made.endpoint.id)
    with own.stage.parts.unit_of_work() as work:
        work.become_writer()
        assert not work.webhooks.record(late, "snd_late", shown.tries[0])


def test_a_slow_address_does_not_keep_the_others_waiting(own: SubjectStage, receiver: Receiver) -> None:
    slow_one = endpoint(own, receiver)
    fast = own.stage.countenance.webhooks.endpoints.add(ALICE, NewEndpoint(url=f"{receiver.url}/fast"))
    receiver.behaviour = lambda handler: (
        time.sleep(0.3) if handler.path == "/hooks" else None,
        handler.answer(204),
    )[1]
    for _ in range(10):
        own.stage.countenance.webhooks.endpoints.test(ALICE, slow_one.endpoint.id)
    own.stage.countenance.webhooks.endpoints.test(ALICE, fast.endpoint.id)
    assert sender(own)() == 5
    assert [one.path for one in receiver.received].count("/fast") == 1


def test_deliveries_are_forgotten_after_a_month_and_pending_ones_are_not(
    own: SubjectStage, receiver: Receiver
) -> None:
    made = endpoint(own, receiver)
    own.stage.countenance.webhooks.endpoints.test(ALICE, made.endpoint.id)
    sender(own)()
    own.stage.countenance.webhooks.endpoints.test(ALICE, made.endpoint.id)
    own.clock.advance(KEPT + timedelta(seconds=1))
    assert sender(own).forget() == 1
    assert states(own, made) == [DeliveryState.PENDING]


def test_secrets_and_addresses_are_on_no_log(own: SubjectStage, receiver: Receiver) -> None:
    made = endpoint(own, receiver)
    own.stage.countenance.webhooks.endpoints.rotate(ALICE, made.endpoint.id, overlap=timedelta(0))
    own.stage.countenance.webhooks.endpoints.pause(ALICE, made.endpoint.id, paused=True)
    own.stage.countenance.webhooks.endpoints.remove(ALICE, made.endpoint.id)
    log = json.dumps(own.stage.events())
    assert [event["type"] for event in own.stage.events()][-4:] == [
        "webhook:configured",
        "webhook_secret:rotated",
        "webhook:changed",
        "webhook:removed",
    ]
    assert receiver.url not in log
    assert made.secret not in log
    assert made.endpoint.secrets[0].value not in own.stage.parts.path.read_bytes()
    assert made.secret not in repr(made)
    assert repr(made.endpoint.secrets[0].value) not in repr(made.endpoint)
