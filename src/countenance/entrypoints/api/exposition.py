"""Metrics, for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.calls import ReadingCall
from countenance.entrypoints.identity import require
from countenance.vetting.model import Role

_READERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})

router = APIRouter(tags=["operation"])


@router.get(
    "/metrics",
    response_class=Response,
    summary="Show metrics",
    description="Counts, durations, outcomes and the queue, in Prometheus's text format. No label holds an "
    "id of anybody. Roles: administrator, auditor.",
    responses={
        200: {"description": "Metrics.", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **documents.problems(documents.EVERY),
    },
)
def metrics(request: Request, call: ReadingCall) -> Response:
    """Show everything that is counted."""
    require(call.service, call.actor, _READERS)
    call.metrics.bodies.set(request.app.state.bounds.budget.held)
    return Response(call.metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})
