"""A witness over HTTP: `add-checkpoint` of c2sp.org/tlog-witness, and a page that says whose it is."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from countenance.errors import CountenanceError
from countenance.ledger.witnessing import REQUEST_LIMIT, Outcome, Reply, Witness

STATUS: Final = {
    Outcome.COSIGNED: HTTPStatus.OK,
    Outcome.MALFORMED: HTTPStatus.BAD_REQUEST,
    Outcome.UNKNOWN_LOG: HTTPStatus.NOT_FOUND,
    Outcome.UNSIGNED: HTTPStatus.FORBIDDEN,
    Outcome.CONFLICT: HTTPStatus.CONFLICT,
    Outcome.INCONSISTENT: HTTPStatus.UNPROCESSABLE_ENTITY,
    Outcome.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
SIZE_TYPE: Final = "text/x.tlog.size"

_BODY_SECONDS: Final = 10.0
_AT_ONCE: Final = 32
_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

_log = logging.getLogger("countenance.witness")


def create_witness(witness: Witness, about: Callable[[], str]) -> Starlette:
    """Return the application of `witness`; `about` returns what its front page says, as plain text."""
    service = _Service(witness, about)
    return Starlette(
        routes=[
            Route("/", service.front, methods=["GET"]),
            Route("/add-checkpoint", service.add_checkpoint, methods=["POST"]),
        ]
    )


class _Service:
    """Reads requests within bounds, and lets the witness answer them in threads."""

    def __init__(self, witness: Witness, about: Callable[[], str]) -> None:
        self._witness = witness
        self._about = about
        self._busy = 0

    async def front(self, _: Request) -> Response:
        """Say whose witness this is and which logs it watches."""
        try:
            text = await run_in_threadpool(self._about)
        except CountenanceError as error:
            return _unable(error)
        return _text(text)

    async def add_checkpoint(self, request: Request) -> Response:
        """Cosign a checkpoint, or say why not."""
        if self._busy >= _AT_ONCE:
            full = _text("too many requests at once\n", HTTPStatus.SERVICE_UNAVAILABLE)
            full.headers["Retry-After"] = "1"
            return full
        self._busy += 1
        try:
            body = await _body(request)
            if body is None:
                return _text("the request is too long\n", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            started = time.monotonic()
            reply = await run_in_threadpool(self._witness.add_checkpoint, body)
            _log.info("%s in %d ms", reply.outcome.value, (time.monotonic() - started) * 1000)
            return _answer(reply)
        except TimeoutError:
            return _text("the request came too slowly\n", HTTPStatus.REQUEST_TIMEOUT)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        except CountenanceError as error:
            return _unable(error)
        finally:
            self._busy -= 1


async def _body(request: Request) -> bytes | None:
    """Return the body; None if it is too long. Raises `TimeoutError` for one that does not come."""
    content = bytearray()
    async with asyncio.timeout(_BODY_SECONDS):
        async for chunk in request.stream():
            content += chunk
            if len(content) > REQUEST_LIMIT:
                return None
    return bytes(content)


def _answer(reply: Reply) -> Response:
    if reply.outcome is Outcome.CONFLICT:
        headers = {**_HEADERS, "Content-Type": SIZE_TYPE}
        return Response(reply.text, HTTPStatus.CONFLICT, headers)
    text = reply.text if reply.outcome is Outcome.COSIGNED else f"{reply.text}\n"
    return _text(text, STATUS[reply.outcome])


def _text(text: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return PlainTextResponse(text, status, _HEADERS)


def _unable(error: CountenanceError) -> Response:
    """Answer that nothing could be written: without its record a witness signs nothing."""
    _log.error("the record cannot be used: %s [%s]", error.message, error.code)
    return _text("the witness cannot use its record now\n", HTTPStatus.INTERNAL_SERVER_ERROR)
