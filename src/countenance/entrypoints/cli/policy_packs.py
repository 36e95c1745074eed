"""`countenance policy pack`: check, sign, install, compare and roll back packs of one's own.

Checking and signing need nothing but the pack; the rest opens the installation.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.options import JsonFlag, KeyFile
from countenance.entrypoints.cli.policy_search import difference_document, say_difference
from countenance.entrypoints.cli.policy_words import pack_document
from countenance.entrypoints.cli.wording import moment
from countenance.entrypoints.cli.written import content_of, write_new
from countenance.errors import AlreadyExistsError, InvalidInputError
from countenance.ledger.note import Signer
from countenance.policy.differences import difference
from countenance.policy.packs import SIGNATURE, Pack, load_pack, pack_texts
from countenance.policy.rendering import in_plain_words

if TYPE_CHECKING:
    from countenance.policy.pack_history import PackStep
    from countenance.recognition.log.pack_administration import PackFound

app = typer.Typer(
    no_args_is_help=True, help="Check, sign, install, compare and roll back policy packs of your own."
)

_LONGEST: Final = 65_536
_SECRET_MODE: Final = 0o600

Folder = Annotated[
    Path,
    typer.Argument(metavar="FOLDER", exists=True, file_okay=False, readable=True, help="Folder of the pack."),
]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is put on the record.")]
PackName = Annotated[str, typer.Argument(metavar="NAME", help="Name of the installed pack.")]


@app.command("check")
def check(context: typer.Context, *, folder: Folder, as_json: JsonFlag = False) -> None:
    """Check a pack as installing it would: its rules, its edition, and its cases. Exit status 6 if it fails.

    Every rule is put into plain words too, made from what is evaluated.
    """
    from countenance.recognition.log.pack_administration import check_pack  # noqa: PLC0415  start-up stays quick

    found = check_pack(_name(folder), pack_texts(folder))
    output = CommandLine.of(context).output
    if as_json:
        output.document(_found_document(found))
    else:
        for fault in found.faults:
            output.say(f"line {fault.line}: {fault.detail} [{fault.code}]")
        if found.pack is not None and not found.faults:
            pack = found.pack
            output.say(
                f"{pack.name} {pack.edition}: {len(pack.rules)} rules, {found.cases} cases, all well",
                style="bold",
            )
            output.facts([("digest", pack.digest)], indent=2)
            output.facts([(rule.id, " ".join(in_plain_words(rule))) for rule in pack.rules], indent=2)
    if found.faults:
        raise typer.Exit(ExitCode.SET_UP)


@app.command("key")
def key(
    context: typer.Context,
    *,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name to sign under, such as packs.example.")],
    out: Annotated[Path, typer.Option("--out", help="New file for the private key; keep it secret.")],
    as_json: JsonFlag = False,
) -> None:
    """Make a key that signs packs. What is printed goes into the file of COUNTENANCE_PACK_SIGNERS."""
    signer = Signer.generate(name)
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _SECRET_MODE)
    except FileExistsError as error:
        raise AlreadyExistsError(f"`{out}` is there already") from error
    except OSError as error:
        raise InvalidInputError(f"`{out}` cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(signer.to_text() + "\n")
    output = CommandLine.of(context).output
    if as_json:
        output.document({"vkey": str(signer.vkey)})
    else:
        typer.echo(str(signer.vkey))


@app.command("sign")
def sign(
    context: typer.Context,
    *,
    folder: Folder,
    signing_key: Annotated[
        Path,
        typer.Option("--signing-key", exists=True, dir_okay=False, readable=True, help="File of `pack key`."),
    ],
    as_json: JsonFlag = False,
) -> None:
    """Sign a pack that passes its check; the signature is written to `pack.sig` in its folder."""
    from countenance.recognition.log.pack_administration import check_pack  # noqa: PLC0415  start-up stays quick
    from countenance.recognition.log.pack_signing import sign_pack  # noqa: PLC0415  as above

    found = check_pack(_name(folder), pack_texts(folder))
    if found.pack is None or found.faults:
        raise InvalidInputError(f"`{folder}` does not pass its check: {found.faults[0].detail}")
    signer = Signer.parse(content_of(signing_key, _LONGEST).decode("ascii", "replace"))
    note = sign_pack(found.pack, signer)
    (folder / SIGNATURE).unlink(missing_ok=True)
    write_new(folder / SIGNATURE, note.encode())
    output = CommandLine.of(context).output
    if as_json:
        output.document({"pack": found.pack.name, "digest": found.pack.digest, "vkey": str(signer.vkey)})
    else:
        output.say(f"{found.pack.name} {found.pack.edition} is signed by {signer.vkey}")


@app.command("install")
def install(  # noqa: PLR0913  each is an option
    context: typer.Context,
    *,
    folder: Folder,
    reason: Reason,
    unsigned: Annotated[
        str | None,
        typer.Option(
            "--unsigned", metavar="NAME", help="Take it without a trusted signature: repeat its name."
        ),
    ] = None,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Put a signed pack in force, in every running process within seconds. An administrator does it."""
    from countenance.recognition.log.pack_administration import NewPack  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    file = folder / SIGNATURE
    signature = content_of(file, _LONGEST).decode("utf-8", "replace") if file.is_file() else None
    new = NewPack(
        name=_name(folder), files=pack_texts(folder), reason=reason, signature=signature, unsigned=unsigned
    )
    step = line.countenance.policy.packs.install(line.holder_or_administrator(key_file), new)
    if as_json:
        line.output.document(step_document(step))
    else:
        line.output.say(f"{step.name} {step.edition} is in force; digest {step.digest}")


