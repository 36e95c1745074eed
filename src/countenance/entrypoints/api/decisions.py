"""Decisions: why, and whether it would be decided so again."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import Plain
from countenance.entrypoints.api.calls import ReadingCall
from countenance.entrypoints.api.schemas.decisions import (
    DecisionRecordTold,
    DecisionTold,
    ExplanationAsked,
    ReplayTold,
)
from countenance.entrypoints.api.schemas.identifiers import DecisionPath
from countenance.policy.gate import explaining_policy
from countenance.policy.packs import EXPLAINED
from countenance.policy.replay import Replayed

router = APIRouter(tags=["decisions"])


@router.post(
    "/v1/decisions/explain",
    response_model=DecisionTold,
    summary="Ask what would be decided",
    description="Put a question from closed lists to packs and laws, on any date, without a lease: what they "
    "would say, by which rules, what would have to hold, and what would re-open it. Nothing is done and "
    "nothing recorded. The answer is what `countenance policy explain --json` prints. Any key.",
    responses=documents.problems(documents.EVERY, documents.BODY),
    openapi_extra=documents.json_body(ExplanationAsked),
)
def explain(received: Plain, call: ReadingCall) -> Response:
    """Ask packs and laws about nobody in particular."""
    asked = received.parse(ExplanationAsked)
    packs = asked.packs if asked.packs or asked.laws else EXPLAINED
    laws = asked.laws if asked.laws is not None else not asked.packs
    policy = explaining_policy(tuple(dict.fromkeys(packs)), laws=laws)
    question = asked.question(call.service.parts.clock())
    return Answer.of(DecisionTold.of(policy.decide(question))).response()


@router.get("/v1/decisions/explain", include_in_schema=False)
def explain_by_post() -> Response:
    """Say that `explain` is no id of a decision, and which method it takes."""
    raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED)


@router.get(
    "/v1/decisions/{decision_id}",
    response_model=DecisionRecordTold,
    summary="Show a decision",
    description="The question as it was asked, and the answer with every rule and condition behind it. Shown "
    "to the key that asked, to its customer, and to auditors.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def one(decision_id: DecisionPath, call: ReadingCall) -> Response:
    """Show a decision."""
    return Answer.of(DecisionRecordTold.of(call.service.read_decisions(call.actor, decision_id))).response()


@router.post(
    "/v1/decisions/{decision_id}/replay",
    response_model=ReplayTold,
    summary="Decide again",
    description="Put the recorded question to the packs and laws that decided it, kept by their digests, and "
    "tell whether every byte of the answer is as it was. Changes nothing. Shown to those who may "
    "see the decision.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def replay(decision_id: DecisionPath, call: ReadingCall) -> Response:
    """Decide a recorded question again."""
    again = call.service.read_decisions.replay(call.actor, decision_id)
    return Answer.of(_replayed(decision_id, again)).response()


def _replayed(decision_id: str, again: Replayed) -> ReplayTold:
    return ReplayTold(
        decision_id=decision_id,
        same=again.same,
        recorded_rules=again.recorded_rules,
        changed=list(again.changed),
    )
