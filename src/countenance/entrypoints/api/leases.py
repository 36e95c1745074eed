"""Leases: what is approved, and its end."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.calls import ReadingCall, WritingCall
from countenance.entrypoints.api.schemas.administration import LeasesTold, LeaseTold
from countenance.entrypoints.api.schemas.identifiers import LeasePath

router = APIRouter(tags=["administration"])


@router.get(
    "/v1/leases",
    response_model=LeasesTold,
    summary="List leases",
    description="Every lease, revoked and expired ones too. Roles: administrator, auditor.",
    responses=documents.problems(documents.EVERY),
)
def every(call: ReadingCall) -> Response:
    """List leases."""
    leases = call.service.list_leases(call.actor)
    return Answer.of(LeasesTold(leases=[LeaseTold.of(lease) for lease in leases])).response()


@router.delete(
    "/v1/leases/{lease_id}",
    response_model=LeaseTold,
    summary="Revoke a lease",
    description="End an approved use at once and for good: the next question of every process is answered "
    "without it, and no seed file grants it again. Role: administrator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.WRITE),
)
def revoke(lease_id: LeasePath, call: WritingCall) -> Response:
    """Revoke a lease."""
    return call.once(b"", lambda: Answer.of(LeaseTold.of(call.service.revoke_lease(call.actor, lease_id))))
