"""The public pages as an application: what is answered here, and what is passed on."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from countenance.app import Countenance
from countenance.entrypoints.pages.site import look_of, site_of
from countenance.entrypoints.public import (
    asking,
    crawlers,
    front,
    ledger,
    model_note,
    refusals,
    register,
    rights,
    rules,
)
from countenance.entrypoints.public.answering import Page, Sources
from countenance.entrypoints.public.rates import FILTERS

PACKAGE: Final = "countenance.entrypoints.public"
HOME: Final = "/public"
"""Where stylesheets lie; the pages themselves are at the root."""

PAGES: Final[tuple[Page, ...]] = (
    *front.PAGES,
    *register.PAGES,
    *refusals.PAGES,
    *model_note.PAGES,
    *rules.PAGES,
    *asking.PAGES,
    *rights.PAGES,
    *ledger.PAGES,
)
"""Every page; those with a label make the menu, in this order."""

_PLACES: Final = frozenset({*(page.path for page in PAGES), "/robots.txt", "/sitemap.xml", HOME})
_FOLDERS: Final = (f"{HOME}/", "/ledger/")
_METHODS: Final = frozenset({"GET", "HEAD"})


def _to_the_front(_: Request) -> Response:
    return RedirectResponse("/", status_code=308)


class Public:
    """Answers readers of the public pages, and passes on everything else.

    Only GET and HEAD are answered here: other protocols post to the root.
    """

    def __init__(self, app: ASGIApp, service: Countenance) -> None:
        look = look_of(HOME, PACKAGE, layout="public.html")
        look.environment.filters.update(FILTERS)
        look.environment.globals["menu"] = tuple((page.path, page.label) for page in PAGES if page.label)
        sources = Sources(service, look)
        routes = [page.route(sources) for page in (*PAGES, *crawlers.pages_about(PAGES))]
        self._app = app
        self._pages = site_of(look, [*routes, Route(HOME, _to_the_front)])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on."""
        await (self._pages if _mine(scope) else self._app)(scope, receive, send)


def _mine(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] not in _METHODS:
        return False
    path = scope["path"]
    return path in _PLACES or path.startswith(_FOLDERS)
