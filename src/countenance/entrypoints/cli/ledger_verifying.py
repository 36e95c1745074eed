"""Verifying a log from files alone: an export with its entries, or the hashes that everybody can fetch."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.options import JsonFlag
from countenance.entrypoints.cli.wording import counted
from countenance.errors import InvalidInputError

if TYPE_CHECKING:
    from countenance.ledger.findings import Verification
    from countenance.ledger.verification import Trust

_LONGEST_TEXT = 1_048_576
_SHOWN = 20

Keys = Annotated[
    list[str] | None,
    typer.Option(
        "--vkey",
        metavar="VKEY",
        help="Public key that the log is known by (`name+id+base64`), from somewhere else than the export. "
        "May be given several times.",
    ),
]

Seen = Annotated[
    list[Path] | None,
    typer.Option(
        "--seen",
        exists=True,
        dir_okay=False,
        readable=True,
        help="Checkpoint of the same log kept from earlier: the log must have grown out of it. "
        "May be given several times.",
    ),
]

Policy = Annotated[
    Path | None,
    typer.Option(
        "--policy",
        exists=True,
        dir_okay=False,
        readable=True,
        help="Policy file (c2sp.org/tlog-policy): the log's keys, and the witnesses that must have cosigned.",
    ),
]


def verify(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Folder of an exported log.")],
    vkey: Keys = None,
    seen: Seen = None,
    policy: Policy = None,
    complete: Annotated[
        bool,
        typer.Option(
            "--complete", help="Fail as well if a permit has no completion; give it for a log at rest."
        ),
    ] = False,
    tree_only: Annotated[
        bool,
        typer.Option(
            "--tree-only", help="Hash every entry up to the signed root, and do not read what it says."
        ),
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Verify an exported log from its files alone, and name whatever is wrong with it.

    Every hash is computed anew from the entries, up to the root that the log's key has signed.
    Exits with 0 if everything holds and with 1 if not. Without --vkey or --policy the key in the export
    is used: that shows that the log is whole, not whose it is.
    """
    from countenance.ledger.verification import verify_export  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    trust = trust_of(vkey, seen, policy)
    with _bar(line, "verifying", path) as step:
        result = verify_export(path, trust, progress=lambda _done, _total: step(), read=not tree_only)
    if as_json:
        line.output.document(result.to_json())
    else:
        _tell(line, result, "whole and signed", pinned=bool(trust.known))
    if not result.ok or (complete and result.incomplete):
        raise typer.Exit(ExitCode.NOT_VERIFIED)


def verify_hashes(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    path: Annotated[
        Path,
        typer.Argument(metavar="PATH", help="Folder with `checkpoint` and `tile/<level>/...` as served."),
    ],
    vkey: Keys = None,
    seen: Seen = None,
    policy: Policy = None,
    as_json: JsonFlag = False,
) -> None:
    """Verify what a log publishes, its hashes without the entries, from files alone.

    Computes every hash anew up to the root that the log's key has signed; with --seen it shows
    that nothing before that checkpoint was cut off or changed. What the entries say is not
    looked at: check one that you were given with `ledger check`. Exits with 0 or 1.
    """
    from countenance.ledger.hashes import verify_hashes as verify_tiles  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    trust = trust_of(vkey, seen, policy)
    result = verify_tiles(path, trust)
    if as_json:
        line.output.document(result.to_json())
    else:
        _tell(line, result, "whose hashes lead to the signed root", pinned=bool(trust.known))
    if not result.ok:
        raise typer.Exit(ExitCode.NOT_VERIFIED)


def trust_of(vkey: list[str] | None, seen: list[Path] | None, policy: Path | None) -> Trust:
    """Return what a verifier brings along; raises `InvalidInputError`."""
    from countenance.ledger.trust_policy import TrustPolicy, parse_log_key  # noqa: PLC0415  start-up stays quick
    from countenance.ledger.verification import Trust  # noqa: PLC0415  as above

    return Trust(
        keys=tuple(parse_log_key(text) for text in vkey or ()),
        seen=tuple(text_of(path) for path in seen or ()),
        policy=TrustPolicy.parse(bytes_of(policy)) if policy is not None else None,
    )


def counted_entries(number: int) -> str:
    """Return a number of entries in words."""
    return f"{number:,} entr{'y' if number == 1 else 'ies'}"


def _tell(line: CommandLine, result: Verification, what: str, *, pinned: bool) -> None:
    if result.ok:
        line.output.say(f"verified: {counted_entries(result.size or 0)}, {what}", style="green")
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
    for name, seconds in result.witnesses:
        line.output.facts([("cosigned", f"{name}, {_moment(seconds)}")])
    for notice in result.notices[:_SHOWN]:
        line.output.warn(f"{notice.where}: {notice.text} [{notice.code}]")
    if result.incomplete:
        line.output.say(f"{counted(len(result.incomplete), 'permit')} without a completion:")
        rows = [(f"entry {one.index}", f"{one.type} ({one.decision})") for one in result.incomplete[:_SHOWN]]
        line.output.facts(rows, indent=2)
    if result.ok and not pinned:
        line.output.note("The key came with the export: give --vkey to make sure whose log it is.")


def _moment(seconds: int) -> str:
    from countenance.ledger.cosignature import moment_of  # noqa: PLC0415  start-up stays quick

    moment = moment_of(seconds)
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment is not None else "at no stated time"


def _bar(line: CommandLine, what: str, path: Path) -> AbstractContextManager[Callable[[], None]]:
    """Return a bar with a step for each bundle of entries, as many as there seem to be."""
    bundles = sum(1 for file in (path / "tile" / "entries").rglob("*") if file.is_file())
    return line.output.progress(what, bundles)


def bytes_of(path: Path) -> bytes:
    """Return a small file's content, or raise `InvalidInputError`."""
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST_TEXT + 1)
    except OSError as error:
        raise InvalidInputError(f"`{path}` cannot be read: {error.strerror}") from error
    if len(content) > _LONGEST_TEXT:
        raise InvalidInputError(f"`{path}` is too long for what it should be")
    return content


def text_of(path: Path) -> str:
    """Return a small file's text, or raise `InvalidInputError`."""
    try:
        return bytes_of(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"`{path}` is not text") from error
