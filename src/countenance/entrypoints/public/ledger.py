"""The log for everybody: its page, and key, head, hashes and proofs as c2sp.org/tlog-tiles lays them out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.responses import PlainTextResponse, Response

from countenance.entrypoints.public.answering import FOR_EVER, Page, Reading
from countenance.errors import NotFoundError

PATH: Final = "/ledger"
_DIGITS: Final = 15
_BRIEF: Final = 5


def page(reading: Reading) -> Response:
    """Show the head, the key, and how to verify."""
    head = reading.service.public.log.head()
    origin = reading.service.public.operator.origin
    return reading.page("ledger.html", head=head, base=f"{origin}{PATH}" if origin else "", where=PATH)


def checkpoint(reading: Reading) -> Response:
    """Give the signed head."""
    return PlainTextResponse(reading.service.public.log.head().note)


def key(reading: Reading) -> Response:
    """Give the key that the head is verified with; two, one a line, while the log changes it."""
    return PlainTextResponse("".join(f"{key}\n" for key in reading.service.public.log.head().keys))


def tile(reading: Reading) -> Response:
    """Give the hashes of a tile; entries are not given here, and answered like a tile that is not there."""
    try:
        content = reading.service.public.log.tile(f"tile/{reading.part('rest')}")
    except NotFoundError:
        return _nothing()
    return Response(content, media_type="application/octet-stream")


def files(reading: Reading) -> Response:
    """List the tiles of the log as it was at a size, one a line, to be fetched."""
    try:
        found = reading.service.public.log.files(_number(reading, "size"))
    except NotFoundError:
        return _nothing()
    return PlainTextResponse("".join(f"{path}\n" for path in found))


def proof(reading: Reading) -> Response:
    """Give the proof that an entry is in the log."""
    try:
        index = _number(reading, "index")
        found = reading.service.public.log.proof(index)
    except NotFoundError:
        return _nothing()
    disposition = f'attachment; filename="entry-{index}.tlog-proof"'
    return PlainTextResponse(found, HTTPStatus.OK, {"Content-Disposition": disposition})


def _number(reading: Reading, part: str) -> int:
    text = reading.part(part)
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise NotFoundError("it is no number")
    return int(text)


def nothing(_: Reading) -> Response:
    """Say that there is no such file."""
    return _nothing()


def _nothing() -> Response:
    return PlainTextResponse("there is no such file\n", HTTPStatus.NOT_FOUND, {"Cache-Control": "no-store"})


PAGES: Final = (
    Page(path=PATH, handler=page, label="The record", listed=True),
    Page(path=f"{PATH}/checkpoint", handler=checkpoint, seconds=_BRIEF),
    Page(path=f"{PATH}/key.pub", handler=key, seconds=300),
    Page(path=f"{PATH}/tile/{{rest:path}}", handler=tile, seconds=FOR_EVER),
    Page(path=f"{PATH}/files/{{size}}", handler=files, seconds=FOR_EVER),
    Page(path=f"{PATH}/proof/{{index}}", handler=proof, seconds=_BRIEF),
    Page(path=f"{PATH}/{{rest:path}}", handler=nothing),
)
