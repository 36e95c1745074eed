"""`countenance terms`: the terms of use, to be read by anybody and accepted for a lease."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.documents import of_lease
from countenance.entrypoints.cli.moments import read_moment
from countenance.entrypoints.cli.options import JsonFlag, KeyFile
from countenance.entrypoints.cli.wording import moment
from countenance.errors import InvalidInputError, NotFoundError
from countenance.vetting.model import LeaseId
from countenance.vetting.publishing_terms import NewTerms
from countenance.vetting.terms_of_use import TermsOfUse

app = typer.Typer(no_args_is_help=True, help="Read the terms of use, and accept them for a lease.")


@app.command("show")
def show(
    context: typer.Context,
    *,
    version: Annotated[str | None, typer.Option("--version", help="Another version than the newest.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show the terms of use; no key is needed to read them."""
    line = CommandLine.of(context)
    published = {one.version: one for one in line.countenance.vetting.terms()}
    chosen = version if version is not None else list(published)[-1]
    if chosen not in published:
        raise NotFoundError(f"no terms of use `{chosen}`; there are {', '.join(published)}")
    terms = published[chosen]
    if as_json:
        line.output.document({**_document(terms), "text": terms.text})
        return
    typer.echo(terms.text)
    line.output.note(f"version {terms.version}, published {moment(terms.published)}, sha256 {terms.digest}")


@app.command("publish")
def publish(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The text in Markdown, UTF-8, 200 to 50,000 characters.")
    ],
    version: Annotated[str, typer.Option("--version", help="Its name: small letters, digits, dots, dashes.")],
    summary: Annotated[str, typer.Option("--summary", help="What is new, in a sentence.")],
    binding: Annotated[str, typer.Option("--binding", help="Grace date with its zone; 7 to 365 days ahead.")],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Publish your own terms of use. Each lease is asked to accept them, and refused after the grace date."""
    line = CommandLine.of(context)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"`{file}` cannot be read as text") from error
    asked = NewTerms(version=version, summary=summary, text=text, binding=read_moment(binding))
    terms = line.countenance.vetting.publish_terms(line.holder_or_administrator(key_file), asked)
    if as_json:
        line.output.document(_document(terms))
    else:
        line.output.say(f"terms of use {terms.version} are published, and bind from {moment(asked.binding)}")


@app.command("accept")
def accept(
    context: typer.Context,
    *,
    lease: Annotated[str, typer.Argument(metavar="LEASE", help="Id of the lease.")],
    version: Annotated[str, typer.Option("--version", help="The version that was read: the newest.")],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Accept the newest terms of use for a lease, as a member of its customer."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    held = line.countenance.vetting.accept_terms(actor, LeaseId(lease), version)
    if as_json:
        line.output.document(of_lease(held))
    else:
        line.output.say(f"terms of use {held.terms_of_use} are accepted for `{held.id}`")


def _document(terms: TermsOfUse) -> dict[str, Any]:
    return {
        "version": terms.version,
        "published": terms.published.isoformat(),
        "binding": terms.binding.isoformat() if terms.binding is not None else None,
        "summary": terms.summary,
        "digest": terms.digest,
    }
