"""`countenance decisions`: why something was permitted or refused, and whether it would be again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.documents import of_decision_record
from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.options import JsonFlag, KeyFile
from countenance.entrypoints.cli.policy_words import say_decision
from countenance.entrypoints.cli.wording import moment

if TYPE_CHECKING:
    from countenance.recognition.model import DecisionRecord

app = typer.Typer(no_args_is_help=True, help="Explain recorded decisions, and decide them again.")

Decision = Annotated[
    str, typer.Argument(metavar="DECISION", help="Id of the decision, from an answer or a refusal.")
]


@app.command("show")
def show(
    context: typer.Context,
    *,
    decision: Decision,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Explain a decision: what was asked, and which rules answered.

    Without a key it is shown to whoever sits at the machine.
    """
    line = CommandLine.of(context)
    record = line.countenance.read_decisions(line.holder_or_administrator(key_file), decision)
    if as_json:
        line.output.document(of_decision_record(record))
    else:
        _say(line, record)


@app.command("replay")
def replay(
    context: typer.Context,
    *,
    decision: Decision,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Decide a recorded question again, with the packs and laws in force here now.

    Exits with 0 if every byte of the decision is the same, and with 1 if not; the packs, laws
    and models that have changed since are named.
    """
    line = CommandLine.of(context)
    result = line.countenance.read_decisions.replay(line.holder_or_administrator(key_file), decision)
    if as_json:
        changed = list(result.changed)
        line.output.document({"decision_id": decision, "same": result.same, "changed": changed})
    elif result.same:
        line.output.say("The same decision, byte for byte.", style="bold green")
    else:
        why = (
            f"These have changed since: {', '.join(result.changed)}."
            if result.changed
            else "Nothing has changed."
        )
        line.output.say(f"Another decision than the recorded one. {why}", style="bold red")
    if not result.same:
        raise typer.Exit(ExitCode.NOT_VERIFIED)


def _say(line: CommandLine, record: DecisionRecord) -> None:
    say_decision(line.output, record.question, record.decision)
    question = record.question
    line.output.say("\nWhat was asked:")
    line.output.facts(
        [
            ("asked", moment(record.asked)),
            ("act", question.act.value),
            ("purpose", question.purpose.value if question.purpose is not None else "not said"),
            ("customer", record.customer_id or "none"),
            ("lease", question.lease.id if question.lease is not None else "none"),
            ("gallery", question.gallery.id if question.gallery is not None else "none"),
            ("decision", record.id),
            ("ledger entry", str(record.entry)),
        ],
        indent=2,
    )
