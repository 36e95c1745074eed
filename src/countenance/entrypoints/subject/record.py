"""The page itself: what is held, why, until when, and every act; and all of it as files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.responses import PlainTextResponse, Response

from countenance.entrypoints.subject.visits import HOME, Page, Visit
from countenance.errors import NotFoundError, StateError
from countenance.recognition.subjects.record import MOST_SHOWN

_DIGITS: Final = 15
_NOTICES: Final = frozenset({"sent", "objected", "groups", "groups-gone"})


def record(visit: Visit) -> Response:
    """Show everything."""
    done = visit.query.get("done", "")
    return visit.page(
        "record.html",
        record=visit.service.subjects.read_record(visit.mine),
        notice=f"request.{done}" if done in _NOTICES else None,
        own=visit.service.subjects.record_groups.read(visit.mine),
        most=MOST_SHOWN,
    )


def archive(visit: Visit) -> Response:
    """Give everything as a ZIP archive, and put on the ledger that it was given."""
    return _file(visit.service.subjects.take_along(visit.mine), "application/zip", "record.zip")


def document(visit: Visit) -> Response:
    """Give everything as JSON, and put on the ledger that it was given."""
    told = visit.service.subjects.take_along.document(visit.mine)
    return _file(_json(told), "application/json", "record.json")


def consent_receipt(visit: Visit) -> Response:
    """Give the receipt of the consent, as JSON or to be printed."""
    try:
        document = visit.service.subjects.read_record.consent_receipt(visit.mine).document()
    except StateError:
        return visit.fault("nothing", HTTPStatus.NOT_FOUND)
    if visit.part("form") == "pdf":
        from countenance.entrypoints.pages.consent_pdf import receipt_to_pdf  # noqa: PLC0415  slow, to draw

        return _file(receipt_to_pdf(document, visit.language.tag), "application/pdf", "consent.pdf")
    return _file(_json(document), "application/json", "consent.json")


def erasure_receipt(visit: Visit) -> Response:
    """Give the receipt of an erasure, as JSON or to be printed."""
    try:
        document = visit.service.subjects.read_record.erasure_receipt(visit.mine, visit.part("request"))
    except StateError:
        return visit.fault("later", HTTPStatus.CONFLICT)
    if visit.part("form") == "pdf":
        from countenance.entrypoints.pages.erasure_pdf import receipt_to_pdf  # noqa: PLC0415  slow, to draw

        return _file(receipt_to_pdf(document, visit.language.tag), "application/pdf", "erasure.pdf")
    return _file(_json(document), "application/json", "erasure.json")


def proof(visit: Visit) -> Response:
    """Give the proof of one of the subject's own entries."""
    number = _number(visit)
    text = visit.service.subjects.read_record.proof(visit.mine, number)
    return _file(text.encode(), "text/plain; charset=utf-8", f"entry-{number}.tlog-proof")


def entry(visit: Visit) -> Response:
    """Give the bytes of one of the subject's own entries: what its proof is about."""
    number = _number(visit)
    leaf = visit.service.subjects.read_record.leaf(visit.mine, number)
    return _file(leaf, "application/json", f"entry-{number}.json")


def key(visit: Visit) -> Response:
    """Give the public key of the log."""
    with visit.service.parts.unit_of_work() as work:
        text = str(work.ledger.key)
    return PlainTextResponse(text + "\n", headers={"Content-Disposition": 'attachment; filename="log.key"'})


def _json(document: Mapping[str, object]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, HTTPStatus.OK, headers, media_type)


def _number(visit: Visit) -> int:
    text = visit.part("number")
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise NotFoundError("no such entry")
    return int(text)


PAGES: Final = (
    Page(path=HOME, handler=record),
    Page(path=f"{HOME}/archive", handler=archive, method="POST"),
    Page(path=f"{HOME}/document", handler=document, method="POST"),
    Page(path=f"{HOME}/entries/{{number}}/proof", handler=proof),
    Page(path=f"{HOME}/entries/{{number}}/text", handler=entry),
    Page(path=f"{HOME}/log.key", handler=key),
    Page(path=f"{HOME}/receipts/consent.{{form}}", handler=consent_receipt),
    Page(path=f"{HOME}/receipts/{{request}}/erasure.{{form}}", handler=erasure_receipt),
)
