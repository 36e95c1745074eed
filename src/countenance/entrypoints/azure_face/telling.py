"""How errors of the tree are told."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from countenance import errors
from countenance.entrypoints.azure_face.calls import Call
from countenance.entrypoints.azure_face.faults import AzureError, unsupported

INTERNAL: Final = "InternalServerError"
DENIED: Final = (
    "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key "
    "for an active subscription and use a correct regional API endpoint for your resource."
)
_BAD: Final = (HTTPStatus.BAD_REQUEST, "BadArgument", None)
_IMAGE: Final = (HTTPStatus.BAD_REQUEST, "InvalidImage", None)
_UNDECODABLE: Final = (
    HTTPStatus.BAD_REQUEST,
    "InvalidImage",
    "Decoding error, image format unsupported.",
)
_DENIED: Final = (HTTPStatus.UNAUTHORIZED, "401", DENIED)
_BUSY: Final = (HTTPStatus.TOO_MANY_REQUESTS, "429", "Rate limit is exceeded.")
_AGAIN: Final = (HTTPStatus.CONFLICT, "ConcurrentOperationConflict", None)
_STORAGE: Final = (HTTPStatus.SERVICE_UNAVAILABLE, "ServiceUnavailable", None)
_INTERNAL: Final = (HTTPStatus.INTERNAL_SERVER_ERROR, INTERNAL, "Internal server error.")

CODES: Final[Mapping[type[errors.CountenanceError], tuple[HTTPStatus, str, str | None]]] = {
    errors.CountenanceError: _INTERNAL,
    errors.InvalidInputError: _BAD,
    errors.NaiveDateTimeError: _BAD,
    errors.ImageError: _UNDECODABLE,
    errors.EmptyImageError: _UNDECODABLE,
    errors.UnsupportedImageError: _UNDECODABLE,
    errors.CorruptImageError: _UNDECODABLE,
    errors.OversizedImageError: (HTTPStatus.BAD_REQUEST, "InvalidImageSize", None),
    errors.SlowImageError: _IMAGE,
    errors.FaceError: _IMAGE,
    errors.NoFaceError: (HTTPStatus.BAD_REQUEST, "InvalidImage", "No face detected in the image."),
    errors.ManyFacesError: (
        HTTPStatus.BAD_REQUEST,
        "InvalidImage",
        "There is more than 1 face in the image.",
    ),
    errors.LowQualityError: _IMAGE,
    errors.UnsupportedEvidenceError: _BAD,
    errors.OversizedEvidenceError: _BAD,
    errors.UnauthenticatedError: _DENIED,
    errors.SignatureError: _DENIED,
    errors.ForbiddenError: (HTTPStatus.FORBIDDEN, "InvalidRequest", None),
    errors.SeparationError: (HTTPStatus.FORBIDDEN, "InvalidRequest", None),
    errors.NotQualifiedError: (HTTPStatus.FORBIDDEN, "InvalidRequest", None),
    errors.NotFoundError: (HTTPStatus.NOT_FOUND, "404", "Resource not found."),
    errors.FaceGoneError: (HTTPStatus.BAD_REQUEST, "FaceNotFound", "Face is not found."),
    errors.ConflictError: _AGAIN,
    errors.NoticeIncompleteError: _BAD,
    errors.ConsentIncompleteError: _BAD,
    errors.LegalHoldError: _AGAIN,
    errors.AlreadyExistsError: _AGAIN,
    errors.IdempotencyMismatchError: _AGAIN,
    errors.KeyShownOnceError: _AGAIN,
    errors.StateError: _AGAIN,
    errors.IncompleteError: _AGAIN,
    errors.LimitReachedError: (HTTPStatus.FORBIDDEN, "QuotaExceeded", None),
    errors.TooSoonError: (HTTPStatus.BAD_REQUEST, "BadArgument", None),
    errors.NothingToExamineError: (HTTPStatus.FORBIDDEN, "InvalidRequest", None),
    errors.ConcurrentWriteError: _AGAIN,
    errors.BusyError: _BUSY,
    errors.StorageError: _STORAGE,
    errors.StorageFullError: _STORAGE,
    errors.ConfigurationError: _INTERNAL,
    errors.ModelError: _INTERNAL,
    errors.ModelMissingError: _INTERNAL,
    errors.ModelDigestError: _INTERNAL,
    errors.ModelLicenceError: _INTERNAL,
    errors.ModelManifestError: _INTERNAL,
    errors.ModelDownloadError: _INTERNAL,
    errors.TemplateMismatchError: (
        HTTPStatus.BAD_REQUEST,
        "BadArgument",
        "'recognitionModel' is incompatible.",
    ),
    errors.CalibrationError: _BAD,
    errors.PackError: _INTERNAL,
    errors.RefusedError: (HTTPStatus.FORBIDDEN, "InvalidRequest", None),
    errors.LedgerError: _INTERNAL,
}
"""Every class of the tree by itself: a new one is a decision, not an inheritance.

Status, code, and what is said where that is not the error's own message.
"""


def told(call: Call, error: errors.CountenanceError) -> AzureError:
    """Return an error of the tree as the service would tell it, with the headers so far."""
    if isinstance(error, errors.RefusedError):
        return refusal(call, error)
    if isinstance(error, errors.ForbiddenError):
        return unsupported(f"Feature is not supported, missing approval: {error.message}.", call.headers)
    status, code, message = CODES[type(error)]
    if isinstance(error, errors.BusyError):
        call.headers["retry-after"] = str(error.retry_after)
    if isinstance(error, errors.LowQualityError):
        call.headers["x-countenance-quality"] = ",".join(error.reasons)
    return AzureError(code, message or _sentence(error.message), status=status, headers=call.headers)


def refusal(call: Call, error: errors.RefusedError) -> AzureError:
    """Name the rules and how each can be re-opened, as they were recorded.

    The refusal stands whether or not its record can be read again right now.
    """
    call.told(error.decision_id, error.entry)
    try:
        record = call.service.read_decisions(call.actor, error.decision_id)
        reopens = [f"{reason.id}: {reason.reopens}" for reason in record.decision.reasons if reason.reopens]
    except errors.CountenanceError:
        reopens = []
    rules = ", ".join(error.reasons) or "none applies"
    again = f" Re-opening: {' '.join(dict.fromkeys(reopens))}" if reopens else ""
    text = f"Feature is not supported, missing approval: {error.message}"
    return unsupported(f"{text} [rules: {rules}; decision: {error.decision_id}].{again}", call.headers)


def _sentence(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}."
