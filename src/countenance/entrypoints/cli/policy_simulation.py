"""`countenance policy simulate` and `calendar`: what was asked here asked again, and what comes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.options import JsonFlag
from countenance.entrypoints.cli.policy_options import moment_asked
from countenance.entrypoints.pages.simulated import because, change_words, outcome_document, tally_document
from countenance.errors import InvalidInputError
from countenance.policy.calendar import Coming, Touched, Turn, coming, stale
from countenance.policy.gate import installed_policy
from countenance.policy.packs import shipped_packs
from countenance.policy.question_words import long_day
from countenance.policy.register import shipped_register

if TYPE_CHECKING:
    from countenance.entrypoints.cli.output import Output
    from countenance.policy.register import Law
    from countenance.policy.simulation import Change, Tally

Told = Callable[[int, Iterable["Change"]], None]

_TURNS = {
    Turn.TAKES_EFFECT: "takes effect",
    Turn.SPRINGS_BACK: "springs back",
    Turn.LAPSES: "lapses",
}
_TOP = 20


def simulate(  # noqa: PLR0913  each is an option
    context: typer.Context,
    *,
    pack: Annotated[
        str | None,
        typer.Argument(
            metavar="[PACK]",
            help="Pack to try, by name or path, beside the installed ones or in place of its namesake.",
        ),
    ] = None,
    since: Annotated[str, typer.Option("--since", metavar="DATE", help="The first day of the questions.")],
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="The day that ends them, excluded; else now."),
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="Ask every question as if on this day.")
    ] = None,
    renewed: Annotated[
        bool,
        typer.Option("--renewed", help="With `--on`: leases count as renewed until then."),
    ] = False,
    changes: Annotated[
        Path | None,
        typer.Option("--changes", metavar="FILE", help="Write each change to this new file, as JSON."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Ask recorded questions of a proposed pack or on a coming day: which answers change, for whom, and why.

    Nothing is recorded and no act happens. It is compared whether the act was permitted, by which
    rules, and under which duties.
    """
    from countenance.recognition.log.simulation import Proposal  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    proposal = Proposal(
        pack=pack,
        since=moment_asked(since),
        until=moment_asked(until),
        on=moment_asked(on).date() if on is not None else None,
        renewed=renewed,
    )
    if pack is None and on is None:
        line.output.note("Neither pack nor day is given: the packs and laws in force here are asked.")
    actor = line.holder_or_administrator(None)
    act = line.countenance.policy.simulate
    total = act.count(actor, proposal)
    with _written(changes) as write, line.output.progress("asking again", total) as step:

        def told(asked: int, found: Iterable[Change]) -> None:
            write(found)
            for _ in range(asked):
                step()

        tally = act(actor, proposal, told)
    if as_json:
        line.output.document(tally_document(tally))
    else:
        _say_tally(line.output, tally)


def calendar(
    context: typer.Context,
    *,
    days: Annotated[int, typer.Option("--days", min=1, max=3660, help="How far to look ahead.")] = 180,
    leases: Annotated[
        bool,
        typer.Option(help="Ask for every lease here what each day changes; without, no database is opened."),
    ] = True,
    as_json: JsonFlag = False,
) -> None:
    """Show what lapses, springs back or takes effect in the days ahead, and the leases that it touches.

    Laws that were not checked against their source for a year are listed too.
    """
    line = CommandLine.of(context)
    touched: tuple[Touched, ...] = ()
    if leases:
        found = line.countenance.policy.foresee(line.holder_or_administrator(None), days)
        events, touched, unchecked = found.events, found.leases, found.unchecked
    else:
        today = datetime.now(UTC).date()
        events = coming(installed_policy(shipped_packs()).rules.values(), today, days)
        unchecked = stale(shipped_register(), today)
    if as_json:
        line.output.document(
            {
                "days": days,
                "events": [_event_document(event) for event in events],
                "leases": [_touched_document(one) for one in touched] if leases else None,
                "unchecked": [_law_document(law) for law in unchecked],
            }
        )
        return
    _say_calendar(line.output, events, touched, days)
    _say_unchecked(line.output, unchecked)


