"""External audits: for staff who let them begin, and for the outside party with its key."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import Plain, TwoImages
from countenance.entrypoints.api.calls import ReadingCall, WritingCall
from countenance.entrypoints.api.schemas.acts import ComparisonAsked
from countenance.entrypoints.api.schemas.gate import (
    AuditAsked,
    AuditOpenedTold,
    AuditPath,
    AuditsTold,
    ResultAsked,
)
from countenance.entrypoints.api.schemas.results import ComparisonTold
from countenance.entrypoints.api.schemas.vetting import ReasonAsked
from countenance.entrypoints.api.told import told
from countenance.fairness.audits import Audit
from countenance.policy.model import Act
from countenance.recognition.acts.comparison import Pair

router = APIRouter(tags=["vetting"])

_WRITES = documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE)


@router.get(
    "/v1/audits",
    response_model=AuditsTold,
    summary="List external audits",
    description="Every audit, under embargo too. Everybody reads the published ones on the public pages. "
    "Roles: administrator, reviewer, auditor.",
    responses=documents.problems(documents.EVERY),
)
def every(call: ReadingCall) -> Response:
    """List external audits."""
    return told(AuditsTold(call.service.gate.read_audits(call.actor))).response()


@router.post(
    "/v1/audits",
    status_code=HTTPStatus.CREATED,
    response_model=Audit,
    summary="Register an external audit",
    description="Put the digest of an outside party's protocol on the ledger, before anything can be called. "
    "Role: administrator, as a person.",
    responses=_WRITES,
    openapi_extra=documents.json_body(AuditAsked),
)
def register(received: Plain, call: WritingCall) -> Response:
    """Register an external audit."""
    asked = received.parse(AuditAsked)
    act = call.service.gate.administer_audits.register
    return call.once(
        received.digest(),
        lambda: told(act(call.actor, asked.terms(), asked.reason), status=HTTPStatus.CREATED),
    )


@router.post(
    "/v1/audits/{audit_id}/approval",
    response_model=AuditOpenedTold,
    summary="Let an external audit begin",
    description="Makes a customer of its own and the party's key, whose text is told here and nowhere again. "
    "403 `separation_of_duties` for whoever registered it. Role: reviewer, as a person.",
    responses=_WRITES,
    openapi_extra=documents.json_body(ReasonAsked),
)
def approve(audit_id: AuditPath, received: Plain, call: ReadingCall) -> Response:
    """Let an audit begin; a key is told once, so that this is never answered from memory."""
    asked = received.parse(ReasonAsked)
    opened = call.service.gate.administer_audits.approve(call.actor, audit_id, asked.reason)
    return told(AuditOpenedTold(opened.audit, opened.issued.text)).response()


@router.post(
    "/v1/audits/{audit_id}/response",
    response_model=Audit,
    summary="Answer an external audit",
    description="Within the disclosure window; it is published beside the result and changes nothing of it. "
    "Role: administrator, as a person.",
    responses=_WRITES,
    openapi_extra=documents.json_body(ReasonAsked),
)
def respond(audit_id: AuditPath, received: Plain, call: WritingCall) -> Response:
    """Answer what an audit found."""
    asked = received.parse(ReasonAsked)
    act = call.service.gate.administer_audits.respond
    return call.once(received.digest(), lambda: told(act(call.actor, audit_id, asked.reason)))


@router.get(
    "/v1/audit",
    response_model=Audit,
    summary="Show one's own audit",
    description="Where the audit stands that the key was made for. With the key of an audit alone.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def mine(call: ReadingCall) -> Response:
    """Show the audit of the key."""
    return told(call.service.gate.run_audit.mine(call.actor)).response()


@router.post(
    "/v1/audit/comparisons",
    response_model=ComparisonTold,
    summary="Compare two images for an audit",
    description="Neither is kept; purpose, place and camera are those of measuring. 429 beyond the calls of "
    "a minute, 409 beyond those of the audit. With the key of an audit alone.",
    responses={
        200: documents.act("The outcome with its evidence."),
        **documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    },
    openapi_extra=documents.json_body(ComparisonAsked),
)
def compare(received: TwoImages, call: ReadingCall) -> Response:
    """Compare two images for an audit."""
    asked = received.parse(ComparisonAsked)
    pair = Pair(reference=asked.reference, probe=asked.probe, choice=asked.choice)
    with call.metrics.act(Act.VERIFY) as counted:
        result = call.service.gate.run_audit(call.actor, pair)
        counted.came_to(result.outcome)
    answer = ComparisonTold.of(result)
    return Answer.of_act(answer, decision_id=result.decision_id, entry=result.entry).response()


@router.post(
    "/v1/audit/result",
    response_model=Audit,
    summary="Hand in the result of an audit",
    description="It stays under embargo for the disclosure window and is then published, good or bad. With "
    "the key of an audit alone.",
    responses=_WRITES,
    openapi_extra=documents.json_body(ResultAsked),
)
def report(received: Plain, call: WritingCall) -> Response:
    """Hand in a result."""
    asked = received.parse(ResultAsked)
    act = call.service.gate.run_audit.report
    return call.once(received.digest(), lambda: told(act(call.actor, asked.handed())))
