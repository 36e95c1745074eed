"""Identification: candidates from a gallery, or the case that holds them."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import OneImage
from countenance.entrypoints.api.calls import WritingCall
from countenance.entrypoints.api.schemas.acts import IdentificationAsked
from countenance.entrypoints.api.schemas.identifiers import GalleryPath
from countenance.entrypoints.api.schemas.results import IdentificationTold
from countenance.policy.model import Act
from countenance.recognition.acts.identification import IdentificationResult, Search
from countenance.recognition.outcome import Outcome

router = APIRouter(tags=["acts"])


@router.post(
    "/v1/galleries/{gallery_id}/identifications",
    response_model=IdentificationTold,
    summary="Identify a probe",
    description="Search the gallery for mates of the probe. The outcome is `held` where examiners must judge "
    "first: then a case is opened and its candidates are shown to nobody here. With an `Idempotency-Key` a "
    "held answer is given again; one with candidates is never stored, so it is searched and recorded anew. "
    "Role: any key with a lease that covers it.",
    responses={
        200: documents.act("Candidates that people have yet to confirm, or the case that holds them."),
        **documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    },
    openapi_extra=documents.image_body(IdentificationAsked),
)
def identify(gallery_id: GalleryPath, received: OneImage, call: WritingCall) -> Response:
    """Identify a probe."""
    asked = received.parse(IdentificationAsked)
    search = Search(
        gallery_id=gallery_id,
        probe=asked.image,
        purpose=asked.purpose,
        choice=asked.choice,
        limit=asked.limit,
        space=asked.space,
        camera=asked.camera,
        emergency=asked.emergency,
    )
    results: list[IdentificationResult] = []

    def act() -> Answer:
        with call.metrics.act(Act.IDENTIFY) as counted:
            result = call.service.identify(call.actor, search)
            counted.came_to(result.outcome)
        results.append(result)
        told = IdentificationTold.of(result)
        return Answer.of_act(told, decision_id=result.decision_id, entry=result.entry)

    return call.once(received.digest(), act, keep=lambda _: results[-1].outcome is Outcome.HELD)
