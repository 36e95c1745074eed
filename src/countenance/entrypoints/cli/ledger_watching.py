"""Watching a log of somebody else, and telling an entry in words."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.ledger_verifying import (
    Keys,
    Policy,
    bytes_of,
    counted_entries,
    trust_of,
)
from countenance.entrypoints.cli.options import JsonFlag, KeyFile
from countenance.entrypoints.cli.output import Output
from countenance.errors import InvalidInputError, StorageError

if TYPE_CHECKING:
    from countenance.ledger.monitoring import Seen


def monitor(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    target: Annotated[
        str, typer.Argument(metavar="LOG", help="Address that the log is below, or folder of an export.")
    ],
    state: Annotated[
        Path, typer.Option("--state", file_okay=False, help="Folder to keep what was seen of this log in.")
    ],
    vkey: Keys = None,
    policy: Policy = None,
    stale_after: Annotated[
        float | None,
        typer.Option(
            "--stale-after", min=0, help="Hours without anything new after which to raise an alarm."
        ),
    ] = None,
    entries: Annotated[
        bool,
        typer.Option("--entries", help="Read every new entry too, and tell it; for logs that publish them."),
    ] = False,
    every: Annotated[
        float | None,
        typer.Option("--every", min=1, help="Look again after so many seconds, until interrupted."),
    ] = None,
    as_json: JsonFlag = False,  # noqa: ARG001  the root has set it on the output
) -> None:
    """Watch a log: that it only grows, that its witnesses agree, and that it is alive.

    Each look compares the log with what was seen before, from its tiles alone, and keeps what follows.
    A log that shows another past is an alarm, and both checkpoints are kept as it signed them: proof
    for everybody. Exits with 0 if all is well and with 1 if not; with --every, when it forks or rolls back.
    """
    from countenance.app.watching import WatchOptions, open_watch  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    trust = trust_of(vkey, None, policy)
    follow = _teller(line.output) if entries else None
    options = WatchOptions(
        target=target,
        state=state,
        policy=trust.policy,
        keys=trust.keys,
        stale_after=timedelta(hours=stale_after) if stale_after is not None else None,
        follow=follow,
    )
    with open_watch(options) as watch:
        seen = watch()
        _tell(line.output, seen, lines=every is not None)
        while every is not None and not _final(seen):
            threading.Event().wait(every)
            try:
                seen = watch()
            except StorageError as error:
                line.output.warn(f"{error.message} [{error.code}]")
                continue
            _tell(line.output, seen, lines=True)
    if not seen.ok:
        raise typer.Exit(ExitCode.NOT_VERIFIED)


def explain(
    context: typer.Context,
    *,
    entry: Annotated[
        int | None, typer.Argument(metavar="ENTRY", min=0, help="Index of the entry, counted from 0.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", exists=True, dir_okay=False, help="File with an entry's exact bytes instead."),
    ] = None,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Tell in words what an entry says: of the log here, or of one that you were given as a file."""
    from countenance.ledger.explaining import explain as in_words  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    if (entry is None) == (file is None):
        raise InvalidInputError("give the index of an entry, or a file with --file")
    if file is not None:
        leaf = bytes_of(file)
    else:
        reading = line.countenance.read_ledger
        leaf = reading.entry(line.holder_or_administrator(key_file), entry or 0).leaf
    told = in_words(leaf)
    if as_json:
        fields = [{"name": name, "meaning": text, "value": value} for name, text, value in told.fields]
        moment = told.moment.isoformat() if told.moment is not None else None
        line.output.document({"type": told.title, "text": told.sentence, "time": moment, "fields": fields})
        return
    line.output.say(told.sentence, style="bold")
    if told.moment is not None:
        line.output.say(f"{told.moment:%d %B %Y, %H:%M:%S} UTC ({told.title})")
    for name, text, value in told.fields:
        line.output.facts([(name, value)], indent=2)
        if text:
            line.output.say(text, style="dim", indent=4)


def _final(seen: Seen) -> bool:
    from countenance.ledger.monitoring import Alarm  # noqa: PLC0415  start-up stays quick

    return any(code in (Alarm.FORKED, Alarm.ROLLED_BACK) for code, _ in seen.alarms)


def _tell(output: Output, seen: Seen, *, lines: bool) -> None:
    if output.as_json:
        (output.line_of_json if lines else output.document)(seen.to_json())
        return
    if seen.size is not None:
        output.say(f"{seen.origin}: {counted_entries(seen.size)}, {seen.grown} of them new")
    for code, text in seen.alarms:
        output.say(f"ALARM: {text} [{code}]", style="bold red")
    if seen.ok:
        output.say("all is well: it only grew", style="green")


def _teller(output: Output) -> Callable[[int, bytes], None]:
    """Return what tells each new entry on a line of its own."""
    from countenance.errors import LedgerError  # noqa: PLC0415  start-up stays quick
    from countenance.ledger.explaining import explain as in_words  # noqa: PLC0415  as above

    def tell(index: int, leaf: bytes) -> None:
        try:
            told = in_words(leaf)
        except LedgerError as error:
            output.warn(f"entry {index}: {error.message}")
            return
        if output.as_json:
            output.line_of_json({"entry": index, "type": told.title, "text": told.sentence})
        else:
            output.say(f"entry {index}: {told.sentence}")

    return tell
