"""`countenance retention`: until when references are kept, what is destroyed, and legal holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from countenance.consent.retention import HoldReason
from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.moments import read_moment
from countenance.entrypoints.cli.options import Gallery, JsonFlag, KeyFile, Subject, YesFlag
from countenance.entrypoints.cli.wording import counted, moment

if TYPE_CHECKING:
    from pathlib import Path

    from countenance.consent.retention import Hold, Retention
    from countenance.entrypoints.cli.documents import Document
    from countenance.vetting.model import Actor

app = typer.Typer(
    no_args_is_help=True,
    help="Show until when references are kept and why, destroy what is due, place legal holds.",
)

_PAGE = 200
SubjectOption = Annotated[
    str | None, typer.Option("--subject", help="Only this subject; left out: everybody in the gallery.")
]


@app.command("due")
def due(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    gallery: Gallery,
    subject: SubjectOption = None,
    before: Annotated[
        str | None,
        typer.Option("--before", metavar="MOMENT", help="Only deadlines before this moment, with its zone."),
    ] = None,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Show the deadline of every reference: the earliest of law, policy, consent and lease, and why.

    Without a key, whoever sits at the machine sees every gallery.
    """
    line = CommandLine.of(context)
    found = _due(line, gallery, subject, line.holder_or_administrator(key_file))
    if before is not None:
        end = read_moment(before)
        found = [one for one in found if one.due(end)]
    if as_json:
        line.output.document({"gallery_id": gallery, "subjects": [of_retention(one) for one in found]})
        return
    rows = [
        (
            one.subject_id,
            moment(one.deadline.at) if one.deadline is not None else "-",
            f"{one.deadline.source.value}: {one.deadline.rule}" if one.deadline is not None else "-",
            ", ".join(hold.id for hold in one.held_by) or "-",
        )
        for one in found
    ]
    line.output.table(("subject", "destroyed by", "because of", "held by"), rows)


@app.command("run")
def run(context: typer.Context, *, yes: YesFlag = False, as_json: JsonFlag = False) -> None:
    """Destroy what is due now, as the server does every minute. For whoever sits at the machine."""
    line = CommandLine.of(context)
    line.confirm("Destroy every reference whose time is over, for good?", yes=yes)
    swept = line.countenance.consent.run_retention(line.administrator)
    if as_json:
        line.output.document({"destroyed": swept.destroyed, "held": swept.held, "busy": swept.busy})
        return
    line.output.say(
        f"destroyed: {counted(swept.destroyed, 'subject')}; held: {swept.held}; to look at: {swept.busy}"
    )


