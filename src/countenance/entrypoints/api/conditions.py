"""Conditions of vendors and of the house, met and un-met by named officers; and the terms of use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.bodies import Plain
from countenance.entrypoints.api.calls import ReadingCall, WritingCall
from countenance.entrypoints.api.schemas.vetting import ConditionPath, OfficerAsked, ProposalAsked
from countenance.entrypoints.api.told import told
from countenance.vetting.conditions import ChecklistAnswer, ConditionDecision
from countenance.vetting.officers import Proposal

router = APIRouter(tags=["vetting"])

_WRITES = documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE)


@dataclass(frozen=True, slots=True)
class ConditionsTold:
    """What officers decided, the oldest first, and the rules that they can re-open."""

    rules: tuple[str, ...]
    decisions: tuple[ConditionDecision, ...]


@dataclass(frozen=True, slots=True)
class TermsTold:
    """One version of the terms of use."""

    version: str
    published: datetime
    binding: datetime | None
    summary: str
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class AllTermsTold:
    """Every version of the terms of use, the oldest first."""

    terms: tuple[TermsTold, ...]


@router.get(
    "/v1/conditions",
    response_model=ConditionsTold,
    summary="List officers' decisions",
    description="What was proposed, met and un-met, by whom, citing which law. Roles: administrator, "
    "reviewer, auditor.",
    responses=documents.problems(documents.EVERY),
)
def every(call: ReadingCall) -> Response:
    """List officers' decisions."""
    conditions = call.service.vetting.conditions
    decisions = conditions.all(call.actor)
    return told(ConditionsTold(conditions.rules(call.actor), decisions)).response()


@router.post(
    "/v1/conditions",
    status_code=HTTPStatus.CREATED,
    response_model=ConditionDecision,
    summary="Propose that a condition is met",
    description="Cite the law and answer each point of the human-rights checklist. Nothing is met by it: "
    "another officer has to confirm. Role: reviewer, as a person.",
    responses=_WRITES,
    openapi_extra=documents.json_body(ProposalAsked),
)
def propose(received: Plain, call: WritingCall) -> Response:
    """Propose that a condition is met."""
    asked = received.parse(ProposalAsked)
    proposal = Proposal(
        rule=asked.rule,
        citation=asked.citation,
        answers=tuple(ChecklistAnswer(point=one.point, how=one.how) for one in asked.answers),
        expires=asked.expires,
        name=asked.name,
        reasons=asked.reasons,
    )
    act = call.service.vetting.conditions.propose
    return call.once(received.digest(), lambda: told(act(call.actor, proposal), status=HTTPStatus.CREATED))


@router.post(
    "/v1/conditions/{condition_id}/confirmation",
    response_model=ConditionDecision,
    summary="Confirm that a condition is met",
    description="By another officer than the one who proposed it; the gate is told at once. "
    "Role: reviewer, as a person.",
    responses=_WRITES,
    openapi_extra=documents.json_body(OfficerAsked),
)
def confirm(condition_id: ConditionPath, received: Plain, call: WritingCall) -> Response:
    """Confirm a proposal."""
    asked = received.parse(OfficerAsked)
    act = call.service.vetting.conditions.confirm
    return call.once(
        received.digest(), lambda: told(act(call.actor, condition_id, asked.name, asked.reasons))
    )


@router.post(
    "/v1/conditions/{condition_id}/unmeeting",
    response_model=ConditionDecision,
    summary="Say that a condition is met no more",
    description="Two officers un-meet what two have met; the second one's word tells the gate at once. "
    "Role: reviewer, as a person.",
    responses=_WRITES,
    openapi_extra=documents.json_body(OfficerAsked),
)
def unmeet(condition_id: ConditionPath, received: Plain, call: WritingCall) -> Response:
    """Un-meet a condition."""
    asked = received.parse(OfficerAsked)
    act = call.service.vetting.conditions.unmeet
    return call.once(
        received.digest(), lambda: told(act(call.actor, condition_id, asked.name, asked.reasons))
    )


@router.get(
    "/v1/terms",
    response_model=AllTermsTold,
    summary="Read the terms of use",
    description="Every version; `binding` is when acts under leases that accepted an older one only are "
    "refused. Any key.",
    responses=documents.problems(documents.EVERY),
)
def terms(call: ReadingCall) -> Response:
    """Read the terms of use."""
    published = tuple(
        TermsTold(one.version, one.published, one.binding, one.summary, one.text, one.digest)
        for one in call.service.vetting.terms()
    )
    return told(AllTermsTold(published)).response()