@app.command("rollback")
def rollback(  # noqa: PLR0913  each is an option
    context: typer.Context,
    *,
    name: PackName,
    reason: Reason,
    to: Annotated[
        str | None, typer.Option("--to", metavar="DIGEST", help="An earlier edition; else the one before.")
    ] = None,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Put the edition before in force again; where there is none, the pack is in force no more."""
    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    step = line.countenance.policy.packs.roll_back(actor, name, to=to, reason=reason)
    if as_json:
        line.output.document(step_document(step))
    elif step.digest is None:
        line.output.say(f"{name} is in force no more")
    else:
        line.output.say(f"{name} {step.edition} is in force again; digest {step.digest}")


@app.command("list")
def list_packs(context: typer.Context, *, key_file: KeyFile = None, as_json: JsonFlag = False) -> None:
    """Show which packs are in force, and every step that was taken with installed ones."""
    line = CommandLine.of(context)
    shelf = line.countenance.policy.packs.shelf(line.holder_or_administrator(key_file))
    if as_json:
        line.output.document(
            {
                "configured": list(shelf.configured),
                "installed": [step_document(step) for step in shelf.in_force],
                "steps": [step_document(step) for step in shelf.steps],
            }
        )
        return
    line.output.facts(
        [
            *((name, "in force, by the settings") for name in shelf.configured),
            *((f"{one.name} {one.edition}", f"in force, {one.digest}") for one in shelf.in_force),
        ]
    )
    if shelf.steps:
        line.output.table(
            ("when", "what", "pack", "edition", "signed by", "by", "reason"),
            [
                (
                    moment(one.at),
                    one.act.value.replace("_", " "),
                    one.name,
                    one.edition or "none",
                    (one.signer or "nobody").partition("+")[0],
                    one.actor,
                    one.reason,
                )
                for one in shelf.steps
            ],
        )


@app.command("diff")
def diff_pack(
    context: typer.Context,
    *,
    name: PackName,
    other: Annotated[
        str,
        typer.Argument(metavar="OTHER", help="A folder, or the beginning of the digest of another edition."),
    ],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Tell what would change if OTHER took the place of the installed pack, with questions as examples."""
    line = CommandLine.of(context)
    packs, actor = line.countenance.policy.packs, line.holder_or_administrator(key_file)
    before = packs.edition(actor, name)
    after: Pack = load_pack(other) if "/" in other else packs.edition(actor, name, other)
    found = difference(before, after)
    if as_json:
        line.output.document(difference_document(found))
    else:
        say_difference(line.output, found)


def step_document(step: PackStep) -> dict[str, Any]:
    """Return a step as JSON has it."""
    return {
        "number": step.number,
        "pack": step.name,
        "act": step.act.value,
        "edition": step.edition,
        "digest": step.digest,
        "signer": step.signer,
        "actor": step.actor,
        "reason": step.reason,
        "at": step.at.isoformat(),
    }


def _found_document(found: PackFound) -> dict[str, Any]:
    words = (
        {rule.id: list(in_plain_words(rule)) for rule in found.pack.rules} if found.pack is not None else {}
    )
    return {
        "ok": not found.faults,
        "pack": pack_document(found.pack) if found.pack is not None else None,
        "cases": found.cases,
        "words": words,
        "faults": [
            {"code": one.code, "line": one.line, "rule": one.rule, "detail": one.detail}
            for one in found.faults
        ],
    }


def _name(folder: Path) -> str:
    return folder.resolve().name
