"""`countenance policy whatif`, `prove`, `diff` and `render`: what rules allow, searched and told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.options import JsonFlag
from countenance.entrypoints.cli.policy_options import (
    ActOption,
    ActsForOption,
    CameraOption,
    ConsentOption,
    InstrumentOption,
    JurisdictionOption,
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
from countenance.errors import InvalidInputError
from countenance.policy.codec import decision_document, question_document, reason_document
from countenance.policy.differences import difference
from countenance.policy.meaning import cedar_of
from countenance.policy.model import CustomerKind, Question
from countenance.policy.packs import load_pack
from countenance.policy.places import jurisdiction
from countenance.policy.proving import prove, read_claim, read_claims
from countenance.policy.question_words import in_words, long_day
from countenance.policy.reading import read_rule
from countenance.policy.register import LAWS, shipped_register
from countenance.policy.rendering import in_plain_words
from countenance.policy.whatif import STAYING, Aspect, what_if

if TYPE_CHECKING:
    from countenance.entrypoints.cli.output import Output
    from countenance.policy.differences import Difference
    from countenance.policy.proving import Proof
    from countenance.policy.rules import Rule
    from countenance.policy.whatif import Answer, Outlook

_LARGEST = 1 << 20
_CLAIM_HELP = (
    "A claim such as `no live identification by or for police on mobile cameras` or "
    "`never permit act=identify kind=police camera=@mobile`. May be repeated."
)


def whatif(  # noqa: PLR0913  each field of a question is an option
    context: typer.Context,
    *,
    act: ActOption,
    customer_kind: Annotated[CustomerKind, typer.Option("--customer-kind", help="Who asks.")],
    jurisdictions: JurisdictionOption = None,
    acts_for: ActsForOption = None,
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
    keep: Annotated[
        list[Aspect] | None, typer.Option("--keep", help="What must stay as it is. May be repeated.")
    ] = None,
    change: Annotated[
        list[Aspect] | None,
        typer.Option(
            "--change", help="What may change too: `act` and `purpose` stay unless told. May be repeated."
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Find the smallest sets of changes under which a question would be permitted.

    Papers can be obtained, cameras and places chosen, officers can re-open some rules, and one
    can wait. Who asks, and where, are facts. A lease that covers the act is assumed.
    """
    question = Question(
        act=act,
        on=moment_asked(on),
        customer_kind=customer_kind,
        acts_for=frozenset(acts_for or ()),
        jurisdictions=frozenset(map(jurisdiction, jurisdictions or ())),
        purpose=purpose,
        space=space,
        camera=camera,
        consent={"yes": True, "no": False, None: None}[consent],
        minor=minor,
        instruments=frozenset(instruments_asked(instruments or ())),
        gallery=scraped_gallery(purpose) if scraped else None,
    )
    staying = (STAYING | frozenset(keep or ())) - frozenset(change or ())
    outlook = what_if(policy_asked(tuple(packs or ()), laws), question, keep=staying)
    output = CommandLine.of(context).output
    if as_json:
        output.document(
            {
                "question": question_document(question),
                "answers": [_answer_document(answer) for answer in outlook.answers],
            }
        )
    else:
        _say_outlook(output, question, outlook)