@contextmanager
def _written(path: Path | None) -> Iterator[Callable[[Iterable[Change]], None]]:
    """Yield what writes changes to a new file, or to nowhere."""
    if path is None:
        yield lambda _: None
        return
    try:
        file = path.open("x", encoding="utf-8")
    except OSError as error:
        raise InvalidInputError(f"`{path}` cannot be made: {error.strerror}") from error
    with file:
        yield lambda found: file.writelines(f"{json.dumps(_change_document(one))}\n" for one in found)


def _change_document(change: Change) -> dict[str, Any]:
    return {
        "decision": change.id,
        "customer": change.customer,
        "lease": change.lease,
        "act": change.act,
        "before": outcome_document(change.before),
        "after": outcome_document(change.after),
    }


def _say_tally(output: Output, tally: Tally) -> None:
    changed = tally.refused + tally.permitted + tally.otherwise
    output.say(
        f"{tally.asked:,} questions asked again; {changed:,} would be answered otherwise.", style="bold"
    )
    if not changed:
        return
    output.facts(
        [
            ("permitted, would be refused", f"{tally.refused:,}"),
            ("refused, would be permitted", f"{tally.permitted:,}"),
            ("the same by other rules or duties", f"{tally.otherwise:,}"),
        ],
        indent=2,
    )
    groups = tally.ordered()
    output.say("")
    output.table(
        ("decisions", "customer", "act", "change", "because of", "for example"),
        [
            (
                f"{group.count:,}",
                group.customer or "none",
                group.act,
                change_words(group),
                ", ".join(because(group)),
                group.examples[0],
            )
            for group in groups[:_TOP]
        ],
    )
    if len(groups) > _TOP or tally.beyond:
        output.say(f"{len(groups) - _TOP:,} more groups; `--json` has them, `--changes` every decision.")


def _event_document(event: Coming) -> dict[str, Any]:
    return {
        "day": event.day.isoformat(),
        "turn": event.turn.value,
        "rule": event.rule,
        "pack": event.pack,
        "text": event.text,
        "source": event.source,
    }


def _touched_document(one: Touched) -> dict[str, Any]:
    return {
        "day": one.day.isoformat(),
        "lease": one.lease,
        "customer": one.customer,
        "uses": one.uses,
        "refused": one.refused,
        "permitted": one.permitted,
        "otherwise": one.otherwise,
        "rules": list(one.rules),
        "complete": one.complete,
    }


def _law_document(law: Law) -> dict[str, Any]:
    return {
        "id": law.id,
        "citation": law.citation,
        "confidence": law.confidence,
        "verified_on": law.verified_on.isoformat() if law.verified_on is not None else None,
    }


def _say_calendar(
    output: Output, events: tuple[Coming, ...], touched: tuple[Touched, ...], days: int
) -> None:
    if not events:
        output.say(f"No rule turns within {days} days.", style="bold")
    for event in events:
        output.say(f"{long_day(event.day)}: {event.rule} {_TURNS[event.turn]}", style="bold")
        output.facts([("says", event.text), ("source", f"{event.source} ({event.pack})")], indent=2)
    for one in touched:
        counts = [
            f"{count} of {one.uses} uses {what}"
            for count, what in (
                (one.refused, "are refused from then on"),
                (one.permitted, "are permitted from then on"),
                (one.otherwise, "go on under other rules or duties"),
            )
            if count
        ]
        output.say(f"Lease {one.lease} of {one.customer}, {long_day(one.day)}: {'; '.join(counts)}")
        output.facts([("by", ", ".join(one.rules) or "other duties")], indent=2)


def _say_unchecked(output: Output, laws: tuple[Law, ...]) -> None:
    if laws:
        output.say(f"\n{len(laws)} laws have no check against their source on record within a year:")
        output.facts(
            [
                (law.id, long_day(law.verified_on) if law.verified_on is not None else "no check on record")
                for law in laws
            ],
            indent=2,
        )
