"""The ledger: its key, its checkpoint, its entries, and one entry with its proof."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.responses import PlainTextResponse, Response

from countenance.entrypoints.console.navigation import STAFF
from countenance.entrypoints.console.proofs import proof_of
from countenance.entrypoints.console.visits import Page, Visit
from countenance.entrypoints.pages.tables import EXPORTS, LONGEST_EXPORT, PAGE, Column, Table, number_of
from countenance.errors import NotFoundError
from countenance.ledger.proof import InclusionProof
from countenance.recognition.log.browsing import LoggedEntry

PATH: Final = "/console/ledger"
_DIGITS: Final = 15

COLUMNS: Final[tuple[Column[LoggedEntry], ...]] = (
    Column("entry", "Entry", lambda entry: entry.index, number=True),
    Column("time", "When", lambda entry: entry.document.get("t", "")),
    Column("type", "What happened", lambda entry: entry.document["type"]),
    Column("leaf", "Whole entry", lambda entry: entry.leaf.decode()),
)


def index(visit: Visit) -> Response:
    """Show the head of the log and its entries, the newest first."""
    browse, read = visit.service.console.browse, visit.service.read_ledger
    total = browse.ledger_size(visit.actor)
    query = visit.query
    exporting = query.get("format") in EXPORTS
    size = LONGEST_EXPORT if exporting else PAGE
    page = min(number_of(query), max(1, -(-total // size)))
    stop = total - (page - 1) * size
    rows = browse.entries(visit.actor, stop - size, stop)[::-1]
    kept: dict[str, str] = {name: query[name] for name in ("page", "format") if name in query}
    table = Table(
        path=PATH,
        query=kept,
        columns=COLUMNS,
        rows=rows,
        total=total,
        page=page,
        size=size,
        name="entries",
    )
    if (file := table.file()) is not None:
        return file
    return visit.page(
        "ledger.html",
        table=table,
        checkpoint=read.checkpoint(visit.actor),
        key=read.verifier_key(visit.actor),
        sought=query.get("entry", ""),
    )


def find(visit: Visit) -> Response:
    """Go to the entry whose number was typed."""
    number = visit.query.get("number", "").strip()
    known = number.isascii() and number.isdigit() and len(number) <= _DIGITS
    return visit.go(f"{PATH}/entries/{number}" if known else PATH)


def one(visit: Visit) -> Response:
    """Show an entry with its inclusion proof."""
    view = visit.service.read_ledger.entry(visit.actor, _number(visit))
    return visit.page("entry.html", proof=proof_of(view), kind=_kind(view.leaf))


def proof_file(visit: Visit) -> Response:
    """Give the proof as a file, to be checked elsewhere."""
    view = visit.service.read_ledger.entry(visit.actor, _number(visit))
    text = InclusionProof(view.index, view.proof, view.checkpoint).text
    disposition = f'attachment; filename="entry-{view.index}.tlog-proof"'
    return PlainTextResponse(text, HTTPStatus.OK, {"Content-Disposition": disposition})


def _number(visit: Visit) -> int:
    text = visit.part("index")
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise NotFoundError(f"no entry `{text}`")
    return int(text)


def _kind(leaf: bytes) -> str:
    return str(LoggedEntry.read(0, leaf).document["type"])


PAGES: Final = (
    Page(path=PATH, handler=index, roles=STAFF),
    Page(path=f"{PATH}/find", handler=find, roles=STAFF),
    Page(path=f"{PATH}/entries/{{index}}", handler=one, roles=STAFF),
    Page(path=f"{PATH}/entries/{{index}}/proof", handler=proof_file, roles=STAFF),
)
