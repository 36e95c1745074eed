"""How the demo tells its story: what is asked, what came back, and what must hold of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from countenance.biometrics.model import ErrorRate
from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.policy_words import long_day
from countenance.entrypoints.cli.wording import error_rate, remarks

if TYPE_CHECKING:
    from countenance.entrypoints.cli.demo_customer import Reply
    from countenance.entrypoints.cli.output import Output

_INDENT = 3
_DIGITS = 12
_FOREMOST = 2
_STYLES = {"match": "bold green", "no_match": "bold", "held": "bold yellow", "refused": "bold red"}
_SENTENCES = {
    "match": "MATCH: the score reaches the threshold",
    "no_match": "NO MATCH: nothing reaches the threshold",
    "held": "HELD: nobody sees a candidate before people have judged",
    "refused": "REFUSED",
}


@dataclass(slots=True)
class Step:
    """One step: what happened, and what was checked."""

    title: str
    exchanges: list[dict[str, Any]] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    failed: str | None = None

    def document(self) -> dict[str, Any]:
        """Return the step as JSON."""
        return {
            "title": self.title,
            "exchanges": self.exchanges,
            "held": self.checks,
            "failed": self.failed,
        }


@dataclass(slots=True)
class Telling:
    """Prints the story as it happens, or keeps it for the one JSON document."""

    output: Output
    steps: list[Step] = field(default_factory=list)
    cautioned: bool = False

    def step(self, title: str, lead: str) -> None:
        """Begin a step."""
        self.steps.append(Step(title))
        self.say("")
        self.say(f"{len(self.steps)}. {title}", style="bold underline")
        self.say(lead)

    def say(self, text: str, *, style: str | None = None, indent: int = 0) -> None:
        """Tell something in between."""
        if not self.output.as_json:
            self.output.say(text, style=style, indent=indent)

    def exchange(self, reply: Reply) -> None:
        """Tell that something was asked, and the status that came back, with the problem if there is one."""
        self._now().exchanges.append({"method": reply.method, "path": reply.path, "status": reply.status})
        self.say(f"{reply.method} {reply.path} -> {reply.status}", style="cyan", indent=_INDENT)
        if "detail" in reply.body and "rules" not in reply.body:
            self._now().exchanges[-1]["code"] = reply.body.get("code")
            self.facts([(str(reply.body.get("code")), str(reply.body["detail"]))])

    def ran(self, command: Sequence[str], status: int) -> None:
        """Tell that a command was run, and its exit status."""
        text = " ".join(command)
        self._now().exchanges.append({"command": text, "status": status})
        self.say(f"$ {text} -> {status}", style="cyan", indent=_INDENT)

    def outcome(self, outcome: str) -> None:
        """Tell how it came out."""
        self._now().exchanges[-1]["outcome"] = outcome
        self.say(_SENTENCES[outcome], style=_STYLES[outcome], indent=_INDENT)

    def facts(self, rows: Sequence[tuple[str, str]]) -> None:
        """Tell details, as labels and values."""
        if not self.output.as_json:
            self.output.facts(rows, indent=_INDENT)

    def evidence(self, body: Mapping[str, Any]) -> None:
        """Tell score, threshold and the false match rate behind it."""
        kept = {name: body[name] for name in ("score", "threshold", "fmr", "decision_id") if name in body}
        self._now().exchanges[-1] |= kept
        rate = ErrorRate(**body["fmr"])
        rows = [
            ("threshold", f"{body['threshold']:.4f}, from calibration `{body['calibration_id'][:_DIGITS]}`"),
            ("false matches", f"{error_rate(rate)} at this threshold"),
        ]
        told = remarks(body["calibration_id"])
        if told and not self.cautioned:
            rows.append(("measured on", " ".join(told[:_FOREMOST])))
            self.cautioned = True
        score = body.get("score")
        self.facts([("score", f"{score:.4f}"), *rows] if score is not None else rows)

    def refusal(self, body: Mapping[str, Any]) -> None:
        """Tell which rules refused, since when, and what would re-open the question."""
        self.outcome("refused")
        rules = body.get("rules") or []
        self._now().exchanges[-1] |= {
            "rules": [rule["id"] for rule in rules],
            "decision_id": body.get("decision_id"),
            "entry": body.get("entry"),
        }
        told: set[str | None] = set()
        for rule in rules:
            self.say(f"\n{_sentence(rule)}", indent=_INDENT)
            rows = [("rule", f"{rule['id']} ({rule['pack']})")]
            if rule["reopens"] not in told:
                rows.append(("to re-open", rule["reopens"] or "nothing re-opens this"))
                told.add(rule["reopens"])
            self.facts(rows)
        self.facts([("decision", f"{body.get('decision_id')}, ledger entry {body.get('entry')}")])

    def check(self, what: str, *, holds: bool) -> None:
        """Tell that something holds that must; ends the demo with status 1 if it does not."""
        if not holds:
            self._now().failed = what
            self.say(f"x  not so: {what}", style="bold red", indent=_INDENT)
            raise typer.Exit(ExitCode.NOT_VERIFIED)
        self._now().checks.append(what)
        self.say(f"ok {what}", style="green", indent=_INDENT)

    def end(self, *, seconds: float, address: str, key: str | None) -> None:
        """Tell that all is well, and how to go on where the server is left up."""
        self.say("")
        self.say(
            f"All {len(self.steps)} steps came out as told, in {seconds:.0f} seconds.", style="bold green"
        )
        if key is None:
            return
        self.say(
            f"The server is up on {address} until Ctrl-C. A key under the bank's lease, shown this once:"
        )
        self.say(f"\n{key}\n", indent=2)
        self.say("For instance, with a photograph of your own:")
        url = f"{address}/v1/detections"
        self.say("  curl -H 'Authorization: Bearer KEY' -H 'Content-Type: image/jpeg' \\")
        self.say(f"       --data-binary @photo.jpg {url}")

    def print_document(self, address: str, key: str | None) -> None:
        """Print the one JSON document, if that was asked for."""
        if self.output.as_json:
            told = all(step.failed is None for step in self.steps)
            steps = [step.document() for step in self.steps]
            self.output.document({"ok": told, "address": address, "key": key, "steps": steps})

    def _now(self) -> Step:
        return self.steps[-1]


def _sentence(rule: Mapping[str, Any]) -> str:
    """Return what a rule says, with its dates."""
    dates = [
        f"{word} {long_day(date.fromisoformat(rule[name]))}"
        for word, name in (("since", "from"), ("until", "until"))
        if rule[name] is not None
    ]
    return f"{rule['text'].rstrip('.')} ({', '.join(dates)})." if dates else rule["text"]
