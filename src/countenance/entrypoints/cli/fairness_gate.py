"""What of `countenance fairness` the gate rests on: caps, and the reports that are held against them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.options import JsonFlag, KeyFile
from countenance.entrypoints.cli.wording import moment
from countenance.entrypoints.cli.written import ReasonOption, content_of
from countenance.policy.evidence import GalleryBasis, KindOfUse

if TYPE_CHECKING:
    from countenance.fairness.evidence import Evidence
    from countenance.recognition.standing_evidence import LeaseStanding

_LONGEST = 32 << 20
_DIGITS = 12
_BASES = {
    GalleryBasis.MEASURED: "by searches that were measured in one as large as the lease allows",
    GalleryBasis.PROJECTED: "as projected from the false match rate",
}

UseOption = Annotated[
    list[KindOfUse],
    typer.Option("--use", help="A kind of use that the report's data is like; may be repeated."),
]
EvidenceArgument = Annotated[str, typer.Argument(metavar="EVIDENCE", help="Id of the registered report.")]


def caps(
    context: typer.Context,
    lease: Annotated[str, typer.Argument(metavar="LEASE", help="Id of the lease.")],
    *,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Show the caps of a lease, and what the newest registered reports show of each today."""
    from countenance.vetting.documents import document_of  # noqa: PLC0415  start-up stays quick
    from countenance.vetting.model import LeaseId  # noqa: PLC0415  as above

    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    standing = line.countenance.gate.read_standing(actor, LeaseId(lease))
    if as_json:
        line.output.document(document_of(standing))
    else:
        _say_standing(line, standing)


def evidence(context: typer.Context, *, key_file: KeyFile = None, as_json: JsonFlag = False) -> None:
    """List the reports that were registered, brought or withdrawn, the last measured first."""
    from countenance.vetting.documents import document_of  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    found = line.countenance.gate.read_evidence(actor)
    if as_json:
        line.output.document({"evidence": document_of(found)})
    elif not found:
        line.output.say("No fairness report is registered.")
    else:
        head = ("evidence", "report", "model", "threshold ppb", "use", "measured", "state")
        line.output.table(head, [_row(one) for one in found])


def register(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    entry: Annotated[int, typer.Argument(metavar="ENTRY", min=0, help="Ledger entry of the completion.")],
    use: UseOption,
    reason: ReasonOption,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Let a measurement that was made here count at the gate, as a reviewer who did not run it."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    act = line.countenance.gate.register_evidence
    _tell(line, act(actor, entry, frozenset(use), reason), as_json=as_json)


def bring(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    report: Annotated[
        Path,
        typer.Argument(metavar="REPORT", exists=True, dir_okay=False, readable=True, help="A `report.json`."),
    ],
    vkey: Annotated[
        str, typer.Option("--vkey", metavar="VKEY", help="Public key of the log that signed it.")
    ],
    use: UseOption,
    reason: ReasonOption,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Bring a signed report that was made elsewhere, as an administrator; a reviewer confirms it."""
    from countenance.recognition.watching.evidence import Brought  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    text = content_of(report, _LONGEST).decode("utf-8", "replace")
    brought = Brought(text=text, key=vkey, uses=frozenset(use), reason=reason)
    _tell(line, line.countenance.gate.register_evidence.propose(actor, brought), as_json=as_json)


def confirm(
    context: typer.Context,
    *,
    evidence_id: EvidenceArgument,
    reason: ReasonOption,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Confirm a report that somebody else brought, as a reviewer: it counts from now on."""
    from countenance.fairness.evidence import EvidenceId  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    act = line.countenance.gate.register_evidence.confirm
    _tell(line, act(actor, EvidenceId(evidence_id), reason), as_json=as_json)


def withdraw(
    context: typer.Context,
    *,
    evidence_id: EvidenceArgument,
    reason: ReasonOption,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Withdraw a report, as a reviewer: it counts no more, and no older one takes its place."""
    from countenance.fairness.evidence import EvidenceId  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    act = line.countenance.gate.register_evidence.withdraw
    _tell(line, act(actor, EvidenceId(evidence_id), reason), as_json=as_json)


def _row(one: Evidence) -> tuple[str, ...]:
    return (
        one.id,
        one.report[:_DIGITS],
        one.model_digest[:_DIGITS],
        str(one.threshold_ppb),
        ", ".join(sorted(one.uses)),
        moment(one.measured),
        _state(one),
    )


def _state(one: Evidence) -> str:
    if one.withdrawn is not None:
        return "withdrawn"
    return "waits to be confirmed" if one.registered is None else "registered"


def _tell(line: CommandLine, one: Evidence, *, as_json: bool) -> None:
    from countenance.vetting.documents import document_of  # noqa: PLC0415  start-up stays quick

    if as_json:
        line.output.document(document_of(one))
    else:
        line.output.say(f"Report {one.report[:_DIGITS]} is {_state(one)}: `{one.id}`")


def _say_standing(line: CommandLine, standing: LeaseStanding) -> None:
    if standing.caps is None:
        line.output.say(f"Lease `{standing.lease_id}` names no caps: no fairness evidence is asked for.")
        return
    for one in standing.uses:
        if one.report is None:
            line.output.say(f"{one.use}: no registered report speaks for it, so what compares is refused.")
            continue
        measured = one.report.measured.isoformat()
        line.output.say(f"{one.use}: report {one.report.digest[:_DIGITS]}, measured {measured}")
        rows = [
            (row.name, "-" if row.found is None else str(row.found), str(row.limit), row.standing.value)
            for row in one.limits
        ]
        line.output.table(("figure", "found", "limit", "the cap"), rows)
        if one.report.gallery_limit is not None:
            by = f", {_BASES[one.report.gallery_by]}" if one.report.gallery_by is not None else ""
            line.output.say(f"A gallery may hold {one.report.gallery_limit:,} subjects at most{by}.")
