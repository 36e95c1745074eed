"""Examinations: an examiner's queue, the list in hand, its images, and the sheets. Blind throughout."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import Plain
from countenance.entrypoints.api.calls import ReadingCall, WritingCall
from countenance.entrypoints.api.schemas.oversight import (
    ListPath,
    ListTold,
    QueueTold,
    ReturnAsked,
    SheetAsked,
    SlotPath,
    TakenTold,
)

JPEG = "image/jpeg"
"""What images are encoded as, whatever was sent."""

router = APIRouter(tags=["oversight"])

_WRITES = documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE)
_READS = documents.problems(documents.EVERY, documents.PATH, documents.WRITE)
_ROLE = "Role: examiner, as a person."


@router.get(
    "/v1/examinations/queue",
    response_model=QueueTold,
    summary="Show one's queue",
    description=f"What is in hand, and how many lists could be taken. {_ROLE}",
    responses=documents.problems(documents.EVERY),
)
def queue(call: ReadingCall) -> Response:
    """Show an examiner's queue."""
    return Answer.of(QueueTold.of(call.service.oversight.take_next.queue(call.actor))).response()


@router.post(
    "/v1/examinations",
    response_model=TakenTold,
    summary="Take the next list",
    description="The list in hand, else the next one; null where nothing waits. Nobody chooses: lists of "
    "which the answer is known come among the others and look no different. 403 `not_qualified` says in "
    f"`reasons` why nothing can be taken. {_ROLE}",
    responses=documents.problems(documents.EVERY, documents.WRITE),
)
def take(call: WritingCall) -> Response:
    """Take the next list."""
    return call.once(
        b"", lambda: Answer.of(TakenTold(assignment_id=call.service.oversight.take_next(call.actor)))
    )


@router.get(
    "/v1/examinations/{assignment_id}",
    response_model=ListTold,
    summary="Show a list",
    description="One's own, with what one has written. No score, rank or name is in it, nor whether "
    f"anybody else judges the same. {_ROLE}",
    responses=_READS,
)
def one(assignment_id: ListPath, call: ReadingCall) -> Response:
    """Show one list."""
    return Answer.of(ListTold.of(call.service.oversight.read_list(call.actor, assignment_id))).response()


@router.get(
    "/v1/examinations/{assignment_id}/probe",
    response_class=Response,
    summary="Show the probe",
    description=f"The probe image, JPEG, while the list is in hand. {_ROLE}",
    responses={200: {"content": {JPEG: {}}, "description": "The image."}, **_READS},
)
def probe(assignment_id: ListPath, call: ReadingCall) -> Response:
    """Show the probe image."""
    return picture(call.service.oversight.read_list.probe(call.actor, assignment_id))


@router.get(
    "/v1/examinations/{assignment_id}/places/{slot}/image",
    response_class=Response,
    summary="Show the image of a place",
    description=f"The image to be compared with the probe, JPEG, while the list is in hand. {_ROLE}",
    responses={200: {"content": {JPEG: {}}, "description": "The image."}, **_READS},
)
def image(assignment_id: ListPath, slot: SlotPath, call: ReadingCall) -> Response:
    """Show the image of a place."""
    return picture(call.service.oversight.read_list.image(call.actor, assignment_id, slot))


@router.put(
    "/v1/examinations/{assignment_id}/places/{slot}",
    response_model=ListTold,
    summary="Judge a place",
    description="The checklist, then the verdict. It can be changed until the list is concluded, and how "
    f"often it was changed is kept. {_ROLE}",
    responses=_WRITES,
    openapi_extra=documents.json_body(SheetAsked),
)
def judge(assignment_id: ListPath, slot: SlotPath, received: Plain, call: WritingCall) -> Response:
    """Judge a place."""
    sheet = received.parse(SheetAsked).sheet()
    act = call.service.oversight.write_sheet
    return call.once(
        received.digest(), lambda: Answer.of(ListTold.of(act(call.actor, assignment_id, slot, sheet)))
    )


@router.post(
    "/v1/examinations/{assignment_id}/conclusion",
    response_model=ListTold,
    summary="Conclude a list",
    description="Once every place is judged, and not before anybody can have looked at all of them: "
    f"409 `too_soon`. {_ROLE}",
    responses=_READS,
)
def conclude(assignment_id: ListPath, call: WritingCall) -> Response:
    """Conclude a list."""
    act = call.service.oversight.conclude
    return call.once(b"", lambda: Answer.of(ListTold.of(act(call.actor, assignment_id))))


@router.post(
    "/v1/examinations/{assignment_id}/return",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    summary="Give a list back",
    description="Unjudged, with the reason: whoever knows somebody on it does not judge it. One is not "
    f"given the same case again. {_ROLE}",
    responses=_WRITES,
    openapi_extra=documents.json_body(ReturnAsked),
)
def give_back(assignment_id: ListPath, received: Plain, call: WritingCall) -> Response:
    """Give a list back."""
    reason = received.parse(ReturnAsked).reason

    def act() -> Answer:
        call.service.oversight.give_back(call.actor, assignment_id, reason)
        return Answer.of(None, status=HTTPStatus.NO_CONTENT)

    return call.once(received.digest(), act)


def picture(data: bytes) -> Response:
    """Return an image that no cache keeps."""
    return Response(data, media_type=JPEG, headers={"Cache-Control": "no-store"})
