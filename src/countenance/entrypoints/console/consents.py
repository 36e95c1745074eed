"""Consent of a gallery's subjects: what is on record, what is missing, receipts, and withdrawal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from starlette.responses import Response

from countenance.biometrics.model import SubjectId
from countenance.entrypoints.console.desk import (
    OPERATORS,
    SUBJECTS,
    acting,
    chosen,
    file,
    galleries,
    gallery_options,
    json_file,
    place_of,
    subject_path,
)
from countenance.entrypoints.console.visits import Page, Visit
from countenance.entrypoints.pages.tables import Column, arranged
from countenance.errors import InvalidInputError, LegalHoldError, NotFoundError
from countenance.policy.model import Permit
from countenance.recognition.erasure.withdrawal import Erasure
from countenance.recognition.subjects.desk import DeskGallery
from countenance.recognition.subjects.seeking import Enrolled

_ONE: Final = f"{SUBJECTS}/{{gallery_id}}/{{subject_id}}"
_LIVES: Final = (
    (3_600, "an hour"),
    (86_400, "a day"),
    (604_800, "a week"),
)

COLUMNS: Final[tuple[Column[Enrolled], ...]] = (
    Column("subject", "Subject", lambda one: one.subject_id, key=lambda one: one.subject_id),
    Column("basis", "Basis", lambda one: one.consent.basis.value if one.consent else ""),
    Column("notice", "Notice", lambda one: one.consent.notice if one.consent else ""),
    Column("given", "Since", lambda one: one.consent.given.isoformat() if one.consent else ""),
    Column(
        "ends",
        "Ends",
        lambda one: one.consent.expires.isoformat() if one.consent and one.consent.expires else "",
    ),
    Column("standing", "Stands", lambda one: one.standing),
)

STANDINGS: Final[Mapping[str, tuple[str, str]]] = {
    "in_force": ("good", "in force"),
    "withdrawn": ("bad", "withdrawn"),
    "objected": ("bad", "stopped by an objection"),
    "ended": ("wait", "ended"),
    "none": ("bad", "nothing on record"),
}
"""How a basis stands: the kind of state, and the words for it."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that keeps a subject from being enrolled: its stable word, and what to do about it."""

    word: str
    text: str


MISSING: Final[Mapping[str, str]] = {
    "consent": "An agreement of the subject, or another legal basis, on record.",
    "notice": "A notice that is published here, in the version that the subject was shown.",
    "notice_before_capture": "The notice, shown before anything is taken.",
    "written_release": "A written release: the three statements shown, and a signature after them.",
    "alternative_offered": "An equal way without biometrics that was offered; needed at work and at school.",
    "guardian_consent": "The agreement of a guardian, since the subject is a minor.",
    "legal_basis": "That the review of the application examined the legal basis.",
    "consent_validity": "An agreement that has not ended and was not withdrawn.",
}
"""What is missing, in words; the rest is shown as the word it has."""


def index(visit: Visit) -> Response:
    """Show who is enrolled in a gallery, or find somebody who may be enrolled by their id."""
    held = galleries(visit)
    gallery = chosen(visit, held)
    sought = visit.query.get("q", "").strip()
    rows: tuple[Enrolled, ...] = ()
    if gallery is not None:
        rows = visit.service.rights.seek(acting(visit, gallery.gallery.id), gallery.gallery.id, sought)
    table = arranged(SUBJECTS, visit.query, COLUMNS, rows, order="subject")
    if (file := table.file()) is not None:
        return file
    return visit.page(
        "subjects.html",
        table=table,
        gallery=gallery,
        options=gallery_options(held),
        sought=sought,
        standings=STANDINGS,
        address=subject_path,
    )


def one(visit: Visit) -> Response:
    """Show what is on record of a subject, and what is missing."""
    gallery_id, subject_id = place_of(visit)
    rights, actor = visit.service.rights, acting(visit, gallery_id)
    gallery = rights.desk.gallery(visit.actor, gallery_id)
    held = rights.seek.one(actor, gallery_id, subject_id)
    return visit.page(
        "subject_consent.html",
        gallery=gallery,
        held=held,
        standing=STANDINGS[held.standing],
        records=[(record, json.loads(record.document)) for record in reversed(held.records)],
        check=_check(visit, gallery, subject_id),
        here=subject_path(gallery_id, subject_id),
        lives=[(str(seconds), words) for seconds, words in _LIVES],
    )


