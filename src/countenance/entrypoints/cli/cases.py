"""`countenance cases`: where a held identification stands."""

from __future__ import annotations

from typing import Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.options import JsonFlag, KeyFile
from countenance.entrypoints.cli.wording import moment

app = typer.Typer(no_args_is_help=True, help="Show where held identifications stand.")


@app.command("show")
def show(
    context: typer.Context,
    *,
    case: Annotated[
        str, typer.Argument(metavar="CASE", help="Id of the case, from the held identification.")
    ],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Show a case. Its candidates are for the examiners alone and are not shown here."""
    from countenance.oversight import CaseId  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    held = line.countenance.read_cases(line.holder(key_file), CaseId(case))
    if as_json:
        line.output.document(
            {
                "case_id": held.id,
                "state": held.state.value,
                "gallery_id": held.gallery_id,
                "examiners": held.examiners,
                "opened": held.opened.isoformat(),
                "decision_id": held.decision_id,
            }
        )
        return
    line.output.facts(
        [
            ("case", held.id),
            ("state", held.state.value),
            ("gallery", held.gallery_id),
            ("examiners", str(held.examiners)),
            ("opened", moment(held.opened)),
            ("decision", held.decision_id),
        ]
    )
