"""Consent of subjects: given, shown, withdrawn."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse, Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import Plain
from countenance.entrypoints.api.calls import ReadingCall, WritingCall
from countenance.entrypoints.api.schemas.consent import (
    BasisTold,
    ConsentAsked,
    ConsentTold,
    ErasureTold,
    RecordsTold,
    RecordTold,
)
from countenance.entrypoints.api.schemas.identifiers import GalleryPath, SubjectPath
from countenance.recognition.consents.giving import Agreement

_PATH = "/v1/galleries/{gallery_id}/subjects/{subject_id}/consent"

router = APIRouter(tags=["consent"])


@router.put(
    _PATH,
    response_model=ConsentTold,
    summary="Record a subject's consent",
    description="Record that the subject agreed to be in this gallery, for its purpose; replaces the "
    "subject's earlier consent. Enrolment and verification ask for it. Under a notice published here, "
    "`reasons` of 422 name everything that is missing. Role: operator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(ConsentAsked),
)
def give(gallery_id: GalleryPath, subject_id: SubjectPath, received: Plain, call: WritingCall) -> Response:
    """Record an agreement."""
    asked = received.parse(ConsentAsked)
    agreement = Agreement(
        gallery_id=gallery_id,
        subject_id=subject_id,
        notice=asked.notice,
        method=asked.method,
        instruments=frozenset(asked.instruments),
        expires=asked.expires,
        capture=asked.capture.capture() if asked.capture is not None else None,
        basis=asked.basis,
        minor=asked.minor,
    )
    return call.once(
        received.digest(),
        lambda: Answer.of(ConsentTold.of(call.service.give_consent(call.actor, agreement))),
    )


@router.get(
    _PATH,
    response_model=ConsentTold,
    summary="Show a subject's consent",
    description="The consent on record, withdrawn or not. Role: operator.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def show(gallery_id: GalleryPath, subject_id: SubjectPath, call: ReadingCall) -> Response:
    """Show the consent on record."""
    return Answer.of(ConsentTold.of(call.service.read_consent(call.actor, gallery_id, subject_id))).response()


@router.delete(
    _PATH,
    response_model=ErasureTold,
    summary="Withdraw a subject's consent",
    description="End the consent and erase what it allowed: references, their index and the subject's key, "
    "in one step. What a backup still holds cannot be read any more. Role: operator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.WRITE),
)
def withdraw(gallery_id: GalleryPath, subject_id: SubjectPath, call: WritingCall) -> Response:
    """Withdraw, and tell what was erased."""
    return call.once(
        b"", lambda: Answer.of(ErasureTold.of(call.service.withdraw(call.actor, gallery_id, subject_id)))
    )


@router.get(
    f"{_PATH}/check",
    response_model=BasisTold,
    summary="Tell what is missing before an enrolment",
    description="What the gate would answer an enrolment of the subject now, and all that is missing of a "
    "basis for it. No face is looked at. Role: operator.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def check(gallery_id: GalleryPath, subject_id: SubjectPath, call: ReadingCall) -> Response:
    """Tell what is missing."""
    found = call.service.consent.check(call.actor, gallery_id, subject_id)
    return Answer.of(BasisTold.of(found)).response()


@router.get(
    f"{_PATH}/records",
    response_model=RecordsTold,
    summary="List a subject's records of consent",
    description="Every record that was made, in the shape of ISO/IEC TS 27560. Role: operator.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def records(gallery_id: GalleryPath, subject_id: SubjectPath, call: ReadingCall) -> Response:
    """List the records."""
    found = call.service.consent.records(call.actor, gallery_id, subject_id)
    return Answer.of(RecordsTold(records=[RecordTold.of(one) for one in found])).response()


class ReceiptForm(StrEnum):
    """How a receipt is given."""

    JSON = "json"
    PDF = "pdf"
    PROOF = "proof"


@router.get(
    f"{_PATH}/receipt",
    response_class=Response,
    summary="Give a receipt of a subject's consent",
    description="The record in the shape of ISO/IEC TS 27560 with the words of DPV (JSON-LD), what became of "
    "it, and what proves it offline; the same on paper; or the proof alone (`.tlog-proof`). Role: operator.",
    responses={
        200: {
            "description": "The receipt.",
            "content": {
                "application/ld+json": {"schema": {"type": "object"}},
                "application/pdf": {"schema": {"type": "string", "format": "binary"}},
                "text/plain": {"schema": {"type": "string"}},
            },
        },
        **documents.problems(documents.EVERY, documents.PATH, documents.WRITE),
    },
)
def receipt(
    gallery_id: GalleryPath,
    subject_id: SubjectPath,
    call: ReadingCall,
    form: Annotated[ReceiptForm, Query(description="How it is given.")] = ReceiptForm.JSON,
) -> Response:
    """Give a receipt."""
    given = call.service.consent.receipt(call.actor, gallery_id, subject_id)
    match form:
        case ReceiptForm.JSON:
            text = json.dumps(given.document(), ensure_ascii=False)
            return Response(text, media_type="application/ld+json")
        case ReceiptForm.PDF:
            from countenance.entrypoints.pages.consent_pdf import receipt_to_pdf  # noqa: PLC0415  only to draw

            return Response(receipt_to_pdf(given.document()), media_type="application/pdf")
        case ReceiptForm.PROOF:
            return PlainTextResponse(given.proof)
