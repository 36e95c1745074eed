"""Erasures: what a gallery holds under one root, what was erased, and receipts with proofs."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import JSON, Answer
from countenance.entrypoints.api.calls import ReadingCall
from countenance.entrypoints.api.schemas.erasure import ErasureState, ErasuresTold, ManifestTold
from countenance.entrypoints.api.schemas.identifiers import LAST_INDEX, GalleryPath
from countenance.recognition.erasure.model import ErasureId
from countenance.recognition.erasure.receipts import MOST

_PDF = "application/pdf"

ErasurePath = Annotated[
    ErasureId,
    Path(
        pattern=r"^era_[0-9a-f]{32}$",
        description="Id of an erasure, from a withdrawal.",
        examples=["era_00112233445566778899aabbccddeeff"],
    ),
]

router = APIRouter(tags=["erasure"])


@router.get(
    "/v1/galleries/{gallery_id}/manifest",
    response_model=ManifestTold,
    summary="Show a gallery's manifest",
    description="The root over the commitments to everything that the gallery holds, and how many there "
    "are. The ledger has both roots of every change. Roles: operator, auditor, administrator.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def manifest(gallery_id: GalleryPath, call: ReadingCall) -> Response:
    """Show root and size."""
    found = call.service.erasure.read.manifest(call.actor, gallery_id)
    return Answer.of(ManifestTold.of(gallery_id, found)).response()


@router.get(
    "/v1/galleries/{gallery_id}/erasures",
    response_model=ErasuresTold,
    summary="List a gallery's erasures",
    description="The newest first. For the following page pass the `entry` of the last one as `before`. "
    "Roles: operator, auditor, administrator.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def of_gallery(
    gallery_id: GalleryPath,
    call: ReadingCall,
    before: Annotated[
        int | None, Query(ge=0, le=LAST_INDEX, description="Only those whose entry is below this one.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST, description="Erasures a page.")] = 50,
) -> Response:
    """List a page of erasures."""
    found = call.service.erasure.read.of_gallery(call.actor, gallery_id, before=before, limit=limit)
    return Answer.of(ErasuresTold(erasures=[ErasureState.of(one) for one in found])).response()


@router.get(
    "/v1/erasures/{erasure_id}",
    response_model=ErasureState,
    summary="Show an erasure",
    description="When, why, how many references, and whether its receipt is complete. "
    "Roles: operator, auditor, administrator.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def one(erasure_id: ErasurePath, call: ReadingCall) -> Response:
    """Show one erasure."""
    return Answer.of(ErasureState.of(call.service.erasure.read.one(call.actor, erasure_id))).response()


@router.get(
    "/v1/erasures/{erasure_id}/receipt",
    summary="Get the receipt of an erasure",
    description="What was there before and is not there after, each with its proof, what could not be "
    "reached and until when, and the entries of the log that commit to it. It is checked offline, with "
    "`countenance erasure verify` or another program. 409 until every process has followed. "
    "Roles: operator, auditor, administrator.",
    responses={
        200: {"description": "The receipt.", "content": {JSON: {"schema": {"type": "object"}}}},
        **documents.problems(documents.EVERY, documents.PATH, (409,)),
    },
)
def receipt(erasure_id: ErasurePath, call: ReadingCall) -> Response:
    """Give the receipt as JSON."""
    found = call.service.erasure.read.receipt(call.actor, erasure_id)
    return Response(json.dumps(found, ensure_ascii=False), media_type=JSON)


@router.get(
    "/v1/erasures/{erasure_id}/receipt.pdf",
    response_class=Response,
    summary="Get the receipt of an erasure on paper",
    description="The same as a PDF to print, with the log's proofs. Roles: operator, auditor, administrator.",
    responses={
        200: {
            "description": "The receipt.",
            "content": {_PDF: {"schema": {"type": "string", "format": "binary"}}},
        },
        **documents.problems(documents.EVERY, documents.PATH, (409,)),
    },
)
def receipt_pdf(erasure_id: ErasurePath, call: ReadingCall) -> Response:
    """Give the receipt as PDF."""
    from countenance.entrypoints.pages.erasure_pdf import receipt_to_pdf  # noqa: PLC0415  slow to import

    found = call.service.erasure.read.receipt(call.actor, erasure_id)
    headers = {"Content-Disposition": f'attachment; filename="{erasure_id}.pdf"'}
    return Response(receipt_to_pdf(found), media_type=_PDF, headers=headers)
