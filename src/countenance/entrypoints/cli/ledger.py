"""`countenance ledger`: the record that anybody can check, here or on another machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.options import JsonFlag, KeyFile
from countenance.entrypoints.cli.wording import counted
from countenance.errors import InvalidInputError

if TYPE_CHECKING:
    from countenance.ledger.findings import Verification

app = typer.Typer(
    no_args_is_help=True,
    help="Export, show and verify the ledger; verifying needs no server, database or secret.",
)

_LONGEST_TEXT = 1_048_576
_SHOWN = 20

Index = Annotated[int, typer.Argument(metavar="ENTRY", min=0, help="Index of the entry, counted from 0.")]

Keys = Annotated[
    list[str] | None,
    typer.Option(
        "--vkey",
        metavar="VKEY",
        help="Public key that the log is known by (`name+id+base64`), from somewhere else than the export. "
        "May be given several times.",
    ),
]


@app.command("verify")
def verify(
    context: typer.Context,
    *,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Folder of an exported log.")],
    vkey: Keys = None,
    seen: Annotated[
        Path | None,
        typer.Option(
            "--seen",
            exists=True,
            dir_okay=False,
            readable=True,
            help="Checkpoint of the same log kept from earlier: the log must have grown out of it.",
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Verify an exported log from its files alone, and name whatever is wrong with it.

    Every hash is computed anew from the entries, up to the root that the log's key has signed.
    Exits with 0 if everything holds and with 1 if not. Without --vkey the key in the export is
    used: that shows that the log is whole, not whose it is.
    """
    from countenance.ledger.note import VerifierKey  # noqa: PLC0415  start-up stays quick
    from countenance.ledger.verification import Trust, verify_export  # noqa: PLC0415  as above

    line = CommandLine.of(context)
    trust = Trust(
        keys=tuple(VerifierKey.parse(text) for text in vkey or ()),
        seen=_text_of(seen) if seen is not None else None,
    )
    with _bar(line, "verifying", path) as step:
        result = verify_export(path, trust, progress=lambda _done, _total: step())
    if as_json:
        line.output.document(result.to_json())
    else:
        _tell(line, result, pinned=bool(trust.keys))
    if not result.ok:
        raise typer.Exit(ExitCode.NOT_VERIFIED)


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
    secret: entries hold commitments, words of closed lists and digests.
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
        head = reading.export(actor, folder, progress=lambda done, _total: step() if done else None)
    key = reading.verifier_key(actor)
    if as_json:
        line.output.document(
            {
                "path": str(folder),
                "origin": head.origin,
                "size": head.size,
                "root": head.root.hex(),
                "vkey": key,
            }
        )
        return
    line.output.say(f"{counted_entries(head.size)} of the log {head.origin} in {folder}")
    line.output.facts([("root", head.root.hex()), ("key", key)])
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
    proved = InclusionProof.parse(_text_of(proof_file))
    head = proved.verify(_bytes_of(entry_file), keys)
    if as_json:
        line.output.document({"ok": True, "index": proved.index, "origin": head.origin, "size": head.size})
    else:
        line.output.say(f"proved: this is entry {proved.index} of the log {head.origin}", style="green")


def counted_entries(number: int) -> str:
    """Return a number of entries in words."""
    return f"{number:,} entr{'y' if number == 1 else 'ies'}"


def _tell(line: CommandLine, result: Verification, *, pinned: bool) -> None:
    if result.ok:
        line.output.say(f"verified: {counted_entries(result.size or 0)}, whole and signed", style="green")
    else:
        number = len(result.faults) + result.faults_left_out
        line.output.say(f"NOT verified: {counted(number, 'fault')}", style="bold red")
    if result.root is not None:
        line.output.facts([("root", result.root.hex())])
    for fault in result.faults[:_SHOWN]:
        place = fault.where if fault.index is None else f"{fault.where}, entry {fault.index}"
        line.output.say(f"{place}: {fault.text} [{fault.code}]")
    unsaid = len(result.faults[_SHOWN:]) + result.faults_left_out
    if unsaid:
        line.output.say(f"... and {counted(unsaid, 'further fault')}")
    if result.incomplete:
        line.output.say(f"{counted(len(result.incomplete), 'permit')} without a completion:")
        rows = [(f"entry {one.index}", f"{one.type} ({one.decision})") for one in result.incomplete[:_SHOWN]]
        line.output.facts(rows, indent=2)
    if result.ok and not pinned:
        line.output.note("The key came with the export: give --vkey to make sure whose log it is.")


def _bar(line: CommandLine, what: str, path: Path) -> AbstractContextManager[Callable[[], None]]:
    """Return a bar with a step for each bundle of entries, as many as there seem to be."""
    bundles = sum(1 for file in (path / "tile" / "entries").rglob("*") if file.is_file())
    return line.output.progress(what, bundles)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _bytes_of(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST_TEXT + 1)
    except OSError as error:
        raise InvalidInputError(f"`{path}` cannot be read: {error.strerror}") from error
    if len(content) > _LONGEST_TEXT:
        raise InvalidInputError(f"`{path}` is too long for what it should be")
    return content


def _text_of(path: Path) -> str:
    try:
        return _bytes_of(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"`{path}` is not text") from error


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInputError(f"`{path}` cannot be written: {error.strerror}") from error
