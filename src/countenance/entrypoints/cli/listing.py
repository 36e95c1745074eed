"""Lists a page at a time: how many rows, after which one, and how to go on."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from countenance.entrypoints.cli.output import Output
from countenance.vetting.listing import Listed

ROWS: Final = 100
"""Rows of a page, unless asked otherwise."""

RowLimit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Rows on a page.")]
AfterRow = Annotated[
    str | None,
    typer.Option("--after", metavar="ID", help="Begin after this row: the last of the page before."),
]


def following(found: Listed[Any]) -> str | None:
    """Return what `--after` names on the next page, or None on the last one: `next` in `--json`."""
    return found.after.id if found.after is not None else None


def tell_more(output: Output, found: Listed[Any]) -> None:
    """Say after a table that there are more rows, and how to go on; nothing on the last page."""
    if found.after is not None:
        output.say(f"There are more, {found.total:,} in all. Go on with --after {found.after.id}")
