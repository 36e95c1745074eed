"""One-time codes for the subject's own page, and the requests that come from it."""

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
from countenance.entrypoints.api.schemas.identifiers import GalleryPath, SubjectPath
from countenance.entrypoints.api.schemas.subjects import (
    AccessCodeAsked,
    AccessCodeTold,
    RequestAnswerAsked,
    RequestExtensionAsked,
    RequestPath,
    SubjectRequestsTold,
    SubjectRequestTold,
)
from countenance.recognition.subjects.model import RequestState

_REQUEST = "/v1/subject-requests/{request_id}"

router = APIRouter(tags=["consent"])


@router.post(
    "/v1/galleries/{gallery_id}/subjects/{subject_id}/access-codes",
    status_code=HTTPStatus.CREATED,
    response_model=AccessCodeTold,
    summary="Make a one-time code for a subject",
    description="Make the code by which a subject opens its own page, without an account: what is held, "
    "every comparison, withdrawal, requests. It works once; making another one ends it. Role: operator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(AccessCodeAsked),
)
def issue(gallery_id: GalleryPath, subject_id: SubjectPath, received: Plain, call: ReadingCall) -> Response:
    """Make a code. Sent again it makes another one, since the text is not kept."""
    good_for = timedelta(seconds=received.parse(AccessCodeAsked).good_for_seconds)
    service = call.service
    issued = service.subjects.issue_code(call.actor, gallery_id, subject_id, good_for=good_for)
    told = AccessCodeTold.of_issued(issued, service.parts.operator.origin)
    return Answer.of(told, status=HTTPStatus.CREATED).response()


@router.get(
    "/v1/subject-requests",
    response_model=SubjectRequestsTold,
    summary="List what subjects asked for",
    description="Up to 200 requests of the customer's subjects, the soonest due first. Roles: operator, "
    "auditor, administrator, with a key under a lease.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def every(
    call: ReadingCall,
    state: Annotated[RequestState | None, Query(description="Only those in this state.")] = None,
) -> Response:
    """List requests."""
    held = call.service.subjects.answer_requests.all(call.actor, state=state)
    return Answer.of(SubjectRequestsTold(requests=[SubjectRequestTold.of(one) for one in held])).response()


@router.get(
    _REQUEST,
    response_model=SubjectRequestTold,
    summary="Show a subject's request",
    description="What was asked, by when it is due, and what was answered. Roles: operator, auditor, "
    "administrator, with a key under a lease.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def one(request_id: RequestPath, call: ReadingCall) -> Response:
    """Show a request."""
    return Answer.of(
        SubjectRequestTold.of(call.service.subjects.answer_requests.one(call.actor, request_id))
    ).response()


@router.post(
    f"{_REQUEST}/answer",
    response_model=SubjectRequestTold,
    summary="Answer a subject's request",
    description="Grant or refuse it, with reasons that the subject reads. An appeal is answered by somebody "
    "who took no part in what it is against. Role: operator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(RequestAnswerAsked),
)
def answer(request_id: RequestPath, received: Plain, call: WritingCall) -> Response:
    """Answer a request."""
    asked, act = received.parse(RequestAnswerAsked), call.service.subjects.answer_requests.answer
    return call.once(
        received.digest(),
        lambda: Answer.of(
            SubjectRequestTold.of(act(call.actor, request_id, granted=asked.granted, text=asked.text))
        ),
    )


@router.post(
    f"{_REQUEST}/extension",
    response_model=SubjectRequestTold,
    summary="Extend the time for an answer",
    description="By two further months, once and within the first month, with the reason that the subject "
    "reads: GDPR, Article 12(3). Role: operator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(RequestExtensionAsked),
)
def extend(request_id: RequestPath, received: Plain, call: WritingCall) -> Response:
    """Extend the time."""
    asked, act = received.parse(RequestExtensionAsked), call.service.subjects.answer_requests.extend
    return call.once(
        received.digest(),
        lambda: Answer.of(SubjectRequestTold.of(act(call.actor, request_id, asked.reason))),
    )