def _check(visit: Visit, gallery: DeskGallery, subject_id: SubjectId) -> dict[str, object] | None:
    """Return what an enrolment would be answered, or None where no lease in force covers the gallery."""
    if gallery.lease_id is None:
        return None
    gallery_id = gallery.gallery.id
    found = visit.service.rights.check(acting(visit, gallery_id), gallery_id, subject_id)
    return {
        "permitted": isinstance(found.decision, Permit),
        "missing": [Missing(word, _in_words(word)) for word in found.missing],
        "reasons": found.decision.reasons,
    }


def _in_words(word: str) -> str:
    if word in MISSING:
        return MISSING[word]
    if word.startswith("one_of:"):
        papers = word.removeprefix("one_of:").replace("_", " ").split("|")
        return f"One of these papers: {', '.join(papers)}."
    return f"{word.replace('_', ' ').capitalize()}."


def receipt(visit: Visit) -> Response:
    """Give the receipt of the consent: JSON, PDF, or its proof alone."""
    gallery_id, subject_id = place_of(visit)
    given = visit.service.rights.receipt(acting(visit, gallery_id), gallery_id, subject_id)
    match visit.part("form"):
        case "json":
            return json_file(given.document(), "consent.json")
        case "pdf":
            from countenance.entrypoints.pages.consent_pdf import receipt_to_pdf  # noqa: PLC0415  only to draw

            return file(receipt_to_pdf(given.document()), "application/pdf", "consent.pdf")
        case "tlog-proof":
            return file(given.proof.encode(), "text/plain; charset=utf-8", "consent.tlog-proof")
    raise NotFoundError("no such form of a receipt")


def confirm_withdrawal(visit: Visit) -> Response:
    """Say what a withdrawal does, and ask once."""
    gallery_id, subject_id = place_of(visit)
    held = visit.service.rights.seek.one(acting(visit, gallery_id), gallery_id, subject_id)
    if held.consent is None:
        raise NotFoundError("nothing to withdraw")
    return visit.page("withdraw_consent.html", held=held, here=subject_path(gallery_id, subject_id))


def withdraw(visit: Visit) -> Response:
    """End the consent, erase what it allowed, and show the receipt."""
    gallery_id, subject_id = place_of(visit)
    actor = acting(visit, gallery_id)
    try:
        done: Erasure | None = visit.service.rights.withdraw(actor, gallery_id, subject_id)
    except LegalHoldError:
        done = None
    held = visit.service.rights.seek.one(actor, gallery_id, subject_id)
    return visit.page(
        "consent_withdrawn.html", done=done, held=held, here=subject_path(gallery_id, subject_id)
    )


def code(visit: Visit) -> Response:
    """Make a one-time code for the subject's own page, and show it this once."""
    gallery_id, subject_id = place_of(visit)
    seconds = next((one for one, _ in _LIVES if str(one) == visit.form.text("good_for")), _LIVES[1][0])
    issued = visit.service.rights.issue_code(
        acting(visit, gallery_id), gallery_id, subject_id, good_for=timedelta(seconds=seconds)
    )
    origin = visit.service.parts.operator.origin or _origin(visit)
    return visit.page(
        "access_code.html",
        issued=issued,
        link=f"{origin}/subject/enter?code={issued.text}",
        here=subject_path(gallery_id, subject_id),
    )


def _origin(visit: Visit) -> str:
    return f"{visit.request.url.scheme}://{visit.request.headers.get('host', '')}"


def contact(visit: Visit) -> Response:
    """Record that the subject was in contact now, or that the purpose is satisfied."""
    gallery_id, subject_id = place_of(visit)
    act, actor = visit.service.rights.contact, acting(visit, gallery_id)
    match visit.form.text("what"):
        case "interaction":
            act.interaction(actor, gallery_id, subject_id)
        case "purpose":
            act.purpose_satisfied(actor, gallery_id, subject_id)
        case _:
            raise InvalidInputError("choose what happened")
    return visit.go(subject_path(gallery_id, subject_id), done="retention-counted")


PAGES: Final = (
    Page(path=SUBJECTS, handler=index, roles=OPERATORS),
    Page(path=_ONE, handler=one, roles=OPERATORS),
    Page(path=f"{_ONE}/receipt.{{form}}", handler=receipt, roles=OPERATORS),
    Page(path=f"{_ONE}/withdraw", handler=confirm_withdrawal, roles=OPERATORS),
    Page(path=f"{_ONE}/withdraw", handler=withdraw, roles=OPERATORS, method="POST"),
    Page(path=f"{_ONE}/code", handler=code, roles=OPERATORS, method="POST"),
    Page(path=f"{_ONE}/contact", handler=contact, roles=OPERATORS, method="POST"),
)
