"""`countenance appeals`: looking again at what was decided."""

from __future__ import annotations

from typing import Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.options import JsonFlag, KeyFile
from countenance.entrypoints.cli.written import ReasonOption
from countenance.vetting.documents import document_of
from countenance.vetting.dossier import AppealId

app = typer.Typer(no_args_is_help=True, help="Judge appeals, as a reviewer who took no part in the ruling.")


@app.command("list")
def list_all(context: typer.Context, *, key_file: KeyFile = None, as_json: JsonFlag = False) -> None:
    """List the appeals that the key may see."""
    line = CommandLine.of(context)
    found = line.countenance.vetting.read_appeals.all(line.holder_or_administrator(key_file))
    if as_json:
        line.output.document({"appeals": document_of(found)})
    elif not found:
        line.output.say("No appeal. `countenance applications appeal` files one.")
    else:
        rows = [(one.id, one.application_id, one.against.value, one.state.value) for one in found]
        line.output.table(("appeal", "application", "against", "state"), rows)


@app.command("judge")
def judge(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    appeal: Annotated[str, typer.Argument(metavar="APPEAL", help="Id of the appeal.")],
    uphold: Annotated[bool, typer.Option("--uphold/--dismiss", help="Whether the ruling was wrong.")],
    reason: ReasonOption,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Vote on an appeal; two who agree decide."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    held = line.countenance.vetting.judge_appeal(actor, AppealId(appeal), uphold=uphold, reasons=reason)
    if as_json:
        line.output.document(document_of(held))
    else:
        line.output.say(f"appeal `{held.id}` is {held.state}")
