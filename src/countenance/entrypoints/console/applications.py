"""Applications: written by a customer's members, seen with their factors, judged by two reviewers."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.navigation import READERS
from countenance.entrypoints.console.use_fields import SECTIONS
from countenance.entrypoints.console.use_form import field_of, sent_values, use_from, values_of
from countenance.entrypoints.console.visits import Handler, Page, Visit, corrected
from countenance.entrypoints.pages.tables import Column, arranged, as_csv
from countenance.errors import ConcurrentWriteError, InvalidInputError
from countenance.staff.model import StaffRole
from countenance.vetting.dossier import Application, ApplicationId, ApplicationState
from countenance.vetting.model import CustomerId
from countenance.vetting.use import Use

PATH: Final = "/console/applications"
ONE: Final = f"{PATH}/{{application_id}}"
SEES: Final = READERS | {StaffRole.APPLICANT}
WRITES: Final = frozenset({StaffRole.APPLICANT, StaffRole.ADMINISTRATOR})
_STATES: Final = [(state.value, state.value.capitalize()) for state in ApplicationState]


@dataclass(frozen=True, slots=True)
class Listed:
    """An application with the title of its newest version."""

    application: Application
    title: str


COLUMNS: Final[tuple[Column[Listed], ...]] = (
    Column("title", "Use", lambda one: one.title, key=lambda one: one.title.casefold()),
    Column(
        "customer", "Customer", lambda o: o.application.customer_id, key=lambda o: o.application.customer_id
    ),
    Column("state", "Stands", lambda o: o.application.state.value, key=lambda o: o.application.state.value),
    Column("version", "Version", lambda one: one.application.version, number=True),
    Column(
        "changed", "Changed", lambda o: o.application.changed.isoformat(), key=lambda o: o.application.changed
    ),
    Column("id", "Id", lambda one: one.application.id),
)


def id_of(visit: Visit) -> ApplicationId:
    """Return the id in the address."""
    return ApplicationId(visit.part("application_id"))


def index(visit: Visit) -> Response:
    """Show the applications that the visitor may see."""
    read, wanted = visit.service.vetting.read_applications, visit.query.get("state", "")
    state = next((one for one in ApplicationState if one.value == wanted), None)
    rows = [
        Listed(one, read.version(visit.actor, one.id, one.version).use.title or "Untitled")
        for one in read.all(visit.actor, state=state)
    ]
    table = arranged(PATH, visit.query, COLUMNS, rows, order="-changed")
    if visit.query.get("format") == "csv":
        return as_csv(table, "applications")
    return visit.page(
        "applications.html",
        table=table,
        state=wanted,
        states=_STATES,
        writes=visit.member.role in WRITES,
        customers=_customers(visit),
    )


def begin(visit: Visit) -> Response:
    """Begin a draft, and go on in its form."""
    customer = CustomerId(visit.member.customer or visit.form.text("customer"))
    use = Use(title=visit.form.text("title")[:200])
    application = visit.service.vetting.draft.begin(visit.actor, customer, use)
    return visit.go(f"{PATH}/{application.id}/edit")


def edit(visit: Visit) -> Response:
    """Show the form."""
    view = visit.service.vetting.read_applications.one(visit.actor, id_of(visit))
    return _form(visit, values_of(view.draft.use), {})


def _form(visit: Visit, values: object, errors: dict[str, str]) -> Response:
    view = visit.service.vetting.read_applications.one(visit.actor, id_of(visit))
    terms = visit.service.vetting.terms()[-1]
    return visit.page(
        "application_form.html",
        status=HTTPStatus.BAD_REQUEST if errors else HTTPStatus.OK,
        application=view.application,
        customer=view.customer,
        sections=SECTIONS,
        values=values,
        files=[(one.digest, one.name) for one in view.evidence],
        terms=terms,
        errors=errors,
    )


def save(visit: Visit) -> Response:
    """Keep the form as the next version."""
    application_id, form = id_of(visit), visit.form
    held = visit.service.vetting.read_applications.one(visit.actor, application_id)
    based = form.text("based_on")
    try:
        use = use_from(form, held.draft.use)
        based_on = int(based) if based.isascii() and based.isdigit() else 0
        visit.service.vetting.draft.save(visit.actor, application_id, use, based_on=based_on)
    except InvalidInputError as error:
        return _form(visit, sent_values(form), {field_of(error): corrected(error)})
    except ConcurrentWriteError as error:
        message = corrected(InvalidInputError(error.message))
        return _form(visit, sent_values(form), {"": message})
    return visit.go(f"{PATH}/{application_id}", done="application-saved")


def submit(visit: Visit) -> Response:
    """Hand it to the reviewers."""
    visit.service.vetting.submit(visit.actor, id_of(visit))
    return visit.go(f"{PATH}/{id_of(visit)}", done="application-submitted")


def withdraw(visit: Visit) -> Response:
    """Take it back."""
    visit.service.vetting.withdraw(visit.actor, id_of(visit))
    return visit.go(f"{PATH}/{id_of(visit)}", done="withdrawn")


def add_file(visit: Visit) -> Response:
    """Keep a file with it."""
    data = visit.form.files.get("file", b"")
    name = visit.form.text("name") or "evidence"
    visit.service.vetting.store_evidence(visit.actor, id_of(visit), name, data)
    return visit.go(f"{PATH}/{id_of(visit)}", done="evidence")


def file(visit: Visit) -> Response:
    """Give a file, to be kept and never to be shown by the browser as a page of ours."""
    evidence, data = visit.service.vetting.read_evidence(visit.actor, id_of(visit), visit.part("digest"))
    disposition = f'attachment; filename="{evidence.digest[:16]}"'
    headers = {"Content-Disposition": disposition, "Content-Security-Policy": "sandbox; default-src 'none'"}
    return Response(data, media_type=evidence.media_type, headers=headers)


def _customers(visit: Visit) -> list[tuple[str, str]]:
    if visit.member.role is not StaffRole.ADMINISTRATOR:
        return []
    return [(one.id, one.name) for one in visit.service.vetting.read_customers.all(visit.actor)]


def _writing(path: str, handler: Handler, *, files: bool = False) -> Page:
    return Page(path=path, handler=handler, roles=WRITES, method="POST", files=files)


PAGES: Final = (
    Page(path=PATH, handler=index, roles=SEES),
    _writing(PATH, begin),
    Page(path=f"{ONE}/edit", handler=edit, roles=WRITES),
    _writing(f"{ONE}/edit", save),
    _writing(f"{ONE}/submit", submit),
    _writing(f"{ONE}/withdraw", withdraw),
    _writing(f"{ONE}/files", add_file, files=True),
    Page(path=f"{ONE}/files/{{digest}}", handler=file, roles=SEES),
)
