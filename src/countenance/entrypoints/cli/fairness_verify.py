"""`countenance fairness verify`: whose a report is, and that nothing in it was changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.options import JsonFlag
from countenance.entrypoints.cli.wording import counted
from countenance.errors import InvalidInputError

if TYPE_CHECKING:
    from countenance.fairness.sealing import VerifiedReport

_LONGEST = 1 << 28
_BESIDE = ("report.html", "report.pdf")


def verify(
    context: typer.Context,
    *,
    report: Annotated[
        Path,
        typer.Argument(
            metavar="REPORT",
            exists=True,
            readable=True,
            help="A `report.json`, or the folder that it lies in; HTML and PDF beside it are checked too.",
        ),
    ],
    vkey: Annotated[
        list[str] | None,
        typer.Option(
            "--vkey",
            metavar="VKEY",
            help="Public key that the report's log is known by; without it that of this installation. May be"
            " given several times.",
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Check a report's digest, signature and place on the ledger, from its files alone.

    Exits with 0 if everything holds and with 1 if not. With --vkey neither database nor model is
    needed. It shows that the figures are those that were recorded; whether they suffice for a use
    is what the verdicts in the report say.
    """
    from countenance.fairness.sealing import verify_report  # noqa: PLC0415  start-up stays quick
    from countenance.ledger.note import VerifierKey  # noqa: PLC0415  as above

    line = CommandLine.of(context)
    path = report / "report.json" if report.is_dir() else report
    text = _bytes(path).decode("utf-8", errors="replace")
    beside = {name: _bytes(path.parent / name) for name in _BESIDE if (path.parent / name).is_file()}
    keys = vkey or [line.countenance.read_ledger.verifier_key(line.administrator)]
    found = verify_report(text, [VerifierKey.parse(key) for key in keys], beside)
    if as_json:
        line.output.document(
            {
                "ok": found.ok,
                "digest": found.digest,
                "signed_by": found.signed_by,
                "entry": found.entry,
                "files": dict(found.files),
                "findings": list(found.findings),
            }
        )
    else:
        _tell(line, found)
    if not found.ok:
        raise typer.Exit(ExitCode.NOT_VERIFIED)


def _tell(line: CommandLine, found: VerifiedReport) -> None:
    if found.ok:
        line.output.say(
            f"verified: signed by {found.signed_by}, entry {found.entry} of its ledger", style="green"
        )
    else:
        line.output.say(f"NOT verified: {counted(len(found.findings), 'fault')}", style="bold red")
        for finding in found.findings:
            line.output.say(finding, indent=2)
    line.output.facts([("digest", found.digest)])
    for name, same in found.files:
        line.output.facts([(name, "not there" if same is None else "as signed" if same else "changed")])


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST + 1)
    except OSError as error:
        raise InvalidInputError(f"`{path}` cannot be read: {error.strerror}") from error
    if len(content) > _LONGEST:
        raise InvalidInputError(f"`{path}` is too long for a fairness report")
    return content
