"""The application: one path, one method, the operation in a header, JSON 1.1 both ways."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from countenance.app import Countenance
from countenance.entrypoints.rekognition.calls import Call, Counts
from countenance.entrypoints.rekognition.faults import AwsError
from countenance.entrypoints.rekognition.operations import INTERNAL, OPERATIONS, REFUSED, perform, told
from countenance.entrypoints.rekognition.requests import LARGEST_IMAGE, REQUESTS
from countenance.entrypoints.rekognition.shapes import Structure
from countenance.entrypoints.rekognition.sigv4 import (
    SignedRequest,
    made_with,
    read_authorization,
)
from countenance.errors import CountenanceError, UnauthenticatedError
from countenance.vetting.model import Actor, Role

MEDIA_TYPE: Final = "application/x-amz-json-1.1"
PREFIX: Final = "RekognitionService."
LARGEST_BODY: Final = 2 * -(-LARGEST_IMAGE // 3) * 4 + 65_536
"""Two images in base64 and what stands around them."""

MOST_HELD: Final = 16 * LARGEST_BODY
"""Bytes of bodies that are held at once, those of requests at work included."""

ARRIVAL_SECONDS: Final = 60.0
NOBODY: Final = Actor(id="nobody", role=Role.AUDITOR, lease_id=None)
"""Who asks until a signature says otherwise; no operation is performed for it."""

_NOTHING: Final = Structure({})

_log = logging.getLogger("countenance.rekognition")


@dataclass(frozen=True, slots=True)
class Route:
    """What the access log and the counts call a request; of a closed list."""

    path: str


class Rekognition:
    """Answers the protocol's requests with the use cases of a service, and passes on every other."""

    def __init__(self, app: ASGIApp, service: Countenance) -> None:
        self._app = app
        self._service = service
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, if it is one of the protocol's."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        if "x-amz-target" not in request.headers:
            await self._app(scope, receive, send)
            return
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        request.scope["route"] = Route(f"rekognition:{_known(operation_of(request.headers))}")
        body = bytearray()
        try:
            await self._read(request, body)
            signed = signed_request(request, bytes(body))
            counts = getattr(request.app.state, "metrics", None)
            response, actor = await run_in_threadpool(answer, self._service, signed, counts)
        except AwsError as error:
            return failed(error, str(uuid.uuid4()))
        finally:
            self._held -= len(body)
        request.state.actor = actor
        return response

    async def _read(self, request: Request, body: bytearray) -> None:
        """Fill `body`, counting while it arrives: what its length is said to be is a claim.

        Raises `AwsError` where nobody signed it, or it is too large, too slow, or one too many.
        """
        if "authorization" not in request.headers:
            await run_in_threadpool(record_nobody, self._service)
            raise AwsError("MissingAuthenticationTokenException", "Missing Authentication Token")
        try:
            async with asyncio.timeout(ARRIVAL_SECONDS):
                async for chunk in request.stream():
                    if len(body) + len(chunk) > LARGEST_BODY:
                        raise _too_large()
                    if self._held + len(chunk) > MOST_HELD:
                        raise AwsError("ThrottlingException", "Rate exceeded")
                    self._held += len(chunk)
                    body += chunk
        except TimeoutError:
            raise AwsError(
                "RequestTimeoutException", "The body took too long", status=HTTPStatus.REQUEST_TIMEOUT
            ) from None


def record_nobody(service: Countenance) -> None:
    """Put a request that nobody signed on the ledger, at the bounded rate of all strangers."""
    with contextlib.suppress(UnauthenticatedError):
        service.authenticate(None)


def _too_large() -> AwsError:
    return AwsError(
        "RequestEntityTooLargeException",
        f"The request has over {LARGEST_BODY} bytes",
        status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    )


def signed_request(request: Request, body: bytes) -> SignedRequest:
    """Return what a signature covers; a header that came twice is joined by a comma."""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return SignedRequest(request.method, request.url.path, request.url.query, headers, body)


def answer(
    service: Countenance, request: SignedRequest, counts: Counts | None = None
) -> tuple[Response, Actor | None]:
    """Answer one request: who asks, then for what, then with which members. Tells who asked, if somebody."""
    request_id = str(uuid.uuid4())
    operation = operation_of(request.headers)
    actor = None
    try:
        call = replace(_authenticated(service, request, operation), counts=counts)
        actor = call.actor
        return succeeded(_performed(call, request), call.headers, request_id), actor
    except AwsError as error:
        return failed(error, request_id), actor
    except Exception as error:  # noqa: BLE001  the last stop before the wire
        _log.error(
            "%s: %s in %s", request_id, type(error).__qualname__, _known(operation)
        )  # a traceback could quote what was sent
        fault = AwsError(INTERNAL, "Internal server error", status=HTTPStatus.INTERNAL_SERVER_ERROR)
        return failed(fault, request_id), actor


def operation_of(headers: Mapping[str, str]) -> str:
    """Return the operation that a request names."""
    return headers["x-amz-target"].removeprefix(PREFIX)


def _authenticated(service: Countenance, request: SignedRequest, operation: str) -> Call:
    presented = read_authorization(request, service.parts.clock())
    call = Call(service, NOBODY, operation, presented.region)
    try:
        actor = service.authenticate_signed(
            presented.access_key_id, lambda secret: made_with(secret, request, presented)
        )
    except CountenanceError as error:
        raise told(call, {}, error) from error
    return replace(call, actor=actor)


def _performed(call: Call, request: SignedRequest) -> dict[str, Any]:
    known = call.operation in OPERATIONS or call.operation in REFUSED
    if not known or not request.headers["x-amz-target"].startswith(PREFIX):
        raise AwsError("UnknownOperationException", "The operation is not one that is known here")
    shape = REQUESTS.get(call.operation, _NOTHING)
    try:
        content = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        raise AwsError("SerializationException", "The body is not JSON") from None
    return perform(call, shape.check(content))


def succeeded(content: dict[str, Any], headers: Mapping[str, str], request_id: str) -> Response:
    """Return an answer in JSON 1.1."""
    return _response(content, HTTPStatus.OK, {**headers, "x-amzn-requestid": request_id})


def failed(error: AwsError, request_id: str) -> Response:
    """Return an error as the service shapes it, with its name in a header too."""
    content = {
        "__type": error.code,
        "Code": error.code,
        "Logref": request_id,
        "Message": error.message,
        "message": error.message,
    }
    headers = {**error.headers, "x-amzn-requestid": request_id, "x-amzn-errortype": error.code}
    return _response(content, error.status, headers)


def _response(content: dict[str, Any], status: HTTPStatus, headers: Mapping[str, str]) -> Response:
    body = json.dumps(content, separators=(",", ":")).encode()
    sent = {
        **headers,
        "x-amz-crc32": str(zlib.crc32(body)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }
    return Response(body, status, headers=sent, media_type=MEDIA_TYPE)


def _known(operation: str) -> str:
    return operation if operation in OPERATIONS or operation in REFUSED else "another operation"
