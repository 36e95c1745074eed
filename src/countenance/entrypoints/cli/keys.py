"""`countenance keys`: issuing, rotating, listing and revoking keys, by whoever sits at the machine."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.documents import of_key
from countenance.entrypoints.cli.listing import ROWS, AfterRow, RowLimit, following, tell_more
from countenance.entrypoints.cli.moments import read_moment
from countenance.entrypoints.cli.options import JsonFlag
from countenance.entrypoints.cli.wording import counted, moment
from countenance.errors import AlreadyExistsError, InvalidInputError
from countenance.vetting.keys import IssuedKey, KeyRequest
from countenance.vetting.listing import KeySearch, Span, key_place
from countenance.vetting.model import CustomerId, KeyId, LeaseId, PersonId, Role

app = typer.Typer(
    no_args_is_help=True, help="Issue, list and revoke API keys. A key's text is shown once and kept nowhere."
)


@app.command("issue")
def issue(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    role: Annotated[Role, typer.Option(help="What its holder may do; operators and examiners need a lease.")],
    label: Annotated[str, typer.Option(help="Whose key it is, for the list; 1 to 100 characters.")],
    lease: Annotated[str | None, typer.Option(help="Id of the lease that the key acts under.")] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="When it ends, with its zone: 2027-01-31T12:00:00Z.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", dir_okay=False, help="Write the key to this new file, for its owner only (0600)."
        ),
    ] = None,
    aws: Annotated[
        bool,
        typer.Option(
            "--aws", help="Also make an access key id and a secret, for clients that sign their requests."
        ),
    ] = False,
    person: Annotated[
        str | None,
        typer.Option(help="Who holds it, in small letters; reviewers and applicants act as a person."),
    ] = None,
    customer: Annotated[
        str | None, typer.Option(help="Id of the customer whose applications an applicant writes.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Issue a key and show it, this once."""
    line = CommandLine.of(context)
    request = KeyRequest(
        role=role,
        lease_id=LeaseId(lease) if lease is not None else None,
        label=label,
        expires=read_moment(expires) if expires is not None else None,
        signs=aws,
        person=PersonId(person) if person is not None else None,
        customer_id=CustomerId(customer) if customer is not None else None,
    )
    _show(line, issue_key(line, request, out), out, as_json=as_json)


