"""Verification: one probe, one claimed subject."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import OneImage
from countenance.entrypoints.api.calls import ReadingCall
from countenance.entrypoints.api.schemas.acts import VerificationAsked
from countenance.entrypoints.api.schemas.identifiers import GalleryPath
from countenance.entrypoints.api.schemas.results import VerificationTold
from countenance.policy.model import Act
from countenance.recognition.acts.verification import Claim

router = APIRouter(tags=["acts"])


@router.post(
    "/v1/galleries/{gallery_id}/verifications",
    response_model=VerificationTold,
    summary="Verify a claim",
    description="Tell whether the probe is mated with the enrolled subject that it is said to show. Nothing "
    "of the probe is kept, so this can be sent again at will: each time it is asked and recorded anew. "
    "Role: any key with a lease that covers it.",
    responses={
        200: documents.act("The outcome with its evidence."),
        **documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    },
    openapi_extra=documents.image_body(VerificationAsked),
)
def verify(gallery_id: GalleryPath, received: OneImage, call: ReadingCall) -> Response:
    """Verify a claim."""
    asked = received.parse(VerificationAsked)
    claim = Claim(
        gallery_id=gallery_id,
        subject_id=asked.subject_id,
        probe=asked.image,
        choice=asked.choice,
        space=asked.space,
        camera=asked.camera,
    )
    with call.metrics.act(Act.VERIFY) as counted:
        result = call.service.verify(call.actor, claim)
        counted.came_to(result.outcome)
    told = VerificationTold.of(result)
    return Answer.of_act(told, decision_id=result.decision_id, entry=result.entry).response()
