"""Comparison: two loose images, neither of which is kept."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import TwoImages
from countenance.entrypoints.api.calls import ReadingCall
from countenance.entrypoints.api.schemas.acts import ComparisonAsked
from countenance.entrypoints.api.schemas.results import ComparisonTold
from countenance.policy.model import Act
from countenance.recognition.acts.comparison import Pair

router = APIRouter(tags=["acts"])


@router.post(
    "/v1/comparisons",
    response_model=ComparisonTold,
    summary="Compare two images",
    description="Tell whether the faces of two images are mated. Neither is enrolled or kept; quality is "
    "told, not demanded. Role: any key with a lease that covers it.",
    responses={
        200: documents.act("The outcome with its evidence."),
        **documents.problems(documents.EVERY, documents.BODY, documents.WRITE),
    },
    openapi_extra=documents.json_body(ComparisonAsked),
)
def compare(received: TwoImages, call: ReadingCall) -> Response:
    """Compare two images."""
    asked = received.parse(ComparisonAsked)
    pair = Pair(
        reference=asked.reference,
        probe=asked.probe,
        choice=asked.choice,
        purpose=asked.purpose,
        space=asked.space,
        camera=asked.camera,
    )
    with call.metrics.act(Act.VERIFY) as counted:
        result = call.service.compare(call.actor, pair)
        counted.came_to(result.outcome)
    told = ComparisonTold.of(result)
    return Answer.of_act(told, decision_id=result.decision_id, entry=result.entry).response()
