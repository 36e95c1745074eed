"""`countenance incident`: what went wrong, what stops meanwhile, and who lets it go on."""

from __future__ import annotations

from typing import Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.options import JsonFlag, KeyFile
from countenance.entrypoints.cli.wording import moment
from countenance.entrypoints.cli.written import ReasonOption
from countenance.oversight.incidents import Incident, IncidentId, IncidentKind, Scope, ScopeKind
from countenance.policy.model import Stop
from countenance.vetting.documents import document_of
from countenance.vetting.narrowing import Narrowing

app = typer.Typer(
    no_args_is_help=True,
    help="Open incidents, which stop what must not go on, and resolve them.",
)

IncidentArgument = Annotated[str, typer.Argument(metavar="INCIDENT", help="Id of the incident.")]


@app.command("list")
def list_all(
    context: typer.Context,
    *,
    only_open: Annotated[bool, typer.Option("--open", help="Leave out what is resolved.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="At most so many.")] = 50,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """List incidents, the newest first: to staff all of them, to others the open ones that concern them."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    found = line.countenance.gate.read_incidents(actor, only_open=only_open, limit=limit)
    if as_json:
        line.output.document({"incidents": document_of(found)})
    elif not found:
        line.output.say("No incident is on record." if not only_open else "No incident is open.")
    else:
        head = ("incident", "kind", "where", "stops", "opened", "state")
        line.output.table(head, [_row(one) for one in found])


@app.command("show")
def show(
    context: typer.Context, incident: IncidentArgument, *, key_file: KeyFile = None, as_json: JsonFlag = False
) -> None:
    """Show one incident, with its reason and how it ended."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    _tell(line, line.countenance.gate.read_incidents.one(actor, IncidentId(incident)), as_json=as_json)


@app.command("open")
def open_one(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    kind: Annotated[IncidentKind, typer.Argument(help="What went wrong.")],
    reason: ReasonOption,
    stops: Annotated[Stop | None, typer.Option("--stops", help="What the gate refuses meanwhile.")] = None,
    scope: Annotated[ScopeKind, typer.Option("--scope", help="What it is about.")] = ScopeKind.INSTALLATION,
    of: Annotated[
        str | None, typer.Option("--of", metavar="ID", help="Which customer, lease or gallery.")
    ] = None,
    narrow: Annotated[
        Narrowing | None, typer.Option("--narrow", help="How the lease of the scope is made narrower.")
    ] = None,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Say that something went wrong, as a reviewer or an administrator."""
    from countenance.recognition.incidents import Found  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    found = Found(kind=kind, reason=reason, scope=Scope(kind=scope, of=of), stops=stops, narrowing=narrow)
    _tell(line, line.countenance.gate.open_incident(actor, found), as_json=as_json)


@app.command("resolve")
def resolve(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    incident: IncidentArgument,
    reason: ReasonOption,
    restore: Annotated[
        bool, typer.Option("--restore", help="Give the lease back what it lost on account of it.")
    ] = False,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Resolve an incident, as a reviewer who did not open it: what it stopped goes on."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    act = line.countenance.gate.resolve_incident
    _tell(line, act(actor, IncidentId(incident), reason, restore=restore), as_json=as_json)


def _row(one: Incident) -> tuple[str, ...]:
    return (
        one.id,
        one.kind.value,
        f"{one.scope.kind} {one.scope.of or ''}".rstrip(),
        one.stops.value if one.stops is not None else "nothing",
        moment(one.opened),
        "open" if one.resolution is None else "resolved",
    )


def _tell(line: CommandLine, one: Incident, *, as_json: bool) -> None:
    if as_json:
        line.output.document(document_of(one))
        return
    names = ("incident", "kind", "where", "stops", "opened", "state")
    rows = [*zip(names, _row(one), strict=True), ("by", one.by), ("reason", one.reason)]
    if one.lease is not None:
        rows.append(("narrowed", f"lease {one.lease}, version {one.narrowed_version}"))
    if one.resolution is not None:
        rows.append(("resolved by", f"{one.resolution.by}, {moment(one.resolution.at)}"))
        rows.append(("because", one.resolution.reason))
    line.output.facts(rows)
