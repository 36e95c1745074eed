"""How answers are printed: one JSON document, or text for a terminal of 80 columns."""

from __future__ import annotations

import json
import os
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

Document = Mapping[str, Any]
"""What `--json` prints: texts, numbers, booleans, None, lists and mappings of these."""

_PIPED_WIDTH = 120
_INDENT = 2
_GAP = 2
_NARROWEST = 20


@dataclass
class Output:
    """Standard output and standard error of one run.

    With `as_json` set, exactly one JSON document goes to standard output, errors included;
    warnings and progress always go to standard error.
    """

    as_json: bool = False

    def document(self, document: Document | Sequence[Document]) -> None:
        """Print one JSON document."""
        typer.echo(json.dumps(document, indent=_INDENT, ensure_ascii=False, allow_nan=False))

    def line_of_json(self, document: Document) -> None:
        """Print one JSON document on one line, for `--jsonl`."""
        typer.echo(json.dumps(document, ensure_ascii=False, allow_nan=False))

    def say(self, text: str, *, style: str | None = None, indent: int = 0) -> None:
        """Print a sentence, wrapped to the terminal; a line break in it is kept."""
        from rich.text import Text  # noqa: PLC0415  start-up stays quick

        console = self._console()
        room = max(console.width - indent, _NARROWEST)
        lines = [line for paragraph in text.split("\n") for line in _wrap(paragraph, room)]
        shown = "\n".join(f"{' ' * indent}{line}" if line else "" for line in lines)
        console.print(Text(shown, style=style or ""), soft_wrap=True)

    def facts(self, rows: Iterable[tuple[str, str]], *, indent: int = 0) -> None:
        """Print labels and values in two columns, the values wrapped beside their labels."""
        from rich.text import Text  # noqa: PLC0415  start-up stays quick

        lines = list(rows)
        console = self._console()
        label_width = max((len(label) for label, _ in lines), default=0)
        margin = indent + label_width + _GAP
        room = max(console.width - margin, _NARROWEST)
        for label, value in lines:
            wrapped = _wrap(value, room)
            text = Text(" " * indent).append(label.ljust(label_width), style="dim")
            text.append((" " * _GAP + f"\n{' ' * margin}".join(wrapped)).rstrip())
            console.print(text, soft_wrap=True)

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Print a table, its cells folded where the terminal is too narrow."""
        from rich import box  # noqa: PLC0415  start-up stays quick
        from rich.table import Table  # noqa: PLC0415  start-up stays quick
        from rich.text import Text  # noqa: PLC0415  start-up stays quick

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for name in head:
            table.add_column(name, overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self._console().print(table)

    def note(self, text: str) -> None:
        """Print a remark on standard error, out of the way of what a script reads."""
        self._console(stderr=True).print(text, style="dim", markup=False, highlight=False, emoji=False)

    def warn(self, text: str) -> None:
        """Print a warning on standard error."""
        self._console(stderr=True).print(
            f"warning: {text}", style="yellow", markup=False, highlight=False, emoji=False
        )

    def error(
        self, code: str, message: str, *, reasons: Sequence[str] = (), advice: str | None = None
    ) -> None:
        """Print an error: `error: message [code]` on standard error, or as the JSON document."""
        if self.as_json:
            self.document({"error": {"code": code, "message": message, "reasons": list(reasons)}})
            return
        typer.secho("error:", fg="red", bold=True, nl=False, err=True)
        typer.echo(f" {message} [{code}]", err=True)
        if advice is not None:
            typer.echo(advice, err=True)

    @contextmanager
    def progress(self, what: str, total: int) -> Iterator[Callable[[], None]]:
        """Show a bar on standard error, if a terminal; the block calls what it gets after each step."""
        if not sys.stderr.isatty():
            yield _nothing
            return
        from rich.progress import (  # noqa: PLC0415  start-up stays quick
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self._console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=total)
            yield lambda: bar.advance(task)

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """Show on standard error, if that is a terminal, that something takes its time."""
        if not sys.stderr.isatty():
            yield
            return
        with self._console(stderr=True).status(what):
            yield

    def _console(self, *, stderr: bool = False) -> Console:
        from rich.console import Console  # noqa: PLC0415  start-up stays quick

        stream = sys.stderr if stderr else sys.stdout
        width = None if stream.isatty() or "COLUMNS" in os.environ else _PIPED_WIDTH
        return Console(file=stream, width=width, highlight=False)


def _wrap(text: str, room: int) -> list[str]:
    """Return the text in lines of at most `room` characters; an id or an address stays in one piece."""
    return textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]


def _nothing() -> None:
    """Take a step that nobody watches."""
