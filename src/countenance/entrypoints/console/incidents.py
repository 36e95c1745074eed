"""Incidents: what went wrong, what it stops, and the word of somebody else that lets it go on."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.navigation import READERS
from countenance.entrypoints.console.visits import Page, Visit, corrected
from countenance.entrypoints.pages.forms import Form
from countenance.entrypoints.pages.tables import Column, arranged
from countenance.entrypoints.pages.words import capital
from countenance.errors import InvalidInputError, NotFoundError, SeparationError, StateError
from countenance.oversight.incidents import Incident, IncidentId, IncidentKind, Scope, ScopeKind
from countenance.policy.model import Stop
from countenance.recognition.incidents import Found
from countenance.staff.model import StaffRole

PATH: Final = "/console/incidents"
_ONE: Final = f"{PATH}/{{incident_id}}"
_OPEN: Final = frozenset({StaffRole.REVIEWER, StaffRole.ADMINISTRATOR})
_RESOLVE: Final = frozenset({StaffRole.REVIEWER})

KINDS: Final[Mapping[IncidentKind, str]] = {
    IncidentKind.ERASURE_DRILL_FAILED: "a trial of erasing failed",
    IncidentKind.ERROR_RATE_ALARM: "candidates are wrong more often than was measured",
    IncidentKind.OVERRIDE_RATE_ALARM: "leads are refused release more often than was expected",
    IncidentKind.APPEAL_RATE_ALARM: "leads are appealed against more often than was expected",
    IncidentKind.SCORE_DRIFT: "scores have moved away from those that were measured",
    IncidentKind.QUALITY_DRIFT: "pictures have become worse than those that were measured",
    IncidentKind.NO_MATCH_RATE: "people are not recognised more often than was measured",
    IncidentKind.AUDIT_FAILED: "an audit by outsiders failed",
    IncidentKind.FAIRNESS_CAP_FAILED: "a group's error rate was measured over a cap",
    IncidentKind.OTHER: "something else went wrong",
}
STOPS: Final[Mapping[Stop, str]] = {
    Stop.ENROLMENT: "Nobody is enrolled.",
    Stop.CONSEQUENTIAL_ACTS: "Nothing is done that can have consequences for somebody.",
}
SCOPES: Final[Mapping[ScopeKind, str]] = {
    ScopeKind.INSTALLATION: "everywhere in this installation",
    ScopeKind.CUSTOMER: "for the customer",
    ScopeKind.LEASE: "under the lease",
    ScopeKind.GALLERY: "on the gallery",
}

COLUMNS: Final[tuple[Column[Incident], ...]] = (
    Column("kind", "What went wrong", lambda one: one.kind.value, key=lambda one: one.kind.value),
    Column("scope", "Where", lambda one: f"{one.scope.kind} {one.scope.of or ''}".strip()),
    Column("stops", "Stops", lambda one: one.stops.value if one.stops is not None else ""),
    Column("opened", "Opened", lambda one: one.opened.isoformat(), key=lambda one: one.opened),
    Column("state", "Stands", lambda one: "open" if one.resolution is None else "resolved"),
    Column("id", "Id", lambda one: one.id),
)


def index(visit: Visit) -> Response:
    """Show every incident, and the form for another."""
    return _index(visit, {})


def _index(visit: Visit, errors: Mapping[str, str]) -> Response:
    wanted = visit.query.get("standing", "")
    found = visit.service.gate.read_incidents(visit.actor)
    shown = [one for one in found if wanted != "open" or one.resolution is None]
    table = arranged(PATH, visit.query, COLUMNS, shown, order="-opened")
    if (file := table.file()) is not None:
        return file
    return visit.page(
        "incidents.html",
        status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
        table=table,
        wanted=wanted,
        opens=visit.member.role in _OPEN,
        sent=visit.form,
        errors=errors,
        **_words(),
    )


def report(visit: Visit) -> Response:
    """Say that something went wrong, and stop what must not go on."""
    try:
        incident = visit.service.gate.open_incident(visit.actor, _found(visit.form))
    except (InvalidInputError, NotFoundError) as error:
        return _index(visit, _told(error))
    return visit.go(f"{PATH}/{incident.id}", done="incident-opened")


def one(visit: Visit) -> Response:
    """Show an incident whole."""
    return _one(visit, {})


def _one(visit: Visit, errors: Mapping[str, str]) -> Response:
    incident = visit.service.gate.read_incidents.one(visit.actor, IncidentId(visit.part("incident_id")))
    return visit.page(
        "incident.html",
        status=HTTPStatus.CONFLICT if errors else HTTPStatus.OK,
        incident=incident,
        resolves=visit.member.role in _RESOLVE and incident.resolution is None,
        own=incident.by == visit.actor.person,
        names=visit.service.staff.read_accounts.names(visit.member),
        sent=visit.form,
        errors=errors,
        **_words(),
    )


def resolve(visit: Visit) -> Response:
    """Let go on what it stops, after looking into it."""
    form, incident_id = visit.form, IncidentId(visit.part("incident_id"))
    try:
        visit.service.gate.resolve_incident(
            visit.actor, incident_id, form.text("reason"), restore=form.text("restore") == "yes"
        )
    except (InvalidInputError, StateError, SeparationError) as error:
        return _one(visit, {"reason": corrected(InvalidInputError(error.message))})
    return visit.go(f"{PATH}/{incident_id}", done="incident-resolved")


def _found(form: Form) -> Found:
    kind = next((one for one in IncidentKind if one.value == form.text("kind")), None)
    scope = next((one for one in ScopeKind if one.value == form.text("scope")), None)
    if kind is None:
        raise InvalidInputError("`kind`: choose what went wrong")
    if scope is None:
        raise InvalidInputError("`scope`: choose where it counts")
    return Found(
        kind=kind,
        reason=form.text("reason"),
        scope=Scope(kind=scope, of=form.text("of") or None),
        stops=next((one for one in Stop if one.value == form.text("stops")), None),
    )


def _told(error: InvalidInputError | NotFoundError) -> dict[str, str]:
    message = corrected(InvalidInputError(error.message))
    if "`reason`" in error.message:
        return {"reason": "Say what happened in one or two sentences (20 to 5,000 characters)."}
    if "`kind`" in error.message:
        return {"kind": "Choose what went wrong."}
    if "`scope`" in error.message:
        return {"scope": "Choose where it counts."}
    return {"of": message}


def _words() -> dict[str, object]:
    return {
        "kinds": KINDS,
        "stops": STOPS,
        "scopes": SCOPES,
        "kind_options": [(one.value, capital(text)) for one, text in KINDS.items()],
        "stop_options": [(one.value, text) for one, text in STOPS.items()],
        "scope_options": [(one.value, capital(text)) for one, text in SCOPES.items()],
    }


PAGES: Final = (
    Page(path=PATH, handler=index, roles=READERS),
    Page(path=PATH, handler=report, roles=_OPEN, method="POST", confirmed=True),
    Page(path=_ONE, handler=one, roles=READERS),
    Page(path=f"{_ONE}/resolution", handler=resolve, roles=_RESOLVE, method="POST", confirmed=True),
)
