"""Who may judge, by which training, with which error rates; and the known faces that they are tried on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.navigation import ADMINISTRATORS, OVERSEERS, READERS
from countenance.entrypoints.console.visits import Page, Visit, corrected
from countenance.entrypoints.pages.tables import Column, arranged
from countenance.entrypoints.pages.words import capital, plain
from countenance.errors import (
    BusyError,
    InvalidInputError,
    LimitReachedError,
    ModelError,
    NotFoundError,
    SeparationError,
)
from countenance.oversight.assignments import KnownFace
from countenance.oversight.model import KnownFaceId
from countenance.policy.model import Purpose
from countenance.recognition.cases.examiners import ExaminerView, Training
from countenance.staff.model import StaffRole

PATH: Final = "/console/examiners"
FACES: Final = "/console/known-faces"
_KINDS: Final = [(one.value, capital(plain(one))) for one in Purpose]

COLUMNS: Final[tuple[Column[ExaminerView], ...]] = (
    Column("person", "Person", lambda one: one.authorisation.person),
    Column("kinds", "May judge", lambda one: " ".join(sorted(one.authorisation.kinds))),
    Column("training", "Training", lambda one: one.authorisation.training),
    Column(
        "expires",
        "Until",
        lambda one: one.authorisation.expires.isoformat(),
        key=lambda one: one.authorisation.expires,
    ),
    Column("suspended", "Suspended", lambda one: one.authorisation.suspended or ""),
    Column("false_positives", "False positives", lambda one: _told(one, positives=True)),
    Column("false_negatives", "False negatives", lambda one: _told(one, positives=False)),
)
FACE_COLUMNS: Final[tuple[Column[KnownFace], ...]] = (
    Column("person", "Pseudonym", lambda one: one.person, key=lambda one: one.person),
    Column("added", "Added", lambda one: one.added.isoformat(), key=lambda one: one.added),
    Column("added_by", "By", lambda one: one.added_by),
    Column("id", "Id", lambda one: one.id),
)


def _told(view: ExaminerView, *, positives: bool) -> str:
    rate = view.rates.false_positives if positives else view.rates.false_negatives
    return f"{rate.rate:.4f} ({rate.lower:.4f} to {rate.upper:.4f}, {rate.trials} trials)" if rate else ""


def index(visit: Visit) -> Response:
    """Show every examiner with how often they err where the truth is known."""
    return _index(visit, {})


def _index(visit: Visit, errors: Mapping[str, str]) -> Response:
    found = visit.service.oversight.read_examiners.all(visit.actor)
    table = arranged(PATH, visit.query, COLUMNS, found, order="expires")
    if (file := table.file()) is not None:
        return file
    names = visit.service.staff.read_accounts.names(visit.member)
    administers = visit.member.role in ADMINISTRATORS
    return visit.page(
        "examiners.html",
        status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
        table=table,
        names=names,
        administers=administers,
        sees_faces=visit.member.role in OVERSEERS,
        people=_people(visit) if administers else (),
        customers=_customers(visit) if administers else (),
        kinds=_KINDS,
        sent=visit.form,
        errors=errors,
    )


def authorise(visit: Visit) -> Response:
    """Say that somebody may judge, after a training."""
    form = visit.form
    try:
        training = Training(
            person=form.text("person"),
            kinds=frozenset(one for one in Purpose if one.value in form.all("kinds")),
            training=form.text("training"),
            trained=_day(form.text("trained"), "trained"),
            expires=_day(form.text("expires"), "expires"),
        )
        visit.service.oversight.authorise_examiners(visit.actor, training)
    except (InvalidInputError, SeparationError) as error:
        return _index(visit, {"person": corrected(InvalidInputError(error.message))})
    return visit.go(PATH, done="examiner-authorised")


def conflict(visit: Visit) -> Response:
    """Put down that somebody has to do with a customer."""
    form = visit.form
    try:
        visit.service.oversight.authorise_examiners.conflict(
            visit.actor, form.text("person"), form.text("customer")
        )
    except (InvalidInputError, NotFoundError) as error:
        return _index(visit, {"customer": corrected(InvalidInputError(error.message))})
    return visit.go(PATH, done="examiner-conflict")


def faces(visit: Visit) -> Response:
    """Show the known faces, without a picture of anybody."""
    return _faces(visit, {})


def _faces(visit: Visit, errors: Mapping[str, str]) -> Response:
    found = visit.service.oversight.known_faces.all(visit.actor)
    table = arranged(FACES, visit.query, FACE_COLUMNS, found, order="person")
    if (file := table.file()) is not None:
        return file
    return visit.page(
        "known_faces.html",
        status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
        table=table,
        people=len({one.person for one in found}),
        administers=visit.member.role in ADMINISTRATORS,
        names=visit.service.staff.read_accounts.names(visit.member),
        sent=visit.form,
        errors=errors,
    )


def add_face(visit: Visit) -> Response:
    """Keep a photograph of somebody who agreed to be shown to examiners."""
    image = visit.form.files.get("image", b"")
    try:
        visit.service.oversight.known_faces.add(visit.actor, visit.form.text("person"), image)
    except (InvalidInputError, LimitReachedError, BusyError, ModelError) as error:
        name = "person" if "pseudonym" in error.message else "image"
        return _faces(visit, {name: corrected(InvalidInputError(error.message))})
    return visit.go(FACES, done="face-added")


def remove_face(visit: Visit) -> Response:
    """Forget one, since whoever agreed has changed their mind."""
    visit.service.oversight.known_faces.remove(visit.actor, KnownFaceId(visit.part("face_id")))
    return visit.go(FACES, done="face-removed")


def _people(visit: Visit) -> list[tuple[str, str]]:
    """Return the accounts that can be authorised: examiners whose account is open."""
    accounts = (account.member for account in visit.service.staff.read_accounts(visit.by))
    return [
        (one.id, f"{one.name} ({one.login})")
        for one in accounts
        if one.role is StaffRole.EXAMINER and one.disabled is None
    ]


def _customers(visit: Visit) -> list[tuple[str, str]]:
    return [(one.id, one.name) for one in visit.service.vetting.read_customers.all(visit.actor)]


def _day(text: str, field: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(tzinfo=UTC))
    except ValueError:
        raise InvalidInputError(f"`{field}` needs a day such as 2027-01-31") from None


PAGES: Final = (
    Page(path=PATH, handler=index, roles=READERS),
    Page(path=PATH, handler=authorise, roles=ADMINISTRATORS, method="POST", confirmed=True),
    Page(path=f"{PATH}/conflicts", handler=conflict, roles=ADMINISTRATORS, method="POST"),
    Page(path=FACES, handler=faces, roles=OVERSEERS),
    Page(path=FACES, handler=add_face, roles=ADMINISTRATORS, method="POST", files=True),
    Page(path=f"{FACES}/{{face_id}}/remove", handler=remove_face, roles=ADMINISTRATORS, method="POST"),
)
