"""`countenance ledger`: the record that anybody can check, here or on another machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.ledger_verifying import (
    bytes_of,
    counted_entries,
    text_of,
    verify,
    verify_hashes,
)
from countenance.entrypoints.cli.ledger_watching import explain, monitor
from countenance.entrypoints.cli.options import JsonFlag, KeyFile, YesFlag
from countenance.errors import InvalidInputError

if TYPE_CHECKING:
    from countenance.recognition.log.records import LogCopy

app = typer.Typer(
    no_args_is_help=True,
    help="Export, show and verify the ledger; verifying needs no server, database or secret.",
)

app.command("verify")(verify)
app.command("verify-hashes")(verify_hashes)
app.command("monitor")(monitor)
app.command("explain")(explain)

Index = Annotated[int, typer.Argument(metavar="ENTRY", min=0, help="Index of the entry, counted from 0.")]


@app.command("export")
def export(
    context: typer.Context,
    *,
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", file_okay=False, help="Folder to write to; made if it is not there."),
    ],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Write the log into a folder of plain files that any web server can serve.

    A folder with an earlier export of this log is brought up to date. Nothing in it is
    secret: entries hold commitments, words of closed lists and digests. Witnesses that are
    configured cosign the checkpoint first; where they are not enough, it says so and goes on.
    """
    from countenance.ledger.checkpoint import Checkpoint  # noqa: PLC0415  start-up stays quick
    from countenance.ledger.note import split_note  # noqa: PLC0415  as above
    from countenance.ledger.tiles import tiles_in  # noqa: PLC0415  as above

    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    reading = line.countenance.read_ledger
    text, _ = split_note(reading.checkpoint(actor))
    total = sum(1 for _ in tiles_in(Checkpoint.parse(text).size))
    with line.output.progress("exporting", total) as step:
        copy = reading.export(actor, folder, progress=lambda done, _total: step() if done else None)
    _tell_copy(line, folder, copy, reading.verifier_key(actor), as_json=as_json)


def _tell_copy(line: CommandLine, folder: Path, copy: LogCopy, key: str, *, as_json: bool) -> None:
    """Say what was written, who cosigned it, and what the other witnesses said."""
    head = copy.head
    if as_json:
        line.output.document(
            {
                "path": str(folder),
                "origin": head.origin,
                "size": head.size,
                "root": head.root.hex(),
                "vkey": key,
                "cosigned_by": list(copy.cosigned_by),
                "quorum_met": copy.quorum_met,
                "troubles": [{"witness": who, "text": text} for who, text in copy.troubles],
            }
        )
        return
    line.output.say(f"{counted_entries(head.size)} of the log {head.origin} in {folder}")
    facts = [("root", head.root.hex()), ("key", key)]
    if copy.quorum_met is not None:
        facts.append(("cosigned by", ", ".join(copy.cosigned_by) or "nobody"))
    line.output.facts(facts)
    for who, text in copy.troubles:
        line.output.note(f"witness {who}: {text}")
    if copy.quorum_met is False:
        line.output.note("The witnesses that cosigned are not enough for their policy; export again later.")
    line.output.note(f"To verify it anywhere: countenance ledger verify {folder} --vkey '{key}'")


@app.command("checkpoint")
def checkpoint(context: typer.Context, *, key_file: KeyFile = None, as_json: JsonFlag = False) -> None:
    """Print the signed checkpoint: what the log commits to now.

    Keep it, and `ledger verify --seen` shows later that nothing before it was cut off or changed.
    """
    from countenance.ledger.checkpoint import Checkpoint  # noqa: PLC0415  start-up stays quick
    from countenance.ledger.note import split_note  # noqa: PLC0415  as above

    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    note = line.countenance.read_ledger.checkpoint(actor)
    if not as_json:
        typer.echo(note, nl=False)
        return
    head = Checkpoint.parse(split_note(note)[0])
    key = line.countenance.read_ledger.verifier_key(actor)
    line.output.document(
        {"origin": head.origin, "size": head.size, "root": head.root.hex(), "note": note, "vkey": key}
    )


