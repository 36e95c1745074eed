"""`countenance conditions`: what officers decide of the conditions that vendors and the house have set."""

from __future__ import annotations

from typing import Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.options import JsonFlag, KeyFile
from countenance.entrypoints.cli.written import ReasonOption, WrittenFile, read_written
from countenance.vetting.conditions import ConditionDecision, ConditionDecisionId
from countenance.vetting.documents import document_of
from countenance.vetting.officers import Proposal

app = typer.Typer(
    no_args_is_help=True,
    help="Decide, as two named officers, that a condition is met, or is met no more.",
)

DecisionArgument = Annotated[str, typer.Argument(metavar="DECISION", help="Id of the officers' decision.")]
OfficerName = Annotated[str, typer.Option("--name", help="Your name, as it stands in the record.")]


@app.command("list")
def list_all(context: typer.Context, *, key_file: KeyFile = None, as_json: JsonFlag = False) -> None:
    """List what was decided, and the rules that officers can re-open."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    conditions = line.countenance.vetting.conditions
    decisions, rules = conditions.all(actor), conditions.rules(actor)
    if as_json:
        line.output.document({"rules": list(rules), "decisions": document_of(decisions)})
        return
    line.output.say(f"Officers can re-open: {', '.join(rules)}")
    rows = [(one.id, one.rule, one.state.value, one.expires.isoformat()) for one in decisions]
    if rows:
        line.output.table(("decision", "rule", "state", "until"), rows)


@app.command("propose")
def propose(
    context: typer.Context, *, file: WrittenFile, key_file: KeyFile = None, as_json: JsonFlag = False
) -> None:
    """Propose that a condition is met: rule, citation, answers to the checklist, expires, name, reasons."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    held = line.countenance.vetting.conditions.propose(actor, read_written(Proposal, file))
    _tell(line, held, as_json=as_json)


@app.command("confirm")
def confirm(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    decision: DecisionArgument,
    name: OfficerName,
    reason: ReasonOption,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Confirm what another officer has proposed: the gate is told at once."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    conditions = line.countenance.vetting.conditions
    _tell(line, conditions.confirm(actor, ConditionDecisionId(decision), name, reason), as_json=as_json)


@app.command("unmeet")
def unmeet(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    decision: DecisionArgument,
    name: OfficerName,
    reason: ReasonOption,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Say that a condition is met no more; two officers un-meet what two have met."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    conditions = line.countenance.vetting.conditions
    _tell(line, conditions.unmeet(actor, ConditionDecisionId(decision), name, reason), as_json=as_json)


def _tell(line: CommandLine, held: ConditionDecision, *, as_json: bool) -> None:
    if as_json:
        line.output.document(document_of(held))
    else:
        line.output.say(f"`{held.rule}` is {held.state}: decision `{held.id}`, until {held.expires}")
