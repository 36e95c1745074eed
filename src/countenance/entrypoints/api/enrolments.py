"""Enrolment: a sample becomes a reference of a subject who agreed."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import OneImage
from countenance.entrypoints.api.calls import WritingCall
from countenance.entrypoints.api.schemas.acts import EnrolmentAsked
from countenance.entrypoints.api.schemas.identifiers import GalleryPath
from countenance.entrypoints.api.schemas.results import EnrolmentTold
from countenance.policy.model import Act
from countenance.recognition.acts.enrolment import Enrolment

router = APIRouter(tags=["acts"])


@router.post(
    "/v1/galleries/{gallery_id}/enrolments",
    status_code=HTTPStatus.CREATED,
    response_model=EnrolmentTold,
    summary="Enrol a subject",
    description="Store the template of the subject's face as a reference; the image is not kept. The "
    "subject's consent must be on record. 200 where this photograph was enrolled before. Role: operator.",
    responses={
        200: documents.act("This photograph of the subject was enrolled before.") | {"model": EnrolmentTold},
        201: documents.act("The reference is stored."),
        **documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    },
    openapi_extra=documents.image_body(EnrolmentAsked),
)
def enrol(gallery_id: GalleryPath, received: OneImage, call: WritingCall) -> Response:
    """Enrol a subject."""
    asked = received.parse(EnrolmentAsked)
    enrolment = Enrolment(
        gallery_id=gallery_id,
        subject_id=asked.subject_id,
        sample=asked.image,
        choice=asked.choice,
        space=asked.space,
        camera=asked.camera,
    )

    def act() -> Answer:
        with call.metrics.act(Act.ENROL) as counted:
            result = call.service.enrol(call.actor, enrolment)
            counted.came_to(None)
        status = HTTPStatus.OK if result.duplicate else HTTPStatus.CREATED
        told = EnrolmentTold.of(result)
        return Answer.of_act(told, decision_id=result.decision_id, entry=result.entry, status=status)

    return call.once(received.digest(), act)