@app.command("rotate")
def rotate(
    context: typer.Context,
    *,
    key: Annotated[str, typer.Argument(metavar="KEY", help="Id of the key, as `keys list` shows it.")],
    grace: Annotated[
        int, typer.Option("--grace", min=0, metavar="SECONDS", help="How long the old key goes on.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", dir_okay=False, help="Write the key to this new file, for its owner only (0600)."
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Issue a key in the place of another one, which ends after the grace period: no downtime."""
    line = CommandLine.of(context)
    rotate_key = line.countenance.vetting.rotate_key
    issued = written_to(out, lambda: rotate_key(line.administrator, KeyId(key), timedelta(seconds=grace)))
    _show(line, issued, out, as_json=as_json)


def _show(line: CommandLine, issued: IssuedKey, out: Path | None, *, as_json: bool) -> None:
    shown = {"key": issued.text, **_credential(issued)} if out is None else {"file": str(out)}
    document = of_key(issued.key) | shown
    if as_json:
        line.output.document(document)
    elif out is not None:
        line.output.say(f"key `{issued.key.id}` is in {out}")
    else:
        typer.echo(_text_of(issued).rstrip("\n"))
        line.output.note(
            "This is the only time that the key is shown. Keep it where only its holder can read it."
        )


@app.command("list")
def list_all(
    context: typer.Context, *, limit: RowLimit = ROWS, after: AfterRow = None, as_json: JsonFlag = False
) -> None:
    """List keys, the oldest first, revoked ones too, a page at a time."""
    line = CommandLine.of(context)
    keys, sought = line.countenance.list_keys, KeySearch()
    last = keys.one(line.administrator, KeyId(after)) if after is not None else None
    span = Span(limit=limit, place=key_place(last, sought.order) if last is not None else None)
    found = keys.page(line.administrator, sought, span)
    if as_json:
        line.output.document({"keys": [of_key(key) for key in found.rows], "next": following(found)})
    elif not found.total:
        line.output.say(
            "No key yet. `countenance keys issue` makes one; so does the first `countenance serve`."
        )
    else:
        rows = [
            (key.id, key.role.value, key.lease_id or "-", key.label, moment(key.expires), moment(key.revoked))
            for key in found.rows
        ]
        line.output.table(("key", "role", "lease", "label", "expires", "revoked"), rows)
        tell_more(line.output, following(found), found.total)


@app.command("revoke")
def revoke(
    context: typer.Context,
    *,
    key: Annotated[str, typer.Argument(metavar="KEY", help="Id of the key, as `keys list` shows it.")],
    as_json: JsonFlag = False,
) -> None:
    """End a key at once, in every running server."""
    line = CommandLine.of(context)
    line.countenance.revoke_key(line.administrator, KeyId(key))
    if as_json:
        line.output.document({"key_id": key, "revoked": True})
    else:
        line.output.say(f"revoked `{key}`")


@app.command("rotate-master")
def rotate_master(
    context: typer.Context,
    *,
    to: Annotated[
        Path,
        typer.Option("--to", dir_okay=False, help="New file for the new master key (0600); not there yet."),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Put a new master key in the place of the old one. Stop every server first.

    Keys of subjects are wrapped anew and everything sealed is sealed anew, in one transaction;
    templates are not touched. Afterwards the old key opens nothing, and every process needs the
    new one: set COUNTENANCE_MASTER_KEY_FILE, or put the file where the old one was.
    """
    line = CommandLine.of(context)
    line.confirm("Is every server stopped, and shall the old master key open nothing any more?", yes=yes)
    count = line.countenance.parts.rotate_master_key(to, line.administrator.id)
    if as_json:
        line.output.document({"file": str(to), "subjects": count})
    else:
        line.output.say(f"the keys of {counted(count, 'subject')} are wrapped under the key in {to}")
        line.output.note("Put it where the old key was, or set COUNTENANCE_MASTER_KEY_FILE; back it up.")


def issue_key(line: CommandLine, request: KeyRequest, file: Path | None) -> IssuedKey:
    """Issue a key, and write it to a new `file` if there is to be one; raises like `written_to`."""
    return written_to(file, lambda: line.countenance.issue_key(line.administrator, request))


def written_to(file: Path | None, make: Callable[[], IssuedKey]) -> IssuedKey:
    """Return the key that `make` issues, written to a new `file` that its owner alone can read.

    The file is made first, so that no key is issued that nobody could get: raises
    `AlreadyExistsError` where there is one, `InvalidInputError` where none can be made.
    """
    if file is None:
        return make()
    descriptor = _new_file(file)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as writer:
            issued = make()
            writer.write(_text_of(issued))
            writer.flush()
            os.fsync(writer.fileno())
    except BaseException:
        file.unlink()
        raise
    return issued


def _text_of(issued: IssuedKey) -> str:
    """Return the key, and below it the credential as clients of AWS read it from a file or environment."""
    lines = (f"{name} = {value}\n" for name, value in _credential(issued).items())
    return f"{issued.text}\n{''.join(lines)}"


def _credential(issued: IssuedKey) -> dict[str, str]:
    held = issued.credential
    if held is None:
        return {}
    return {"aws_access_key_id": held.access_key_id, "aws_secret_access_key": held.secret}


def _new_file(path: Path) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise AlreadyExistsError(f"`{path}` is there already") from error
    except OSError as error:
        raise InvalidInputError(f"`{path}` cannot be written: {error.strerror}") from error
