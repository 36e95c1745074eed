"""`countenance fairness monitor`: what is watched of live outcomes, and a look at them now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.options import JsonFlag, KeyFile

if TYPE_CHECKING:
    from countenance.fairness.labels import WatchedGroup
    from countenance.fairness.monitored import Watched

_MOST = 10_000_000


def monitor(
    context: typer.Context,
    *,
    look: Annotated[
        bool,
        typer.Option(
            "--look/--no-look",
            help="Follow the ledger first, as the server does every minute; alarms open incidents.",
        ),
    ] = True,
    most: Annotated[
        int, typer.Option("--most", min=1, max=_MOST, help="Follow at most about so many entries.")
    ] = _MOST,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Test the rates of live outcomes after every trial, and show how near each is to an alarm.

    Watched are, for each gallery: claims without a match, images that gave no template, matches with
    a low score, searches whose candidates no examiner supported, leads appealed, and leads overturned.
    """
    from countenance.fairness.sequential import MEAN_TRIALS_BETWEEN_FALSE_ALARMS  # noqa: PLC0415  slow
    from countenance.vetting.documents import document_of  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    gate = line.countenance.gate
    watched = gate.read_monitor(actor)
    looked = None
    if look:
        looked = gate.watch_outcomes(most=most)
        watched = gate.read_monitor(actor)
    groups = gate.read_monitor.groups(actor)
    if as_json:
        line.output.document(
            {
                "alarm_level": MEAN_TRIALS_BETWEEN_FALSE_ALARMS,
                "entries_followed": looked.entries if looked is not None else 0,
                "alarms": document_of(looked.alarms) if looked is not None else [],
                "watched": [{**document_of(one), "level": one.stream.level} for one in watched],
                "groups": [{**document_of(one), "level": one.stream.level} for one in groups],
            }
        )
        return
    for alarm in looked.alarms if looked is not None else ():
        line.output.warn(f"alarm: {alarm.kind}, incident `{alarm.id}`")
    if not watched:
        line.output.say("Nothing is watched yet: no outcome stands on the ledger.")
        return
    line.output.table(("gallery", "rate", "errors", "trials", "normal", "evidence"), map(_row, watched))
    if groups:
        line.output.table(
            ("gallery, group", "rate", "errors", "trials", "normal", "evidence"),
            [(f"{one.gallery_id}, {one.group}", *_row(one)[1:]) for one in groups],
        )


def _row(one: Watched | WatchedGroup) -> tuple[str, ...]:
    stream = one.stream
    normal = "being learned" if stream.baseline is None else f"up to {stream.baseline:.3g}"
    return (
        one.gallery_id,
        one.measure.value,
        f"{stream.errors:,}",
        f"{stream.trials:,}",
        normal,
        f"{stream.level:.3g}",
    )
