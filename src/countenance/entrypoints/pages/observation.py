"""Around every page: one line of the access log and the counts of the server, without personal data."""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections.abc import Mapping
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_log = logging.getLogger("countenance.access")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
_UNMATCHED: Final = "unmatched"


class Observed:
    """Tell of each request to a site of pages when it is answered, as the API tells of its own.

    The line and the counts name the page (`/console/staff/{staff_id}`), never the address or the
    query, and nobody: an address holds ids, and what a reader looks for is theirs. `routes` are
    the pages by the functions that answer them. The counts are those of the application that the
    site stands before, where it has any.
    """

    def __init__(self, app: ASGIApp, routes: Mapping[object, str]) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and tell of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        metrics = _metrics_of(scope)
        started = time.perf_counter()
        status, size = 0, 0

        async def noticed(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, noticed)
        finally:
            self._tell(scope, metrics, time.perf_counter() - started, {"status": status, "bytes": size})

    def _tell(
        self,
        scope: Scope,
        metrics: Any,  # noqa: ANN401  the API's, which pages may not import
        seconds: float,
        told: Mapping[str, object],
    ) -> None:
        route = self._routes.get(scope.get("endpoint"), _UNMATCHED)
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        if metrics is not None:
            metrics.requests.labels(method, route, str(told["status"])).inc()
            metrics.seconds.labels(method, route).observe(seconds)
        line = {"method": method, "route": route, "ms": round(seconds * 1000, 1), "actor": None}
        _log.info(json.dumps({"request": f"req_{secrets.token_hex(8)}", **told, "decision": None, **line}))


def _metrics_of(scope: Scope) -> Any:  # noqa: ANN401  as above
    """Return the counts of the application around the site, or None where a site stands by itself."""
    return getattr(getattr(scope.get("app"), "state", None), "metrics", None)
