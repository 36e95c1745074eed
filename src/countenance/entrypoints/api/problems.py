"""Errors as HTTP: one map from class to status, one shape (RFC 9457), and the last resort.

No answer quotes what was sent in a body, tells of a traceback, or distinguishes what does
not exist from what is not the caller's.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from countenance import errors
from countenance.entrypoints.api.schemas.problem import FieldFault, Problem
from countenance.entrypoints.api.schemas.reasons import ConditionTold, ReasonTold

MEDIA_TYPE: Final = "application/problem+json"

STATUS: Final[Mapping[type[errors.CountenanceError], HTTPStatus]] = {
    errors.CountenanceError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NaiveDateTimeError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.ImageError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.EmptyImageError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.UnsupportedImageError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.CorruptImageError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.OversizedImageError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.SlowImageError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.UnsupportedEvidenceError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.OversizedEvidenceError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.FaceError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NoFaceError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.ManyFacesError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.LowQualityError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.UnauthenticatedError: HTTPStatus.UNAUTHORIZED,
    errors.SignatureError: HTTPStatus.UNAUTHORIZED,
    errors.ForbiddenError: HTTPStatus.FORBIDDEN,
    errors.SeparationError: HTTPStatus.FORBIDDEN,
    errors.NotQualifiedError: HTTPStatus.FORBIDDEN,
    errors.NotFoundError: HTTPStatus.NOT_FOUND,
    errors.FaceGoneError: HTTPStatus.NOT_FOUND,
    errors.ConflictError: HTTPStatus.CONFLICT,
    errors.NoticeIncompleteError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.ConsentIncompleteError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.LegalHoldError: HTTPStatus.CONFLICT,
    errors.AlreadyExistsError: HTTPStatus.CONFLICT,
    errors.IdempotencyMismatchError: HTTPStatus.CONFLICT,
    errors.KeyShownOnceError: HTTPStatus.CONFLICT,
    errors.StateError: HTTPStatus.CONFLICT,
    errors.IncompleteError: HTTPStatus.CONFLICT,
    errors.LimitReachedError: HTTPStatus.CONFLICT,
    errors.TooSoonError: HTTPStatus.CONFLICT,
    errors.NothingToExamineError: HTTPStatus.CONFLICT,
    errors.ConcurrentWriteError: HTTPStatus.CONFLICT,
    errors.BusyError: HTTPStatus.TOO_MANY_REQUESTS,
    errors.StorageError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StorageFullError: HTTPStatus.INSUFFICIENT_STORAGE,
    errors.ConfigurationError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.ModelError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ModelMissingError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ModelDigestError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ModelLicenceError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ModelManifestError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ModelDownloadError: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.TemplateMismatchError: HTTPStatus.CONFLICT,
    errors.CalibrationError: HTTPStatus.CONFLICT,
    errors.PackError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.RefusedError: HTTPStatus.FORBIDDEN,
    errors.LedgerError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""Every class of the tree by itself: a new one is a decision, not an inheritance."""

MOST_FAULTS: Final = 20
"""Fields that a problem names; the rest is counted."""

CHALLENGE: Final = 'Bearer realm="countenance"'
_RETRY_STORAGE: Final = 5
_RETRY_WRITE: Final = 1

_log = logging.getLogger("countenance.incidents")


class WireError(HTTPException):
    """A fault of the HTTP message itself, which no room but this one knows of."""

    def __init__(self, status: HTTPStatus, code: str, detail: str) -> None:
        super().__init__(status, detail)
        self.code = code


WIRE_TITLES: Final = {
    "body_too_large": "The body has more bytes than this route takes",
    "body_timeout": "The body did not arrive in time",
    "media_type_unsupported": "The body is of a media type that this route does not take",
    "method_not_allowed": "The path exists, the method does not",
    "route_not_found": "There is no such path",
    "internal": "A fault of the program; the operator finds it in the log under the incident's id",
}
"""Codes that only HTTP has, with what they mean."""


def title_of(error: type[errors.CountenanceError]) -> str:
    """Return what the class means: the first sentence of what documents it."""
    return " ".join((error.__doc__ or "").split()).split(". ")[0].rstrip(".")


