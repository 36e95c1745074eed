"""Cases: where a held identification stands."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.calls import ReadingCall
from countenance.entrypoints.api.schemas.administration import CaseTold
from countenance.entrypoints.api.schemas.identifiers import CasePath

router = APIRouter(tags=["oversight"])


@router.get(
    "/v1/cases/{case_id}",
    response_model=CaseTold,
    summary="Show a case",
    description="Where it stands, without its candidates. Roles: operator, examiner.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def one(case_id: CasePath, call: ReadingCall) -> Response:
    """Show a case's state."""
    return Answer.of(CaseTold.of(call.service.read_cases(call.actor, case_id))).response()
