"""The conversation about an application: what customers and reviewers ask and answer each other."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.bodies import Plain
from countenance.entrypoints.api.calls import ReadingCall, WritingCall
from countenance.entrypoints.api.schemas.conversation import MessageAsked, MessagesTold
from countenance.entrypoints.api.schemas.vetting import ApplicationPath
from countenance.entrypoints.api.told import told
from countenance.vetting.conversation import Said

router = APIRouter(tags=["vetting"])

_SIDES = "Roles: applicant of the customer, reviewer, and an administrator who wrote in the application."


@router.get(
    "/v1/applications/{application_id}/messages",
    response_model=MessagesTold,
    summary="Read the conversation",
    description="Questions and answers about an application, the oldest first. Reviewers see who wrote; "
    f"customers see of reviewers only that it was one. {_SIDES}",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def read(application_id: ApplicationPath, call: ReadingCall) -> Response:
    """Read what was said."""
    said = call.service.vetting.converse.read(call.actor, application_id)
    return told(MessagesTold(said)).response()


@router.post(
    "/v1/applications/{application_id}/messages",
    status_code=HTTPStatus.CREATED,
    response_model=Said,
    summary="Ask or answer",
    description="Put a question, or an answer to the question whose number is `answers`, on record for good. "
    "Possible from the first submission on. The ledger holds a commitment to the text, not the text. "
    f"403 `separation_of_duties` for a reviewer with a part in the application. {_SIDES}",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(MessageAsked),
)
def say(application_id: ApplicationPath, received: Plain, call: WritingCall) -> Response:
    """Ask or answer."""
    asked = received.parse(MessageAsked)
    converse = call.service.vetting.converse
    return call.once(
        received.digest(),
        lambda: told(
            converse(call.actor, application_id, asked.text, answers=asked.answers), status=HTTPStatus.CREATED
        ),
    )
