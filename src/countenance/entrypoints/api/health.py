"""Whether the server answers and its database can be read."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.schemas.model import Told

router = APIRouter(tags=["operation"])


class HealthTold(Told):
    """That the server works."""

    status: Literal["ok"]
    version: str = Field(examples=["0.1.0"])


@router.get(
    "/v1/health",
    response_model=HealthTold,
    summary="Tell whether the server works",
    description="200 while requests are answered and the database can be read, otherwise 503. No key.",
    responses=documents.problems((500, 503)),
)
def health(request: Request) -> Response:
    """Read the size of the ledger, and tell nobody what it is."""
    with request.app.state.countenance.parts.unit_of_work() as work:
        work.ledger.size()
    return Answer.of(HealthTold(status="ok", version=request.app.version)).response()
