"""`countenance erasure`: what was erased, receipts, and their verification."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from countenance.entrypoints.cli.consent import withdraw
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.options import Gallery, JsonFlag, KeyFile
from countenance.entrypoints.cli.wording import counted, moment

if TYPE_CHECKING:
    from countenance.recognition.erasure.model import Drill

app = typer.Typer(
    no_args_is_help=True,
    help="Withdraw a consent, see what was erased, and check receipts; checking needs no server.",
)
app.command("withdraw")(withdraw)

Erasure = Annotated[str, typer.Argument(metavar="ERASURE", help="Id of the erasure, `era_...`.")]


@app.command("list")
def list_(
    context: typer.Context,
    *,
    gallery: Gallery,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many, the newest first.")] = 50,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """List what was erased from a gallery. Without a key: as who sits at the machine."""
    from countenance.biometrics.model import GalleryId  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    found = line.countenance.erasure.read.of_gallery(actor, GalleryId(gallery), limit=limit)
    if as_json:
        line.output.document(
            [
                {
                    "erasure_id": one.id,
                    "cause": one.facts.cause.value,
                    "subject": one.facts.subject,
                    "references": one.references,
                    "erased": one.erased.isoformat(),
                    "entry": one.entry,
                    "completed": one.completed.isoformat() if one.completed is not None else None,
                }
                for one in found
            ]
        )
        return
    line.output.table(
        ("erasure", "erased", "cause", "references", "receipt"),
        [
            (
                one.id,
                moment(one.erased),
                one.facts.cause.value,
                str(one.references),
                "complete" if one.completed is not None else "pending",
            )
            for one in found
        ],
    )


@app.command("receipt")
def receipt(
    context: typer.Context,
    *,
    erasure: Erasure,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FILE", help="Write here; a name that ends in `.pdf` gives a PDF."),
    ] = None,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Write the receipt of an erasure: JSON that is checked offline, or a PDF to print.

    Without --to it is printed, whether --json is given or not.
    """
    from countenance.entrypoints.cli.written import write_new  # noqa: PLC0415  start-up stays quick
    from countenance.recognition.erasure.model import ErasureId  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    found = line.countenance.erasure.read.receipt(actor, ErasureId(erasure))
    if to is None or as_json:
        line.output.document(found)
    if to is None:
        return
    if to.suffix.lower() == ".pdf":
        from countenance.entrypoints.pages.erasure_pdf import receipt_to_pdf  # noqa: PLC0415  slow

        write_new(to, receipt_to_pdf(found))
    else:
        write_new(to, json.dumps(found, ensure_ascii=False, indent=1).encode() + b"\n")
    line.output.say(f"written: `{to}`")


