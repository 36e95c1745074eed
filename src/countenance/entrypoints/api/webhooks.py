"""Webhooks: addresses that a customer is told at what has happened, and what was delivered there."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import Plain
from countenance.entrypoints.api.calls import ReadingCall, WritingCall
from countenance.entrypoints.api.schemas.webhooks import (
    DeliveriesTold,
    DeliveryTold,
    MadeWebhookTold,
    OverlapAsked,
    PauseAsked,
    ReplayAsked,
    ReplayTold,
    TestTold,
    WebhookAsked,
    WebhookPath,
    WebhooksTold,
    WebhookTold,
)
from countenance.recognition.webhooks.administration import NewEndpoint
from countenance.recognition.webhooks.model import DeliveryState

_ONE = "/v1/webhooks/{webhook_id}"
_WHO = "Roles: operator for its own customer, administrator."

router = APIRouter(tags=["webhooks"])


@router.post(
    "/v1/webhooks",
    status_code=HTTPStatus.CREATED,
    response_model=MadeWebhookTold,
    summary="Set up a webhook",
    description="Name an address that is told what happens. The secret that signs is in this answer and "
    f"nowhere else; sent again, the request makes another address. {_WHO}",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(WebhookAsked),
)
def add(received: Plain, call: ReadingCall) -> Response:
    """Set up an address."""
    asked = received.parse(WebhookAsked)
    new = NewEndpoint(url=asked.url, kinds=frozenset(asked.kinds), customer_id=asked.customer_id)
    made = call.service.webhooks.endpoints.add(call.actor, new)
    return Answer.of(MadeWebhookTold.of(made), status=HTTPStatus.CREATED).response()


@router.get(
    "/v1/webhooks",
    response_model=WebhooksTold,
    summary="List webhooks",
    description="Addresses of the customer; for staff, of all. Roles: operator, administrator, auditor.",
    responses=documents.problems(documents.EVERY),
)
def every(call: ReadingCall) -> Response:
    """List addresses."""
    held = call.service.webhooks.endpoints.all(call.actor)
    return Answer.of(WebhooksTold(webhooks=[WebhookTold.of(one) for one in held])).response()


@router.get(
    _ONE,
    response_model=WebhookTold,
    summary="Show a webhook",
    description="Where it sends, what, and whether it is paused. Roles: operator, administrator, auditor.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def one(webhook_id: WebhookPath, call: ReadingCall) -> Response:
    """Show an address."""
    return Answer.of(WebhookTold.of(call.service.webhooks.endpoints.one(call.actor, webhook_id))).response()


@router.delete(
    _ONE,
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    summary="Remove a webhook",
    description=f"Remove the address with everything that waits for it. {_WHO}",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.WRITE),
)
def remove(webhook_id: WebhookPath, call: WritingCall) -> Response:
    """Remove an address."""

    def act() -> Answer:
        call.service.webhooks.endpoints.remove(call.actor, webhook_id)
        return Answer.of(None, status=HTTPStatus.NO_CONTENT)

    return call.once(b"", act)


@router.post(
    f"{_ONE}/pause",
    response_model=WebhookTold,
    summary="Pause a webhook, or let it go on",
    description=f"A paused address is sent nothing; what happens meanwhile is lost to it. {_WHO}",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(PauseAsked),
)
def pause(webhook_id: WebhookPath, received: Plain, call: WritingCall) -> Response:
    """Pause an address."""
    paused, act = received.parse(PauseAsked).paused, call.service.webhooks.endpoints.pause
    return call.once(
        received.digest(), lambda: Answer.of(WebhookTold.of(act(call.actor, webhook_id, paused=paused)))
    )


@router.post(
    f"{_ONE}/rotation",
    status_code=HTTPStatus.CREATED,
    response_model=MadeWebhookTold,
    summary="Rotate a webhook's secret",
    description="Make a new secret, in this answer and nowhere else. The one before signs beside it while "
    f"the overlap lasts, so that the receiver can change in its own time. {_WHO}",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(OverlapAsked),
)
def rotate(webhook_id: WebhookPath, received: Plain, call: ReadingCall) -> Response:
    """Rotate the secret."""
    overlap = timedelta(seconds=received.parse(OverlapAsked).overlap_seconds)
    made = call.service.webhooks.endpoints.rotate(call.actor, webhook_id, overlap=overlap)
    return Answer.of(MadeWebhookTold.of(made), status=HTTPStatus.CREATED).response()


@router.post(
    f"{_ONE}/test",
    status_code=HTTPStatus.ACCEPTED,
    response_model=TestTold,
    summary="Send a test to a webhook",
    description=f"Announce `webhook.test` to this address alone. {_WHO}",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.WRITE),
)
def send_test(webhook_id: WebhookPath, call: WritingCall) -> Response:
    """Announce a test."""

    def act() -> Answer:
        announced = call.service.webhooks.endpoints.test(call.actor, webhook_id)
        return Answer.of(TestTold(announcement_id=announced.id), status=HTTPStatus.ACCEPTED)

    return call.once(b"", act)


@router.get(
    f"{_ONE}/deliveries",
    response_model=DeliveriesTold,
    summary="List a webhook's deliveries",
    description="Up to 200, the newest first, each with its tries; `state=dead` lists what was given up. "
    "Roles: operator, administrator, auditor.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def deliveries(
    webhook_id: WebhookPath,
    call: ReadingCall,
    state: Annotated[DeliveryState | None, Query(description="Only those in this state.")] = None,
) -> Response:
    """List deliveries."""
    shown = call.service.webhooks.endpoints.deliveries(call.actor, webhook_id, state)
    return Answer.of(DeliveriesTold(deliveries=[DeliveryTold.of(one) for one in shown])).response()


@router.post(
    f"{_ONE}/replays",
    response_model=ReplayTold,
    summary="Replay a webhook's deliveries",
    description=f"Let deliveries be tried again for three days, under their own ids. {_WHO}",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(ReplayAsked),
)
def replay(webhook_id: WebhookPath, received: Plain, call: WritingCall) -> Response:
    """Replay deliveries."""
    number, act = received.parse(ReplayAsked).delivery, call.service.webhooks.endpoints.replay
    return call.once(
        received.digest(), lambda: Answer.of(ReplayTold(replayed=act(call.actor, webhook_id, number)))
    )
