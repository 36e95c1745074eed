"""The page itself: what is held, why, until when, and every act; and all of it as files."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Final

from starlette.responses import PlainTextResponse, Response

from countenance.entrypoints.subject.visits import HOME, Page, Visit
from countenance.errors import NotFoundError
from countenance.recognition.subject_record import MOST_SHOWN

_DIGITS: Final = 15
_NOTICES: Final = frozenset({"sent", "objected"})


def record(visit: Visit) -> Response:
    """Show everything."""
    done = visit.query.get("done", "")
    return visit.page(
        "record.html",
        record=visit.service.subjects.read_record(visit.mine),
        notice=f"request.{done}" if done in _NOTICES else None,
        most=MOST_SHOWN,
    )


def archive(visit: Visit) -> Response:
    """Give everything as a ZIP archive, and put on the ledger that it was given."""
    return _file(visit.service.subjects.take_along(visit.mine), "application/zip", "record.zip")


def document(visit: Visit) -> Response:
    """Give everything as JSON, and put on the ledger that it was given."""
    told = visit.service.subjects.take_along.document(visit.mine)
    text = json.dumps(told, ensure_ascii=False, indent=2)
    return _file(text.encode(), "application/json", "record.json")


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
)
