"""`countenance leases`: granting, showing, stopping and revoking leases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.documents import of_lease
from countenance.entrypoints.cli.listing import ROWS, AfterRow, RowLimit, following, tell_more
from countenance.entrypoints.cli.options import JsonFlag, KeyFile
from countenance.entrypoints.cli.wording import moment
from countenance.entrypoints.cli.written import ReasonOption
from countenance.entrypoints.pages.rates import one_in
from countenance.errors import InvalidInputError
from countenance.vetting.listing import LeaseSearch, Place, Span
from countenance.vetting.model import Lease, LeaseId
from countenance.vetting.seed import parse_seed

app = typer.Typer(
    no_args_is_help=True,
    help="Grant, show, stop and revoke leases: approved uses that end, the only source of permits.",
)

_LONGEST_SEED = 1_000_000
_BILLION = 1_000_000_000


@app.command("grant")
def grant(
    context: typer.Context,
    *,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            readable=True,
            help="Seed file of customers and leases, TOML.",
        ),
    ],
    as_json: JsonFlag = False,
) -> None:
    """Grant the leases of a seed file. What is in force unchanged, or revoked, stays as it is."""
    line = CommandLine.of(context)
    granted = line.countenance.grant_leases(line.administrator, parse_seed(_text(file)))
    if as_json:
        line.output.document({"leases": [of_lease(lease) for lease in granted]})
    elif not granted:
        line.output.say("Nothing new: every lease of the file is on record already.")
    else:
        for lease in granted:
            line.output.say(
                f"granted `{lease.id}` to `{lease.customer_id}` until {moment(lease.terms.expires)}"
            )


@app.command("list")
def list_all(
    context: typer.Context, *, limit: RowLimit = ROWS, after: AfterRow = None, as_json: JsonFlag = False
) -> None:
    """List leases by id, revoked and expired ones too, a page at a time."""
    line = CommandLine.of(context)
    span = Span(limit=limit, place=Place(after, after) if after is not None else None)
    found = line.countenance.list_leases.page(line.administrator, LeaseSearch(), span)
    if as_json:
        line.output.document({"leases": [of_lease(lease) for lease in found.rows], "next": following(found)})
    elif not found.total:
        line.output.say("No lease yet. `countenance leases grant FILE` grants those of a seed file.")
    else:
        rows = [
            (lease.id, lease.customer_id, ", ".join(sorted(lease.terms.acts)), _until(lease))
            for lease in found.rows
        ]
        line.output.table(("lease", "customer", "acts", "until"), rows)
        tell_more(line.output, following(found), found.total)


@app.command("show")
def show(
    context: typer.Context,
    *,
    lease: Annotated[str, typer.Argument(metavar="LEASE", help="Id of the lease.")],
    as_json: JsonFlag = False,
) -> None:
    """Show what one lease allows. What it does not name, it does not allow."""
    line = CommandLine.of(context)
    held = line.countenance.list_leases.one(line.administrator, LeaseId(lease))
    if as_json:
        line.output.document(of_lease(held))
    else:
        line.output.facts(_rows(held))


@app.command("revoke")
def revoke(
    context: typer.Context,
    *,
    lease: Annotated[str, typer.Argument(metavar="LEASE", help="Id of the lease.")],
    reason: Annotated[
        str, typer.Option("--reason", help="Why, for the lease's history.")
    ] = "no reason was given",
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """End a lease at once: the next question of every running server is answered without it."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    revoked = line.countenance.revoke_lease(actor, LeaseId(lease), reason)
    if as_json:
        line.output.document(of_lease(revoked))
    else:
        line.output.say(f"revoked `{revoked.id}`")


@app.command("suspend")
def suspend(
    context: typer.Context,
    *,
    lease: Annotated[str, typer.Argument(metavar="LEASE", help="Id of the lease.")],
    reason: ReasonOption,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Press the stop button: every running server refuses the next question. Any reviewer may."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    held = line.countenance.vetting.suspend_lease(actor, LeaseId(lease), reason)
    _tell(line, held, f"suspended `{held.id}`", as_json=as_json)


@app.command("resume")
def resume(
    context: typer.Context,
    *,
    lease: Annotated[str, typer.Argument(metavar="LEASE", help="Id of the lease.")],
    reason: ReasonOption,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Let a suspended lease go on, as a reviewer other than the one who stopped it."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    held = line.countenance.vetting.resume_lease(actor, LeaseId(lease), reason)
    _tell(line, held, f"`{held.id}` goes on", as_json=as_json)


@app.command("history")
def history(
    context: typer.Context,
    *,
    lease: Annotated[str, typer.Argument(metavar="LEASE", help="Id of the lease.")],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Show a lease's versions: what changed when, by whom and why."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    held = line.countenance.vetting.read_leases.history(actor, LeaseId(lease))
    if as_json:
        versions = [
            {
                "change": one.change.value,
                "by": one.by,
                "reason": one.reason,
                "at": one.at.isoformat(),
                "lease": of_lease(one.lease),
            }
            for one in held
        ]
        line.output.document({"versions": versions})
    else:
        rows = [
            (str(one.lease.version), one.change.value, one.by, moment(one.at), one.reason) for one in held
        ]
        line.output.table(("version", "change", "by", "at", "reason"), rows)


def _tell(line: CommandLine, held: Lease, said: str, *, as_json: bool) -> None:
    if as_json:
        line.output.document(of_lease(held))
    else:
        line.output.say(said)


def _rows(lease: Lease) -> list[tuple[str, str]]:
    terms = lease.terms
    return [
        ("lease", lease.id),
        ("customer", lease.customer_id),
        ("acts", ", ".join(sorted(terms.acts)) or "none"),
        ("purposes", ", ".join(sorted(terms.purposes)) or "none"),
        ("galleries", ", ".join(sorted(terms.galleries)) or "none"),
        ("spaces", ", ".join(sorted(terms.spaces)) or "none"),
        ("cameras", ", ".join(sorted(terms.cameras)) or "none"),
        ("false match rate", f"at most {one_in(terms.fmr_ppb / _BILLION)}"),
        ("subjects", f"at most {terms.n_max:,} in a gallery"),
        ("candidates", f"at most {lease.max_candidates} on a list"),
        ("examiners", str(terms.examiners)),
        ("fairness caps", "none" if terms.caps is None else "see `countenance fairness caps`"),
        ("instruments", ", ".join(sorted(terms.instruments)) or "none"),
        ("in force", f"from {moment(terms.not_before)} until {moment(terms.expires)}"),
        ("verified again", f"by {moment(lease.reverify)}" if lease.reverify is not None else "no date"),
        ("revoked", "yes" if terms.revoked else "no"),
        ("suspended", "yes" if terms.suspended else "no"),
        ("origin", f"{lease.origin}{f' {lease.application_id}' if lease.application_id else ''}"),
        ("version", str(lease.version)),
        ("acts for", ", ".join(sorted(lease.acts_for)) or "nobody else"),
        ("obligations", ", ".join(sorted(terms.obligations)) or "those of the gate"),
        *(("condition", condition) for condition in lease.conditions),
        ("terms of use", lease.terms_of_use),
        ("approved by", ", ".join(lease.approved_by)),
    ]


def _until(lease: Lease) -> str:
    if lease.terms.revoked:
        return "revoked"
    return "suspended" if lease.terms.suspended else moment(lease.terms.expires)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        if len(content) <= _LONGEST_SEED:
            return content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"`{path}` cannot be read as text") from error
    raise InvalidInputError(f"`{path}` is too long for a lease file")
