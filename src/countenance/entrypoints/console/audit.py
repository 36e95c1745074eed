"""The auditor's page: find entries, check them and the log's growth in one's own browser, take them along."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from typing import Final

from starlette.responses import JSONResponse, Response

from countenance.entrypoints.console.navigation import STAFF
from countenance.entrypoints.console.visits import Page, Visit
from countenance.errors import NotFoundError
from countenance.ledger.model import EventType
from countenance.recognition.log.auditing import Evidence, Sought

PATH: Final = "/console/audit"
_LONGEST: Final = 200
_DIGITS: Final = 15
_ROWS: Final = 50
_SUBJECTS: Final = tuple(sorted({kind.value.partition(":")[0] for kind in EventType}))

_READ_ME: Final = """\
{count} entries of the log {origin}, each with the proof that it is there.

NUMBER.json is an entry, byte for byte as it was hashed; NUMBER.tlog-proof is its proof (c2sp.org/tlog-proof),
with the checkpoint that it leads to. key.pub is the log's key as this installation tells it: compare it with
the one that you know. To check an entry anywhere, without this installation:

    countenance ledger check NUMBER.tlog-proof NUMBER.json --vkey 'KEY'
"""


def index(visit: Visit) -> Response:
    """Show the entries that are sought, the newest first, with what is needed to check them."""
    query = {name: value[:_LONGEST] for name, value in visit.query.items()}
    below = query.get("below", "")
    found = visit.service.log.audit.find(
        visit.actor, _sought(query), below=_number(below) if below else None, limit=_ROWS
    )
    note, keys = visit.service.log.audit.head(visit.actor)
    filters = {name: query[name] for name in ("kind", "q", "since", "until") if query.get(name)}
    return visit.page(
        "audit.html",
        found=found,
        query=query,
        filters=filters,
        kinds=[(name, name.replace("_", " ").capitalize()) for name in _SUBJECTS],
        checkpoint=note,
        keys=keys,
    )


def head(visit: Visit) -> Response:
    """Give the signed checkpoint to the script."""
    note, _ = visit.service.log.audit.head(visit.actor)
    return JSONResponse({"note": note})


def growth(visit: Visit) -> Response:
    """Give the proof that one tree extends another to the script."""
    sizes = (_number(visit.query.get("old", "")), _number(visit.query.get("new", "")))
    return JSONResponse(
        {"hashes": [item.hex() for item in visit.service.log.audit.growth(visit.actor, *sizes)]}
    )


def proofs(visit: Visit) -> Response:
    """Give the audit paths of entries to the script."""
    entries = [_number(text) for text in visit.query.get("entries", "").split(",") if text]
    paths = visit.service.log.audit.proofs(visit.actor, entries, _number(visit.query.get("size", "")))
    return JSONResponse({"paths": [[item.hex() for item in path] for path in paths]})


def evidence(visit: Visit) -> Response:
    """Give the entries that are sought with their proofs as one file."""
    query = {name: value[:_LONGEST] for name, value in visit.query.items()}
    found = visit.service.log.audit.evidence(visit.actor, _sought(query))
    first, last = found.entries[0][0].index, found.entries[-1][0].index
    disposition = f'attachment; filename="entries-{first}-{last}.zip"'
    return Response(
        packed(found), HTTPStatus.OK, {"Content-Disposition": disposition}, media_type="application/zip"
    )


def packed(found: Evidence) -> bytes:
    """Return a ZIP file of entries and proofs; the same entries give the same bytes."""
    origin = found.checkpoint.partition("\n")[0]
    files = {
        "README.txt": _READ_ME.format(count=len(found.entries), origin=origin).encode(),
        "checkpoint": found.checkpoint.encode(),
        "key.pub": "".join(f"{key}\n" for key in found.keys).encode(),
    }
    for entry, proof in found.entries:
        files[f"{entry.index}.json"] = entry.leaf
        files[f"{entry.index}.tlog-proof"] = proof.text.encode()
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def _sought(query: Mapping[str, str]) -> Sought:
    until = _day(query.get("until", ""))
    return Sought(
        kind=query.get("kind", "") if query.get("kind", "") in _SUBJECTS else "",
        text=query.get("q", "").strip(),
        since=_day(query.get("since", "")),
        until=until + timedelta(days=1) if until is not None else None,
    )


def _day(text: str) -> datetime | None:
    """Return the beginning of a day, in UTC; what is no day filters nothing."""
    try:
        return datetime.combine(date.fromisoformat(text), time(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise NotFoundError("it is no number")
    return int(text)


PAGES: Final = (
    Page(path=PATH, handler=index, roles=STAFF),
    Page(path=f"{PATH}/head", handler=head, roles=STAFF),
    Page(path=f"{PATH}/growth", handler=growth, roles=STAFF),
    Page(path=f"{PATH}/proofs", handler=proofs, roles=STAFF),
    Page(path=f"{PATH}/evidence", handler=evidence, roles=STAFF),
)
