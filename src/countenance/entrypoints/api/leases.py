"""Leases: what is approved, its versions, the stop button, the terms of use, and its end."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import Plain
from countenance.entrypoints.api.calls import ReadingCall, WritingCall
from countenance.entrypoints.api.cursors import Cursor, Limit, ordered_cursor, ordered_place
from countenance.entrypoints.api.schemas.administration import (
    LeasesTold,
    LeaseTold,
    LeaseVersionsTold,
    LeaseVersionTold,
)
from countenance.entrypoints.api.schemas.identifiers import LeasePath
from countenance.entrypoints.api.schemas.vetting import AcceptanceAsked, ReasonAsked
from countenance.vetting.listing import LeaseSearch, Span

router = APIRouter(tags=["administration"])

Why = Annotated[str, Query(max_length=1000, description="Why, for the lease's history.")]


@router.get(
    "/v1/leases",
    response_model=LeasesTold,
    summary="List leases",
    description="Revoked and expired ones too, in the order of their ids, a page at a time: pass `next` of "
    "one page as `cursor` of the following. To applicants, those of their customer. "
    "Roles: administrator, reviewer, auditor, applicant.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def every(call: ReadingCall, cursor: Cursor = None, limit: Limit = 100) -> Response:
    """List a page of leases."""
    span = Span(limit=limit, place=ordered_place(cursor) if cursor is not None else None)
    found = call.service.list_leases.page(call.actor, LeaseSearch(), span)
    leases = [LeaseTold.of(lease) for lease in found.rows]
    return Answer.of(LeasesTold(leases=leases, next=ordered_cursor(found.after))).response()


@router.delete(
    "/v1/leases/{lease_id}",
    response_model=LeaseTold,
    summary="Revoke a lease",
    description="End an approved use at once and for good: the next question of every process is answered "
    "without it, and no seed file grants it again. Roles: administrator, reviewer.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.WRITE),
)
def revoke(lease_id: LeasePath, call: WritingCall, reason: Why = "no reason was given") -> Response:
    """Revoke a lease."""
    act = call.service.revoke_lease
    return call.once(reason.encode(), lambda: Answer.of(LeaseTold.of(act(call.actor, lease_id, reason))))


@router.get(
    "/v1/leases/{lease_id}",
    response_model=LeaseTold,
    summary="Show a lease",
    description="What it allows. Roles: administrator, reviewer, auditor, applicant.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def one(lease_id: LeasePath, call: ReadingCall) -> Response:
    """Show one lease."""
    return Answer.of(LeaseTold.of(call.service.vetting.read_leases.one(call.actor, lease_id))).response()


@router.get(
    "/v1/leases/{lease_id}/versions",
    response_model=LeaseVersionsTold,
    summary="Show a lease's versions",
    description="What changed when, by whom and why. Roles: administrator, reviewer, auditor, applicant.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def versions(lease_id: LeasePath, call: ReadingCall) -> Response:
    """Show a lease's versions."""
    held = call.service.vetting.read_leases.history(call.actor, lease_id)
    return Answer.of(LeaseVersionsTold(versions=[LeaseVersionTold.of(one) for one in held])).response()


@router.post(
    "/v1/leases/{lease_id}/suspension",
    response_model=LeaseTold,
    summary="Stop a lease",
    description="The stop button: from the next question on, every process refuses what is asked under it. "
    "Roles: reviewer, administrator, as a person.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(ReasonAsked),
)
def suspend(lease_id: LeasePath, received: Plain, call: WritingCall) -> Response:
    """Stop a lease."""
    asked = received.parse(ReasonAsked)
    act = call.service.vetting.suspend_lease
    return call.once(
        received.digest(), lambda: Answer.of(LeaseTold.of(act(call.actor, lease_id, asked.reason)))
    )


@router.post(
    "/v1/leases/{lease_id}/resumption",
    response_model=LeaseTold,
    summary="Let a lease go on",
    description="By another person than the one who stopped it, and nobody of the customer. "
    "Role: reviewer, as a person.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(ReasonAsked),
)
def resume(lease_id: LeasePath, received: Plain, call: WritingCall) -> Response:
    """Let a lease go on."""
    asked = received.parse(ReasonAsked)
    act = call.service.vetting.resume_lease
    return call.once(
        received.digest(), lambda: Answer.of(LeaseTold.of(act(call.actor, lease_id, asked.reason)))
    )


@router.post(
    "/v1/leases/{lease_id}/terms",
    response_model=LeaseTold,
    summary="Accept the terms of use",
    description="Accept the newest version for this lease, named so that what is accepted is what was read. "
    "Role: applicant of the customer; for leases of a seed file also administrator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(AcceptanceAsked),
)
def accept(lease_id: LeasePath, received: Plain, call: WritingCall) -> Response:
    """Accept the terms of use."""
    asked = received.parse(AcceptanceAsked)
    act = call.service.vetting.accept_terms
    return call.once(
        received.digest(), lambda: Answer.of(LeaseTold.of(act(call.actor, lease_id, asked.version)))
    )
