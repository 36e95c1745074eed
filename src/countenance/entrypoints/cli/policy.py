"""`countenance policy`: what the gate would answer, and the packs, laws and words it answers from.

Most of it needs neither server nor database, since packs and register travel with the program;
`simulate` and `calendar` read what was asked here and the leases.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.options import JsonFlag
from countenance.entrypoints.cli.policy_options import (
    ActOption,
    ActsForOption,
    CameraOption,
    ConsentOption,
    CountryOption,
    InstrumentOption,
    JurisdictionOption,
    KindOption,
    LawsOption,
    MinorOption,
    OnOption,
    PackOption,
    PurposeOption,
    ScrapedOption,
    SpaceOption,
    instruments_asked,
    moment_asked,
    policy_asked,
    scraped_gallery,
)
from countenance.entrypoints.cli.policy_packs import app as pack_app
from countenance.entrypoints.cli.policy_search import diff, prove_command, read_command, render, whatif
from countenance.entrypoints.cli.policy_simulation import calendar, simulate
from countenance.entrypoints.cli.policy_words import (
    law_document,
    law_facts,
    pack_document,
    say_decision,
)
from countenance.policy.cases import run_cases
from countenance.policy.codec import decision_document
from countenance.policy.instruments import Instrument
from countenance.policy.model import (
    Act,
    Camera,
    CustomerKind,
    ObligationKind,
    Purpose,
    Question,
    Space,
)
from countenance.policy.packs import CASES, inspect_pack, shipped_pack, shipped_packs
from countenance.policy.places import enclosing, jurisdiction
from countenance.policy.register import LawStatus, cedar_text, shipped_register

app = typer.Typer(
    no_args_is_help=True,
    help="Ask the gate what it would answer, and see the packs, laws and words it answers from.",
)


@app.command("explain")
def explain(  # noqa: PLR0913  each field of a question is an option
    context: typer.Context,
    *,
    act: ActOption,
    customer_kind: KindOption = None,
    acts_for: ActsForOption = None,
    jurisdictions: JurisdictionOption = None,
    country: CountryOption = None,
    purpose: PurposeOption = None,
    space: SpaceOption = None,
    camera: CameraOption = None,
    consent: ConsentOption = None,
    minor: MinorOption = False,
    scraped: ScrapedOption = False,
    instruments: InstrumentOption = None,
    on: OnOption = None,
    packs: PackOption = None,
    laws: LawsOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Answer a question, with the rules that decide it and what would have to be otherwise.

    Without `--pack` and `--laws`, the packs house, microsoft-2020 and amazon-2020 and the law
    register are asked. No lease is asked about: a permit here says what a lease could allow.
    """
    question = Question(
        act=act,
        on=moment_asked(on),
        customer_kind=customer_kind,
        acts_for=frozenset(acts_for or ()),
        jurisdictions=frozenset(
            jurisdiction(code) for code in (*(jurisdictions or ()), *((country,) if country else ()))
        ),
        purpose=purpose,
        space=space,
        camera=camera,
        consent={"yes": True, "no": False, None: None}[consent],
        minor=minor,
        instruments=frozenset(instruments_asked(instruments or ())),
        gallery=scraped_gallery(purpose) if scraped else None,
    )
    decision = policy_asked(tuple(packs or ()), laws).decide(question)
    output = CommandLine.of(context).output
    if as_json:
        output.document(decision_document(decision))
    else:
        say_decision(output, question, decision)


@app.command("vocabulary")
def vocabulary(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """Print the closed lists that a question is made of."""
    lists = {
        "kinds": CustomerKind,
        "acts": Act,
        "purposes": Purpose,
        "spaces": Space,
        "cameras": Camera,
        "obligations": ObligationKind,
        "instruments": Instrument,
    }
    output = CommandLine.of(context).output
    if as_json:
        output.document({name: [word.value for word in words] for name, words in lists.items()})
    else:
        output.facts((name, ", ".join(word.value for word in words)) for name, words in lists.items())


@app.command("packs")
def packs_command(context: typer.Context, *, as_json: JsonFlag = False) -> None:
    """List the packs that come with the program, with their versions and rules."""
    output = CommandLine.of(context).output
    packs = [shipped_pack(name) for name in shipped_packs()]
    if as_json:
        output.document({"packs": [pack_document(pack) for pack in packs]})
        return
    for pack in packs:
        output.say(f"{pack.name}: {pack.title}", style="bold")
        names = dict.fromkeys(rule.name for rule in pack.rules)
        output.facts(
            [
                ("versions", ", ".join(f"{pack.name}@{version}" for version in pack.versions) or "one"),
                ("rules", ", ".join(names)),
                ("about", " ".join(pack.about.split())),
            ],
            indent=2,
        )


@app.command("laws")
def laws_command(
    context: typer.Context,
    *,
    jurisdictions: JurisdictionOption = None,
    on: OnOption = None,
    as_cedar: Annotated[bool, typer.Option("--cedar", help="Print the rules as Cedar.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """List the law register: all of it, or what holds in a place, or what is in force on a day."""
    output = CommandLine.of(context).output
    register = shipped_register()
    places = enclosing(frozenset(jurisdiction(code) for code in jurisdictions or ()))
    day = moment_asked(on).date() if on is not None else None
    found = [
        law
        for law in register.laws
        if (not places or law.jurisdiction in places) and (day is None or law.in_force(day))
    ]
    if as_cedar:
        binding = [law for law in found if law.status is not LawStatus.PROPOSED]
        typer.echo("\n".join(cedar_text(binding, effect=effect) for effect in ("forbid", "permit")))
    elif as_json:
        laws = [law_document(law) for law in found]
        output.document({"version": register.version, "digest": register.digest, "laws": laws})
    else:
        for law in found:
            output.say(f"{law.id}: {law.citation}", style="bold")
            output.facts(law_facts(law), indent=2)
        if not found:
            output.say("No law of the register answers that.")


@app.command("check")
def check(
    context: typer.Context,
    *,
    pack: Annotated[
        Path,
        typer.Argument(
            metavar="PACKFILE",
            exists=True,
            readable=True,
            help="Folder of a pack, or a file of prohibitions.",
        ),
    ],
    as_json: JsonFlag = False,
) -> None:
    """Validate a pack of your own, and say on which line it is wrong. Exit status 6 if it is.

    Its cases are run if it has any; `pack check` asks for cases and an edition too.
    """
    output = CommandLine.of(context).output
    found, faults = inspect_pack(pack)
    if found is not None and CASES in dict(found.texts):
        faults = run_cases(found).faults
    if as_json:
        rows: list[dict[str, Any]] = [
            {"code": fault.code, "line": fault.line, "rule": fault.rule, "detail": fault.detail}
            for fault in faults
        ]
        output.document(
            {"ok": not faults, "pack": pack_document(found) if found is not None else None, "faults": rows}
        )
    elif found is not None and not faults:
        output.say(f"{found.name}: {len(found.rules)} rules, all valid; digest {found.digest}")
    else:
        for fault in faults:
            output.say(f"line {fault.line}: {fault.detail} [{fault.code}]")
    if faults:
        raise typer.Exit(ExitCode.SET_UP)


app.add_typer(pack_app, name="pack")
app.command("simulate")(simulate)
app.command("calendar")(calendar)
app.command("whatif")(whatif)
app.command("prove")(prove_command)
app.command("diff")(diff)
app.command("render")(render)
app.command("read")(read_command)