@app.command("hold")
def hold(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    gallery: Gallery,
    subject: SubjectOption = None,
    reason: Annotated[HoldReason, typer.Option("--reason", help="Why destruction is held off.")],
    matter: Annotated[str, typer.Option("--matter", help="The case or file; kept sealed.")],
    until: Annotated[
        str, typer.Option("--until", metavar="MOMENT", help="When it ends by itself: 2027-01-31T12:00:00Z.")
    ],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Hold off destruction. What has lapsed takes part in no comparison all the same."""
    from countenance.biometrics.model import GalleryId, SubjectId  # noqa: PLC0415  start-up stays quick
    from countenance.recognition.erasure.holds import HoldAsked  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    asked = HoldAsked(
        gallery_id=GalleryId(gallery),
        subject_id=SubjectId(subject) if subject is not None else None,
        reason=reason,
        matter=matter,
        until=read_moment(until),
    )
    placed = line.countenance.consent.place_hold(line.holder_or_administrator(key_file), asked)
    if as_json:
        line.output.document(of_hold(placed))
    else:
        line.output.say(f"held: `{placed.id}` until {moment(placed.until)}")


@app.command("holds")
def holds(
    context: typer.Context, *, gallery: Gallery, key_file: KeyFile = None, as_json: JsonFlag = False
) -> None:
    """List the legal holds of a gallery, ended ones too."""
    from countenance.biometrics.model import GalleryId  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    found = line.countenance.consent.holds(line.holder_or_administrator(key_file), GalleryId(gallery))
    if as_json:
        line.output.document({"gallery_id": gallery, "holds": [of_hold(one) for one in found]})
        return
    rows = [
        (
            one.id,
            one.subject_id or "everybody",
            one.reason.value,
            one.placed_by,
            moment(one.until),
            moment(one.released),
        )
        for one in found
    ]
    line.output.table(("hold", "subject", "reason", "placed by", "until", "released"), rows)


@app.command("release")
def release(
    context: typer.Context,
    *,
    gallery: Gallery,
    hold_id: Annotated[str, typer.Argument(metavar="HOLD", help="Id of the legal hold.")],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """End a legal hold before its time; not by whoever placed it."""
    from countenance.biometrics.model import GalleryId  # noqa: PLC0415  start-up stays quick
    from countenance.consent.retention import HoldId  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder_or_administrator(key_file)
    ended = line.countenance.consent.release_hold(actor, GalleryId(gallery), HoldId(hold_id))
    if as_json:
        line.output.document(of_hold(ended))
    else:
        line.output.say(f"released: `{ended.id}`; what is due is destroyed at the next pass")


@app.command("contact")
def contact(
    context: typer.Context,
    *,
    gallery: Gallery,
    subject: Subject,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Record that the subject was in contact with you now: some deadlines count from it."""
    _record(context, (gallery, subject), key_file, satisfied=False, as_json=as_json)


@app.command("satisfied")
def satisfied(
    context: typer.Context,
    *,
    gallery: Gallery,
    subject: Subject,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Record that the purpose is satisfied now: some laws ask for destruction at once, one within a year."""
    _record(context, (gallery, subject), key_file, satisfied=True, as_json=as_json)


def of_retention(found: Retention) -> Document:
    """Return what `--json` prints of a subject's deadlines."""
    deadlines = [
        {"at": one.at.isoformat(), "source": one.source.value, "rule": one.rule, "text": one.text}
        for one in found.deadlines
    ]
    return {
        "gallery_id": found.gallery_id,
        "subject_id": found.subject_id,
        "references": list(found.references),
        "deadline": deadlines[0] if deadlines else None,
        "deadlines": deadlines,
        "held_by": [of_hold(one) for one in found.held_by],
    }


def of_hold(held: Hold) -> Document:
    """Return what `--json` prints of a hold."""
    return {
        "hold_id": held.id,
        "gallery_id": held.gallery_id,
        "subject_id": held.subject_id,
        "reason": held.reason.value,
        "matter": held.matter,
        "placed_by": held.placed_by,
        "placed": held.placed.isoformat(),
        "until": held.until.isoformat(),
        "released": held.released.isoformat() if held.released is not None else None,
        "released_by": held.released_by,
    }


def _due(line: CommandLine, gallery: str, subject: str | None, actor: Actor) -> list[Retention]:
    from countenance.biometrics.model import GalleryId, SubjectId  # noqa: PLC0415  start-up stays quick

    reading, place = line.countenance.consent.retention, GalleryId(gallery)
    if subject is not None:
        return [reading.one(actor, place, SubjectId(subject))]
    found: list[Retention] = []
    while page := reading.page(
        actor, place, after=SubjectId(found[-1].subject_id) if found else None, limit=_PAGE
    ):
        found += page
    return found


def _record(
    context: typer.Context, place: tuple[str, str], key_file: Path | None, *, satisfied: bool, as_json: bool
) -> None:
    from countenance.biometrics.model import GalleryId, SubjectId  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    acts = line.countenance.consent.contact
    act = acts.purpose_satisfied if satisfied else acts.interaction
    held = act(line.holder(key_file), GalleryId(place[0]), SubjectId(place[1]))
    if as_json:
        line.output.document(
            {
                "gallery_id": held.gallery_id,
                "subject_id": held.subject_id,
                "last_interaction": held.last_interaction.isoformat() if held.last_interaction else None,
                "purpose_satisfied": held.purpose_satisfied.isoformat() if held.purpose_satisfied else None,
            }
        )
        return
    line.output.facts(
        [
            ("last contact", moment(held.last_interaction)),
            ("purpose satisfied", moment(held.purpose_satisfied)),
        ]
    )
