"""Around every request: its id, the headers of every answer, a log line, and counts."""

from __future__ import annotations

import json
import logging
import secrets
import time
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from countenance.entrypoints.api.metrics import Metrics

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""On every answer. No CORS header is among them: a page of another origin reads nothing here."""

STAY_SECURE: Final = {"Strict-Transport-Security": "max-age=31536000"}
"""On every answer that travels over TLS."""

_log = logging.getLogger("countenance.access")


class Surroundings:
    """Give each request an id, each answer its headers, and the log one line without personal data.

    The line names the route (`/v1/galleries/{gallery_id}`), never the path or the query: a
    path holds ids of subjects. The actor is the id of a key.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and tell of it when it is answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        added = HEADERS if scope["scheme"] == "http" else {**HEADERS, **STAY_SECURE}
        request_id = f"req_{secrets.token_hex(8)}"
        started = time.perf_counter()
        status, size, decision = 0, 0, None

        async def finished(message: Message) -> None:
            nonlocal status, size, decision
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                decision = headers.get("Countenance-Decision") or headers.get("X-Countenance-Decision")
                headers.update({**added, "X-Request-Id": request_id})
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, finished)
        finally:
            seconds = time.perf_counter() - started
            told = {"request": request_id, "status": status, "bytes": size, "decision": decision}
            self._tell(scope, seconds, told)

    def _tell(self, scope: Scope, seconds: float, told: dict[str, object]) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        actor = scope["state"].get("actor")
        self._metrics.requests.labels(method, route, str(told["status"])).inc()
        self._metrics.seconds.labels(method, route).observe(seconds)
        line = {
            "method": method,
            "route": route,
            "ms": round(seconds * 1000, 1),
            "actor": actor.id if actor is not None else None,
        }
        _log.info(json.dumps({**told, **line}))


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"})
