"""Applications: written by a customer's members, seen with their factors, judged by two reviewers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.listing import order_of, span_of, table_of
from countenance.entrypoints.console.navigation import READERS
from countenance.entrypoints.console.use_fields import SECTIONS
from countenance.entrypoints.console.use_form import field_of, sent_values, use_from, values_of
from countenance.entrypoints.console.visits import Handler, Page, Visit, corrected
from countenance.entrypoints.pages.tables import Column
from countenance.errors import ConcurrentWriteError, InvalidInputError
from countenance.staff.model import StaffRole
from countenance.vetting.dossier import ApplicationId, ApplicationState
from countenance.vetting.listing import ApplicationOrder, ApplicationSearch
from countenance.vetting.model import CustomerId
from countenance.vetting.reading import TitledApplication
from countenance.vetting.use import Use

PATH: Final = "/console/applications"
ONE: Final = f"{PATH}/{{application_id}}"
SEES: Final = READERS | {StaffRole.APPLICANT}
WRITES: Final = frozenset({StaffRole.APPLICANT, StaffRole.ADMINISTRATOR})
_LONGEST: Final = 2_000
_STATES: Final = [
    (state.value, "Under review" if state is ApplicationState.SUBMITTED else state.value.capitalize())
    for state in ApplicationState
]


COLUMNS: Final[tuple[Column[TitledApplication], ...]] = (
    Column("title", "Use", lambda one: one.title or "Untitled"),
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
    query = {name: value[:_LONGEST] for name, value in visit.query.items()}
    state = next((one for one in ApplicationState if one.value == query.get("state")), None)
    customer = query.get("customer", "").strip()
    order, descending = order_of(query, ApplicationOrder, "-changed")
    sought = ApplicationSearch(
        state=state,
        customer_id=CustomerId(customer) if customer.isprintable() and customer else None,
        order=order,
        descending=descending,
    )
    found = visit.service.vetting.read_applications.page(visit.actor, sought, span_of(query))
    table = table_of(PATH, query, COLUMNS, found, sort=f"{'-' * descending}{order}")
    if (file := table.file()) is not None:
        return file
    return visit.page(
        "applications.html",
        table=table,
        state=state or "",
        customer=customer,
        states=_STATES,
        writes=visit.member.role in WRITES,
        of_all=visit.member.role is not StaffRole.APPLICANT,
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
