"""Applications in words: what stands in the way, why it matters, what the gate would say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countenance.entrypoints.cli.wording import moment
from countenance.vetting.documents import document_of

if TYPE_CHECKING:
    from countenance.entrypoints.cli.context import CommandLine
    from countenance.vetting.dossier import Application
    from countenance.vetting.findings import FactorFinding
    from countenance.vetting.foresight import Foreseen
    from countenance.vetting.reading import ApplicationView


def tell_application(line: CommandLine, held: Application, *, as_json: bool) -> None:
    """Print where an application stands."""
    if as_json:
        line.output.document(document_of(held))
    else:
        line.output.say(f"application `{held.id}` is {held.state}, version {held.version}")


def tell_view(line: CommandLine, view: ApplicationView, *, as_json: bool) -> None:
    """Print an application with its findings and the dry run."""
    if as_json:
        line.output.document(
            {
                "application": document_of(view.application),
                "draft": document_of(view.draft),
                "findings": [_finding(one) for one in view.findings],
                "foreseen": document_of(view.foreseen),
                "evidence": document_of(view.evidence),
                "marks": document_of(view.marks),
                "votes": document_of(view.votes),
                "appeals": document_of(view.appeals),
            }
        )
        return
    held = view.application
    line.output.say(view.draft.use.title or held.id, style="bold")
    line.output.facts(
        [
            ("application", held.id),
            ("customer", f"{view.customer.id} ({view.customer.name})"),
            ("state", f"{held.state}, version {view.draft.number} of {held.version}"),
            ("lease", held.lease_id if view.lease is not None else "none"),
        ]
    )
    if held.ruling is not None:
        line.output.facts([("ruling", held.ruling.verdict.value), ("why", " ".join(held.ruling.reasons))])
        if held.ruling.reopening:
            line.output.facts([("how to go on", held.ruling.reopening)])
    _tell_findings(line, view.findings)
    for one in view.foreseen:
        line.output.say(_foreseen(one), indent=2)


def _tell_findings(line: CommandLine, findings: tuple[FactorFinding, ...]) -> None:
    for one in findings:
        if one.blocks:
            about = one.about
            line.output.say(f"{about.number} {about.title}: {one.kind}", style="bold")
            where = [("at", one.field)] if one.field else []
            line.output.facts([("what", one.text), ("why it matters", about.why), *where], indent=2)
    questions = sum(not one.blocks and one.kind == "for_people" for one in findings)
    line.output.say(f"Judged by people: {questions} questions.")


def _foreseen(one: Foreseen) -> str:
    what = f"{one.act} for {one.purpose} in a place `{one.space}` through `{one.camera}`"
    rules = ", ".join(reason.id for reason in one.reasons)
    if not one.permitted:
        return f"{what}: refused by {rules}"
    return f"{what}: permitted until {moment(one.until)}{', then refused by ' + rules if rules else ''}"


def _finding(one: FactorFinding) -> dict[str, object]:
    about = one.about
    return {
        "factor": one.factor.value,
        "number": about.number,
        "title": about.title,
        "why": about.why,
        "principle": about.principle.value,
        "kind": one.kind.value,
        "blocks": one.blocks,
        "field": one.field,
        "text": one.text,
    }
