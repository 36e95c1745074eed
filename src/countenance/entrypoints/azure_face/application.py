"""The application: `/face/{version}/...`, a key in one of two headers, JSON or an image."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from countenance.app import Countenance
from countenance.entrypoints.azure_face.calls import Asked, Call
from countenance.entrypoints.azure_face.faults import BAD_ARGUMENT, AzureError, bad_argument, not_found
from countenance.entrypoints.azure_face.fields import URL
from countenance.entrypoints.azure_face.pictures import LARGEST, too_big
from countenance.entrypoints.azure_face.routes import VERSIONS, Route, route_of
from countenance.entrypoints.azure_face.telling import DENIED, INTERNAL, told
from countenance.entrypoints.identity import actor_of, require
from countenance.errors import ConcurrentWriteError, CountenanceError, UnauthenticatedError
from countenance.vetting.model import Actor, Role

PREFIX: Final = "/face/"
KEY_HEADER: Final = "ocp-apim-subscription-key"
LARGEST_JSON: Final = 128 * 1024
"""A thousand ids, or the longest user data with every character escaped."""

MOST_HELD: Final = 16 * LARGEST
"""Bytes of bodies that are held at once, so that many large uploads do not fill the memory."""

ARRIVAL_SECONDS: Final = 60.0
SWEEP_SECONDS: Final = 30.0
"""How long a face can outlive its time on disk while the server runs; it is not told of meanwhile."""

_BEARER: Final = "bearer "
_OPERATES: Final = frozenset({Role.OPERATOR})
_RAW: Final = "application/octet-stream"
_JSON: Final = "application/json"

_log = logging.getLogger("countenance.azure_face")


@dataclass(frozen=True, slots=True)
class Told:
    """What the access log and the counts call an operation: its path without what a caller put into it."""

    path: str


class AzureFace:
    """Answers the protocol's requests with the use cases of a service, and passes on every other.

    While the server runs, faces whose time is over are destroyed.
    """

    def __init__(self, app: ASGIApp, service: Countenance) -> None:
        self._app = app
        self._service = service
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, if it is one of the protocol's."""
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].lower().startswith(PREFIX):
            request = Request(scope, receive)
            with suppress(ClientDisconnect):
                response = await self._answer(request)
                await response(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Destroy expired faces from the start of the server to its end."""
        sweeping: list[asyncio.Task[None]] = []

        async def started(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":
                sweeping.append(asyncio.create_task(self._sweep()))
            await send(message)

        try:
            await self._app(scope, receive, started)
        finally:
            for task in sweeping:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _sweep(self) -> None:
        while True:
            try:
                await run_in_threadpool(self._service.azure_face.destroy_expired)
            except ConcurrentWriteError:
                pass  # another process was at it, or is writing: the next time will do
            except CountenanceError as error:
                _log.error("expired faces were not destroyed: %s [%s]", error.message, error.code)
            except Exception as error:  # noqa: BLE001  the sweep goes on, or faces would be kept for ever
                _log.error("expired faces were not destroyed: %s", type(error).__qualname__)
            await asyncio.sleep(SWEEP_SECONDS)

    async def _answer(self, request: Request) -> Response:
        request_id = str(uuid.uuid4())
        try:
            actor = await run_in_threadpool(_authenticated, self._service, request)
            request.state.actor = actor
            route, names = _routed(request)
            request.scope["route"] = Told(f"{PREFIX}{{version}}{route.path}")
            media_type = _media_type(request, route)
            body = bytearray()
            try:
                await self._read(request, media_type, body)
                counts = getattr(request.app.state, "metrics", None)
                call = Call(self._service, actor, _root(request), counts=counts)
                sent = names, request.url.query, media_type, bytes(body)
                return await run_in_threadpool(_performed, call, route, sent, request_id)
            finally:
                self._held -= len(body)
        except AzureError as error:
            return failed(error, request_id)

    async def _read(self, request: Request, media_type: str | None, body: bytearray) -> None:
        """Fill `body`, counting while it arrives: what its length is said to be is a claim.

        Raises `AzureError` where it is too large, too slow, or one too many.
        """
        if media_type is None:
            return
        most = LARGEST if media_type == _RAW else LARGEST_JSON
        try:
            async with asyncio.timeout(ARRIVAL_SECONDS):
                async for chunk in request.stream():
                    if len(body) + len(chunk) > most:
                        raise too_big() if media_type == _RAW else bad_argument("Request body is too large.")
                    if self._held + len(chunk) > MOST_HELD:
                        raise _too_many()
                    self._held += len(chunk)
                    body += chunk
        except TimeoutError:
            raise AzureError(
                "RequestTimeout", "The body took too long.", status=HTTPStatus.REQUEST_TIMEOUT
            ) from None


def _authenticated(service: Countenance, request: Request) -> Actor:
    """Return who asks; a header that came twice with two values is as good as none."""
    presented: list[str | None] = list(request.headers.getlist(KEY_HEADER))
    for value in request.headers.getlist("authorization"):
        bearer = value[: len(_BEARER)].lower() == _BEARER
        presented.append(value[len(_BEARER) :].strip() if bearer else "?")
    try:
        return actor_of(service, presented)
    except UnauthenticatedError:
        raise AzureError("401", DENIED, status=HTTPStatus.UNAUTHORIZED) from None
    except CountenanceError as error:
        raise told(Call(service, _NOBODY, ""), error) from error


_NOBODY: Final = Actor(id="nobody", role=Role.AUDITOR, lease_id=None)


def _routed(request: Request) -> tuple[Route, dict[str, str]]:
    version, *parts = request.scope["path"][len(PREFIX) :].rstrip("/").split("/")
    found = route_of(request.method, tuple(parts)) if version.lower() in VERSIONS else None
    if found is None:
        raise not_found("404", "Resource not found.")
    return found


def _root(request: Request) -> str:
    version = request.scope["path"][len(PREFIX) :].split("/")[0].lower()
    return f"{request.url.scheme}://{request.url.netloc}{PREFIX}{version}"


def _media_type(request: Request, route: Route) -> str | None:
    """Return JSON, or RAW for an image; None where no body is read."""
    if not route.image and route.body is None:
        return None
    given = request.headers.get("content-type", _JSON).split(";")[0].strip().lower()
    if given == _JSON or (route.image and given == _RAW):
        return given
    raise AzureError(BAD_ARGUMENT, "Invalid Media Type.", status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)


def _too_many() -> AzureError:
    return AzureError(
        "429",
        "Rate limit is exceeded.",
        status=HTTPStatus.TOO_MANY_REQUESTS,
        headers={"retry-after": "1"},
    )


Sent = tuple[dict[str, str], str, str | None, bytes]
"""The path's variables, the query as it came, the media type and the body."""


def _performed(call: Call, route: Route, sent: Sent, request_id: str) -> Response:
    try:
        require(call.service, call.actor, _OPERATES)
        answer = route.operation(call, _asked(route, sent))
        return _response(answer.content, answer.status, call.headers, request_id)
    except AzureError as error:
        error.headers = {**call.headers, **error.headers}
        return failed(error, request_id)
    except CountenanceError as error:
        fault = told(call, error)
        if fault.code == INTERNAL:
            _log.error("%s: %s [%s]", request_id, type(error).__qualname__, error.code)
        return failed(fault, request_id)
    except Exception as error:  # noqa: BLE001  the last stop before the wire
        # a traceback could quote what was sent
        _log.error("%s: %s in %s", request_id, type(error).__qualname__, route.path)
        fault = AzureError(INTERNAL, "Internal server error.", status=HTTPStatus.INTERNAL_SERVER_ERROR)
        return failed(fault, request_id)


def _asked(route: Route, sent: Sent) -> Asked:
    """Return what the request holds, path and query and body together."""
    names, query, media_type, body = sent
    asked: Asked = _pairs(route, query)
    if media_type == _RAW:
        asked["image"] = body
    elif media_type == _JSON:
        asked.update((URL if route.image else route.body or URL).of_body(_content(body)))
    return {**asked, **names}


def _pairs(route: Route, query: str) -> dict[str, Any]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=64, errors="strict")
    except ValueError:
        raise bad_argument("The query is invalid.") from None
    return route.query.of_query(pairs)


def _content(body: bytes) -> Any:  # noqa: ANN401  whatever JSON holds
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise bad_argument("JSON parsing error.") from None


def failed(error: AzureError, request_id: str) -> Response:
    """Return an error as the service shapes it, with its code in a header too."""
    headers = {**error.headers, "x-ms-error-code": error.inner or error.code}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    return _response(error.content(), error.status, headers, request_id)


def _response(content: object, status: HTTPStatus, headers: Mapping[str, str], request_id: str) -> Response:
    sent = {
        **headers,
        "apim-request-id": request_id,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    if content is None:
        return Response(b"", status, headers=sent)
    body = json.dumps(content, separators=(",", ":")).encode()
    return Response(body, status, headers=sent, media_type=_JSON)
