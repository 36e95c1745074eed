"""Incidents: what went wrong, what stops meanwhile, and who lets it go on."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.bodies import Plain
from countenance.entrypoints.api.calls import ReadingCall, WritingCall
from countenance.entrypoints.api.schemas.gate import (
    IncidentAsked,
    IncidentPath,
    IncidentsTold,
    ResolutionAsked,
)
from countenance.entrypoints.api.told import told
from countenance.oversight.incidents import Incident
from countenance.recognition.incidents import MOST

router = APIRouter(tags=["oversight"])

_WRITES = documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE)


@router.get(
    "/v1/incidents",
    response_model=IncidentsTold,
    summary="List incidents",
    description="To staff every incident, the newest first; to other keys the open ones that concern their "
    "customer.",
    responses=documents.problems(documents.EVERY, (422,)),
)
def every(
    call: ReadingCall,
    only_open: Annotated[bool, Query(alias="open", description="Leave out what is resolved.")] = False,  # noqa: FBT002  a query
    skip: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
) -> Response:
    """List incidents."""
    read = call.service.gate.read_incidents
    return told(IncidentsTold(read(call.actor, only_open=only_open, skip=skip, limit=limit))).response()


@router.get(
    "/v1/incidents/{incident_id}",
    response_model=Incident,
    summary="Show an incident",
    description="Staff see every incident, other keys those that concern their customer.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def one(incident_id: IncidentPath, call: ReadingCall) -> Response:
    """Show one incident."""
    return told(call.service.gate.read_incidents.one(call.actor, incident_id)).response()


@router.post(
    "/v1/incidents",
    status_code=HTTPStatus.CREATED,
    response_model=Incident,
    summary="Open an incident",
    description="Say what went wrong, and what the gate refuses until a reviewer who did not open it has "
    "resolved it. Roles: reviewer, administrator, as persons.",
    responses=_WRITES,
    openapi_extra=documents.json_body(IncidentAsked),
)
def open_one(received: Plain, call: WritingCall) -> Response:
    """Open an incident."""
    found = received.parse(IncidentAsked).found()
    act = call.service.gate.open_incident
    return call.once(received.digest(), lambda: told(act(call.actor, found), status=HTTPStatus.CREATED))


@router.post(
    "/v1/incidents/{incident_id}/resolution",
    response_model=Incident,
    summary="Resolve an incident",
    description="What it stopped goes on. 403 `separation_of_duties` for whoever opened it and whoever "
    "belongs to the customer that it concerns. Role: reviewer, as a person.",
    responses=_WRITES,
    openapi_extra=documents.json_body(ResolutionAsked),
)
def resolve(incident_id: IncidentPath, received: Plain, call: WritingCall) -> Response:
    """Resolve an incident."""
    asked = received.parse(ResolutionAsked)
    act = call.service.gate.resolve_incident
    return call.once(
        received.digest(),
        lambda: told(act(call.actor, incident_id, asked.reason, restore=asked.restore)),
    )
