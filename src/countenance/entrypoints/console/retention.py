"""Retention: what is due next and why, and legal holds, which another person ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.retention import Hold, HoldId, HoldReason, Retention, Source
from countenance.entrypoints.console.desk import (
    KEEPERS,
    acting,
    chosen,
    galleries,
    gallery_options,
    midnight,
    subject_path,
)
from countenance.entrypoints.console.visits import Page, Visit, corrected
from countenance.entrypoints.pages.tables import Column, arranged
from countenance.errors import InvalidInputError, LimitReachedError, SeparationError, StateError
from countenance.recognition.erasure.holds import LONGEST_MATTER, HoldAsked
from countenance.recognition.subjects.desk import DeskGallery
from countenance.staff.model import StaffRole

PATH: Final = "/console/retention"
_HOLDS: Final = f"{PATH}/{{gallery_id}}/holds"
_SPANS: Final = ((30, "30 days"), (90, "three months"), (365, "a year"), (3_650, "ten years"))

SOURCES: Final[Mapping[Source, str]] = {
    Source.LAW: "a law",
    Source.POLICY: "the notice",
    Source.CONSENT: "the agreement",
    Source.LEASE: "the lease",
}
REASONS: Final[Mapping[HoldReason, str]] = {
    HoldReason.LITIGATION: "a lawsuit",
    HoldReason.COURT_ORDER: "an order of a court",
    HoldReason.REGULATOR: "an authority that oversees it",
    HoldReason.SUBJECT_REQUEST: "the subject asked for it",
}


def _at(one: Retention) -> str:
    return one.deadlines[0].at.isoformat()


COLUMNS: Final[tuple[Column[Retention], ...]] = (
    Column("at", "Destroyed by", _at, key=_at),
    Column("subject", "Subject", lambda one: one.subject_id, key=lambda one: one.subject_id),
    Column("source", "Because of", lambda one: one.deadlines[0].source.value),
    Column("text", "Why", lambda one: one.deadlines[0].text),
    Column("rule", "Rule", lambda one: one.deadlines[0].rule),
    Column("held", "Held", lambda one: "held" if one.held_by else ""),
)


def index(visit: Visit) -> Response:
    """Show what is due next in a gallery, and its legal holds."""
    return _index(visit, visit.query.get("gallery", ""), {})


def _index(visit: Visit, named: str, errors: Mapping[str, str]) -> Response:
    held = galleries(visit)
    gallery = next((one for one in held if one.gallery.id == named), chosen(visit, held))
    days = next((one for one, _ in _SPANS if str(one) == visit.query.get("within", "")), _SPANS[0][0])
    due: tuple[Retention, ...] = ()
    holds: tuple[Hold, ...] = ()
    more = False
    if gallery is not None:
        actor, gallery_id = acting(visit, gallery.gallery.id), gallery.gallery.id
        found = visit.service.rights.due(actor, gallery_id, until=visit.now + timedelta(days=days))
        due, more = found.due, found.more
        holds = visit.service.rights.holds(actor, gallery_id)
    table = arranged(PATH, visit.query, COLUMNS, due, order="at")
    if (file := table.file()) is not None:
        return file
    return visit.page(
        "retention.html",
        status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
        table=table,
        more=more,
        within=str(days),
        spans=[(str(one), words) for one, words in _SPANS],
        errors=errors,
        sent=visit.form,
        **_of_gallery(visit, gallery, held, holds),
    )


def _of_gallery(
    visit: Visit, gallery: DeskGallery | None, held: tuple[DeskGallery, ...], holds: tuple[Hold, ...]
) -> dict[str, object]:
    """Return what the page says of the gallery and its holds."""
    return {
        "gallery": gallery,
        "options": gallery_options(held),
        "holds": [(one, one.in_force(visit.now)) for one in reversed(holds)],
        "own": visit.member.id,
        "names": visit.service.staff.read_accounts.names(visit.member),
        "sources": SOURCES,
        "reasons": REASONS,
        "reason_options": [(one.value, text.capitalize()) for one, text in REASONS.items()],
        "address": subject_path if visit.member.role is StaffRole.OPERATOR else None,
    }


def place(visit: Visit) -> Response:
    """Hold off destruction of a subject's references, or of the whole gallery's."""
    gallery_id, form = GalleryId(visit.part("gallery_id")), visit.form
    actor = acting(visit, gallery_id)
    try:
        visit.service.rights.place_hold(actor, _asked(visit, gallery_id))
    except (InvalidInputError, LimitReachedError) as error:
        field = next((one for one in ("reason", "until") if f"`{one}`" in error.message), "matter")
        if "ends in the future" in error.message:
            field = "until"
        return _index(visit, gallery_id, {field: _words(field, error, form.text("matter"))})
    return visit.go(f"{PATH}?gallery={gallery_id}", done="hold-placed")


def _words(field: str, error: InvalidInputError | LimitReachedError, matter: str) -> str:
    if field == "matter" and not 1 <= len(matter) <= LONGEST_MATTER:
        return f"Name the case or file that this is for, in 1 to {LONGEST_MATTER} characters."
    return corrected(InvalidInputError(error.message))


def _asked(visit: Visit, gallery_id: GalleryId) -> HoldAsked:
    form = visit.form
    reason = next((one for one in HoldReason if one.value == form.text("reason")), None)
    if reason is None:
        raise InvalidInputError("`reason`: choose why it must be kept")
    subject = form.text("subject")
    return HoldAsked(
        gallery_id=gallery_id,
        subject_id=SubjectId(subject) if subject else None,
        reason=reason,
        matter=form.text("matter"),
        until=midnight(form.text("until"), "until"),
    )


def release(visit: Visit) -> Response:
    """End a hold before its time; not by whoever placed it."""
    gallery_id = GalleryId(visit.part("gallery_id"))
    actor = acting(visit, gallery_id)
    try:
        visit.service.rights.release_hold(actor, gallery_id, HoldId(visit.part("hold_id")))
    except (SeparationError, StateError) as error:
        return _index(visit, gallery_id, {"": corrected(InvalidInputError(error.message))})
    return visit.go(f"{PATH}?gallery={gallery_id}", done="hold-released")


def run(visit: Visit) -> Response:
    """Destroy what is due now, without waiting for the clock."""
    visit.service.consent.run_retention(visit.actor)
    return visit.go(PATH, done="retention-run")


PAGES: Final = (
    Page(path=PATH, handler=index, roles=KEEPERS),
    Page(path=_HOLDS, handler=place, roles=KEEPERS, method="POST"),
    Page(path=f"{_HOLDS}/{{hold_id}}/release", handler=release, roles=KEEPERS, method="POST", confirmed=True),
    Page(
        path=f"{PATH}/run",
        handler=run,
        roles=frozenset({StaffRole.ADMINISTRATOR}),
        method="POST",
        confirmed=True,
    ),
)
