"""A server that is slow where it hurts: pages come late and in two halves, scripts and styles later still.

A test that presses a key before a script listens then fails on a quiet machine too, and not only on the
day when it is busy.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAUSE: Final = 0.03
"""Seconds before a page, and between its two halves."""

LATER: Final = 0.15
"""Seconds before what a page needs beside its own text: long beside the first thing that a test does."""


@dataclass(frozen=True)
class Slowly:
    """An ASGI application, slowed down."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].endswith((".js", ".css")):
            await asyncio.sleep(LATER)
        await self.app(scope, receive, _Halves(send))


class _Halves:
    """Sends each page in two halves."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.page = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.page = dict(message["headers"]).get(b"content-type", b"").startswith(b"text/html")
            if self.page:
                await asyncio.sleep(PAUSE)
        body: Any = message.get("body", b"")
        if self.page and len(body) > 1:
            middle = len(body) // 2
            await self.send({"type": "http.response.body", "body": body[:middle], "more_body": True})
            await asyncio.sleep(PAUSE)
            message = {**message, "body": body[middle:]}
        await self.send(message)
