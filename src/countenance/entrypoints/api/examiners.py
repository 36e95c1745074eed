"""Examiners: who may judge, how often they err, and the known faces that show it."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import OneImage, Plain
from countenance.entrypoints.api.calls import ReadingCall, WritingCall
from countenance.entrypoints.api.schemas.galleries import GalleryTold
from countenance.entrypoints.api.schemas.identifiers import GalleryPath
from countenance.entrypoints.api.schemas.oversight import (
    ExaminerPath,
    ImagesAsked,
    KnownFaceAsked,
    KnownFacePath,
    KnownFacesTold,
    KnownFaceTold,
    TrainingAsked,
)
from countenance.entrypoints.api.schemas.vetting import CustomerPath
from countenance.entrypoints.api.told import told
from countenance.oversight.qualification import Authorisation, Conflict
from countenance.recognition.cases.examiners import ExaminerView, Training
from countenance.recognition.cases.feedback import OversightFigures

router = APIRouter(tags=["oversight"])

_WRITES = documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE)


@router.get(
    "/v1/examiners",
    response_model=list[ExaminerView],
    summary="List examiners",
    description="Authorisations, conflicts, and how often each errs where the truth is known, with its 95 % "
    "interval. An examiner sees only themselves. Roles: administrator, auditor, reviewer, examiner, as "
    "a person.",
    responses=documents.problems(documents.EVERY),
)
def every(call: ReadingCall) -> Response:
    """List examiners."""
    return told(call.service.oversight.read_examiners.all(call.actor)).response()


@router.put(
    "/v1/examiners/{person}",
    response_model=Authorisation,
    summary="Authorise an examiner",
    description="For kinds of case, on a training, until a date. Authorised anew, earlier known answers "
    "count "
    "no more, and a suspension ends. Role: administrator, as a person, never for oneself.",
    responses=_WRITES,
    openapi_extra=documents.json_body(TrainingAsked),
)
def authorise(person: ExaminerPath, received: Plain, call: WritingCall) -> Response:
    """Authorise an examiner."""
    asked = received.parse(TrainingAsked)
    training = Training(
        person=person,
        kinds=frozenset(asked.kinds),
        training=asked.training,
        trained=asked.trained,
        expires=asked.expires,
    )
    act = call.service.oversight.authorise_examiners
    return call.once(received.digest(), lambda: told(act(call.actor, training)))


@router.put(
    "/v1/examiners/{person}/conflicts/{customer_id}",
    response_model=Conflict,
    summary="Declare a conflict",
    description="The person has to do with the customer, and judges none of its cases. Roles: administrator, "
    "and examiner for oneself.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.WRITE),
)
def conflict(person: ExaminerPath, customer_id: CustomerPath, call: WritingCall) -> Response:
    """Declare a conflict of interest."""
    act = call.service.oversight.authorise_examiners.conflict
    return call.once(b"", lambda: told(act(call.actor, person, customer_id)))


@router.get(
    "/v1/known-faces",
    response_model=KnownFacesTold,
    summary="List known faces",
    description="People who agreed to be shown to examiners, without their images. Roles: "
    "administrator, auditor.",
    responses=documents.problems(documents.EVERY),
)
def known(call: ReadingCall) -> Response:
    """List known faces."""
    faces = call.service.oversight.known_faces.all(call.actor)
    return Answer.of(KnownFacesTold(faces=[KnownFaceTold.of(face) for face in faces])).response()


@router.post(
    "/v1/known-faces",
    status_code=HTTPStatus.CREATED,
    response_model=KnownFaceTold,
    summary="Add a known face",
    description="A photograph of somebody who agreed. No template is kept. Two or more photographs of one "
    "person make lists that hold a mate. Role: administrator.",
    responses=_WRITES,
    openapi_extra=documents.image_body(KnownFaceAsked),
)
def add_known(received: OneImage, call: WritingCall) -> Response:
    """Add a known face."""
    asked = received.parse(KnownFaceAsked)
    act = call.service.oversight.known_faces.add
    return call.once(
        received.digest(),
        lambda: Answer.of(
            KnownFaceTold.of(act(call.actor, asked.person, asked.image)), status=HTTPStatus.CREATED
        ),
    )


@router.delete(
    "/v1/known-faces/{face_id}",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    summary="Remove a known face",
    description="Its key is destroyed: the person has changed their mind. Role: administrator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.WRITE),
)
def remove_known(face_id: KnownFacePath, call: WritingCall) -> Response:
    """Remove a known face."""

    def act() -> Answer:
        call.service.oversight.known_faces.remove(call.actor, face_id)
        return Answer.of(None, status=HTTPStatus.NO_CONTENT)

    return call.once(b"", act)


@router.put(
    "/v1/galleries/{gallery_id}/images",
    response_model=GalleryTold,
    summary="Keep images, or none",
    description="Whether an image of each reference is kept from now on, for examiners; switched off, those "
    "that are kept are destroyed. On by itself only where the lease demands examiners. Role: operator.",
    responses=_WRITES,
    openapi_extra=documents.json_body(ImagesAsked),
)
def keep_images(gallery_id: GalleryPath, received: Plain, call: WritingCall) -> Response:
    """Keep images for examiners, or none."""
    keep = received.parse(ImagesAsked).keep

    def act() -> Answer:
        call.service.oversight.keep_images(call.actor, gallery_id, keep=keep)
        return Answer.of(GalleryTold.of(call.service.read_galleries.one(call.actor, gallery_id)))

    return call.once(received.digest(), act)


@router.get(
    "/v1/oversight/figures",
    response_model=list[OversightFigures],
    summary="Show how held results turned out",
    description="By gallery, space and camera: observed non-mated rate, overrides and appeals, with 95 % "
    "intervals. Staff see all customers, an operator its own. Roles: administrator, auditor, reviewer, "
    "operator.",
    responses=documents.problems(documents.EVERY),
)
def figures(call: ReadingCall) -> Response:
    """Show how held results turned out."""
    return told(call.service.oversight.figures(call.actor)).response()
