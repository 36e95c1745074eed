"""Fairness reports that the gate may rest on."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.bodies import Plain
from countenance.entrypoints.api.calls import ReadingCall, WritingCall
from countenance.entrypoints.api.schemas.gate import (
    EvidencePath,
    EvidenceTold,
    MeasurementAsked,
    MonitorTold,
    ReportAsked,
    WatchedTold,
)
from countenance.entrypoints.api.schemas.vetting import ReasonAsked
from countenance.entrypoints.api.told import told
from countenance.fairness.evidence import Evidence
from countenance.fairness.sequential import MEAN_TRIALS_BETWEEN_FALSE_ALARMS
from countenance.recognition.watching.evidence import Brought

router = APIRouter(tags=["vetting"])

_WRITES = documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE)


@router.get(
    "/v1/fairness/evidence",
    response_model=EvidenceTold,
    summary="List fairness evidence",
    description="Every report that was registered, brought or withdrawn, with its figures in parts per "
    "billion, and by whom. Roles: administrator, reviewer, auditor.",
    responses=documents.problems(documents.EVERY),
)
def every(call: ReadingCall) -> Response:
    """List fairness evidence."""
    return told(EvidenceTold(call.service.gate.read_evidence(call.actor))).response()


@router.post(
    "/v1/fairness/evidence",
    status_code=HTTPStatus.CREATED,
    response_model=Evidence,
    summary="Register a measurement",
    description="Let the measurement that a ledger entry completed count at the gate, whether it passes or "
    "fails: the newest one for a model, a threshold and a kind of use is the one that counts. 403 "
    "`separation_of_duties` for whoever ran it. Role: reviewer, as a person.",
    responses=_WRITES,
    openapi_extra=documents.json_body(MeasurementAsked),
)
def register(received: Plain, call: WritingCall) -> Response:
    """Register a measurement that was made here."""
    asked = received.parse(MeasurementAsked)
    act = call.service.gate.register_evidence
    return call.once(
        received.digest(),
        lambda: told(
            act(call.actor, asked.entry, frozenset(asked.uses), asked.reason), status=HTTPStatus.CREATED
        ),
    )


@router.post(
    "/v1/fairness/reports",
    status_code=HTTPStatus.CREATED,
    response_model=Evidence,
    summary="Bring a report made elsewhere",
    description="Digest, signature and place in the log that signed it are checked; it counts "
    "once a reviewer has confirmed it. Role: administrator, as a person.",
    responses=_WRITES,
    openapi_extra=documents.json_body(ReportAsked),
)
def propose(received: Plain, call: WritingCall) -> Response:
    """Bring a report made elsewhere."""
    asked = received.parse(ReportAsked)
    brought = Brought(text=asked.report, key=asked.key, uses=frozenset(asked.uses), reason=asked.reason)
    act = call.service.gate.register_evidence.propose
    return call.once(received.digest(), lambda: told(act(call.actor, brought), status=HTTPStatus.CREATED))


@router.post(
    "/v1/fairness/evidence/{evidence_id}/confirmation",
    response_model=Evidence,
    summary="Confirm a report made elsewhere",
    description="It counts from now on. 403 `separation_of_duties` for whoever brought it. Role: reviewer, "
    "as a person.",
    responses=_WRITES,
    openapi_extra=documents.json_body(ReasonAsked),
)
def confirm(evidence_id: EvidencePath, received: Plain, call: WritingCall) -> Response:
    """Confirm a report."""
    asked = received.parse(ReasonAsked)
    act = call.service.gate.register_evidence.confirm
    return call.once(received.digest(), lambda: told(act(call.actor, evidence_id, asked.reason)))


@router.post(
    "/v1/fairness/evidence/{evidence_id}/retraction",
    response_model=Evidence,
    summary="Withdraw a report",
    description="It counts no more, and no older one takes its place. Role: reviewer, as a person.",
    responses=_WRITES,
    openapi_extra=documents.json_body(ReasonAsked),
)
def withdraw(evidence_id: EvidencePath, received: Plain, call: WritingCall) -> Response:
    """Withdraw a report."""
    asked = received.parse(ReasonAsked)
    act = call.service.gate.register_evidence.withdraw
    return call.once(received.digest(), lambda: told(act(call.actor, evidence_id, asked.reason)))


@router.get(
    "/v1/fairness/monitor",
    response_model=MonitorTold,
    summary="Show what is watched",
    description="Rates of live outcomes by gallery, each tested after every trial; `level` is the evidence "
    "for a rise, and `alarm_level` what it alarms at. Roles: administrator, reviewer, auditor.",
    responses=documents.problems(documents.EVERY),
)
def monitor(call: ReadingCall) -> Response:
    """Show what is watched of live outcomes."""
    watched = call.service.gate.read_monitor(call.actor)
    rows = tuple(WatchedTold(one, one.stream.level) for one in watched)
    return told(MonitorTold(MEAN_TRIALS_BETWEEN_FALSE_ALARMS, rows)).response()
