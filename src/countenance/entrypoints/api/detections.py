"""Detection: where the faces of an image are, and how good."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import OneImage
from countenance.entrypoints.api.calls import ReadingCall
from countenance.entrypoints.api.schemas.acts import DetectionAsked
from countenance.entrypoints.api.schemas.results import DetectionTold
from countenance.policy.model import Act
from countenance.recognition.acts.detection import Look

router = APIRouter(tags=["acts"])


@router.post(
    "/v1/detections",
    response_model=DetectionTold,
    summary="Detect faces",
    description="Find faces with landmarks, pose and quality. Nothing is compared and nothing kept. "
    "Role: any key with a lease that covers it.",
    responses={
        200: documents.act("The faces, the largest first."),
        **documents.problems(documents.EVERY, documents.BODY),
    },
    openapi_extra=documents.image_body(DetectionAsked),
)
def detect(received: OneImage, call: ReadingCall) -> Response:
    """Detect faces."""
    asked = received.parse(DetectionAsked)
    look = Look(
        image=asked.image, limit=asked.limit, purpose=asked.purpose, space=asked.space, camera=asked.camera
    )
    with call.metrics.act(Act.DETECT) as counted:
        result = call.service.detect(call.actor, look)
        counted.came_to(None)
    told = DetectionTold.of(result)
    return Answer.of_act(told, decision_id=result.decision_id, entry=result.entry).response()
