"""`countenance fairness predictions`: how often a service that analyses faces is wrong, by group."""

from __future__ import annotations

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
    as_json: JsonFlag = False,
) -> None:
    """Tell how often answers about faces are wrong, by group.

    For auditing services of others that tell an attribute from a face, from a table of their
    answers; this program tells none. Error rates at the intersections of the groups, after Gender
    Shades, with the same intervals and verdicts as elsewhere. Answers that were not given are
    counted beside the errors.
    """
    from countenance.fairness.prediction_table import (  # noqa: PLC0415  start-up stays quick
        PredictionColumns,
        error_document,
        read_prediction_rows,
    )

    line = CommandLine.of(context)
    columns = PredictionColumns(truth=truth, prediction=prediction, groups=tuple(group), subject=subject)
    named = [truth, prediction, *group, *([] if subject is None else [subject])]
    rows = read_table(table, lambda lines: read_prediction_rows(lines, columns), columns=named)
    every = range(len(group))
    document = {
        **error_document(rows, every, error_cap),
        "rows": len(rows.scores),
        "by_column": {group[at]: error_document(rows, (at,), error_cap) for at in every}
        if len(group) > 1
        else {},
    }
    if as_json:
        line.output.document(document)
        return
    _say(line.output, document)


def _say(output: Output, document: dict[str, Any]) -> None:
    from countenance.entrypoints.cli.fairness_words import VERDICTS, rate  # noqa: PLC0415  beside its use
    from countenance.entrypoints.pages.rates import figure  # noqa: PLC0415  as above

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
