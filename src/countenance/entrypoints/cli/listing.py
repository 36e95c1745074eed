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


def tell_more(output: Output, after: str | None, total: int | None = None) -> None:
    """Say after a table how to go on after a row; nothing on the last page, where `after` is None."""
    if after is not None:
        of_all = "" if total is None else f", {total:,} in all"
        output.say(f"There are more{of_all}. Go on with --after {after}")
