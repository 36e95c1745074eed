"""`countenance notice`: what subjects are told before anything is taken."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.options import JsonFlag, KeyFile
from countenance.entrypoints.cli.wording import moment
from countenance.entrypoints.cli.written import WrittenFile, read_written, write_new
from countenance.errors import InvalidInputError, NotFoundError

if TYPE_CHECKING:
    from countenance.consent.notice import Notice
    from countenance.entrypoints.cli.documents import Document

app = typer.Typer(
    no_args_is_help=True, help="Publish notices, show them, and render them for screen, print and a QR code."
)

NoticeName = Annotated[
    str, typer.Argument(metavar="NOTICE", help="Id of a notice, `doors` for its newest version or `doors/2`.")
]


class Form(StrEnum):
    """How a notice is rendered."""

    HTML = "html"
    PDF = "pdf"
    SVG = "svg"
    PNG = "png"


@app.command("check")
def check(context: typer.Context, file: WrittenFile, *, as_json: JsonFlag = False) -> None:
    """Tell everything that a notice still lacks. Nothing is published, and no key is needed."""
    from countenance.consent.notice import NoticeDraft, faults_of  # noqa: PLC0415  start-up stays quick
    from countenance.entrypoints.cli.exit_codes import ExitCode  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    faults = list(faults_of(read_written(NoticeDraft, file)))
    if as_json:
        line.output.document({"complete": not faults, "faults": faults})
    elif faults:
        line.output.say("Not complete:")
        for fault in faults:
            line.output.say(fault, indent=2)
    else:
        line.output.say("Complete: it can be published.")
    if faults:
        raise typer.Exit(ExitCode.USAGE)


@app.command("publish")
def publish(
    context: typer.Context, file: WrittenFile, *, key_file: KeyFile = None, as_json: JsonFlag = False
) -> None:
    """Publish a notice as the next version of its id. Nothing changes it afterwards."""
    from countenance.consent.notice import NoticeDraft  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    draft = read_written(NoticeDraft, file)
    notice = line.countenance.consent.publish(line.holder(key_file), draft)
    _say(line, notice, as_json=as_json)


@app.command("list")
def every(context: typer.Context, *, key_file: KeyFile = None, as_json: JsonFlag = False) -> None:
    """List every version of your notices."""
    line = CommandLine.of(context)
    found = line.countenance.consent.notices.all(line.holder(key_file))
    if as_json:
        line.output.document({"notices": [of_notice(line, notice) for notice in found]})
        return
    rows = [
        (
            notice.name,
            notice.draft.gallery_id or "every gallery",
            ", ".join(text.language for text in notice.draft.texts),
            moment(notice.published),
        )
        for notice in found
    ]
    line.output.table(("notice", "gallery", "languages", "published"), rows)


@app.command("show")
def show(
    context: typer.Context, notice: NoticeName, *, key_file: KeyFile = None, as_json: JsonFlag = False
) -> None:
    """Show a version of a notice of yours."""
    line = CommandLine.of(context)
    _say(line, _found(line, notice, key_file), as_json=as_json)


@app.command("render")
def render(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    notice: NoticeName,
    *,
    out: Annotated[Path, typer.Option("--out", dir_okay=False, help="New file to write.")],
    form: Annotated[
        Form,
        typer.Option(
            "--form", help="`html` for the screen, `pdf` for print, `svg` or `png` for the QR code."
        ),
    ] = Form.PDF,
    language: Annotated[
        str | None, typer.Option("--language", help="BCP 47 tag; left out: the first text.")
    ] = None,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Write a notice to a new file, for screen or print, or the QR code that leads to it."""
    from countenance.entrypoints.pages import notice_sheets  # noqa: PLC0415  what draws is loaded when it draws

    line = CommandLine.of(context)
    found = _found(line, notice, key_file)
    text = found.draft.texts[0] if language is None else found.draft.text_in(language)
    if text is None:
        raise NotFoundError(f"`{found.name}` has no text in `{language}`")
    address = line.countenance.consent.address_of(found)
    match form:
        case Form.HTML:
            data = notice_sheets.fragment(found, text).encode()
        case Form.PDF:
            data = notice_sheets.pdf(found, text, address)
        case Form.SVG:
            data = notice_sheets.qr_svg(address)
        case Form.PNG:
            data = notice_sheets.qr_png(address)
    write_new(out, data)
    if as_json:
        line.output.document({"notice": found.name, "language": text.language, "file": str(out)})
    else:
        line.output.say(f"written: `{found.name}` in {text.language} to {out}")


def of_notice(line: CommandLine, notice: Notice) -> Document:
    """Return what `--json` prints of a notice."""
    from countenance.consent.notice import notice_document  # noqa: PLC0415  start-up stays quick

    return {
        **notice_document(notice.draft, notice.version),
        "name": notice.name,
        "published": notice.published.isoformat(),
        "digest": notice.digest,
        "entry": notice.entry,
        "address": line.countenance.consent.address_of(notice),
    }


def _found(line: CommandLine, name: str, key_file: Path | None) -> Notice:
    from countenance.consent.notice import NoticeId, named_version  # noqa: PLC0415  start-up stays quick

    notice_id, version = named_version(name) or (NoticeId(name), None)
    if "/" in notice_id:
        raise InvalidInputError(f"`{name}` names no notice; `doors` and `doors/2` do")
    return line.countenance.consent.notices.one(line.holder(key_file), notice_id, version)


def _say(line: CommandLine, notice: Notice, *, as_json: bool) -> None:
    if as_json:
        line.output.document(of_notice(line, notice))
        return
    draft = notice.draft
    line.output.facts(
        [
            ("notice", notice.name),
            ("gallery", draft.gallery_id or "every gallery"),
            ("purposes", ", ".join(sorted(draft.purposes))),
            ("languages", ", ".join(text.language for text in draft.texts)),
            ("kept", f"{draft.retention_days} days from {draft.retention_from.value}"),
            ("consent holds", f"{draft.consent_days} days" if draft.consent_days else "until withdrawn"),
            ("published", moment(notice.published)),
            ("address", line.countenance.consent.address_of(notice)),
            ("digest", notice.digest),
            ("ledger entry", str(notice.entry)),
        ]
    )
