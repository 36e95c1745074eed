"""Who is to hold a role on which permits rest, and the second person's word on it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.navigation import READERS
from countenance.entrypoints.console.visits import Handler, Page, Visit, corrected
from countenance.entrypoints.pages.tables import Column, arranged
from countenance.errors import InvalidInputError, SeparationError, StateError
from countenance.staff.model import By, Member, StaffId, StaffRole
from countenance.staff.nominations import Nominated

PATH: Final = "/console/nominations"
_LOOKS: Final = frozenset({StaffRole.ADMINISTRATOR, StaffRole.REVIEWER})

COLUMNS: Final[tuple[Column[Nominated], ...]] = (
    Column("name", "Who", lambda one: one.member.name, key=lambda one: one.member.name.casefold()),
    Column("role", "As", lambda one: one.nomination.role.value, key=lambda one: one.nomination.role.value),
    Column("at", "Named", lambda one: one.nomination.at.isoformat(), key=lambda one: one.nomination.at),
    Column("by", "By", lambda one: one.nomination.by),
    Column("state", "Stands", lambda one: one.nomination.state.value, key=lambda o: o.nomination.state.value),
    Column("decided_by", "Looked at by", lambda one: one.nomination.decided_by or ""),
)


def index(visit: Visit) -> Response:
    """Show who waits for a second person, and everybody who was ever named."""
    return _index(visit, {})


def _index(visit: Visit, errors: dict[str, str]) -> Response:
    found = visit.service.staff.nominations.all(visit.by)
    table = arranged(PATH, visit.query, COLUMNS, found, order="-at")
    if (file := table.file()) is not None:
        return file
    return visit.page(
        "nominations.html",
        status=HTTPStatus.CONFLICT if errors else HTTPStatus.OK,
        table=table,
        waiting=[one for one in found if one.nomination.waits],
        names={"local": "the command line", **visit.service.staff.read_accounts.names(visit.member)},
        looks=visit.member.role in _LOOKS,
        errors=errors,
    )


def confirm(visit: Visit) -> Response:
    """Say that it is really they, and that they shall hold the role."""
    return _act(visit, visit.service.staff.nominations.confirm, "nomination-confirmed")


def decline(visit: Visit) -> Response:
    """Say that they shall not, or take one's own word back."""
    return _act(visit, visit.service.staff.nominations.decline, "nomination-declined")


def _act(visit: Visit, act: Callable[[By, StaffId], Member], done: str) -> Response:
    try:
        act(visit.by, StaffId(visit.part("staff_id")))
    except (StateError, SeparationError) as error:
        return _index(visit, {"": corrected(InvalidInputError(error.message))})
    return visit.go(PATH, done=done)


def _looking(act: str, handler: Handler) -> Page:
    return Page(
        path=f"{PATH}/{{staff_id}}/{act}", handler=handler, roles=_LOOKS, method="POST", confirmed=True
    )


PAGES: Final = (
    Page(path=PATH, handler=index, roles=READERS),
    _looking("confirm", confirm),
    _looking("decline", decline),
)
