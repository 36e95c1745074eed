"""Galleries of every customer: what each is for and how many are enrolled, never who."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from countenance.entrypoints.console.listing import order_of, span_of, table_of
from countenance.entrypoints.console.navigation import READERS
from countenance.entrypoints.console.visits import Page, Visit
from countenance.entrypoints.pages.tables import Column
from countenance.recognition.acts.galleries import GalleryView
from countenance.recognition.model import GalleryOrder, GallerySearch

PATH: Final = "/console/galleries"
_LONGEST: Final = 2_000

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
    query = {name: value[:_LONGEST] for name, value in visit.query.items()}
    text = query.get("q", "").strip()
    order, descending = order_of(query, GalleryOrder, "gallery")
    sought = GallerySearch(text=text if "\x00" not in text else "", order=order, descending=descending)
    found = visit.service.console.browse.galleries_page(visit.actor, sought, span_of(query))
    table = table_of(PATH, query, COLUMNS, found, sort=f"{'-' * descending}{order}")
    if (file := table.file()) is not None:
        return file
    return visit.page("galleries.html", table=table, sought=query.get("q", ""))


PAGES: Final = (Page(path=PATH, handler=index, roles=READERS),)
