"""Cases: where a held identification stands, its lead, and what those say who decide on it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import OneImage, Plain
from countenance.entrypoints.api.calls import ReadingCall, WritingCall
from countenance.entrypoints.api.examinations import picture
from countenance.entrypoints.api.schemas.administration import CaseTold
from countenance.entrypoints.api.schemas.identifiers import CasePath
from countenance.entrypoints.api.schemas.oversight import (
    GroundsAsked,
    JudgementOfLeadAsked,
    PaperAsked,
    ProbeAsked,
    ReleaseAsked,
)
from countenance.entrypoints.api.told import told
from countenance.oversight.certificate import LeadCertificate
from countenance.oversight.model import Case, CaseState
from countenance.recognition.cases.reading import CaseDossier

router = APIRouter(tags=["oversight"])

_PDF = "application/pdf"
_ZIP = "application/zip"
_UNCACHED = {"Cache-Control": "no-store"}
_WRITES = documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE)
_READS = documents.problems(documents.EVERY, documents.PATH, documents.WRITE)
_DECIDES = "Role: reviewer, as a person who took no part."


@router.get(
    "/v1/cases",
    response_model=list[Case],
    summary="List cases",
    description="Up to 500, the oldest first, without candidates. Roles: reviewer, auditor, administrator.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def every(
    call: ReadingCall,
    state: Annotated[CaseState | None, Query(description="Only cases in this state.")] = None,
) -> Response:
    """List cases."""
    states = frozenset((state,)) if state is not None else frozenset()
    return told(call.service.oversight.read_bench.all(call.actor, states)).response()


@router.get(
    "/v1/cases/{case_id}",
    response_model=CaseTold,
    summary="Show a case",
    description="Where it stands, without its candidates; how far examiners are is not told. Roles: "
    "operator, "
    "examiner.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def one(case_id: CasePath, call: ReadingCall) -> Response:
    """Show a case's state."""
    return Answer.of(CaseTold.of(call.service.read_cases(call.actor, case_id))).response()


@router.get(
    "/v1/cases/{case_id}/lead",
    response_model=LeadCertificate,
    summary="Show a lead",
    description="The certificate of a released lead. Whoever has been given it is told if it is overturned. "
    "It must not be acted on alone: `no_sole_basis`. Role: operator.",
    responses=_READS,
)
def lead(case_id: CasePath, call: ReadingCall) -> Response:
    """Show a released lead."""
    return told(call.service.oversight.read_lead(call.actor, case_id), headers=_UNCACHED).response()


@router.get(
    "/v1/cases/{case_id}/lead.pdf",
    response_class=Response,
    summary="Show a lead as PDF",
    description="The same certificate, to be put on file. Role: operator.",
    responses={200: {"content": {_PDF: {}}, "description": "The certificate."}, **_READS},
)
def lead_as_pdf(case_id: CasePath, call: ReadingCall) -> Response:
    """Show a released lead as PDF."""
    from countenance.entrypoints.pages.lead_pdf import lead_pdf  # noqa: PLC0415  reportlab is slow to load

    certificate = call.service.oversight.read_lead(call.actor, case_id)
    return Response(lead_pdf(certificate), media_type=_PDF, headers=_UNCACHED)


@router.post(
    "/v1/cases/{case_id}/withdrawal",
    response_model=CaseTold,
    summary="Take a case back",
    description="It is not needed any more: probe, list and sheets are destroyed. Role: operator.",
    responses=_READS,
)
def take_back(case_id: CasePath, call: WritingCall) -> Response:
    """Take a case back."""
    act = call.service.oversight.answer_for_case.take_back
    return call.once(b"", lambda: Answer.of(CaseTold.of(act(call.actor, case_id))))


@router.post(
    "/v1/cases/{case_id}/probe",
    response_model=CaseTold,
    summary="Send the probe's image",
    description="Where a search was made without one, examiners wait for it. It must be the image that the "
    "search was made with. Role: operator.",
    responses=_WRITES,
    openapi_extra=documents.image_body(ProbeAsked),
)
def send_probe(case_id: CasePath, received: OneImage, call: WritingCall) -> Response:
    """Send the image behind the probe."""
    image = received.parse(ProbeAsked).image
    act = call.service.oversight.answer_for_case.send_probe
    return call.once(received.digest(), lambda: Answer.of(CaseTold.of(act(call.actor, case_id, image))))


@router.get(
    "/v1/cases/{case_id}/dossier",
    response_model=CaseDossier,
    summary="Show what was said in a case",
    description="Ranks, scores and every sheet, once examiners are done and not before. Roles: "
    "reviewer, auditor, "
    "as a person who took no part.",
    responses=_READS,
)
def dossier(case_id: CasePath, call: ReadingCall) -> Response:
    """Show what was said in a case."""
    return told(call.service.oversight.read_bench.dossier(call.actor, case_id), headers=_UNCACHED).response()


