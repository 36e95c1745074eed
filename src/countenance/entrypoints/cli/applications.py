"""`countenance applications`: writing, submitting, judging and appealing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from countenance.entrypoints.cli.applications_told import tell_application, tell_view
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.listing import ROWS, AfterRow, RowLimit, following, tell_more
from countenance.entrypoints.cli.moments import read_moment
from countenance.entrypoints.cli.options import JsonFlag, KeyFile
from countenance.entrypoints.cli.written import (
    ApplicationArgument,
    CapsFile,
    ReasonOption,
    WrittenFile,
    content_of,
    read_written,
    write_new,
)
from countenance.policy.evidence import FairnessCaps
from countenance.policy.model import ObligationKind
from countenance.vetting.documents import document_of
from countenance.vetting.dossier import ApplicationId, ApplicationState, Factor
from countenance.vetting.evidence_files import LARGEST
from countenance.vetting.listing import ApplicationSearch, Span
from countenance.vetting.model import CustomerId
from countenance.vetting.reviewing import Approval, Marked, Refusal
from countenance.vetting.use import Use

app = typer.Typer(
    no_args_is_help=True,
    help="Write, submit, judge and appeal against applications for a use.",
)

Reasons = Annotated[
    str, typer.Option("--reasons", help="Why, in writing: at least 20 characters that somebody can answer.")
]


@app.command("begin")
def begin(
    context: typer.Context,
    *,
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="Id of the customer that applies.")],
    file: WrittenFile,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Keep the first draft of an application; nothing need be complete yet."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    begun = line.countenance.vetting.draft.begin(actor, CustomerId(customer), read_written(Use, file))
    tell_application(line, begun, as_json=as_json)


@app.command("save")
def save(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    application: ApplicationArgument,
    file: WrittenFile,
    based_on: Annotated[int, typer.Option("--based-on", help="The version that was read before writing.")],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Keep the next version of an application."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    use = read_written(Use, file)
    held = line.countenance.vetting.draft.save(actor, ApplicationId(application), use, based_on=based_on)
    tell_application(line, held, as_json=as_json)


@app.command("attach")
def attach(
    context: typer.Context,
    *,
    application: ApplicationArgument,
    file: WrittenFile,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Keep a file as evidence, by its SHA-256. PDF, PNG, JPEG, JSON or plain text, told by the bytes."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    data = content_of(file, LARGEST)
    held = line.countenance.vetting.store_evidence(actor, ApplicationId(application), file.name, data)
    if as_json:
        line.output.document(document_of(held))
    else:
        line.output.say(f"kept {held.name} ({held.media_type}, {held.size} bytes) as {held.digest}")


@app.command("fetch")
def fetch(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    application: ApplicationArgument,
    digest: Annotated[str, typer.Argument(metavar="DIGEST", help="SHA-256 of the file.")],
    out: Annotated[Path, typer.Option("--out", dir_okay=False, help="Write it to this new file.")],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Fetch a file of evidence."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    held, data = line.countenance.vetting.read_evidence(actor, ApplicationId(application), digest)
    write_new(out, data)
    if as_json:
        line.output.document(document_of(held))
    else:
        line.output.say(f"{held.name} is in {out}")


@app.command("list")
def list_all(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    state: Annotated[
        ApplicationState | None, typer.Option("--state", help="Only those that stand so.")
    ] = None,
    key_file: KeyFile = None,
    limit: RowLimit = ROWS,
    after: AfterRow = None,
    as_json: JsonFlag = False,
) -> None:
    """List the applications that the key may see, the oldest first, a page at a time."""
    line = CommandLine.of(context)
    actor, reading = line.holder_or_administrator(key_file), line.countenance.vetting.read_applications
    sought = ApplicationSearch(state=state)
    place = reading.place(actor, ApplicationId(after), sought.order) if after is not None else None
    found = reading.page(actor, sought, Span(limit=limit, place=place))
    shown = tuple(one.application for one in found.rows)
    if as_json:
        line.output.document({"applications": document_of(shown), "next": following(found)})
    elif not found.total:
        line.output.say("No application. `countenance applications begin` keeps a first draft.")
    else:
        rows = [(one.id, one.customer_id, one.state.value, str(one.version)) for one in shown]
        line.output.table(("application", "customer", "state", "version"), rows)
        tell_more(line.output, following(found), found.total)


@app.command("show")
def show(
    context: typer.Context,
    *,
    application: ApplicationArgument,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Show an application: what is missing and why it matters, and what the gate would permit."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    view = line.countenance.vetting.read_applications.one(actor, ApplicationId(application))
    tell_view(line, view, as_json=as_json)


@app.command("diff")
def diff(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    application: ApplicationArgument,
    old: Annotated[int, typer.Argument(metavar="OLD", help="Number of the earlier version.")],
    new: Annotated[int, typer.Argument(metavar="NEW", help="Number of the later version.")],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Show what changed between two versions."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    changed = line.countenance.vetting.read_applications.compare(actor, ApplicationId(application), old, new)
    if as_json:
        line.output.document({"differences": document_of(changed)})
    elif not changed:
        line.output.say("Nothing differs.")
    for one in changed if not as_json else ():
        line.output.say(one.field, style="bold")
        line.output.facts([("before", str(one.before)), ("after", str(one.after))], indent=2)


@app.command("submit")
def submit(
    context: typer.Context,
    *,
    application: ApplicationArgument,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Hand the newest version to the reviewers."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    held = line.countenance.vetting.submit(actor, ApplicationId(application))
    tell_application(line, held, as_json=as_json)


@app.command("withdraw")
def withdraw(
    context: typer.Context,
    *,
    application: ApplicationArgument,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Take an application back; it can be written on later."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    held = line.countenance.vetting.withdraw(actor, ApplicationId(application))
    tell_application(line, held, as_json=as_json)


@app.command("mark")
def mark(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    application: ApplicationArgument,
    factor: Annotated[
        list[Factor], typer.Option("--factor", help="Which factor is judged; may be repeated.")
    ],
    satisfied: Annotated[
        bool, typer.Option("--satisfied/--not-satisfied", help="Whether it is as it must be.")
    ],
    reason: ReasonOption,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Judge factors that only people can judge, as a reviewer."""
    line = CommandLine.of(context)
    marks = [Marked(factor=one, satisfied=satisfied, reason=reason) for one in factor]
    actor = line.holder_or_administrator(key_file)
    stored = line.countenance.vetting.mark_factors(actor, ApplicationId(application), marks)
    if as_json:
        line.output.document({"marks": document_of(stored)})
    else:
        line.output.say(f"marked {', '.join(one.factor.value for one in stored)}")


