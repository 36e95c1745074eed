"""A sender that is killed in the middle loses nothing; a server's thread delivers and stops."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from countenance.app.webhook_cases import WebhookCases, webhook_rounds
from countenance.recognition.webhooks.administration import NewEndpoint
from countenance.recognition.webhooks.delivering import HELD_FOR
from countenance.recognition.webhooks.model import DeliveryState
from receiving import Receiver, slow
from subject_stage import ALICE, SubjectStage

SENDER = Path(__file__).with_name("sending.py")


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.01)


def test_kill_9_in_the_middle_of_sending_loses_nothing(own: SubjectStage, receiver: Receiver) -> None:
    endpoints = own.stage.countenance.webhooks.endpoints
    made = endpoints.add(ALICE, NewEndpoint(url=receiver.url))
    sent = [endpoints.test(ALICE, made.endpoint.id).id for _ in range(3)]
    receiver.behaviour = slow(30)
    command = [sys.executable, str(SENDER), str(own.stage.parts.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603  our own
        assert process.stdout is not None
        assert process.stdout.readline() == b"sending\n"
        wait_until(lambda: len(receiver.received) == 3)
        process.kill()
    shown = endpoints.deliveries(ALICE, made.endpoint.id)
    assert [(one.delivery.state, one.tries) for one in shown] == [(DeliveryState.PENDING, ())] * 3
    receiver.behaviour = lambda handler: handler.answer(204)
    own.clock.advance(HELD_FOR)
    assert replace(own.stage.countenance.webhooks.deliver, jitter=lambda: 1.0)() == 3
    assert sorted(receiver.ids) == sorted([*sent, *sent])
    shown = endpoints.deliveries(ALICE, made.endpoint.id)
    assert {one.delivery.state for one in shown} == {DeliveryState.DELIVERED}


def test_a_server_delivers_by_itself_and_stops_when_it_is_told(own: SubjectStage, receiver: Receiver) -> None:
    cases: WebhookCases = own.stage.countenance.webhooks
    made = cases.endpoints.add(ALICE, NewEndpoint(url=receiver.url))
    thread = webhook_rounds(cases, seconds=0.02)
    thread.start()
    try:
        cases.endpoints.test(ALICE, made.endpoint.id)
        own.clock.advance(timedelta(seconds=1))
        wait_until(lambda: len(receiver.received) == 1)
    finally:
        thread.stop()
    cases.endpoints.test(ALICE, made.endpoint.id)
    time.sleep(0.1)
    assert len(receiver.received) == 1