@router.get(
    "/v1/cases/{case_id}/dossier/probe",
    response_class=Response,
    summary="Show the probe of a case",
    description="As examiners saw it, once they are done. Roles: reviewer, auditor, as a person who "
    "took no part.",
    responses={200: {"content": {"image/jpeg": {}}, "description": "The image."}, **_READS},
)
def dossier_probe(case_id: CasePath, call: ReadingCall) -> Response:
    """Show the probe of a decided case."""
    return picture(call.service.oversight.read_bench.probe(call.actor, case_id))


@router.post(
    "/v1/cases/{case_id}/release",
    response_model=LeadCertificate,
    summary="Release a lead",
    description=f"What examiners agreed on may leave, as a lead and no more. {_DECIDES}",
    responses=_WRITES,
    openapi_extra=documents.json_body(ReleaseAsked),
)
def release(case_id: CasePath, received: Plain, call: WritingCall) -> Response:
    """Release a lead."""
    reasons = received.parse(ReleaseAsked).reasons
    act = call.service.oversight.release_lead
    return call.once(received.digest(), lambda: told(act(call.actor, case_id, reasons)))


@router.post(
    "/v1/cases/{case_id}/release-refusal",
    response_model=Case,
    summary="Refuse to release a lead",
    description=f"The case ends without a lead, whatever examiners agreed on. {_DECIDES}",
    responses=_WRITES,
    openapi_extra=documents.json_body(ReleaseAsked),
)
def refuse(case_id: CasePath, received: Plain, call: WritingCall) -> Response:
    """Refuse to release a lead."""
    reasons = received.parse(ReleaseAsked).reasons
    act = call.service.oversight.release_lead.refuse
    return call.once(received.digest(), lambda: told(act(call.actor, case_id, reasons)))


@router.post(
    "/v1/cases/{case_id}/authorisation",
    response_model=Case,
    summary="Authorise an emergency use",
    description="Before its clock runs out; else all that came of it is undone. Roles: reviewer, "
    "administrator, as "
    "a person who took no part.",
    responses=_WRITES,
    openapi_extra=documents.json_body(PaperAsked),
)
def authorise(case_id: CasePath, received: Plain, call: WritingCall) -> Response:
    """Put the authorisation of an emergency use on record."""
    asked = received.parse(PaperAsked)
    act = call.service.oversight.authorise_emergency
    return call.once(received.digest(), lambda: told(act(call.actor, case_id, asked.paper, asked.reference)))


@router.post(
    "/v1/cases/{case_id}/appeals",
    response_model=CaseTold,
    summary="Appeal against a lead",
    description="Ask people who took no part to look again. Roles: operator, and administrator or "
    "auditor for "
    "those concerned.",
    responses=_WRITES,
    openapi_extra=documents.json_body(GroundsAsked),
)
def appeal(case_id: CasePath, received: Plain, call: WritingCall) -> Response:
    """Appeal against a lead."""
    grounds = received.parse(GroundsAsked).grounds
    act = call.service.oversight.appeal
    return call.once(received.digest(), lambda: Answer.of(CaseTold.of(act(call.actor, case_id, grounds))))


@router.post(
    "/v1/cases/{case_id}/appeals/judgements",
    response_model=CaseTold,
    summary="Judge an appeal against a lead",
    description=f"Two who agree decide; upheld, whoever was given the lead is told. {_DECIDES}",
    responses=_WRITES,
    openapi_extra=documents.json_body(JudgementOfLeadAsked),
)
def judge_appeal(case_id: CasePath, received: Plain, call: WritingCall) -> Response:
    """Vote on an appeal against a lead."""
    asked = received.parse(JudgementOfLeadAsked)
    act = call.service.oversight.judge_appeal
    return call.once(
        received.digest(),
        lambda: Answer.of(CaseTold.of(act(call.actor, case_id, uphold=asked.uphold, reasons=asked.reasons))),
    )


@router.get(
    "/v1/cases/{case_id}/disclosure",
    response_class=Response,
    summary="Disclose what stands behind a lead",
    description="A zip: probe and its edits, settings, the whole list with scores, every sheet, error "
    "rates, the "
    "rules in force, and proofs that can be checked offline. Roles: reviewer, auditor, as a person who "
    "took no part.",
    responses={200: {"content": {_ZIP: {}}, "description": "The bundle."}, **_READS},
)
def disclosure(case_id: CasePath, call: ReadingCall) -> Response:
    """Disclose what stands behind a lead."""
    headers = {**_UNCACHED, "Content-Disposition": f'attachment; filename="{case_id}.zip"'}
    return Response(call.service.oversight.disclose(call.actor, case_id), media_type=_ZIP, headers=headers)
