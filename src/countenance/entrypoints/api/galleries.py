"""Galleries: one reference database for one purpose."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.entrypoints.api import documents
from countenance.entrypoints.api.answers import Answer
from countenance.entrypoints.api.bodies import Plain
from countenance.entrypoints.api.calls import ReadingCall, WritingCall
from countenance.entrypoints.api.cursors import (
    LONGEST_PAGE,
    Cursor,
    Limit,
    cursor_to,
    id_of,
    place_of,
)
from countenance.entrypoints.api.schemas.galleries import (
    GalleriesTold,
    GalleryAsked,
    GalleryTold,
    SubjectsTold,
)
from countenance.entrypoints.api.schemas.identifiers import GalleryPath
from countenance.recognition.acts.galleries import GalleryView

router = APIRouter(tags=["galleries"])


@router.post(
    "/v1/galleries",
    status_code=HTTPStatus.CREATED,
    response_model=GalleryTold,
    summary="Make a gallery",
    description="Make an empty gallery under the key's lease, which names the ids and purposes it covers. "
    "Whether it may be used is asked at every act. Role: operator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.BODY, documents.WRITE),
    openapi_extra=documents.json_body(GalleryAsked),
)
def create(received: Plain, call: WritingCall) -> Response:
    """Make a gallery."""
    asked = received.parse(GalleryAsked)

    def act() -> Answer:
        gallery = call.service.create_gallery(
            call.actor, asked.gallery_id, asked.purpose, scraped=asked.scraped
        )
        told = GalleryTold.of(GalleryView(gallery=gallery, subjects=0))
        headers = {"Location": f"/v1/galleries/{gallery.id}"}
        return Answer.of(told, status=HTTPStatus.CREATED, headers=headers)

    return call.once(received.digest(), act)


@router.get(
    "/v1/galleries",
    response_model=GalleriesTold,
    summary="List galleries",
    description="The galleries that the key's lease covers, in the order of their ids, a page at a time: "
    "pass `next` of one page as `cursor` of the following. Roles: operator, examiner.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def every(call: ReadingCall, cursor: Cursor = None, limit: Limit = 100) -> Response:
    """List a page of the galleries of the lease."""
    after = GalleryId(id_of(cursor)) if cursor is not None else None
    page = call.service.read_galleries.page(call.actor, after=after, limit=limit)
    following = cursor_to(page.following) if page.following is not None else None
    galleries = [GalleryTold.of(view) for view in page.views]
    return Answer.of(GalleriesTold(galleries=galleries, next=following)).response()


@router.get(
    "/v1/galleries/{gallery_id}",
    response_model=GalleryTold,
    summary="Show a gallery",
    description="What it is for, what fills it, and how many subjects are enrolled. "
    "Roles: operator, examiner.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def one(gallery_id: GalleryPath, call: ReadingCall) -> Response:
    """Show one gallery."""
    return Answer.of(GalleryTold.of(call.service.read_galleries.one(call.actor, gallery_id))).response()


@router.delete(
    "/v1/galleries/{gallery_id}",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    summary="Delete a gallery",
    description="Remove it with every subject, reference, key and consent in it. Role: operator.",
    responses=documents.problems(documents.EVERY, documents.PATH, documents.WRITE),
)
def delete(gallery_id: GalleryPath, call: WritingCall) -> Response:
    """Remove a gallery."""

    def act() -> Answer:
        call.service.delete_gallery(call.actor, gallery_id)
        return Answer.of(None, status=HTTPStatus.NO_CONTENT)

    return call.once(b"", act)


@router.get(
    "/v1/galleries/{gallery_id}/subjects",
    response_model=SubjectsTold,
    summary="List enrolled subjects",
    description="Ids in order, a page at a time: pass `next` of one page as `cursor` of the following. "
    "Roles: operator, examiner.",
    responses=documents.problems(documents.EVERY, documents.PATH),
)
def subjects(
    gallery_id: GalleryPath,
    call: ReadingCall,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="Subjects a page.")] = 100,
) -> Response:
    """List a page of subjects."""
    after = SubjectId(place_of(cursor)) if cursor is not None else None
    found = call.service.read_galleries.subjects(call.actor, gallery_id, after=after, limit=limit + 1)
    page = found[:limit]
    following = cursor_to(page[-1]) if len(found) > limit else None
    return Answer.of(SubjectsTold(subjects=list(page), next=following)).response()
