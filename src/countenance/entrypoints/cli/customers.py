"""`countenance customers`: organisations, those who belong to them, and those to reach."""

from __future__ import annotations

from typing import Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.listing import ROWS, AfterRow, RowLimit, following, tell_more
from countenance.entrypoints.cli.options import JsonFlag, KeyFile
from countenance.entrypoints.cli.wording import counted, moment
from countenance.policy.model import CustomerKind
from countenance.policy.places import jurisdiction
from countenance.vetting.documents import document_of
from countenance.vetting.dossier import Contact
from countenance.vetting.listing import CustomerSearch, Place, Span
from countenance.vetting.model import Customer, CustomerId, PersonId

app = typer.Typer(
    no_args_is_help=True,
    help="Register customers: organisations, for whom they act, and who belongs to them.",
)

CustomerArgument = Annotated[str, typer.Argument(metavar="CUSTOMER", help="Id of the customer.")]
PersonArgument = Annotated[
    str, typer.Argument(metavar="PERSON", help="Id of the person, in small letters; no two people share one.")
]
Name = Annotated[str, typer.Option("--name", help="The legal name.")]
Kind = Annotated[CustomerKind, typer.Option("--kind", help="What kind of organisation it is.")]
Places = Annotated[
    list[str], typer.Option("--jurisdiction", help="Whose law binds it, like CH or US-CA; may be repeated.")
]
ActsFor = Annotated[
    list[CustomerKind] | None,
    typer.Option("--acts-for", help="Kind of those for whom it acts; may be repeated."),
]


@app.command("register")
def register(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    customer: CustomerArgument,
    name: Name,
    kind: Kind,
    places: Places,
    acts_for: ActsFor = None,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Put an organisation on record."""
    line = CommandLine.of(context)
    made = line.countenance.vetting.customers(
        line.holder_or_administrator(key_file), _customer(customer, name, kind, places, acts_for)
    )
    _tell(line, made, f"registered `{made.id}`", as_json=as_json)


@app.command("amend")
def amend(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    customer: CustomerArgument,
    name: Name,
    kind: Kind,
    places: Places,
    acts_for: ActsFor = None,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Change what is on record. A change of more than the name stops the customer's reviewed leases."""
    line = CommandLine.of(context)
    held = line.countenance.vetting.customers.amend(
        line.holder_or_administrator(key_file), _customer(customer, name, kind, places, acts_for)
    )
    _tell(line, held, f"amended `{held.id}`", as_json=as_json)


@app.command("list")
def list_all(
    context: typer.Context,
    *,
    key_file: KeyFile = None,
    limit: RowLimit = ROWS,
    after: AfterRow = None,
    as_json: JsonFlag = False,
) -> None:
    """List customers by id, a page at a time."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    span = Span(limit=limit, place=Place(after, after) if after is not None else None)
    found = line.countenance.vetting.read_customers.page(actor, CustomerSearch(), span)
    if as_json:
        line.output.document({"customers": document_of(found.rows), "next": following(found)})
    elif not found.total:
        line.output.say("No customer yet. `countenance customers register` makes one.")
    else:
        rows = [
            (
                one.id,
                one.name,
                one.kind.value,
                ", ".join(sorted(one.jurisdictions)),
                ", ".join(sorted(one.acts_for)) or "-",
            )
            for one in found.rows
        ]
        line.output.table(("customer", "name", "kind", "jurisdictions", "acts for"), rows)
        tell_more(line.output, following(found), found.total)


@app.command("show")
def show(
    context: typer.Context, *, customer: CustomerArgument, key_file: KeyFile = None, as_json: JsonFlag = False
) -> None:
    """Show a customer with its members, contacts, applications and leases."""
    line = CommandLine.of(context)
    view = line.countenance.vetting.read_customers.one(
        line.holder_or_administrator(key_file), CustomerId(customer)
    )
    if as_json:
        line.output.document(
            {
                "customer": document_of(view.customer),
                "members": document_of(view.members),
                "contacts": document_of(view.contacts),
                "applications": [one.id for one in view.applications],
                "leases": [one.id for one in view.leases],
            }
        )
        return
    line.output.say(view.customer.name, style="bold")
    line.output.facts(
        [
            ("customer", view.customer.id),
            ("kind", view.customer.kind.value),
            ("jurisdictions", ", ".join(sorted(view.customer.jurisdictions))),
            ("acts for", ", ".join(sorted(view.customer.acts_for)) or "nobody else"),
            *(("member", f"{one.person} ({one.name}) until {moment(one.until)}") for one in view.members),
            *(("contact", f"{one.id}: {one.name}, {one.purpose}") for one in view.contacts),
            *(("application", f"{one.id}: {one.state}") for one in view.applications),
            ("leases", ", ".join(one.id for one in view.leases) or "none"),
        ]
    )


@app.command("add-member")
def add_member(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    customer: CustomerArgument,
    person: PersonArgument,
    name: Annotated[str, typer.Option("--name", help="The person's name.")],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Let a person belong to a customer. `keys issue --role applicant` then makes their key."""
    line = CommandLine.of(context)
    member = line.countenance.vetting.members.add(
        line.holder_or_administrator(key_file), CustomerId(customer), PersonId(person), name
    )
    _tell(line, member, f"`{person}` belongs to `{customer}`", as_json=as_json)


@app.command("end-member")
def end_member(
    context: typer.Context,
    *,
    customer: CustomerArgument,
    person: PersonArgument,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Let a person leave a customer: they see nothing of it any more."""
    line = CommandLine.of(context)
    member = line.countenance.vetting.members.end(
        line.holder_or_administrator(key_file), CustomerId(customer), PersonId(person)
    )
    _tell(line, member, f"`{person}` belongs to `{customer}` no more", as_json=as_json)


@app.command("contact")
def contact(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    customer: CustomerArgument,
    contact_id: Annotated[str, typer.Argument(metavar="CONTACT", help="Id of the contact.")],
    name: Annotated[str, typer.Option("--name", help="Who it is.")],
    purpose: Annotated[str, typer.Option("--purpose", help="For what they are to be reached.")],
    email: Annotated[str, typer.Option("--email", help="Their address.")] = "",
    phone: Annotated[str, typer.Option("--phone", help="Their number.")] = "",
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Store whom to reach at a customer."""
    line = CommandLine.of(context)
    stored = line.countenance.vetting.members.put_contact(
        line.holder_or_administrator(key_file),
        Contact(
            customer_id=CustomerId(customer),
            id=contact_id,
            name=name,
            purpose=purpose,
            email=email,
            phone=phone,
        ),
    )
    _tell(line, stored, f"stored {counted(1, 'contact')} of `{customer}`", as_json=as_json)


def _customer(
    customer: str, name: str, kind: CustomerKind, places: list[str], acts_for: list[CustomerKind] | None
) -> Customer:
    return Customer(
        id=CustomerId(customer),
        name=name,
        kind=kind,
        jurisdictions=frozenset(jurisdiction(code) for code in places),
        acts_for=frozenset(acts_for or ()),
    )


def _tell(line: CommandLine, value: object, said: str, *, as_json: bool) -> None:
    if as_json:
        line.output.document(document_of(value))
    else:
        line.output.say(said)