@app.command("show")
def show(
    context: typer.Context,
    *,
    entry: Index,
    raw: Annotated[
        bool,
        typer.Option("--raw", help="Print the entry's exact bytes, as they were hashed, and nothing else."),
    ] = False,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Show one entry of the log."""
    line = CommandLine.of(context)
    view = line.countenance.read_ledger.entry(line.holder_or_administrator(key_file), entry)
    document = json.loads(view.leaf)
    if raw:
        typer.echo(view.leaf.decode(), nl=False)
    elif as_json:
        line.output.document({"index": view.index, "entry": document})
    else:
        kind, moment = document.pop("type"), document.pop("t")
        document.pop("v")
        line.output.say(f"entry {view.index}: {kind}", style="bold")
        line.output.facts([("time", moment), *((name, _shown(value)) for name, value in document.items())])


@app.command("person")
def person(
    context: typer.Context,
    *,
    person: Annotated[
        str, typer.Argument(metavar="PERSON", help="Id of a person, as keys and accounts have it.")
    ],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Tell what stands for a person on the ledger, which holds no id of anybody.

    Look for it in entries to see what somebody reviewed, judged or decided. Whoever lacks the master
    key cannot do so. After the master key was changed, everybody has another one.
    """
    line = CommandLine.of(context)
    found = line.countenance.read_pseudonyms(line.holder_or_administrator(key_file), person)
    if as_json:
        line.output.document({"person": person, "pseudonym": found})
    else:
        typer.echo(found)


@app.command("proof")
def proof(
    context: typer.Context,
    *,
    entry: Index,
    output: Annotated[
        Path | None,
        typer.Option("--output", dir_okay=False, help="File to write to, instead of standard output."),
    ] = None,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Print the proof that an entry is in the log, as a `.tlog-proof` file (c2sp.org/tlog-proof).

    Whoever has the entry (`ledger show ENTRY --raw`), the proof and the log's public key can
    check it offline with `ledger check`, or with any tool that reads the format.
    """
    from countenance.ledger.proof import InclusionProof  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    view = line.countenance.read_ledger.entry(line.holder_or_administrator(key_file), entry)
    text = InclusionProof(view.index, view.proof, view.checkpoint).text
    if output is not None:
        _write(output, text)
    if as_json:
        hashes = [item.hex() for item in view.proof]
        line.output.document(
            {
                "index": view.index,
                "size": view.size,
                "hashes": hashes,
                "leaf": view.leaf.decode(),
                "checkpoint": view.checkpoint,
            }
        )
    elif output is None:
        typer.echo(text, nl=False)
    else:
        line.output.say(f"the proof of entry {view.index} is in {output}")


@app.command("check")
def check(
    context: typer.Context,
    *,
    proof_file: Annotated[
        Path, typer.Argument(metavar="PROOF", exists=True, dir_okay=False, help="A `.tlog-proof` file.")
    ],
    entry_file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="File with the entry's exact bytes, from `show --raw`.",
        ),
    ],
    vkey: Annotated[
        list[str],
        typer.Option("--vkey", metavar="VKEY", help="Public key that the log is known by. May be repeated."),
    ],
    as_json: JsonFlag = False,
) -> None:
    """Check offline that an entry is in the log. Exits with 0 if it is proved and with 1 if not."""
    from countenance.ledger.note import VerifierKey  # noqa: PLC0415  start-up stays quick
    from countenance.ledger.proof import InclusionProof  # noqa: PLC0415  as above

    line = CommandLine.of(context)
    keys = [VerifierKey.parse(text) for text in vkey]
    proved = InclusionProof.parse(text_of(proof_file))
    head = proved.verify(bytes_of(entry_file), keys)
    if as_json:
        line.output.document({"ok": True, "index": proved.index, "origin": head.origin, "size": head.size})
    else:
        line.output.say(f"proved: this is entry {proved.index} of the log {head.origin}", style="green")


@app.command("rotate-key")
def rotate_key(
    context: typer.Context,
    *,
    finish: Annotated[
        bool, typer.Option("--finish", help="Let the new key alone sign from now on: the old one retires.")
    ] = False,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Change the key that signs checkpoints: first both sign, then, with --finish, the new one alone.

    Between the two, give the new key to everybody who verifies the log or witnesses it; both stand in
    the checkpoints meanwhile. Start servers anew after each step: they sign with the keys they know.
    """
    line = CommandLine.of(context)
    line.confirm("Retire the old key?" if finish else "Make a new key for the log?", yes=yes)
    keys = line.countenance.parts.rotate_ledger_key(line.administrator.id, finish=finish)
    if as_json:
        line.output.document({"vkeys": list(keys)})
        return
    line.output.say("this key alone signs from now on:" if finish else "these keys sign from now on:")
    for key in keys:
        typer.echo(key)
    line.output.note("Start servers anew, and tell whoever verifies or witnesses this log.")


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInputError(f"`{path}` cannot be written: {error.strerror}") from error
