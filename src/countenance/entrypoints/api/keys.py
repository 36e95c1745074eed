"""API keys: issued, listed, revoked by administrators."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import Plain, Received
from countenance.entrypoints.api.calls import Call, ReadingCall, WritingCall
from countenance.entrypoints.api.cursors import Cursor, Limit, ordered_cursor, ordered_place
from countenance.entrypoints.api.schemas.administration import IssuedKeyTold, KeyAsked, KeysTold, KeyTold
from countenance.entrypoints.api.schemas.identifiers import KeyPath
from countenance.entrypoints.api.schemas.vetting import RotationAsked
from countenance.errors import KeyShownOnceError
from countenance.recognition.idempotency import Performed
from countenance.vetting.keys import IssuedKey, KeyRequest
from countenance.vetting.listing import KeySearch, Span

router = APIRouter(tags=["administration"])


@router.post(
    "/v1/keys",
    status_code=HTTPStatus.CREATED,
    response_model=IssuedKeyTold,
    summary="Issue a key",
    description="Make a key. Its text is in this answer and nowhere else. Sent again with the same "
    "`Idempotency-Key`, no second key is made, and since the text is not kept the answer is 409 "
    "`key_shown_once` with the key's id. Role: administrator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(KeyAsked),
)
def issue(received: Plain, call: WritingCall) -> Response:
    """Issue a key, keeping of the answer only which key it was."""
    asked = received.parse(KeyAsked)
    request = KeyRequest(
        role=asked.role,
        lease_id=asked.lease_id,
        label=asked.label,
        expires=asked.expires,
        signs=asked.signs,
        person=asked.person,
        customer_id=asked.customer_id,
    )
    return _shown_once(call, received, lambda: call.service.issue_key(call.actor, request))


@router.post(
    "/v1/keys/{key_id}/rotation",
    status_code=HTTPStatus.CREATED,
    response_model=IssuedKeyTold,
    summary="Rotate a key",
    description="Issue a key in the place of another one, with its role, lease, person and length of life; "
    "the old one goes on for the grace period, so that there is no moment without a valid key. The new "
    "key's text is in this answer and nowhere else. Role: administrator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(RotationAsked),
)
def rotate(key_id: KeyPath, received: Plain, call: WritingCall) -> Response:
    """Rotate a key."""
    grace = timedelta(seconds=received.parse(RotationAsked).grace_seconds)
    return _shown_once(call, received, lambda: call.service.vetting.rotate_key(call.actor, key_id, grace))


@router.get(
    "/v1/keys",
    response_model=KeysTold,
    summary="List keys",
    description="Everything but the secrets, of revoked ones too, the oldest first, a page at a time: pass "
    "`next` of one page as `cursor` of the following. Roles: administrator, auditor.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def every(call: ReadingCall, cursor: Cursor = None, limit: Limit = 100) -> Response:
    """List a page of keys."""
    span = Span(limit=limit, place=ordered_place(cursor) if cursor is not None else None)
    found = call.service.list_keys.page(call.actor, KeySearch(), span)
    keys = [KeyTold.of(key) for key in found.rows]
    return Answer.of(KeysTold(keys=keys, next=ordered_cursor(found.after))).response()


@router.delete(
    "/v1/keys/{key_id}",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    summary="Revoke a key",
    description="End a key at once: the next request with it is refused. Role: administrator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.WRITE),
)
def revoke(key_id: KeyPath, call: WritingCall) -> Response:
    """Revoke a key."""

    def act() -> Answer:
        call.service.revoke_key(call.actor, key_id)
        return Answer.of(None, status=HTTPStatus.NO_CONTENT)

    return call.once(b"", act)


def _shown_once(call: Call, received: Received, make: Callable[[], IssuedKey]) -> Response:
    """Answer with a new key's text; of the answer only which key it was is kept."""
    issued: list[IssuedKey] = []

    def act() -> Performed:
        issued.append(make())
        return Performed(json.dumps(issued[0].key.id).encode())

    if call.key is None:
        act()
    else:
        answered = call.service.once(call.actor, call.key, call.identity(received.digest()), act)
        if answered.repeated:
            raise KeyShownOnceError(
                f"this request issued the key `{json.loads(answered.answer)}`; revoke it and issue another"
            )
    return Answer.of(IssuedKeyTold.of_issued(issued[0]), status=HTTPStatus.CREATED).response()