def respond(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Return `problem` as an answer."""
    content = problem.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return JSONResponse(content, problem.status, headers=headers, media_type=MEDIA_TYPE)


def _problem(error: errors.CountenanceError, **more: Any) -> Problem:  # noqa: ANN401  fields of Problem
    return Problem(
        type=f"urn:countenance:error:{error.code}",
        title=title_of(type(error)),
        status=STATUS[type(error)],
        detail=error.message,
        code=error.code,
        reasons=list(error.reasons),
        **more,
    )


def answer_error(request: Request, error: Exception) -> Response:
    """Answer an error of the tree."""
    if not isinstance(error, errors.CountenanceError):
        raise error
    if isinstance(error, errors.RefusedError):
        return _refusal(request, error)
    if STATUS[type(error)] == HTTPStatus.INTERNAL_SERVER_ERROR:
        return respond(_incident(request.scope, error))
    return respond(_problem(error), _headers(error))


def _headers(error: errors.CountenanceError) -> dict[str, str]:
    match error:
        case errors.UnauthenticatedError():
            return {"WWW-Authenticate": CHALLENGE}
        case errors.BusyError():
            return {"Retry-After": str(error.retry_after)}
        case errors.StorageError():
            return {"Retry-After": str(_RETRY_STORAGE)}
        case errors.ConcurrentWriteError():
            return {"Retry-After": str(_RETRY_WRITE)}
        case _:
            return {}


def _refusal(request: Request, error: errors.RefusedError) -> Response:
    """Name rules and unmet conditions as they were recorded.

    The refusal stands whether or not its record can be read again right now.
    """
    try:
        record = request.app.state.countenance.read_decisions(request.state.actor, error.decision_id)
        rules = [ReasonTold.of(reason) for reason in record.decision.reasons]
        unmet = [ConditionTold.of(condition) for condition in record.decision.conditions if not condition.met]
    except errors.CountenanceError:
        rules, unmet = [], []
    headers = {"Countenance-Decision": error.decision_id, "Countenance-Entry": str(error.entry)}
    problem = _problem(
        error,
        outcome="refused",
        decision_id=error.decision_id,
        entry=error.entry,
        rules=rules,
        conditions=unmet,
        **({"missing": list(error.missing)} if error.missing else {}),
    )
    return respond(problem, headers)


def answer_fields(request: Request, error: Exception) -> Response:
    """Answer fields that are not as they must be, without repeating what was sent."""
    del request
    if not isinstance(error, RequestValidationError):
        raise error
    faults = error.errors()
    told = [
        FieldFault(field=".".join(str(part) for part in fault["loc"]), message=str(fault["msg"]))
        for fault in faults[:MOST_FAULTS]
    ]
    naive = any(fault["type"] == "timezone_aware" for fault in faults)
    kind = errors.NaiveDateTimeError if naive else errors.InvalidInputError
    detail = "; ".join(f"`{fault.field}`: {_lower(fault.message)}" for fault in told)
    more = f"; and {len(faults) - len(told)} more" if len(faults) > len(told) else ""
    return respond(_problem(kind(detail + more), errors=told))


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def answer_wire(request: Request, error: Exception) -> Response:
    """Answer a fault of the HTTP message: unknown path, wrong method, too large, too slow."""
    if not isinstance(error, HTTPException):
        raise error
    headers = dict(error.headers or {})
    match error:
        case WireError():
            code, detail = error.code, str(error.detail)
        case HTTPException(status_code=HTTPStatus.METHOD_NOT_ALLOWED):
            headers["Allow"] = ", ".join(_allowed(request))
            code, detail = "method_not_allowed", f"this path takes {headers['Allow']}"
        case _:
            code, detail = "route_not_found", "there is no such path"
    problem = Problem(
        type=f"urn:countenance:error:{code}",
        title=WIRE_TITLES[code],
        status=error.status_code,
        detail=detail,
        code=code,
        reasons=[],
    )
    return respond(problem, headers)


def _allowed(request: Request) -> list[str]:
    """Return every method of the path: the router knows only of the first route that it tried."""
    path = getattr(request.scope.get("route"), "path", "")
    operations = request.app.openapi()["paths"].get(path, {})
    return sorted(method.upper() for method in operations) or ["GET"]


def _incident(scope: Scope, error: Exception) -> Problem:
    """Log where it happened, and nothing of what was in it: messages can quote what was sent."""
    incident = f"inc_{secrets.token_hex(8)}"
    frames = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-6:]))
    route = getattr(scope.get("route"), "path", "unmatched")
    kinds = []
    cause: BaseException | None = error
    while cause is not None:
        kinds.append(type(cause).__qualname__)
        cause = cause.__cause__ or cause.__context__
    _log.error("%s on %s %s: %s at %s", incident, scope["method"], route, " from ".join(kinds), where)
    code = error.code if isinstance(error, errors.CountenanceError) else "internal"
    return Problem(
        type=f"urn:countenance:error:{code}",
        title=WIRE_TITLES["internal"],
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        detail=f"something went wrong here; tell the operator `{incident}`",
        code=code,
        reasons=[],
        incident=incident,
    )


class LastResort:
    """Outermost middleware: whatever nobody foresaw becomes a problem with an incident's id."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer for whatever comes out of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001  the last stop before the wire
            problem = _incident(scope, error)
            if not started:
                await respond(problem)(scope, receive, send)
