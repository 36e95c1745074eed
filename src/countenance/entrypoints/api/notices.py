"""Notices: published, shown, and rendered for screen, print and a QR code."""

from __future__ import annotations

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from countenance.consent.notice import Notice, NoticeId
from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import Plain
from countenance.entrypoints.api.calls import Call, ReadingCall, WritingCall
from countenance.entrypoints.api.schemas.notices import (
    LANGUAGE_TAG,
    NOTICE,
    NoticeAsked,
    NoticesTold,
    NoticeTold,
)
from countenance.errors import NotFoundError

router = APIRouter(tags=["consent"])

NoticePath = Annotated[
    NoticeId, Path(pattern=NOTICE, description="Id of a notice of your own.", examples=["doors"])
]
VersionPath = Annotated[int, Path(ge=1, le=10**8, description="Version, from 1.", examples=[1])]


class SheetForm(StrEnum):
    """How a notice is rendered."""

    HTML = "html"
    PDF = "pdf"
    QR_SVG = "qr_svg"
    QR_PNG = "qr_png"


@router.post(
    "/v1/notices",
    status_code=HTTPStatus.CREATED,
    response_model=NoticeTold,
    summary="Publish a notice",
    description="Make it the next version of its id. It is never changed afterwards; its digest is on the "
    "ledger, and everybody reads it at its public address. `reasons` of 422 name every part that is missing. "
    "Role: operator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(NoticeAsked),
)
def publish(received: Plain, call: WritingCall) -> Response:
    """Publish a version."""
    draft = received.parse(NoticeAsked).draft()

    def act() -> Answer:
        notice = call.service.consent.publish(call.actor, draft)
        headers = {"Location": f"/v1/notices/{notice.id}/versions/{notice.version}"}
        return Answer.of(_told(call, notice), status=HTTPStatus.CREATED, headers=headers)

    return call.once(received.digest(), act)


@router.get(
    "/v1/notices",
    response_model=NoticesTold,
    summary="List notices",
    description="Every version of your notices. Roles: operator, examiner, auditor.",
    responses=documents.problems(documents.EVERY),
)
def every(call: ReadingCall) -> Response:
    """List every version."""
    found = call.service.consent.notices.all(call.actor)
    return Answer.of(NoticesTold(notices=[_told(call, notice) for notice in found])).response()


@router.get(
    "/v1/notices/{notice_id}/versions/{version}",
    response_model=NoticeTold,
    summary="Show a notice",
    description="A version of a notice of yours. Roles: operator, examiner, auditor.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def one(notice_id: NoticePath, version: VersionPath, call: ReadingCall) -> Response:
    """Show one version."""
    notice = call.service.consent.notices.one(call.actor, notice_id, version)
    return Answer.of(_told(call, notice)).response()


@router.get(
    "/v1/notices/{notice_id}/versions/{version}/sheet",
    response_class=Response,
    summary="Render a notice",
    description="For the screen (a piece of HTML without a style of its own), for print (PDF, A4, with the "
    "QR code where the installation has a public origin), or the QR code alone. "
    "Roles: operator, examiner, auditor.",
    responses={
        200: {
            "description": "The sheet.",
            "content": {
                media_type: {"schema": {"type": "string", "format": "binary"}}
                for media_type in ("text/html", "application/pdf", "image/svg+xml", "image/png")
            },
        },
        **documents.problems(documents.EVERY, documents.PATH, documents.WRITE),
    },
)
def sheet(
    notice_id: NoticePath,
    version: VersionPath,
    call: ReadingCall,
    form: Annotated[SheetForm, Query(description="How it is rendered.")] = SheetForm.HTML,
    language: Annotated[
        str | None, Query(pattern=LANGUAGE_TAG, description="BCP 47 tag; left out: the first text.")
    ] = None,
) -> Response:
    """Render one version."""
    from countenance.entrypoints.pages import notice_sheets  # noqa: PLC0415  what draws is loaded when it draws

    notice = call.service.consent.notices.one(call.actor, notice_id, version)
    text = notice.draft.texts[0] if language is None else notice.draft.text_in(language)
    if text is None:
        raise NotFoundError(f"`{notice.name}` has no text in `{language}`")
    address = call.service.consent.address_of(notice)
    match form:
        case SheetForm.HTML:
            return Response(notice_sheets.fragment(notice, text), media_type="text/html; charset=utf-8")
        case SheetForm.PDF:
            return Response(notice_sheets.pdf(notice, text, address), media_type="application/pdf")
        case SheetForm.QR_SVG:
            return Response(notice_sheets.qr_svg(address), media_type="image/svg+xml")
        case SheetForm.QR_PNG:
            return Response(notice_sheets.qr_png(address), media_type="image/png")


def _told(call: Call, notice: Notice) -> NoticeTold:
    return NoticeTold.of(notice, call.service.consent.address_of(notice))
