"""Galleries of every customer: what each is for and how many are enrolled, never who."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.navigation import READERS
from countenance.entrypoints.console.visits import Page, Visit
from countenance.entrypoints.pages.tables import Column, arranged
from countenance.recognition.acts.galleries import GalleryView

PATH: Final = "/console/galleries"

COLUMNS: Final[tuple[Column[GalleryView], ...]] = (
    Column("gallery", "Gallery", lambda view: view.gallery.id, key=lambda view: view.gallery.id),
    Column("customer", "Customer", lambda v: v.gallery.customer_id, key=lambda v: v.gallery.customer_id),
    Column("purpose", "Purpose", lambda v: v.gallery.purpose.value, key=lambda v: v.gallery.purpose.value),
    Column("lease", "Lease", lambda view: view.gallery.lease_id, key=lambda view: view.gallery.lease_id),
    Column("subjects", "Subjects", lambda view: view.subjects, key=lambda view: view.subjects, number=True),
    Column(
        "created", "Made", lambda v: v.gallery.created.date().isoformat(), key=lambda v: v.gallery.created
    ),
)


def index(visit: Visit) -> Response:
    """Show every gallery."""
    sought = visit.query.get("q", "").strip().casefold()
    found = [
        view
        for view in visit.service.console.browse.galleries(visit.actor)
        if sought in f"{view.gallery.id} {view.gallery.customer_id} {view.gallery.purpose}".casefold()
    ]
    table = arranged(PATH, visit.query, COLUMNS, found, order="gallery")
    if (file := table.file()) is not None:
        return file
    return visit.page("galleries.html", table=table, sought=visit.query.get("q", ""))


PAGES: Final = (Page(path=PATH, handler=index, roles=READERS),)
