"""`countenance fairness predictions`: how often a service that analyses faces is wrong, by group."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.options import JsonFlag
from countenance.entrypoints.cli.tables import read_table

if TYPE_CHECKING:
    from countenance.entrypoints.cli.output import Output


def predictions(  # noqa: PLR0913  each is an option of the command
    context: typer.Context,
    *,
    table: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE",
            exists=True,
            dir_okay=False,
            readable=True,
            help="CSV in UTF-8 with a header, or Parquet; one answer a row.",
        ),
    ],
    truth: Annotated[str, typer.Option("--truth", help="Column of what is so.")],
    prediction: Annotated[
        str, typer.Option("--prediction", help="Column of what the service answered; empty if it gave none.")
    ],
    group: Annotated[
        list[str],
        typer.Option("--group", help="Column of groups, as recorded; several give their intersections."),
    ],
    subject: Annotated[
        str | None, typer.Option("--subject", help="Column of subjects, where they have several images.")
    ] = None,
    error_cap: Annotated[
        float | None, typer.Option("--error-cap", help="The highest error rate that any group may have.")
    ] = None,
    before: Annotated[
        Path | None,
        typer.Option(
            "--before",
            metavar="TABLE",
            exists=True,
            dir_okay=False,
            readable=True,
            help="The table of an earlier audit with the same columns: tell what changed since.",
        ),
    ] = None,
    told: Annotated[
        str | None,
        typer.Option("--told", metavar="DATE", help="Day on which the makers of the service were told."),
    ] = None,
    window_days: Annotated[
        int | None,
        typer.Option("--window-days", help="Days that they have from then on before it is published."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Tell how often answers about faces are wrong, by group.

    For auditing services of others that tell an attribute from a face, from a table of their
    answers; this program tells none. Error rates at the intersections of the groups, after Gender
    Shades, with the same intervals and verdicts as elsewhere. Answers that were not given are
    counted beside the errors. An audit that is repeated tells with `--before` what changed in each
    group, and one that its makers were told of, from when on it is public.
    """
    from countenance.fairness.prediction_table import (  # noqa: PLC0415  start-up stays quick
        PredictionColumns,
        error_document,
        read_prediction_rows,
    )

    line = CommandLine.of(context)
    columns = PredictionColumns(truth=truth, prediction=prediction, groups=tuple(group), subject=subject)
    named = [truth, prediction, *group, *([] if subject is None else [subject])]
    window = _window(told, window_days)
    rows = read_table(table, lambda lines: read_prediction_rows(lines, columns), columns=named)
    every = range(len(group))
    now = error_document(rows, every, error_cap)
    earlier = None
    if before is not None:
        from countenance.fairness.retest import changes  # noqa: PLC0415  only for a repeated audit

        old = read_table(before, lambda lines: read_prediction_rows(lines, columns), columns=named)
        earlier = changes(error_document(old, every, error_cap), now)
    document = {
        **now,
        "disclosure": window,
        "since": earlier,
        "rows": len(rows.scores),
        "by_column": {group[at]: error_document(rows, (at,), error_cap) for at in every}
        if len(group) > 1
        else {},
    }
    if as_json:
        line.output.document(document)
        return
    _say(line.output, document)


def _window(told: str | None, days: int | None) -> dict[str, Any] | None:
    """Return the window of disclosure as of today, in UTC; raises `InvalidInputError` for half of one."""
    if told is None and days is None:
        return None
    from countenance.errors import InvalidInputError  # noqa: PLC0415  start-up stays quick
    from countenance.fairness.retest import Disclosure  # noqa: PLC0415  as above

    if told is None or days is None:
        raise InvalidInputError("a window of disclosure has --told and --window-days")
    try:
        day = date.fromisoformat(told)
    except ValueError as error:
        raise InvalidInputError(f"`{told}` is not a day such as 2027-01-31") from error
    return Disclosure(day, days).document(datetime.now(UTC).date())


def _say_since(output: Output, since: dict[str, Any]) -> None:
    from countenance.entrypoints.cli.fairness_words import rate_alone  # noqa: PLC0415  beside its use

    output.say("Since the earlier audit, other faces each time:")
    output.table(
        ("group", "before", "now", "change", "shown"),
        (
            (name, rate_alone(one["before"]), rate_alone(one["now"]), _points(one), one["shown"])
            for name, one in since["groups"].items()
        ),
    )
    for words, names in (("then only", since["only_before"]), ("now only", since["only_now"])):
        if names:
            output.say(f"{words}: {', '.join(names)}", indent=2)


def _points(one: dict[str, Any]) -> str:
    """Return a change in percentage points, with its interval."""
    if one["change"] is None:
        return "no trials"
    change, (lower, upper) = one["change"], one["change_interval"]
    return f"{change * 100:+.1f} points ({lower * 100:+.1f} to {upper * 100:+.1f})"


def _say(output: Output, document: dict[str, Any]) -> None:
    from countenance.entrypoints.cli.fairness_words import VERDICTS, rate  # noqa: PLC0415  beside its use
    from countenance.entrypoints.pages.rates import figure  # noqa: PLC0415  as above

    window = document["disclosure"]
    if window is not None and not window["public"]:
        output.warn(f"the makers have until {window['public_from']} to answer: not to be published before")
    output.say(VERDICTS[document["verdict"]], style="bold")
    output.table(
        ("group", "wrong", "no answer", "verdict"),
        (
            (
                name,
                rate(one["error"], one["error_interval"], one["trials"]),
                f"{one['no_answer']:,}",
                document["verdicts"]["error"]["groups"][name]["verdict"],
            )
            for name, one in document["groups"].items()
        ),
    )
    output.facts(
        [
            ("largest / smallest", figure(document["error_max_min"])),
            ("largest - smallest", figure(document["error_gap"])),
            ("Gini", figure(document["gini_error"])),
        ]
    )
    if document["since"] is not None:
        _say_since(output, document["since"])
