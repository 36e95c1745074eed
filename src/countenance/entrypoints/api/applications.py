"""Applications: drafted in versions, with evidence, submitted and withdrawn by the customer's members."""

from __future__ import annotations

import base64
import binascii
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import OneImage, Plain
from countenance.entrypoints.api.calls import ReadingCall, WritingCall
from countenance.entrypoints.api.cursors import Cursor, Limit, ordered_cursor, ordered_place
from countenance.entrypoints.api.schemas.identifiers import NAME
from countenance.entrypoints.api.schemas.vetting import (
    ApplicationAsked,
    ApplicationPath,
    ApplicationsTold,
    ApplicationTold,
    CustomerPath,
    DigestPath,
    DraftAsked,
    EvidenceAsked,
    VersionPath,
)
from countenance.entrypoints.api.told import told
from countenance.errors import InvalidInputError
from countenance.vetting.differences import Difference
from countenance.vetting.dossier import Application, ApplicationState, Draft, Evidence
from countenance.vetting.listing import ApplicationSearch, Span
from countenance.vetting.model import CustomerId

router = APIRouter(tags=["vetting"])

Number = Annotated[int, Query(ge=1, le=10_000, description="Number of a version.", examples=[1])]


@router.post(
    "/v1/customers/{customer_id}/applications",
    status_code=HTTPStatus.CREATED,
    response_model=Application,
    summary="Begin an application",
    description="Keep the first draft of an application for a use; nothing need be complete yet. "
    "Roles: applicant of the customer, administrator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(ApplicationAsked),
)
def begin(customer_id: CustomerPath, received: Plain, call: WritingCall) -> Response:
    """Begin an application."""
    asked = received.parse(ApplicationAsked)

    def act() -> Answer:
        begun = call.service.vetting.draft.begin(call.actor, customer_id, asked.use)
        headers = {"Location": f"/v1/applications/{begun.id}"}
        return told(begun, status=HTTPStatus.CREATED, headers=headers)

    return call.once(received.digest(), act)


@router.get(
    "/v1/applications",
    response_model=ApplicationsTold,
    summary="List applications",
    description="Those that the key may see, the oldest first, a page at a time: pass `next` of one page as "
    "`cursor` of the following. Roles: administrator, reviewer, auditor, applicant.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def every(
    call: ReadingCall,
    state: Annotated[ApplicationState | None, Query(description="Only those that stand so.")] = None,
    customer: Annotated[
        str | None, Query(pattern=NAME, description="Only those of this customer.", examples=["gatehouse"])
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """List a page of applications."""
    sought = ApplicationSearch(
        state=state, customer_id=CustomerId(customer) if customer is not None else None
    )
    span = Span(limit=limit, place=ordered_place(cursor) if cursor is not None else None)
    found = call.service.vetting.read_applications.page(call.actor, sought, span)
    page = tuple(one.application for one in found.rows)
    return told(ApplicationsTold(page, ordered_cursor(found.after))).response()


@router.get(
    "/v1/applications/{application_id}",
    response_model=ApplicationTold,
    summary="Show an application",
    description="The newest draft (to reviewers, the submitted one), what is found of the fourteen factors "
    "and why it matters, what the gate would permit until when, and what reviewers said. Roles: "
    "administrator, reviewer, auditor, applicant.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def one(application_id: ApplicationPath, call: ReadingCall) -> Response:
    """Show one application."""
    view = call.service.vetting.read_applications.one(call.actor, application_id)
    return told(ApplicationTold.of(view)).response()


@router.put(
    "/v1/applications/{application_id}",
    response_model=Application,
    summary="Write on in an application",
    description="Keep the next version. `based_on` is the version that was read before; where somebody "
    "else has written since, the answer is 409. Roles: applicant, administrator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(DraftAsked),
)
def save(application_id: ApplicationPath, received: Plain, call: WritingCall) -> Response:
    """Keep the next version."""
    asked = received.parse(DraftAsked)
    draft = call.service.vetting.draft
    return call.once(
        received.digest(),
        lambda: told(draft.save(call.actor, application_id, asked.use, based_on=asked.based_on)),
    )


@router.get(
    "/v1/applications/{application_id}/versions/{number}",
    response_model=Draft,
    summary="Show a version",
    description="What was applied for then. Roles: administrator, reviewer, auditor, applicant.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def version(application_id: ApplicationPath, number: VersionPath, call: ReadingCall) -> Response:
    """Show one version."""
    draft = call.service.vetting.read_applications.version(call.actor, application_id, number)
    return told(draft).response()


@router.get(
    "/v1/applications/{application_id}/differences",
    response_model=list[Difference],
    summary="Compare two versions",
    description="The fields that differ, before and after. Roles: administrator, reviewer, auditor, "
    "applicant.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def compare(application_id: ApplicationPath, call: ReadingCall, old: Number, new: Number) -> Response:
    """Compare two versions."""
    changed = call.service.vetting.read_applications.compare(call.actor, application_id, old, new)
    return told(changed).response()


@router.post(
    "/v1/applications/{application_id}/submission",
    response_model=Application,
    summary="Submit an application",
    description="Hand the newest draft to the reviewers. While something stands in the way the answer is "
    "409 `application_incomplete`, its reasons `factor:kind:field`. Roles: applicant, administrator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.WRITE),
)
def submit(application_id: ApplicationPath, call: WritingCall) -> Response:
    """Submit an application."""
    return call.once(b"", lambda: told(call.service.vetting.submit(call.actor, application_id)))


@router.post(
    "/v1/applications/{application_id}/withdrawal",
    response_model=Application,
    summary="Withdraw an application",
    description="Take it back; it can be written on later. Roles: applicant, administrator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.WRITE),
)
def withdraw(application_id: ApplicationPath, call: WritingCall) -> Response:
    """Withdraw an application."""
    return call.once(b"", lambda: told(call.service.vetting.withdraw(call.actor, application_id)))


@router.post(
    "/v1/applications/{application_id}/evidence",
    status_code=HTTPStatus.CREATED,
    response_model=Evidence,
    summary="Store evidence",
    description="Keep a file under the SHA-256 of its bytes, sealed. PDF, PNG, JPEG, JSON or plain text, "
    "told by the bytes; at most 8 MiB. Roles: applicant, administrator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(EvidenceAsked),
)
def store(application_id: ApplicationPath, received: OneImage, call: WritingCall) -> Response:
    """Store a file."""
    asked = received.parse(EvidenceAsked)
    try:
        data = base64.b64decode(asked.content, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInputError("`content` is not base64") from None
    store_evidence = call.service.vetting.store_evidence
    return call.once(
        received.digest(),
        lambda: told(store_evidence(call.actor, application_id, asked.name, data), status=HTTPStatus.CREATED),
    )


@router.get(
    "/v1/applications/{application_id}/evidence/{digest}",
    response_class=Response,
    summary="Fetch evidence",
    description="A file's bytes, to be saved and never shown in place. Roles: administrator, reviewer, "
    "auditor, applicant.",
    responses={
        200: {
            "description": "The bytes.",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        },
        **documents.problems(documents.EVERY, documents.PATH),
    },
)
def fetch(application_id: ApplicationPath, digest: DigestPath, call: ReadingCall) -> Response:
    """Fetch a file."""
    evidence, data = call.service.vetting.read_evidence(call.actor, application_id, digest)
    headers = {
        "Content-Disposition": f'attachment; filename="{evidence.digest}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, media_type="application/octet-stream", headers=headers)
