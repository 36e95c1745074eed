"""`countenance leases`: granting, showing and revoking leases, by whoever sits at the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.documents import of_lease
from countenance.entrypoints.cli.options import JsonFlag
from countenance.entrypoints.cli.wording import moment, one_in
from countenance.errors import InvalidInputError, NotFoundError
from countenance.vetting.model import Lease, LeaseId
from countenance.vetting.seed import parse_seed

app = typer.Typer(
    no_args_is_help=True,
    help="Grant, show and revoke leases: approved uses that expire, the only source of permits.",
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
def list_all(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """List every lease, revoked and expired ones too."""
    line = CommandLine.of(context)
    held = line.countenance.list_leases(line.administrator)
    if as_json:
        line.output.document({"leases": [of_lease(lease) for lease in held]})
    elif not held:
        line.output.say("No lease yet. `countenance leases grant FILE` grants those of a seed file.")
    else:
        rows = [
            (
                lease.id,
                lease.customer_id,
                ", ".join(sorted(lease.terms.acts)),
                "revoked" if lease.terms.revoked else moment(lease.terms.expires),
            )
            for lease in held
        ]
        line.output.table(("lease", "customer", "acts", "until"), rows)


@app.command("show")
def show(
    context: typer.Context,
    *,
    lease: Annotated[str, typer.Argument(metavar="LEASE", help="Id of the lease.")],
    as_json: JsonFlag = False,
) -> None:
    """Show what one lease allows. What it does not name, it does not allow."""
    line = CommandLine.of(context)
    held = {one.id: one for one in line.countenance.list_leases(line.administrator)}
    if lease not in held:
        raise NotFoundError(f"no lease `{lease}`")
    if as_json:
        line.output.document(of_lease(held[LeaseId(lease)]))
    else:
        line.output.facts(_rows(held[LeaseId(lease)]))


@app.command("revoke")
def revoke(
    context: typer.Context,
    *,
    lease: Annotated[str, typer.Argument(metavar="LEASE", help="Id of the lease.")],
    as_json: JsonFlag = False,
) -> None:
    """End a lease at once: the next question of every running server is answered without it."""
    line = CommandLine.of(context)
    revoked = line.countenance.revoke_lease(line.administrator, LeaseId(lease))
    if as_json:
        line.output.document(of_lease(revoked))
    else:
        line.output.say(f"revoked `{revoked.id}`")


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
        ("instruments", ", ".join(sorted(terms.instruments)) or "none"),
        ("in force", f"from {moment(terms.not_before)} until {moment(terms.expires)}"),
        ("revoked", "yes" if terms.revoked else "no"),
        ("approved by", ", ".join(lease.approved_by)),
    ]


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
        if len(content) <= _LONGEST_SEED:
            return content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"`{path}` cannot be read as text") from error
    raise InvalidInputError(f"`{path}` is too long for a lease file")