def prove_command(  # noqa: PLR0913  each is an option
    context: typer.Context,
    *,
    claims: Annotated[list[str] | None, typer.Argument(metavar="[CLAIM]...", help=_CLAIM_HELP)] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", exists=True, dir_okay=False, readable=True, help="File of claims, a line each."
        ),
    ] = None,
    packs: PackOption = None,
    laws: LawsOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Prove claims about what can never, or will always, be permitted; or show a counterexample.

    Everything is searched that a rule tells apart, so that a proof is a proof. Exits with 1 if a
    claim does not hold.
    """
    stated = [read_claim(text) for text in claims or ()]
    if file is not None:
        if file.stat().st_size > _LARGEST:
            raise InvalidInputError(f"`{file}` is larger than a megabyte")
        stated += read_claims(file.read_text("utf-8"))
    if not stated:
        raise InvalidInputError("say a claim, or give a file of them")
    output = CommandLine.of(context).output
    policy = policy_asked(tuple(packs or ()), laws)
    today = datetime.now(UTC).date()
    proofs = [prove(policy, claim, today=today) for claim in stated]
    if as_json:
        output.document(
            {"holds": all(one.holds for one in proofs), "claims": [_proof_document(one) for one in proofs]}
        )
    else:
        for one in proofs:
            _say_proof(output, one)
    if not all(one.holds for one in proofs):
        raise typer.Exit(ExitCode.NOT_VERIFIED)


def diff(
    context: typer.Context,
    *,
    before: Annotated[str, typer.Argument(metavar="A", help="The first pack, by name or path.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The second pack, by name or path.")],
    as_json: JsonFlag = False,
) -> None:
    """Tell two packs apart: their rules in words, with questions that get another answer.

    Each pack is asked by itself, under a lease that covers the act.
    """
    found = difference(load_pack(before), load_pack(after))
    output = CommandLine.of(context).output
    if as_json:
        output.document(difference_document(found))
    else:
        say_difference(output, found)


def render(
    context: typer.Context,
    *,
    pack: Annotated[str, typer.Argument(metavar="PACK", help="Pack, by name or path; or `laws`.")],
    as_json: JsonFlag = False,
) -> None:
    """Put every rule of a pack into plain words, made from what is evaluated."""
    rules = shipped_register().rules if pack == LAWS else load_pack(pack).rules
    output = CommandLine.of(context).output
    if as_json:
        output.document(
            {"rules": [{**_rule_document(rule), "words": list(in_plain_words(rule))} for rule in rules]}
        )
        return
    for rule in rules:
        output.say(rule.id, style="bold")
        output.facts(
            [("text", rule.text), ("reads", " ".join(in_plain_words(rule))), ("source", rule.source)],
            indent=2,
        )


def _answer_document(answer: Answer) -> dict[str, Any]:
    return {
        "text": answer.text,
        "changes": [
            {"aspect": change.aspect.value, "values": list(change.values), "text": change.text}
            for change in answer.changes
        ],
        "question": question_document(answer.question),
        "permit": decision_document(answer.permit),
    }


def _say_outlook(output: Output, question: Question, outlook: Outlook) -> None:
    output.say(f"{in_words(question)}.")
    if not outlook.answers:
        output.say("No set of changes that was searched would be permitted.", style="bold red")
        return
    if not outlook.answers[0].changes:
        output.say("Permitted as it is, under a lease that covers it.", style="bold green")
        return
    for answer in outlook.answers:
        output.say("")
        output.say(answer.text, style="bold green")
        unmet = [one.text for one in answer.permit.conditions if not one.met]
        output.facts([("also asked for", text) for text in unmet], indent=2)
    output.say("\nA lease that covers the act is assumed; every answer was asked of the gate.")


def _proof_document(proof: Proof) -> dict[str, Any]:
    found = proof.counterexample
    return {
        "claim": proof.claim.text,
        "holds": proof.holds,
        "asked": proof.asked,
        "counterexample": None
        if found is None
        else {
            "day": found.day.isoformat(),
            "text": in_words(found.question),
            "question": question_document(found.question),
            "decision": decision_document(found.decision),
        },
    }


def _say_proof(output: Output, proof: Proof) -> None:
    found = proof.counterexample
    if found is None:
        output.say(f"Holds: {proof.claim.text}", style="bold green")
        output.say(f"none among {proof.asked:,} questions, which is all that the rules tell apart", indent=2)
        return
    output.say(f"Does not hold: {proof.claim.text}", style="bold red")
    answer = "Permitted" if proof.claim.never else "Refused"
    rows = [(answer.lower(), f"{in_words(found.question)}.")]
    rows += [("by", f"{reason.text} ({reason.id})") for reason in found.decision.reasons]
    output.facts(rows, indent=2)


def read_command(
    context: typer.Context,
    *,
    words: Annotated[
        str, typer.Argument(metavar="WORDS", help="A rule in the words of `policy render`, as one argument.")
    ],
    as_json: JsonFlag = False,
) -> None:
    """Read a rule in plain words back, and print the Cedar that means the same, without annotations."""
    cedar = cedar_of(read_rule(words))
    if as_json:
        CommandLine.of(context).output.document({"cedar": cedar})
    else:
        typer.echo(cedar, nl=False)


def difference_document(found: Difference) -> dict[str, Any]:
    """Return what tells two packs apart as JSON has it."""
    return {
        "added": [_rule_document(rule) for rule in found.added],
        "removed": [_rule_document(rule) for rule in found.removed],
        "changed": [
            {
                "rule": one.rule,
                "fields": [{"field": name, "before": old, "after": new} for name, old, new in one.fields],
            }
            for one in found.changed
        ],
        "examples": [
            {
                "text": in_words(one.question),
                "question": question_document(one.question),
                "permitted": one.permitted,
                "reasons": [reason_document(reason) for reason in one.reasons],
                "others": one.same,
            }
            for one in found.examples
        ],
        "asked": found.asked,
        "complete": found.complete,
    }


def _rule_document(rule: Rule) -> dict[str, Any]:
    return {"id": rule.id, "effect": rule.effect, "text": rule.text, "source": rule.source}


def say_difference(output: Output, found: Difference) -> None:
    """Say in words what tells two packs apart."""
    for title, rules in (("Only in the second", found.added), ("Only in the first", found.removed)):
        for rule in rules:
            output.say(f"{title}: {rule.id}", style="bold")
            output.facts([("says", rule.text), ("reads", " ".join(in_plain_words(rule)))], indent=2)
    for one in found.changed:
        output.say(f"Changed: {one.rule}", style="bold")
        output.facts([(name, f"{old} -> {new}") for name, old, new in one.fields], indent=2)
    if not (found.added or found.removed or found.changed):
        output.say("The two packs say the same.", style="bold")
    for example in found.examples:
        words = (
            "Refused by the first, permitted by the second"
            if example.permitted
            else ("Permitted by the first, refused by the second")
        )
        output.say(f"\n{words}:", style="bold")
        rows = [
            ("from", f"{long_day(example.question.on.date())} on"),
            ("when", in_words(example.question, day=False)),
        ]
        rows += [("refused by", f"{reason.text} ({reason.id})") for reason in example.reasons]
        rows += [("others alike", f"{example.same:,}")] if example.same else []
        output.facts(rows, indent=2)
    if not found.examples:
        output.say(f"None of {found.asked:,} questions is answered otherwise.")
    elif not found.complete:
        output.say(f"\nOnly the first {found.asked:,} questions were asked; there may be other differences.")
