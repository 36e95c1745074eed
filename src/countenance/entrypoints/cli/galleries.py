"""`countenance galleries`: making, showing and deleting the galleries of a lease."""

from __future__ import annotations

from typing import Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.documents import of_gallery
from countenance.entrypoints.cli.listing import ROWS, AfterRow, RowLimit, tell_more
from countenance.entrypoints.cli.options import Gallery, JsonFlag, KeyFile, YesFlag
from countenance.entrypoints.cli.wording import counted, moment
from countenance.policy.model import Purpose

app = typer.Typer(
    no_args_is_help=True, help="Make, show and delete galleries: reference databases for one purpose each."
)

_PAGE = 100


@app.command("create")
def create(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    gallery: Gallery,
    purpose: Annotated[
        Purpose,
        typer.Option("--purpose", help="The one purpose that the gallery serves; the lease must have it."),
    ],
    scraped: Annotated[
        bool,
        typer.Option(
            "--scraped/--not-scraped",
            help="Whether its images were gathered without targeting, from the internet or CCTV.",
        ),
    ],
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Make an empty gallery, under an id that the key's lease names."""
    from countenance.biometrics.model import GalleryId  # noqa: PLC0415  start-up stays quick
    from countenance.recognition.acts.galleries import GalleryView  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder(key_file)
    made = line.countenance.create_gallery(actor, GalleryId(gallery), purpose, scraped=scraped)
    if as_json:
        line.output.document(of_gallery(GalleryView(gallery=made, subjects=0)))
    else:
        line.output.say(f"made the gallery `{made.id}` for {made.purpose.value}")


@app.command("list")
def list_all(
    context: typer.Context,
    *,
    key_file: KeyFile = None,
    limit: RowLimit = ROWS,
    after: AfterRow = None,
    as_json: JsonFlag = False,
) -> None:
    """List the galleries that the key's lease covers by id, a page at a time."""
    from countenance.biometrics.model import GalleryId  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    begin = GalleryId(after) if after is not None else None
    page = line.countenance.read_galleries.page(line.holder(key_file), after=begin, limit=limit)
    if as_json:
        shown = [of_gallery(view) for view in page.views]
        line.output.document({"galleries": shown, "next": page.following})
    elif not page.views:
        none = "No gallery yet. `countenance galleries create` makes one that the lease names."
        line.output.say(none if after is None else "No gallery after this one.")
    else:
        rows = [(view.gallery.id, view.gallery.purpose.value, str(view.subjects)) for view in page.views]
        line.output.table(("gallery", "purpose", "subjects"), rows)
        tell_more(line.output, page.following)


@app.command("show")
def show(
    context: typer.Context,
    *,
    gallery: Gallery,
    key_file: KeyFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Show one gallery: its purpose, its model and how many subjects it has."""
    from countenance.biometrics.model import GalleryId  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    view = line.countenance.read_galleries.one(line.holder(key_file), GalleryId(gallery))
    if as_json:
        line.output.document(of_gallery(view))
        return
    line.output.say(view.gallery.id, style="bold")
    line.output.facts(
        [
            ("purpose", view.gallery.purpose.value),
            ("subjects", str(view.subjects)),
            ("lease", view.gallery.lease_id),
            ("scraped", "yes" if view.gallery.scraped else "no"),
            ("model", view.gallery.pipeline.model_digest),
            ("pipeline", view.gallery.pipeline.version),
            ("created", moment(view.gallery.created)),
        ]
    )


@app.command("subjects")
def subjects(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    gallery: Gallery,
    key_file: KeyFile = None,
    after: Annotated[
        str | None, typer.Option(help="Begin after this subject: the last of the page before.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Subjects on a page.")] = _PAGE,
    as_json: JsonFlag = False,
) -> None:
    """List who is enrolled in a gallery, by id."""
    from countenance.biometrics.model import GalleryId, SubjectId  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder(key_file)
    begin = SubjectId(after) if after is not None else None
    page = line.countenance.read_galleries.subjects(actor, GalleryId(gallery), after=begin, limit=limit)
    following = page[-1] if len(page) == limit else None
    if as_json:
        line.output.document({"gallery_id": gallery, "subjects": list(page), "next": following})
        return
    for subject in page:
        line.output.say(subject)
    if not page:
        line.output.say("Nobody is enrolled here.")
    if following is not None:
        line.output.say(f"There may be more: --after {following}")


@app.command("delete")
def delete(
    context: typer.Context,
    *,
    gallery: Gallery,
    key_file: KeyFile = None,
    yes: YesFlag = False,
    as_json: JsonFlag = False,
) -> None:
    """Delete a gallery with every subject, reference, key and consent in it."""
    from countenance.biometrics.model import GalleryId  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    actor = line.holder(key_file)
    view = line.countenance.read_galleries.one(actor, GalleryId(gallery))
    line.confirm(f"Delete `{gallery}` with {counted(view.subjects, 'subject')}, for good?", yes=yes)
    line.countenance.delete_gallery(actor, GalleryId(gallery))
    if as_json:
        line.output.document({"gallery_id": gallery, "subjects": view.subjects, "deleted": True})
    else:
        line.output.say(f"deleted `{gallery}` with {counted(view.subjects, 'subject')}")
