"""`countenance models`: which networks there are, where their files lie, and fetching one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.options import JsonFlag

if TYPE_CHECKING:
    from countenance.app.parts import ModelStatus

_SPOILT = "wrong_digest"
_STATES = {
    "absent": "not here",
    "present": "here, not looked into",
    "verified": "here, digest right",
    _SPOILT: "DIGEST WRONG",
}
_SOURCES = {"folder": "model folder", "package": "installed wheel"}

app = typer.Typer(
    no_args_is_help=True, help="Show the networks and where their files lie, check them, fetch one."
)


@app.command("list")
def list_all(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """List every model of the catalogue, and the operator's own that have a manifest.

    Files are not looked into; `models verify` does that.
    """
    line = CommandLine.of(context)
    _show(line, line.countenance.parts.models.list(), as_json=as_json)


@app.command("show")
def show(
    context: typer.Context,
    *,
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="Id of the model, as `models list` shows it.")
    ],
    as_json: JsonFlag = False,
) -> None:
    """Show all that is known of one model, its training data too, and check its file."""
    line = CommandLine.of(context)
    status = line.countenance.parts.models.show(model)
    if as_json:
        line.output.document(_document(status))
        return
    entry = status.entry
    line.output.say(entry.title, style="bold")
    line.output.facts(
        [
            ("id", entry.id),
            ("for", entry.task.value),
            (
                "licence",
                f"{entry.licence}, commercial use {'allowed' if entry.commercial_use else 'forbidden'}",
            ),
            ("may be used", "yes" if status.refusal is None else f"no: {status.refusal}"),
            ("publisher", entry.publisher),
            ("training data", entry.training_data),
            ("file", f"{status.path or entry.file}: {_STATES[status.state.value]}"),
            ("sha-256", entry.sha256),
            ("home page", entry.homepage or "-"),
            ("fetched from", entry.url or "nowhere: the catalogue knows no address"),
        ]
    )


@app.command("verify")
def verify(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Compare the digest of every file that is here with the catalogue's.

    Exits with 6 where a file is not what it should be, or where one that is to run is missing.
    """
    line = CommandLine.of(context)
    statuses = line.countenance.parts.models.verify()
    _show(line, statuses, as_json=as_json)
    if any(_is_fault(status) for status in statuses):
        raise typer.Exit(ExitCode.SET_UP)


@app.command("fetch")
def fetch(
    context: typer.Context,
    *,
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="Id of the model, as `models list` shows it.")
    ],
    as_json: JsonFlag = False,
) -> None:
    """Download one model into the model folder, unless a verified file is here already.

    A download that was cut goes on where it ended. Bytes that are not the catalogue's are
    thrown away. This is the only command that reaches out to the network.
    """
    line = CommandLine.of(context)
    with _bytes_bar(model) as progress:
        status = line.countenance.parts.models.fetch(model, progress=progress)
    if as_json:
        line.output.document(_document(status))
    else:
        line.output.say(f"`{model}` is here, its digest is right: {status.path}")


def _show(line: CommandLine, statuses: tuple[ModelStatus, ...], *, as_json: bool) -> None:
    """Print the models as a document or as a table."""
    if as_json:
        line.output.document({"models": [_document(status) for status in statuses]})
        return
    rows = [
        (
            status.entry.id,
            status.entry.task.value,
            status.entry.licence,
            status.used_as or "-",
            _STATES[status.state.value] if status.refusal is None else "refused",
            _SOURCES[status.source.value] if status.source is not None else "-",
        )
        for status in statuses
    ]
    line.output.table(("model", "for", "licence", "runs as", "file", "where"), rows)
    for status in statuses:
        if status.refusal is not None:
            line.output.note(status.refusal)


def _is_fault(status: ModelStatus) -> bool:
    """Tell whether the file is another than it should be, or is to run and is missing."""
    return status.state.value == _SPOILT or (status.used_as is not None and status.state.value == "absent")


def _document(status: ModelStatus) -> dict[str, Any]:
    """Return a model and its file as JSON."""
    entry = status.entry
    return {
        "id": entry.id,
        "task": entry.task.value,
        "title": entry.title,
        "licence": entry.licence,
        "commercial_use": entry.commercial_use,
        "refusal": status.refusal,
        "used_as": status.used_as,
        "state": status.state.value,
        "source": status.source.value if status.source is not None else None,
        "path": str(status.path) if status.path is not None else None,
        "file": entry.file,
        "sha256": entry.sha256,
        "publisher": entry.publisher,
        "training_data": entry.training_data,
        "homepage": entry.homepage,
        "url": entry.url,
    }


@contextmanager
def _bytes_bar(what: str) -> Iterator[Callable[[int, int | None], None] | None]:
    """Show how much of a download is here, on standard error, if a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415  start-up stays quick
    from rich.progress import (  # noqa: PLC0415  start-up stays quick
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda have, total: bar.update(task, completed=have, total=total)
