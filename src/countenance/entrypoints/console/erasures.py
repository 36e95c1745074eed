"""Erasures: what went and why, receipts with proofs, what is unfinished, and rehearsals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from countenance.biometrics.model import GalleryId
from countenance.entrypoints.console.desk import SEERS, file, galleries, gallery_options, json_file
from countenance.entrypoints.console.visits import Page, Visit
from countenance.entrypoints.pages.tables import Column, arranged
from countenance.errors import NotFoundError
from countenance.recognition.erasure.model import (
    Cause,
    Drill,
    DrillFault,
    ErasureId,
    ErasureRecord,
    Unreached,
)
from countenance.staff.model import StaffRole

PATH: Final = "/console/erasures"
REHEARSALS: Final = f"{PATH}/rehearsals"
_ONE: Final = f"{PATH}/{{erasure_id}}"

CAUSES: Final[Mapping[Cause, str]] = {
    Cause.CONSENT_WITHDRAWN: "the agreement was withdrawn",
    Cause.RETENTION_ENDED: "the time was over",
    Cause.SUBJECT_REQUEST: "the subject asked for it",
    Cause.OPERATOR: "the customer's word",
    Cause.DRILL: "a rehearsal",
}
UNREACHED: Final[Mapping[Unreached, str]] = {
    Unreached.BACKUPS: "Backups that were made before. What is in them cannot be read without the key, which "
    "is destroyed.",
    Unreached.DATABASE_PAGES: "Pages that the database keeps for a while of what was deleted.",
    Unreached.ANSWERS_GIVEN: "Answers that were given before, and what was exported.",
    Unreached.CONSENT_RECORD: "The record that they agreed and withdrew, which shows that it was lawful.",
    Unreached.LOOSE_FACES: "Faces without a name that expire by themselves.",
    Unreached.SAME_PHOTOGRAPH: "References that come from the very same photograph, under another subject.",
    Unreached.SILENT_PROCESS: "A process that has not been heard of since.",
}
FAULTS: Final[Mapping[DrillFault, str]] = {
    DrillFault.NOT_IN_THE_MANIFEST: "it never stood in the manifest",
    DrillFault.NOT_FOUND_BEFORE: "it was not found while it was there",
    DrillFault.STILL_STORED: "it was still stored afterwards",
    DrillFault.STILL_IN_THE_MANIFEST: "it still stood in the manifest",
    DrillFault.FOUND_AFTER: "it was still found",
    DrillFault.FOUND_BY_THE_PROBE: "the search afterwards found it",
    DrillFault.RECEIPT_DOES_NOT_HOLD: "its receipt does not verify",
    DrillFault.ENDED_WITH_AN_ERROR: "it ended with an error",
}

COLUMNS: Final[tuple[Column[ErasureRecord], ...]] = (
    Column("erased", "When", lambda one: one.erased.isoformat(), key=lambda one: one.entry),
    Column("gallery", "Gallery", lambda one: one.gallery_id, key=lambda one: one.gallery_id),
    Column("cause", "Because", lambda one: one.facts.cause.value, key=lambda one: one.facts.cause.value),
    Column(
        "references", "References", lambda one: one.references, key=lambda one: one.references, number=True
    ),
    Column("state", "Receipt", lambda one: "complete" if one.completed else "unfinished"),
    Column("id", "Id", lambda one: one.id),
)
DRILL_COLUMNS: Final[tuple[Column[Drill], ...]] = (
    Column("ended", "When", lambda one: one.ended.isoformat(), key=lambda one: one.entry),
    Column("gallery", "Gallery", lambda one: one.gallery_id, key=lambda one: one.gallery_id),
    Column("result", "Result", lambda one: "passed" if one.passed else "failed"),
    Column("faults", "What was wrong", lambda one: " ".join(one.faults)),
    Column("incident", "Incident", lambda one: one.incident_id or ""),
    Column("erasure", "Erasure", lambda one: one.erasure_id or ""),
)


def index(visit: Visit) -> Response:
    """Show erasures of people, and what is unfinished."""
    read, word = visit.service.rights.erasures, visit.query.get("gallery", "")
    found = [
        one
        for one in read.all(visit.actor)
        if (not word or one.gallery_id == word)
        and (one.facts.cause is not Cause.DRILL or visit.query.get("rehearsals") == "yes")
    ]
    table = arranged(PATH, visit.query, COLUMNS, found, order="-erased")
    if (file := table.file()) is not None:
        return file
    held = galleries(visit)
    return visit.page(
        "erasures.html",
        table=table,
        unfinished=read.unfinished(visit.actor),
        wanted=word,
        options=gallery_options(held),
        with_rehearsals=visit.query.get("rehearsals") == "yes",
        causes=CAUSES,
    )


def one(visit: Visit) -> Response:
    """Show one erasure whole."""
    held = visit.service.rights.erasures.one(visit.actor, ErasureId(visit.part("erasure_id")))
    told: dict[str, Any] = json.loads(held.body) if held.body is not None else {}
    return visit.page(
        "erasure.html",
        held=held,
        cause=CAUSES[held.facts.cause],
        limits=[(UNREACHED[limit.what], limit) for limit in held.facts.limits],
        told=told,
        cleared=[
            (name, count)
            for name, count in (
                ("names in other lists", held.facts.cleared.persons + held.facts.cleared.users),
                ("places in held cases", held.facts.cleared.cases),
                ("answers that were kept", held.facts.cleared.answers),
                ("faces without a name", held.facts.cleared.loose_faces),
                ("one-time codes", held.facts.cleared.codes),
                ("words in requests", held.facts.cleared.requests),
            )
            if count
        ],
    )


def receipt(visit: Visit) -> Response:
    """Give the receipt with its proofs: JSON or PDF; 409 while it is unfinished."""
    erasure_id = ErasureId(visit.part("erasure_id"))
    found = visit.service.rights.erasures.receipt(visit.actor, erasure_id)
    match visit.part("form"):
        case "json":
            return json_file(found, f"{erasure_id}.json")
        case "pdf":
            from countenance.entrypoints.pages.erasure_pdf import receipt_to_pdf  # noqa: PLC0415  only to draw

            return file(receipt_to_pdf(found), "application/pdf", f"{erasure_id}.pdf")
    raise NotFoundError("no such form of a receipt")


def proof(visit: Visit) -> Response:
    """Give the log's proof of one of the receipt's two entries, or the entry itself."""
    erasure_id = ErasureId(visit.part("erasure_id"))
    entries = visit.service.rights.erasures.proofs(visit.actor, erasure_id)
    number, what = visit.part("number"), visit.part("what")
    found = next((one for one in entries if str(one.entry) == number), None)
    if found is None or what not in {"json", "tlog-proof"}:
        raise NotFoundError("no such proof")
    if what == "json":
        return file(found.leaf, "application/json", f"entry-{number}.json")
    return file(found.proof.encode(), "text/plain; charset=utf-8", f"entry-{number}.tlog-proof")


def rehearsals(visit: Visit) -> Response:
    """Show what rehearsals came to."""
    found = visit.service.rights.erasures.drills(visit.actor)
    table = arranged(REHEARSALS, visit.query, DRILL_COLUMNS, found, order="-ended")
    if (file := table.file()) is not None:
        return file
    return visit.page(
        "rehearsals.html",
        table=table,
        faults=FAULTS,
        failed=[one for one in found if not one.passed],
        options=gallery_options(galleries(visit)),
        runs=visit.member.role is StaffRole.ADMINISTRATOR,
        sees_incidents=visit.member.role is not StaffRole.OPERATOR,
    )


def rehearse(visit: Visit) -> Response:
    """Enrol and erase a subject that nobody is, now."""
    drill = visit.service.erasure.drills.run(visit.actor, GalleryId(visit.form.text("gallery")))
    if drill is None:
        return visit.go(REHEARSALS, done="rehearsal-busy")
    return visit.go(REHEARSALS, done="rehearsal-passed" if drill.passed else "rehearsal-failed")


PAGES: Final = (
    Page(path=PATH, handler=index, roles=SEERS),
    Page(path=REHEARSALS, handler=rehearsals, roles=SEERS),
    Page(
        path=REHEARSALS,
        handler=rehearse,
        roles=frozenset({StaffRole.ADMINISTRATOR}),
        method="POST",
    ),
    Page(path=_ONE, handler=one, roles=SEERS),
    Page(path=f"{_ONE}/receipt.{{form}}", handler=receipt, roles=SEERS),
    Page(path=f"{_ONE}/entries/{{number}}.{{what}}", handler=proof, roles=SEERS),
)