@app.command("approve")
def approve(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    application: ApplicationArgument,
    reasons: Reasons,
    expires: Annotated[str, typer.Option("--expires", metavar="MOMENT", help="When the lease ends.")],
    reverify: Annotated[str, typer.Option("--reverify", metavar="MOMENT", help="When reviewers look again.")],
    condition: Annotated[
        list[str] | None, typer.Option("--condition", help="A condition in words; may be repeated.")
    ] = None,
    obligation: Annotated[
        list[ObligationKind] | None, typer.Option("--obligation", help="A duty of every permit.")
    ] = None,
    examiners: Annotated[int, typer.Option("--examiners", help="Fewest people who judge lists.")] = 0,
    caps: CapsFile = None,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Vote for an application, as a reviewer; the second person's vote grants the lease."""
    line = CommandLine.of(context)
    approval = Approval(
        reasons=reasons,
        expires=read_moment(expires),
        reverify=read_moment(reverify),
        conditions=tuple(condition or ()),
        obligations=frozenset(obligation or ()),
        examiners=examiners,
        caps=read_written(FairnessCaps, caps) if caps is not None else None,
    )
    actor = line.holder_or_administrator(key_file)
    held = line.countenance.vetting.approve(actor, ApplicationId(application), approval)
    tell_application(line, held, as_json=as_json)


@app.command("refuse")
def refuse(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    application: ApplicationArgument,
    reasons: Reasons,
    reopening: Annotated[
        str, typer.Option("--reopening", help="What would have to be otherwise, in writing.")
    ],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Refuse an application, as a reviewer; one refusal decides."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    refusal = Refusal(reasons=reasons, reopening=reopening)
    held = line.countenance.vetting.refuse(actor, ApplicationId(application), refusal)
    tell_application(line, held, as_json=as_json)


@app.command("appeal")
def appeal(
    context: typer.Context,
    *,
    application: ApplicationArgument,
    grounds: Annotated[str, typer.Option("--grounds", help="Why others should look, in writing.")],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Appeal against the last ruling; people who took no part in it judge."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    filed = line.countenance.vetting.appeal(actor, ApplicationId(application), grounds)
    if as_json:
        line.output.document(document_of(filed))
    else:
        line.output.say(f"filed the appeal `{filed.id}`")
