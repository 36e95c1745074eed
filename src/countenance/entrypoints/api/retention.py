"""Retention: deadlines with their reasons, what they count from, and legal holds."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from countenance.biometrics.model import SubjectId
from countenance.consent.retention import HoldId
from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import Plain
from countenance.entrypoints.api.calls import ReadingCall, WritingCall
from countenance.entrypoints.api.cursors import cursor_to, place_of
from countenance.entrypoints.api.schemas.identifiers import GalleryPath, SubjectPath
from countenance.entrypoints.api.schemas.retention import (
    HoldsTold,
    HoldTold,
    LegalHoldAsked,
    RetentionEvent,
    RetentionEventAsked,
    RetentionEventTold,
    RetentionsTold,
    RetentionTold,
    SweepTold,
)

LONGEST_PAGE = 200
_SUBJECT = "/v1/galleries/{gallery_id}/subjects/{subject_id}/retention"
_HOLDS = "/v1/galleries/{gallery_id}/holds"

router = APIRouter(tags=["consent"])

HoldPath = Annotated[
    HoldId,
    Path(
        pattern=r"^hold_[0-9a-f]{32}$",
        description="Id of a legal hold.",
        examples=["hold_00112233445566778899aabbccddeeff"],
    ),
]


@router.get(
    _SUBJECT,
    response_model=RetentionTold,
    summary="Show until when a subject's references are kept",
    description="The earliest of law, policy, consent and lease, each with its reason. "
    "Roles: operator, auditor; administrator for any gallery.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def one(gallery_id: GalleryPath, subject_id: SubjectPath, call: ReadingCall) -> Response:
    """Show a subject's deadlines."""
    found = call.service.consent.retention.one(call.actor, gallery_id, subject_id)
    return Answer.of(RetentionTold.of(found)).response()


@router.post(
    _SUBJECT,
    response_model=RetentionEventTold,
    summary="Record what retention counts from",
    description="That the subject was in contact with you now, or that the purpose is satisfied now. "
    "Role: operator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(RetentionEventAsked),
)
def record(gallery_id: GalleryPath, subject_id: SubjectPath, received: Plain, call: WritingCall) -> Response:
    """Record contact, or the end of the purpose."""
    kind = received.parse(RetentionEventAsked).kind
    contact = call.service.consent.contact
    act = contact.interaction if kind is RetentionEvent.INTERACTION else contact.purpose_satisfied
    return call.once(
        received.digest(), lambda: Answer.of(RetentionEventTold.of(act(call.actor, gallery_id, subject_id)))
    )


@router.get(
    "/v1/galleries/{gallery_id}/retention",
    response_model=RetentionsTold,
    summary="List deadlines of a gallery",
    description="A page of subjects, ordered by id. Roles: operator, auditor; administrator for any gallery.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def every(
    gallery_id: GalleryPath,
    call: ReadingCall,
    cursor: Annotated[
        str | None, Query(max_length=256, pattern="^[A-Za-z0-9_-]+$", description="From `next`; opaque.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="Subjects a page.")] = 100,
) -> Response:
    """List a page of deadlines."""
    after = SubjectId(place_of(cursor)) if cursor is not None else None
    found = call.service.consent.retention.page(call.actor, gallery_id, after=after, limit=limit + 1)
    page = found[:limit]
    following = cursor_to(page[-1].subject_id) if len(found) > limit else None
    told = RetentionsTold(subjects=[RetentionTold.of(one) for one in page], next=following)
    return Answer.of(told).response()


@router.post(
    _HOLDS,
    status_code=HTTPStatus.CREATED,
    response_model=HoldTold,
    summary="Place a legal hold",
    description="Hold off the destruction of a subject's references, or of a gallery's. What has lapsed "
    "takes part in no comparison all the same. Role: operator; administrator for any gallery.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(LegalHoldAsked),
)
def hold(gallery_id: GalleryPath, received: Plain, call: WritingCall) -> Response:
    """Place a hold."""
    asked = received.parse(LegalHoldAsked).hold(gallery_id)

    def act() -> Answer:
        placed = call.service.consent.place_hold(call.actor, asked)
        headers = {"Location": f"/v1/galleries/{gallery_id}/holds/{placed.id}"}
        return Answer.of(HoldTold.of(placed), status=HTTPStatus.CREATED, headers=headers)

    return call.once(received.digest(), act)


@router.get(
    _HOLDS,
    response_model=HoldsTold,
    summary="List legal holds",
    description="Every hold of a gallery, ended ones too. "
    "Roles: operator, auditor; administrator for any gallery.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def holds(gallery_id: GalleryPath, call: ReadingCall) -> Response:
    """List the holds of a gallery."""
    found = call.service.consent.holds(call.actor, gallery_id)
    return Answer.of(HoldsTold(holds=[HoldTold.of(one) for one in found])).response()


@router.delete(
    "/v1/galleries/{gallery_id}/holds/{hold_id}",
    response_model=HoldTold,
    summary="Release a legal hold",
    description="End it before its time; not by whoever placed it. What is due goes at the next pass. "
    "Role: operator; administrator for any gallery.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.WRITE),
)
def release(gallery_id: GalleryPath, hold_id: HoldPath, call: WritingCall) -> Response:
    """Release a hold."""
    return call.once(
        b"",
        lambda: Answer.of(HoldTold.of(call.service.consent.release_hold(call.actor, gallery_id, hold_id))),
    )


@router.post(
    "/v1/retention/run",
    response_model=SweepTold,
    summary="Destroy what is due now",
    description="Make a pass over every gallery, as the server does every minute by itself. "
    "Role: administrator.",
    responses=documents.problems(documents.EVERY, documents.WRITE),
)
def run(call: WritingCall) -> Response:
    """Make a pass."""
    return call.once(b"", lambda: Answer.of(SweepTold.of(call.service.consent.run_retention(call.actor))))
