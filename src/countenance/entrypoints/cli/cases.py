"""`countenance cases`: held identifications, their leads, and those who decide on them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.options import Image, JsonFlag, KeyFile, YesFlag
from countenance.entrypoints.cli.wording import moment
from countenance.oversight.model import CaseId, CaseState, Paper
from countenance.vetting.documents import document_of

app = typer.Typer(no_args_is_help=True, help="Held identifications: where they stand, leads, appeals.")

CaseArgument = Annotated[
    str, typer.Argument(metavar="CASE", help="Id of the case, from the held identification.")
]
ReasonsOption = Annotated[
    str,
    typer.Option("--reasons", help="Why, in a sentence that somebody can answer: 10 characters at least."),
]


@app.command("show")
def show(
    context: typer.Context, *, case: CaseArgument, key_file: KeyFile = None, as_json: JsonFlag = False
) -> None:
    """Show a case. Its candidates are for the examiners alone and are not shown here."""
    line = CommandLine.of(context)
    held = line.countenance.read_cases(line.holder(key_file), CaseId(case))
    state = held.told_state
    if as_json:
        line.output.document(
            {
                "case_id": held.id,
                "state": state.value,
                "gallery_id": held.gallery_id,
                "examiners": held.examiners,
                "opened": held.opened.isoformat(),
                "due": held.due.isoformat(),
                "examinable": held.examinable,
                "reason": held.reason.value if held.reason is not None else None,
                "lead": state is CaseState.RELEASED,
                "decision_id": held.decision_id,
            }
        )
        return
    line.output.facts(
        [
            ("case", held.id),
            ("state", state.value),
            ("gallery", held.gallery_id),
            ("examiners", str(held.examiners)),
            ("opened", moment(held.opened)),
            ("ends", moment(held.due)),
            ("decision", held.decision_id),
        ]
    )
    if not held.examinable:
        line.output.warn("examiners wait for the probe's image: `countenance cases probe` sends it")


@app.command("list")
def list_all(
    context: typer.Context,
    *,
    state: Annotated[CaseState | None, typer.Option("--state", help="Only cases in this state.")] = None,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """List cases without their candidates, the oldest first, for staff."""
    line = CommandLine.of(context)
    states = frozenset((state,)) if state is not None else frozenset[CaseState]()
    found = line.countenance.oversight.read_bench.all(line.holder_or_administrator(key_file), states)
    if as_json:
        line.output.document({"cases": document_of(found)})
    elif not found:
        line.output.say("No case.")
    else:
        rows = [
            (one.id, one.gallery_id, one.state.value, moment(one.opened), moment(one.due)) for one in found
        ]
        line.output.table(("case", "gallery", "state", "opened", "ends"), rows)


@app.command("lead")
def lead(
    context: typer.Context,
    *,
    case: CaseArgument,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Write the certificate to this file.")] = None,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Show a released lead. Whoever has been shown it is told if it is overturned."""
    line = CommandLine.of(context)
    told = line.countenance.oversight.read_lead(line.holder(key_file), CaseId(case))
    if pdf is not None:
        from countenance.entrypoints.pages.lead_pdf import lead_pdf  # noqa: PLC0415  reportlab is slow to load

        pdf.write_bytes(lead_pdf(told))
    if as_json:
        line.output.document(document_of(told))
        return
    line.output.say(told.statement, style="bold")
    line.output.facts(
        [
            ("subjects", ", ".join(told.subjects) or "nobody who still takes part"),
            ("released", moment(told.released)),
            ("ends", moment(told.expires)),
            ("still needed", "; ".join(told.still_needed)),
        ]
    )