@app.command("manifest")
def manifest(
    context: typer.Context,
    *,
    gallery: Gallery,
    check: Annotated[
        bool, typer.Option("--check", help="Compute it from every reference as well, and compare.")
    ] = False,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Show the root over everything that a gallery holds. Exits with 1 if --check finds another one."""
    from countenance.biometrics.model import GalleryId  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    read = line.countenance.erasure.read
    held = read.manifest(actor, GalleryId(gallery))
    same = read.rebuilt(actor, GalleryId(gallery)) == held if check else None
    if as_json:
        line.output.document(
            {"gallery_id": gallery, "root": held.root.hex(), "references": held.size, "checked": same}
        )
    else:
        told = {None: "-", True: "the same from every reference", False: "ANOTHER one from the references"}
        line.output.facts(
            [("root", held.root.hex()), ("references", str(held.size)), ("checked", told[same])]
        )
    if same is False:
        raise typer.Exit(ExitCode.NOT_VERIFIED)


@app.command("verify")
def verify(
    context: typer.Context,
    *,
    path: Annotated[
        Path,
        typer.Argument(
            metavar="RECEIPT", exists=True, dir_okay=False, readable=True, help="The receipt as JSON."
        ),
    ],
    vkey: Annotated[
        list[str] | None,
        typer.Option(
            "--vkey",
            metavar="VKEY",
            help="Public key that the log is known by, from somewhere else than the receipt. "
            "May be given several times.",
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Check a receipt with nothing but its file: no server, no database, no secret.

    Exits with 0 if all of it holds and with 1 if not. Without --vkey the key in the receipt is used:
    that shows that it is whole, not whose it is.
    """
    from countenance.ledger.erasure_receipt import LONGEST, check_receipt  # noqa: PLC0415  start-up stays quick
    from countenance.ledger.note import VerifierKey  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    keys = [VerifierKey.parse(text) for text in vkey or ()]
    with path.open("rb") as file:
        found = check_receipt(file.read(LONGEST + 1), keys)
    if as_json:
        line.output.document(found.to_json())
    elif found.ok:
        line.output.say(
            f"holds: `{found.erasure}` took {counted(found.references, 'reference')} out of the gallery"
        )
        line.output.facts([("log", f"{found.log}, {found.size} entries")])
        if not keys:
            line.output.warn("the key in the receipt was used: give --vkey to know whose it is")
    else:
        for fault, text in found.faults:
            line.output.warn(f"{fault.value}: {text}")
    if not found.ok:
        raise typer.Exit(ExitCode.NOT_VERIFIED)


@app.command("drill")
def drill(
    context: typer.Context,
    *,
    galleries: Annotated[
        list[str] | None,
        typer.Argument(metavar="[GALLERY]...", help="In which galleries; in every one if none is named."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Enrol and erase a subject that nobody is, look for it everywhere, and record what came of it.

    What goes wrong opens an incident that stops enrolment in the gallery until people have looked.
    Exits with 1 then. The subject is random numbers and takes part in no comparison.
    """
    from countenance.biometrics.model import GalleryId  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    drills = line.countenance.erasure.drills
    names = [GalleryId(name) for name in galleries or ()] or drills.galleries(line.administrator)
    results = [(name, drills.run(line.administrator, name)) for name in names]
    if as_json:
        line.output.document([_drill(name, one) for name, one in results])
    elif not results:
        line.output.say("there is no gallery to rehearse in")
    else:
        line.output.table(("gallery", "result", "found wrong", "incident"), [_row(*one) for one in results])
    if any(one is not None and not one.passed for _, one in results):
        raise typer.Exit(ExitCode.NOT_VERIFIED)


@app.command("reapply")
def reapply(
    context: typer.Context,
    *,
    journal: Annotated[
        Path | None,
        typer.Option(
            "--journal",
            metavar="FILE",
            exists=True,
            dir_okay=False,
            readable=True,
            help="A journal that was kept elsewhere, instead of this installation's.",
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Withdraw and erase again what a backup that was put back has undone.

    Compares the journal of erasures with the ledger, before anybody is compared with anybody. A server
    does so by itself when it starts. What is found is put on the ledger and opens an incident.
    """
    line = CommandLine.of(context)
    done = line.countenance.erasure.reapply(line.administrator, journal)
    if as_json:
        line.output.document(
            {"undone": done.undone, "withdrawn": done.withdrawn, "erased": done.erased, "held": done.held}
        )
        return
    if not done.undone:
        line.output.say("the database knows everything that the journal tells of")
        return
    line.output.facts(
        [
            ("entries that the database had lost", str(done.undone)),
            ("consents withdrawn again", str(done.withdrawn)),
            ("subjects erased again", str(done.erased)),
            ("kept by a legal hold", str(done.held)),
        ]
    )


def _drill(gallery_id: str, one: Drill | None) -> dict[str, Any]:
    if one is None:
        return {"gallery_id": gallery_id, "result": "under_way"}
    return {
        "gallery_id": gallery_id,
        "result": "passed" if one.passed else "failed",
        "drill_id": one.id,
        "erasure_id": one.erasure_id,
        "faults": [fault.value for fault in one.faults],
        "incident_id": one.incident_id,
        "entry": one.entry,
    }


def _row(gallery_id: str, one: Drill | None) -> tuple[str, str, str, str]:
    told = _drill(gallery_id, one)
    return (
        gallery_id,
        told["result"],
        ", ".join(told.get("faults", ())) or "-",
        told.get("incident_id") or "-",
    )
