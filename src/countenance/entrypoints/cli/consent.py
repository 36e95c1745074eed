"""`countenance consent`: what subjects agreed to, and the end of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from countenance.consent.model import Capture, Guardian, GuardianRelation, LegalBasis, Release
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.documents import of_consent
from countenance.entrypoints.cli.moments import read_moment
from countenance.entrypoints.cli.options import Gallery, JsonFlag, KeyFile, Subject, YesFlag
from countenance.entrypoints.cli.wording import counted, moment
from countenance.errors import InvalidInputError
from countenance.policy.model import Purpose

app = typer.Typer(
    no_args_is_help=True,
    help="Record what subjects agreed to, show it, give receipts, and withdraw it, which erases.",
)


@app.command("give")
def give(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    gallery: Gallery,
    subject: Subject,
    notice: Annotated[
        str, typer.Option(help="Version of the text that the subject was shown; `doors/2` if published here.")
    ],
    method: Annotated[
        str,
        typer.Option(
            help="How the agreement was given; for a notice published here `electronic_signature`, "
            "`signed_form`, `screen_form`, `recorded_statement` or `witnessed_statement`."
        ),
    ],
    instrument: Annotated[
        list[str] | None,
        typer.Option(help="What else is on record, such as `written-release`; may be given several times."),
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="When it ends, with its zone: 2027-01-31T12:00:00Z.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(help="Text that was shown, as BCP 47 tag; for a notice published here.")
    ] = None,
    purpose: Annotated[
        list[Purpose] | None,
        typer.Option(help="What was agreed to, of what the notice has; may be given several times."),
    ] = None,
    shown: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="When the notice was shown, with its zone.")
    ] = None,
    release_by: Annotated[
        str | None,
        typer.Option(help="Name that the written release was signed with, where the law asks for one."),
    ] = None,
    release_signed: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="When it was signed, after the notice was shown.")
    ] = None,
    guardian: Annotated[str | None, typer.Option(help="Name of the guardian who agreed for a minor.")] = None,
    guardian_relation: Annotated[
        GuardianRelation, typer.Option(help="In what capacity.")
    ] = GuardianRelation.PARENT,
    guardian_attested: Annotated[
        bool,
        typer.Option("--guardian-attested", help="The relation was declared, and you saw the declaration."),
    ] = False,
    alternative: Annotated[
        str, typer.Option(help="The equal way without biometrics that was offered; at work and at school.")
    ] = "",
    basis: Annotated[
        LegalBasis, typer.Option(help="Another basis needs its instrument, and a review that examined it.")
    ] = LegalBasis.CONSENT,
    minor: Annotated[
        bool, typer.Option("--minor", help="You were told that the subject is a minor; no age is guessed.")
    ] = False,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Record that a subject agreed to be in a gallery, for the gallery's purpose.

    Under a notice that is published here, language, purposes and the moment it was shown are needed
    too, and everything that is missing is told at once.
    """
    from countenance.biometrics.model import GalleryId, SubjectId  # noqa: PLC0415  start-up stays quick
    from countenance.recognition.consents.giving import Agreement  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    release = _release(release_by, release_signed)
    held = (
        Guardian(name=guardian, relation=guardian_relation, attested=guardian_attested)
        if guardian is not None
        else None
    )
    agreement = Agreement(
        gallery_id=GalleryId(gallery),
        subject_id=SubjectId(subject),
        notice=notice,
        method=method,
        instruments=frozenset(instrument or ()),
        expires=read_moment(expires) if expires is not None else None,
        capture=_capture((language, purpose or [], shown), release, held, alternative),
        basis=basis,
        minor=minor,
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
            ("basis", held.basis.value),
            ("minor", "yes" if held.minor else "no"),
            ("instruments", ", ".join(sorted(held.instruments)) or "-"),
            ("given", moment(held.given)),
            ("expires", moment(held.expires)),
            ("withdrawn", moment(held.withdrawn)),
            ("record", held.record_id or "-"),
        ]
    )


@app.command("check")
def check(
    context: typer.Context,
    *,
    gallery: Gallery,
    subject: Subject,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Tell everything that is missing before a subject may be enrolled. No face is looked at."""
    from countenance.biometrics.model import GalleryId, SubjectId  # noqa: PLC0415  start-up stays quick
    from countenance.entrypoints.cli.exit_codes import ExitCode  # noqa: PLC0415  start-up stays quick
    from countenance.policy.model import Permit  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    found = line.countenance.consent.check(line.holder(key_file), GalleryId(gallery), SubjectId(subject))
    permitted = isinstance(found.decision, Permit)
    rules = [] if permitted else [reason.id for reason in found.decision.reasons]
    if as_json:
        line.output.document({"permitted": permitted, "missing": list(found.missing), "rules": rules})
    elif permitted:
        line.output.say(f"nothing is missing: `{subject}` may be enrolled in `{gallery}`")
    else:
        line.output.facts(
            [("missing", ", ".join(found.missing) or "nothing of a basis"), ("refused by", ", ".join(rules))]
        )
    if not permitted:
        raise typer.Exit(ExitCode.REFUSED)


@app.command("receipt")
def receipt(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    gallery: Gallery,
    subject: Subject,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", dir_okay=False, help="Write the receipt as PDF to this new file.")
    ] = None,
    proof: Annotated[
        Path | None,
        typer.Option("--proof", dir_okay=False, help="Write the proof (`.tlog-proof`) to this new file."),
    ] = None,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Give a receipt of a subject's consent, in the shape of ISO/IEC TS 27560, with what proves it offline.

    `--json` prints it as JSON-LD. Another program can check it; the guide says how.
    """
    from countenance.biometrics.model import GalleryId, SubjectId  # noqa: PLC0415  start-up stays quick
    from countenance.entrypoints.cli.written import write_new  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    given = line.countenance.consent.receipt(line.holder(key_file), GalleryId(gallery), SubjectId(subject))
    document = given.document()
    if pdf is not None:
        from countenance.entrypoints.pages.consent_pdf import receipt_to_pdf  # noqa: PLC0415  slow

        write_new(pdf, receipt_to_pdf(document))
    if proof is not None:
        write_new(proof, given.proof.encode())
    if as_json:
        line.output.document(document)
        return
    line.output.facts(
        [
            ("receipt", given.id),
            ("record", given.record.id),
            ("given", moment(given.record.given)),
            ("ledger entry", str(given.record.entry)),
            ("log's key", given.key),
            *[("written", str(file)) for file in (pdf, proof) if file is not None],
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


def _release(name: str | None, signed: str | None) -> Release | None:
    if (name is None) != (signed is None):
        raise InvalidInputError("a release has a name and a moment: --release-by and --release-signed")
    return Release(signed_by=name, signed=read_moment(signed)) if name is not None and signed else None


def _capture(
    told: tuple[str | None, list[Purpose], str | None],
    release: Release | None,
    guardian: Guardian | None,
    alternative: str,
) -> Capture | None:
    """Return what was told of the capture, or None where nothing was: then the notice is none of here."""
    language, purposes, shown = told
    if language is None and not purposes and shown is None:
        if release is not None or guardian is not None or alternative:
            raise InvalidInputError(
                "a release, a guardian or an alternative comes with --language and --shown"
            )
        return None
    if language is None or shown is None:
        raise InvalidInputError("--language, --purpose and --shown are given together")
    return Capture(
        language=language,
        purposes=frozenset(purposes),
        shown=read_moment(shown),
        release=release,
        guardian=guardian,
        alternative=alternative,
    )
