"""The public pages as an application: what is answered here, and what is passed on."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from countenance.app import Countenance
from countenance.entrypoints.pages.faults import NOT_THERE
from countenance.entrypoints.pages.headers import PageHeaders
from countenance.entrypoints.pages.preferences import prefers_html
from countenance.entrypoints.pages.site import Look, look_of, site_of
from countenance.entrypoints.public import (
    asking,
    audits,
    crawlers,
    front,
    ledger,
    model_note,
    notices,
    refusals,
    register,
    rights,
    rules,
    terms,
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
    *audits.PAGES,
    *terms.PAGES,
    *notices.PAGES,
    *ledger.PAGES,
)
"""Every page; those with a label make the menu, in this order."""

_PLACES: Final = frozenset({*(page.path for page in PAGES), "/robots.txt", "/sitemap.xml", HOME})
_FOLDERS: Final = (f"{HOME}/", "/ledger/", "/notices/")
_MACHINES: Final = ("/v1/", "/face/", "/console")
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
        self._look = look
        self._pages = site_of(look, [*routes, Route(HOME, _to_the_front)])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on."""
        if _mine(scope):
            await self._pages(scope, receive, send)
        elif _mistyped(scope):
            await self._app(scope, receive, OrPage(self._look, scope, receive, send))
        else:
            await self._app(scope, receive, send)


class OrPage:
    """Sends on what somebody else answers, and a page in the place of their *not found*.

    For a reader who mistyped an address and whose browser would show a document for machines.
    """

    def __init__(self, look: Look, scope: Scope, receive: Receive, send: Send) -> None:
        self._look = look
        self._scope = scope
        self._receive = receive
        self._send = send
        self._replaced = False

    async def __call__(self, message: Message) -> None:
        """Send a message on, or the page and nothing after it."""
        if self._replaced:
            return
        if message["type"] == "http.response.start" and message["status"] == HTTPStatus.NOT_FOUND:
            self._replaced = True
            page = PageHeaders(self._look.fault(NOT_THERE))
            await page(self._scope, self._receive, self._send)
            return
        await self._send(message)


def _mistyped(scope: Scope) -> bool:
    """Tell whether a browser asks for what is neither a public page nor a machine's."""
    if scope["type"] != "http" or scope["method"] not in _METHODS:
        return False
    return not scope["path"].startswith(_MACHINES) and prefers_html(Request(scope))


def _mine(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] not in _METHODS:
        return False
    path = scope["path"]
    return path in _PLACES or path.startswith(_FOLDERS)
