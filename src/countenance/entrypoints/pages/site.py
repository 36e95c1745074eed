"""A site of pages: its routes, its templates, its files, and the last stop of every error."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from jinja2 import Environment
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from countenance.entrypoints.pages.assets import Assets
from countenance.entrypoints.pages.environment import PAGES, page_environment
from countenance.entrypoints.pages.faults import BROKEN, NOT_THERE, Fault, told
from countenance.entrypoints.pages.headers import PageHeaders
from countenance.entrypoints.pages.observation import Observed
from countenance.errors import CountenanceError

_log = logging.getLogger("countenance.pages")

LAYOUT: Final = "layout.html"


@dataclass(frozen=True, slots=True)
class Look:
    """What the pages of a site have in common: templates, files, and the layout that faults are shown in."""

    environment: Environment
    assets: Assets
    layout: str = LAYOUT

    def page(self, template: str, values: Mapping[str, object], status: int = 200) -> HTMLResponse:
        """Return the template as a page."""
        return HTMLResponse(self.environment.get_template(template).render(values), status_code=status)

    def fault(self, fault: Fault) -> HTMLResponse:
        """Return the page of a fault."""
        values = {
            "layout": self.layout,
            "title": fault.title,
            "happened": fault.happened,
            "advice": fault.advice,
            "reference": fault.reference,
        }
        return self.page("fault.html", values, fault.status)


def look_of(prefix: str, package: str, *, layout: str = LAYOUT) -> Look:
    """Return the look of the pages of `package`, whose files are served below `prefix` + `/static`.

    `package` holds `templates` and `static`; both are found before those that all pages share.
    """
    assets = Assets(f"{prefix}/static", (PAGES, package))
    return Look(page_environment(assets, package), assets, layout)


def site_of(look: Look, routes: Sequence[BaseRoute]) -> ASGIApp:
    """Return the application of `routes` with their static files, the headers, and every error as a page.

    Each request is told of in the access log and the counts.
    """

    def static(request: Request) -> Response:
        asset = look.assets.at(request.path_params["address"])
        return asset.response() if asset is not None else look.fault(NOT_THERE)

    def ours(_: Request, error: Exception) -> Response:
        return look.fault(told(error) if isinstance(error, CountenanceError) else BROKEN)

    def wire(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else NOT_THERE.status
        return look.fault(NOT_THERE if status in {404, 405} else replace(BROKEN, status=HTTPStatus(status)))

    every = [Route(look.assets.prefix + "/{address:str}", static, methods=["GET"]), *routes]
    site = Starlette(
        routes=every,
        exception_handlers={CountenanceError: ours, HTTPException: wire},
        middleware=[Middleware(PageHeaders), Middleware(LastStop, look=look)],
    )
    return Observed(site, {route.endpoint: route.path for route in every if isinstance(route, Route)})


class LastStop:
    """Turn what nobody foresaw into a page, and log its kind alone: a traceback could quote what was sent."""

    def __init__(self, app: ASGIApp, look: Look) -> None:
        self._app = app
        self._look = look

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        started = False

        async def noticed(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noticed)
        except Exception as error:
            if scope["type"] != "http" or started:
                raise
            reference = f"req_{secrets.token_hex(8)}"
            _log.error("%s: %s", reference, type(error).__qualname__)
            await self._look.fault(replace(BROKEN, reference=reference))(scope, receive, send)


class PagesAt:
    """Answer what lies at or below a path with pages, and pass on everything else.

    Stands outside the API, whose headers are for machines.
    """

    def __init__(self, app: ASGIApp, prefix: str, pages: ASGIApp) -> None:
        self._app = app
        self._prefix = prefix
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on."""
        path = scope.get("path", "")
        mine = path == self._prefix or path.startswith(f"{self._prefix}/")
        await (self._pages if scope["type"] == "http" and mine else self._app)(scope, receive, send)
