"""A refusal, shown with its rules, their dates, and what would re-open the question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from countenance.entrypoints.cli.policy_words import say_decision
from countenance.errors import CountenanceError
from countenance.policy.codec import decision_document
from countenance.policy.model import Act

if TYPE_CHECKING:
    from countenance.entrypoints.cli.context import CommandLine
    from countenance.entrypoints.cli.output import Output
    from countenance.errors import RefusedError
    from countenance.recognition.model import DecisionRecord

_ANSWERED_WITH_A_SCORE = frozenset({Act.VERIFY, Act.IDENTIFY})


def show_refusal(line: CommandLine, refusal: RefusedError) -> None:
    """Print the refusal from its stored decision; from the error alone if that cannot be read."""
    try:
        record = line.countenance.read_decisions(line.administrator, refusal.decision_id)
    except CountenanceError:
        record = None
    if line.output.as_json:
        line.output.document(refusal_document(refusal, record))
    else:
        _say(line.output, refusal, record)


def refusal_document(refusal: RefusedError, record: DecisionRecord | None) -> dict[str, Any]:
    """Return the refusal as JSON; an act that answers with a score has one here too, and it is null."""
    document: dict[str, Any] = {"outcome": "refused"}
    if record is None or record.question.act in _ANSWERED_WITH_A_SCORE:
        document |= {"score": None, "threshold": None, "fmr": None}
    document |= {"decision_id": refusal.decision_id, "entry": refusal.entry}
    document |= {"missing": list(refusal.missing)}
    if record is None:
        return document | {"reasons": [{"id": reason} for reason in refusal.reasons], "conditions": []}
    decision = decision_document(record.decision)
    return document | {"reasons": decision["reasons"], "conditions": decision["conditions"]}


def _say(output: Output, refusal: RefusedError, record: DecisionRecord | None) -> None:
    if record is None:
        output.say(f"{refusal.message[:1].upper()}{refusal.message[1:]}.", style="bold red")
    else:
        say_decision(output, record.question, record.decision)
    if refusal.missing:
        output.say("")
        output.say(f"Missing for this subject: {', '.join(refusal.missing)}.")
    output.say("")
    output.facts([("decision", refusal.decision_id), ("ledger entry", str(refusal.entry))])
