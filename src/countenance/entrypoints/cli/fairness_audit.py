"""`countenance fairness audit`: external audits, from the digest of a protocol to what is published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.options import JsonFlag, KeyFile
from countenance.entrypoints.cli.wording import moment
from countenance.entrypoints.cli.written import ReasonOption
from countenance.policy.instruments import Instrument

if TYPE_CHECKING:
    from countenance.fairness.audits import Audit

app = typer.Typer(
    no_args_is_help=True,
    help="Let an outside party audit the system by a sealed protocol; what it finds is published either way.",
)

AuditArgument = Annotated[str, typer.Argument(metavar="AUDIT", help="Id of the audit.")]


@app.command("list")
def list_all(context: typer.Context, *, key_file: KeyFile = None, as_json: JsonFlag = False) -> None:
    """List audits, the newest first, those under embargo too."""
    from countenance.vetting.documents import document_of  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    found = line.countenance.gate.read_audits(actor)
    if as_json:
        line.output.document({"audits": document_of(found)})
    elif not found:
        line.output.say("No external audit is registered.")
    else:
        now = line.countenance.parts.clock()
        rows = [
            (
                one.id,
                one.terms.party,
                one.state(now).value,
                one.result.verdict.value if one.result is not None else "none yet",
                moment(one.embargo_ends) if one.embargo_ends is not None else "not begun",
            )
            for one in found
        ]
        line.output.table(("audit", "party", "state", "verdict", "published from"), rows)


@app.command("register")
def register(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    party: Annotated[str, typer.Option("--party", help="Who audits.")],
    contact: Annotated[str, typer.Option("--contact", help="How to reach them.")],
    protocol: Annotated[
        str, typer.Option("--protocol", metavar="SHA256", help="Digest of what they will do, in hex.")
    ],
    test_days: Annotated[int, typer.Option("--test-days", help="Days in which they may call.")],
    window_days: Annotated[int, typer.Option("--window-days", help="Days of embargo after the result.")],
    calls_a_minute: Annotated[int, typer.Option("--calls-a-minute", help="Most calls of a minute.")],
    most_calls: Annotated[int, typer.Option("--most-calls", help="Most calls in all.")],
    reason: ReasonOption,
    retest_of: Annotated[
        str | None, typer.Option("--retest-of", metavar="AUDIT", help="The published audit that is repeated.")
    ] = None,
    instrument: Annotated[
        list[Instrument] | None,
        typer.Option("--instrument", help="A paper on which they have the faces; may be repeated."),
    ] = None,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Put the digest of an outsider's protocol on the ledger, as an administrator."""
    from countenance.fairness.audits import AuditId, AuditTerms  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    terms = AuditTerms(
        party=party,
        contact=contact,
        protocol=protocol,
        test_days=test_days,
        window_days=window_days,
        calls_a_minute=calls_a_minute,
        most_calls=most_calls,
        retest_of=AuditId(retest_of) if retest_of is not None else None,
        instruments=frozenset(instrument or ()),
    )
    _tell(line, line.countenance.gate.administer_audits.register(actor, terms, reason), as_json=as_json)


@app.command("approve")
def approve(
    context: typer.Context,
    *,
    audit: AuditArgument,
    reason: ReasonOption,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Let an audit begin, as a reviewer who did not register it. The party's key is shown once."""
    from countenance.fairness.audits import AuditId  # noqa: PLC0415  start-up stays quick
    from countenance.vetting.documents import document_of  # noqa: PLC0415  as above

    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    opened = line.countenance.gate.administer_audits.approve(actor, AuditId(audit), reason)
    if as_json:
        line.output.document({"audit": document_of(opened.audit), "key": opened.issued.text})
        return
    closes = moment(opened.audit.closes) if opened.audit.closes is not None else "never"
    line.output.say(f"Audit `{opened.audit.id}` may call until {closes}.")
    line.output.say(f"Its key, shown this once: {opened.issued.text}")


@app.command("respond")
def respond(
    context: typer.Context,
    *,
    audit: AuditArgument,
    reason: ReasonOption,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Answer what an audit found, as an administrator; it is published beside the result."""
    from countenance.fairness.audits import AuditId  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    act = line.countenance.gate.administer_audits.respond
    _tell(line, act(actor, AuditId(audit), reason), as_json=as_json)


def _tell(line: CommandLine, one: Audit, *, as_json: bool) -> None:
    from countenance.vetting.documents import document_of  # noqa: PLC0415  start-up stays quick

    if as_json:
        line.output.document(document_of(one))
    else:
        state = one.state(line.countenance.parts.clock())
        line.output.say(f"Audit `{one.id}` by {one.terms.party} is {state}.")
