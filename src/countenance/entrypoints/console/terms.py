"""The terms of use: every version, who has yet to accept the newest, and the operator's next one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.navigation import ADMINISTRATORS, READERS
from countenance.entrypoints.console.visits import Page, Visit, corrected
from countenance.entrypoints.pages.forms import Form
from countenance.errors import AlreadyExistsError, InvalidInputError
from countenance.staff.model import StaffRole
from countenance.vetting.model import Lease
from countenance.vetting.publishing_terms import LONGEST_GRACE, SHORTEST_GRACE, NewTerms
from countenance.vetting.terms_of_use import TermsOfUse, accepted_until

PATH: Final = "/console/terms"
_SEES: Final = READERS | {StaffRole.APPLICANT}
_FIELDS: Final = ("version", "summary", "text", "binding")


def index(visit: Visit) -> Response:
    """Show every version, the newest first."""
    return _index(visit, {})


def _index(visit: Visit, errors: Mapping[str, str]) -> Response:
    versions = visit.service.vetting.terms()
    return visit.page(
        "terms.html",
        status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
        versions=tuple(reversed(versions)),
        waiting=_waiting(visit, versions),
        publishes=visit.member.role in ADMINISTRATORS,
        soonest=visit.now.date() + SHORTEST_GRACE + timedelta(days=1),
        latest=visit.now.date() + LONGEST_GRACE,
        sent=visit.form,
        errors=errors,
    )


def publish(visit: Visit) -> Response:
    """Publish the operator's next version."""
    try:
        visit.service.vetting.publish_terms(visit.actor, _terms(visit.form))
    except (InvalidInputError, AlreadyExistsError) as error:
        named = next((field for field in _FIELDS if f"`{field}`" in error.message), "version")
        return _index(visit, {named: corrected(InvalidInputError(error.message.replace(f"`{named}`", "It")))})
    return visit.go(PATH, done="terms-published")


def _waiting(visit: Visit, versions: tuple[TermsOfUse, ...]) -> list[tuple[Lease, datetime]]:
    """Return the leases in force that have not accepted the newest version, with the day they stop."""
    found = []
    for lease in visit.service.vetting.read_leases(visit.actor):
        until = accepted_until(lease.terms_of_use, versions)
        if until is not None and not lease.terms.revoked and visit.now < lease.terms.expires:
            found.append((lease, until))
    return sorted(found, key=lambda one: (one[1], one[0].id))


def _terms(form: Form) -> NewTerms:
    try:
        binding = datetime.combine(date.fromisoformat(form.text("binding")), time(tzinfo=UTC))
    except ValueError:
        raise InvalidInputError("`binding` needs a day such as 2027-01-31") from None
    return NewTerms(
        version=form.text("version"), summary=form.text("summary"), text=form.text("text"), binding=binding
    )


PAGES: Final = (
    Page(path=PATH, handler=index, roles=_SEES),
    Page(path=PATH, handler=publish, roles=ADMINISTRATORS, method="POST", confirmed=True),
)
