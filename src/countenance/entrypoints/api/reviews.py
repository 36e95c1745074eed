"""Reviews: marks, votes, and appeals against what was decided."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.bodies import Plain
from countenance.entrypoints.api.calls import ReadingCall, WritingCall
from countenance.entrypoints.api.schemas.vetting import (
    AppealAsked,
    AppealPath,
    AppealsTold,
    ApplicationPath,
    ApprovalAsked,
    JudgementAsked,
    MarksAsked,
    MarksTold,
    RefusalAsked,
)
from countenance.entrypoints.api.told import told
from countenance.vetting.dossier import Appeal, Application
from countenance.vetting.reviewing import Approval, Marked, Refusal

router = APIRouter(tags=["vetting"])

_WRITES = documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE)
_APART = (
    "403 `separation_of_duties` for whoever wrote in the application, belongs or belonged to the customer, "
    "or has done their part. Role: reviewer, as a person."
)


@router.post(
    "/v1/applications/{application_id}/marks",
    response_model=MarksTold,
    summary="Mark factors",
    description=f"Judge factors that only people can judge, each with a reason. {_APART}",
    responses=_WRITES,
    openapi_extra=documents.json_body(MarksAsked),
)
def mark(application_id: ApplicationPath, received: Plain, call: WritingCall) -> Response:
    """Mark factors."""
    asked = received.parse(MarksAsked)
    marks = [Marked(factor=one.factor, satisfied=one.satisfied, reason=one.reason) for one in asked.marks]
    act = call.service.vetting.mark_factors
    return call.once(received.digest(), lambda: told(MarksTold(act(call.actor, application_id, marks))))


@router.post(
    "/v1/applications/{application_id}/approvals",
    response_model=Application,
    summary="Approve an application",
    description="Vote for it; the second person's vote grants the lease, under the stricter of what both "
    f"say. {_APART}",
    responses=_WRITES,
    openapi_extra=documents.json_body(ApprovalAsked),
)
def approve(application_id: ApplicationPath, received: Plain, call: WritingCall) -> Response:
    """Vote for an application."""
    asked = received.parse(ApprovalAsked)
    approval = Approval(
        reasons=asked.reasons,
        expires=asked.expires,
        reverify=asked.reverify,
        conditions=tuple(asked.conditions),
        obligations=frozenset(asked.obligations),
        examiners=asked.examiners,
        caps=asked.caps.caps() if asked.caps is not None else None,
    )
    act = call.service.vetting.approve
    return call.once(received.digest(), lambda: told(act(call.actor, application_id, approval)))


@router.post(
    "/v1/applications/{application_id}/refusals",
    response_model=Application,
    summary="Refuse an application",
    description=f"One refusal decides; it says why, and what would have to be otherwise. {_APART}",
    responses=_WRITES,
    openapi_extra=documents.json_body(RefusalAsked),
)
def refuse(application_id: ApplicationPath, received: Plain, call: WritingCall) -> Response:
    """Refuse an application."""
    asked = received.parse(RefusalAsked)
    refusal = Refusal(reasons=asked.reasons, reopening=asked.reopening)
    act = call.service.vetting.refuse
    return call.once(received.digest(), lambda: told(act(call.actor, application_id, refusal)))


@router.post(
    "/v1/applications/{application_id}/appeals",
    status_code=HTTPStatus.CREATED,
    response_model=Appeal,
    summary="Appeal against a ruling",
    description="Ask people who took no part in it to look again. Roles: applicant, and administrator or "
    "auditor for those concerned.",
    responses=_WRITES,
    openapi_extra=documents.json_body(AppealAsked),
)
def appeal(application_id: ApplicationPath, received: Plain, call: WritingCall) -> Response:
    """Appeal against a ruling."""
    asked = received.parse(AppealAsked)
    act = call.service.vetting.appeal
    return call.once(
        received.digest(),
        lambda: told(act(call.actor, application_id, asked.grounds), status=HTTPStatus.CREATED),
    )


@router.get(
    "/v1/appeals",
    response_model=AppealsTold,
    summary="List appeals",
    description="Those that the key may see. Roles: administrator, reviewer, auditor, applicant.",
    responses=documents.problems(documents.EVERY),
)
def every(call: ReadingCall) -> Response:
    """List appeals."""
    return told(AppealsTold(call.service.vetting.read_appeals.all(call.actor))).response()


@router.get(
    "/v1/appeals/{appeal_id}",
    response_model=Appeal,
    summary="Show an appeal",
    description="While it is open, a judge sees no vote but their own. Roles: administrator, reviewer, "
    "auditor, applicant.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def one(appeal_id: AppealPath, call: ReadingCall) -> Response:
    """Show one appeal."""
    return told(call.service.vetting.read_appeals.one(call.actor, appeal_id)).response()


@router.post(
    "/v1/appeals/{appeal_id}/judgements",
    response_model=Appeal,
    summary="Judge an appeal",
    description="Two who agree decide: upheld, a refusal gets a new review and an approval loses its lease. "
    "403 `separation_of_duties` for whoever took part in the ruling. Role: reviewer, as a person.",
    responses=_WRITES,
    openapi_extra=documents.json_body(JudgementAsked),
)
def judge(appeal_id: AppealPath, received: Plain, call: WritingCall) -> Response:
    """Vote on an appeal."""
    asked = received.parse(JudgementAsked)
    act = call.service.vetting.judge_appeal
    return call.once(
        received.digest(),
        lambda: told(act(call.actor, appeal_id, uphold=asked.uphold, reasons=asked.reasons)),
    )
