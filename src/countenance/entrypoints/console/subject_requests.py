"""What subjects ask for: the queue with its clock, one whole, and the answer."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.desk import OPERATORS, acting, subject_path
from countenance.entrypoints.console.visits import Handler, Page, Visit, corrected
from countenance.entrypoints.pages.tables import Column, arranged
from countenance.errors import InvalidInputError, SeparationError, StateError
from countenance.recognition.subjects.model import RequestKind, RequestState, SubjectRequest
from countenance.recognition.subjects.requests import LONGEST_TEXT, MOST_LISTED

PATH: Final = "/console/requests"
_ONE: Final = f"{PATH}/{{request_id}}"

KINDS: Final[Mapping[RequestKind, str]] = {
    RequestKind.WITHDRAWAL: "withdrawal",
    RequestKind.CORRECTION: "correction",
    RequestKind.OBJECTION: "objection",
    RequestKind.APPEAL: "appeal",
}
ADVICE: Final[Mapping[RequestKind, str]] = {
    RequestKind.CORRECTION: "Granting says that you have put it right: enrol a better picture, or erase what "
    "is wrong, and say which.",
    RequestKind.OBJECTION: "Their face takes part in no comparison while this waits. Granting keeps it so. "
    "Refusing lets it take part again, and needs reasons that weigh more than theirs.",
    RequestKind.APPEAL: "Look at the decision again as somebody who took no part in it. Where a lead came of "
    "it, reviewers judge it as well.",
    RequestKind.WITHDRAWAL: "It was done at once, by themselves.",
}
STATES: Final[Mapping[RequestState, tuple[str, str]]] = {
    RequestState.OPEN: ("wait", "waits"),
    RequestState.GRANTED: ("good", "granted"),
    RequestState.REFUSED: ("bad", "refused"),
    RequestState.DONE: ("good", "done"),
}
_WANTED: Final = [("", "That wait"), ("granted", "Granted"), ("refused", "Refused"), ("done", "Done")]

COLUMNS: Final[tuple[Column[SubjectRequest], ...]] = (
    Column("due", "Answer due", lambda one: one.due.isoformat(), key=lambda one: one.due),
    Column("kind", "What", lambda one: KINDS[one.kind], key=lambda one: one.kind.value),
    Column("subject", "Subject", lambda one: one.place.subject_id, key=lambda one: one.place.subject_id),
    Column("gallery", "Gallery", lambda one: one.place.gallery_id, key=lambda one: one.place.gallery_id),
    Column("filed", "Asked", lambda one: one.filed.isoformat(), key=lambda one: one.filed),
    Column("state", "Stands", lambda one: one.state.value),
    Column("id", "Id", lambda one: one.id),
)


def index(visit: Visit) -> Response:
    """Show the queue, the soonest due first."""
    word = visit.query.get("state", "")
    wanted = next((one for one in RequestState if one.value == word), RequestState.OPEN)
    found = visit.service.rights.requests.all(acting(visit), state=wanted)
    table = arranged(PATH, visit.query, COLUMNS, found, order="due")
    if (file := table.file()) is not None:
        return file
    return visit.page(
        "subject_requests.html",
        table=table,
        wanted=word if word in {one.value for one in RequestState} - {RequestState.OPEN.value} else "",
        options=_WANTED,
        kinds=KINDS,
        states=STATES,
        overdue=[one for one in found if one.overdue_at(visit.now)],
        most=MOST_LISTED,
        address=subject_path,
    )


def one(visit: Visit) -> Response:
    """Show one request whole."""
    return _one(visit, {})


def _one(visit: Visit, errors: Mapping[str, str]) -> Response:
    held = visit.service.rights.requests.one(acting(visit), visit.part("request_id"))
    return visit.page(
        "subject_request.html",
        status=HTTPStatus.CONFLICT if errors else HTTPStatus.OK,
        held=held,
        kind=KINDS[held.kind],
        advice=ADVICE[held.kind],
        state=STATES[held.state],
        overdue=held.overdue_at(visit.now),
        extends=not held.extended and visit.now < held.due,
        names=visit.service.staff.read_accounts.names(visit.member),
        subject=subject_path(held.place.gallery_id, held.place.subject_id),
        longest=str(LONGEST_TEXT),
        errors=errors,
        sent=visit.form,
    )


def _deciding(*, granted: bool) -> Handler:
    def handler(visit: Visit) -> Response:
        """Answer the request."""
        request_id = visit.part("request_id")
        try:
            visit.service.rights.requests.answer(
                acting(visit), request_id, granted=granted, text=visit.form.text("text")
            )
        except (InvalidInputError, StateError, SeparationError) as error:
            return _one(visit, {"grant-text" if granted else "refuse-text": _told(error)})
        return visit.go(f"{PATH}/{request_id}", done="request-granted" if granted else "request-refused")

    return handler


def extend(visit: Visit) -> Response:
    """Take two months more, and tell the subject why."""
    request_id = visit.part("request_id")
    try:
        visit.service.rights.requests.extend(acting(visit), request_id, visit.form.text("text"))
    except (InvalidInputError, StateError) as error:
        return _one(visit, {"extend-text": _told(error)})
    return visit.go(f"{PATH}/{request_id}", done="request-extended")


def _told(error: InvalidInputError | StateError | SeparationError) -> str:
    if "characters" in error.message:
        return f"Write an answer of 1 to {LONGEST_TEXT:,} characters: the subject reads it."
    return corrected(InvalidInputError(error.message))


PAGES: Final = (
    Page(path=PATH, handler=index, roles=OPERATORS),
    Page(path=_ONE, handler=one, roles=OPERATORS),
    Page(path=f"{_ONE}/grant", handler=_deciding(granted=True), roles=OPERATORS, method="POST"),
    Page(path=f"{_ONE}/refuse", handler=_deciding(granted=False), roles=OPERATORS, method="POST"),
    Page(path=f"{_ONE}/extend", handler=extend, roles=OPERATORS, method="POST"),
)
