"""`countenance consent`: what subjects agreed to, and the end of it."""

from __future__ import annotations

from typing import Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.documents import of_consent
from countenance.entrypoints.cli.moments import read_moment
from countenance.entrypoints.cli.options import Gallery, JsonFlag, KeyFile, Subject, YesFlag
from countenance.entrypoints.cli.wording import counted, moment

app = typer.Typer(
    no_args_is_help=True, help="Record what subjects agreed to, show it, and withdraw it, which erases."
)


@app.command("give")
def give(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    gallery: Gallery,
    subject: Subject,
    notice: Annotated[str, typer.Option(help="Version of the text that the subject was shown.")],
    method: Annotated[str, typer.Option(help="How the agreement was given, such as `signed-form`.")],
    instrument: Annotated[
        list[str] | None,
        typer.Option(help="What else is on record, such as `written-release`; may be given several times."),
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="When it ends, with its zone: 2027-01-31T12:00:00Z.")
    ] = None,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Record that a subject agreed to be in a gallery, for the gallery's purpose."""
    from countenance.biometrics.model import GalleryId, SubjectId  # noqa: PLC0415  start-up stays quick
    from countenance.recognition.consenting import Agreement  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    agreement = Agreement(
        gallery_id=GalleryId(gallery),
        subject_id=SubjectId(subject),
        notice=notice,
        method=method,
        instruments=frozenset(instrument or ()),
        expires=read_moment(expires) if expires is not None else None,
    )
    given = line.countenance.give_consent(line.holder(key_file), agreement)
    if as_json:
        line.output.document(of_consent(given))
    else:
        until = f" until {moment(given.expires)}" if given.expires is not None else ""
        line.output.say(f"recorded: `{subject}` agreed to be in `{gallery}`{until}")


@app.command("show")
def show(
    context: typer.Context,
    *,
    gallery: Gallery,
    subject: Subject,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Show the consent of a subject, in force or not."""
    from countenance.biometrics.model import GalleryId, SubjectId  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    held = line.countenance.read_consent(line.holder(key_file), GalleryId(gallery), SubjectId(subject))
    if as_json:
        line.output.document(of_consent(held))
        return
    line.output.facts(
        [
            ("subject", held.subject_id),
            ("notice", held.notice),
            ("method", held.method),
            ("instruments", ", ".join(sorted(held.instruments)) or "-"),
            ("given", moment(held.given)),
            ("expires", moment(held.expires)),
            ("withdrawn", moment(held.withdrawn)),
        ]
    )


@app.command("withdraw")
def withdraw(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    gallery: Gallery,
    subject: Subject,
    key_file: KeyFile = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """End a consent and erase the subject's references, at once and for good."""
    from countenance.biometrics.model import GalleryId, SubjectId  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder(key_file)
    line.confirm(f"Withdraw the consent of `{subject}` and erase every reference, for good?", yes=yes)
    erasure = line.countenance.withdraw(actor, GalleryId(gallery), SubjectId(subject))
    if as_json:
        line.output.document(
            {
                "gallery_id": gallery,
                "subject_id": subject,
                "withdrawn": erasure.withdrawn.isoformat(),
                "references": erasure.references,
                "entry": erasure.entry,
                "erasure_id": erasure.id,
                "completed": erasure.completed,
            }
        )
        return
    line.output.say(
        f"withdrawn: {counted(erasure.references, 'reference')} erased, the subject's key destroyed"
    )
    line.output.facts(
        [
            ("since", moment(erasure.withdrawn)),
            ("ledger entry", str(erasure.entry)),
            ("receipt", f"`countenance erasure receipt {erasure.id}`"),
        ]
    )