@app.command("probe")
def probe(
    context: typer.Context,
    *,
    case: CaseArgument,
    image: Image,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Send the image that a search was made with, where it was made with a stored face."""
    from countenance.entrypoints.cli.images import read_image  # noqa: PLC0415  only where it is wanted

    line = CommandLine.of(context)
    data = read_image(Path(image), limit=line.countenance.parts.max_image_bytes)
    held = line.countenance.oversight.answer_for_case.send_probe(line.holder(key_file), CaseId(case), data)
    _tell(line, held.id, held.told_state, as_json=as_json)


@app.command("withdraw")
def withdraw(
    context: typer.Context,
    *,
    case: CaseArgument,
    yes: YesFlag = False,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Take a case back: its probe, its list and its sheets are destroyed."""
    line = CommandLine.of(context)
    actor = line.holder(key_file)
    line.confirm(f"Destroy what is kept of `{case}`?", yes=yes)
    held = line.countenance.oversight.answer_for_case.take_back(actor, CaseId(case))
    _tell(line, held.id, held.told_state, as_json=as_json)


@app.command("release")
def release(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    case: CaseArgument,
    reasons: ReasonsOption,
    refuse: Annotated[bool, typer.Option("--refuse", help="End the case without a lead instead.")] = False,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Release what examiners agreed on, as a reviewer who has no part in the case."""
    line = CommandLine.of(context)
    actor, act = line.holder(key_file), line.countenance.oversight.release_lead
    if refuse:
        held = act.refuse(actor, CaseId(case), reasons)
        _tell(line, held.id, held.state, as_json=as_json)
        return
    told = act(actor, CaseId(case), reasons)
    _tell(line, CaseId(told.case_id), CaseState.RELEASED, as_json=as_json)


@app.command("authorise")
def authorise(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    case: CaseArgument,
    paper: Annotated[Paper, typer.Option("--paper", help="What authorises it.")],
    reference: Annotated[str, typer.Option("--reference", help="What the paper is found by; kept sealed.")],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Put the authorisation of an emergency use on record, before its clock undoes it."""
    line = CommandLine.of(context)
    act = line.countenance.oversight.authorise_emergency
    held = act(line.holder(key_file), CaseId(case), paper, reference)
    _tell(line, held.id, held.told_state, as_json=as_json)


@app.command("appeal")
def appeal(
    context: typer.Context,
    *,
    case: CaseArgument,
    reasons: ReasonsOption,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Ask people who took no part to look at a released lead again."""
    line = CommandLine.of(context)
    held = line.countenance.oversight.appeal(line.holder(key_file), CaseId(case), reasons)
    _tell(line, held.id, held.told_state, as_json=as_json)


@app.command("judge-appeal")
def judge_appeal(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    case: CaseArgument,
    uphold: Annotated[bool, typer.Option("--uphold/--dismiss", help="Whether the lead was wrong.")],
    reasons: ReasonsOption,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Vote on an appeal against a lead; two who agree decide."""
    line = CommandLine.of(context)
    act = line.countenance.oversight.judge_appeal
    held = act(line.holder(key_file), CaseId(case), uphold=uphold, reasons=reasons)
    _tell(line, held.id, held.told_state, as_json=as_json)


@app.command("disclose")
def disclose(
    context: typer.Context,
    *,
    case: CaseArgument,
    to: Annotated[Path, typer.Option("--to", help="File to write the zip to.")],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Write the bundle that a defence needs: probe, settings, whole list, sheets, rates, rules, proofs."""
    line = CommandLine.of(context)
    bundle = line.countenance.oversight.disclose(line.holder(key_file), CaseId(case))
    to.write_bytes(bundle)
    if as_json:
        line.output.document({"case_id": case, "file": str(to), "bytes": len(bundle)})
    else:
        line.output.say(f"written to {to}")


@app.command("figures")
def figures(context: typer.Context, *, key_file: KeyFile = None, as_json: JsonFlag = False) -> None:
    """Show how held results turned out, by gallery, space and camera."""
    line = CommandLine.of(context)
    found = line.countenance.oversight.figures(line.holder_or_administrator(key_file))
    if as_json:
        line.output.document({"figures": document_of(found)})
    elif not found:
        line.output.say("No result was held.")
    else:
        rows = [
            (one.gallery_id, str(one.held), str(one.released), f"{one.non_mated} of {one.judged}")
            for one in found
        ]
        line.output.table(("gallery", "held", "released", "candidates not supported"), rows)


@app.command("tend")
def tend(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """End what has run out: emergencies without authorisation, cases, leads. The server does so by itself."""
    line = CommandLine.of(context)
    count = line.countenance.oversight.keep_time()
    if as_json:
        line.output.document({"ended": count})
    else:
        line.output.say(f"ended: {count}")


def _tell(line: CommandLine, case_id: CaseId, state: CaseState, *, as_json: bool) -> None:
    if as_json:
        line.output.document({"case_id": case_id, "state": state.value})
    else:
        line.output.say(f"case `{case_id}` is {state.value}")
