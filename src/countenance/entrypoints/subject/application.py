"""The subject's pages as an application: what is answered here, and what is passed on."""

from __future__ import annotations

from itertools import chain
from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from countenance.app import Countenance
from countenance.entrypoints.pages.site import PagesAt, look_of, site_of
from countenance.entrypoints.subject import acting, entering, groups, record
from countenance.entrypoints.subject.visits import HOME, Door, Page, Visit
from countenance.errors import NotFoundError

PACKAGE: Final = "countenance.entrypoints.subject"


def nothing(_: Visit) -> Response:
    """Say that there is nothing here."""
    raise NotFoundError("no such page")


_ELSEWHERE: Final = tuple(
    Page(path=f"{HOME}{rest}", handler=nothing, closed=False, method=method)
    for rest in ("", "/{rest:path}")
    for method in ("GET", "POST")
)

PAGES: Final[tuple[Page, ...]] = tuple(chain(entering.PAGES, record.PAGES, acting.PAGES, groups.PAGES))
"""Every page, in the order in which paths are compared."""


class Subject:
    """Answers what lies below `/subject`, and passes on everything else."""

    def __init__(self, app: ASGIApp, service: Countenance) -> None:
        look = look_of(HOME, PACKAGE, layout="subject.html")
        door = Door(service, look)
        pages = site_of(look, [page.route(door) for page in (*PAGES, *_ELSEWHERE)])
        self._pages = PagesAt(app, HOME, pages)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on."""
        await self._pages(scope, receive, send)
