"""Consent of subjects: given, shown, withdrawn."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import Plain
from countenance.entrypoints.api.calls import ReadingCall, WritingCall
from countenance.entrypoints.api.schemas.consent import ConsentAsked, ConsentTold, ErasureTold
from countenance.entrypoints.api.schemas.identifiers import GalleryPath, SubjectPath
from countenance.recognition.consenting import Agreement

_PATH = "/v1/galleries/{gallery_id}/subjects/{subject_id}/consent"

router = APIRouter(tags=["consent"])


@router.put(
    _PATH,
    response_model=ConsentTold,
    summary="Record a subject's consent",
    description="Record that the subject agreed to be in this gallery, for its purpose; replaces the "
    "subject's earlier consent. Enrolment and verification ask for it. Role: operator.",
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
