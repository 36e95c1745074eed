"""An error as a page: what happened, and what to do now. Never a bare code, never a traceback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from countenance import errors
from countenance.errors import CountenanceError


@dataclass(frozen=True, slots=True)
class Fault:
    """What a page of an error says, and its HTTP status."""

    status: HTTPStatus
    title: str
    happened: str
    advice: str
    reference: str | None = None


NOT_THERE: Final = Fault(
    HTTPStatus.NOT_FOUND,
    "There is nothing here for you",
    "This page does not exist, or it is not one that your role may see. The two look the same on purpose.",
    "Check the address, or go back to the overview. If your work needs this page, ask an administrator.",
)
"""Unknown and forbidden are one answer."""

BROKEN: Final = Fault(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "Something went wrong here",
    "The page could not be made. What had been permitted stands on the ledger; nothing more was done.",
    "Try again. If it happens again, tell whoever runs this installation.",
)
"""What nobody foresaw."""

_STALE: Final = Fault(
    HTTPStatus.CONFLICT,
    "Somebody was faster",
    "What you wanted to change has changed meanwhile, so nothing was done.",
    "Go back, look at it as it is now, and try again.",
)
_FAULTS: Final[Mapping[type[CountenanceError], Fault]] = {
    errors.NotFoundError: NOT_THERE,
    errors.ForbiddenError: NOT_THERE,
    errors.ConcurrentWriteError: _STALE,
    errors.BusyError: Fault(
        HTTPStatus.TOO_MANY_REQUESTS,
        "Too much at once",
        "Every place in the queue is taken. Nothing was done.",
        "Wait a few seconds and try again.",
    ),
    errors.StorageError: Fault(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The record cannot be reached",
        "Nothing is done here that cannot be put on record, so nothing was done.",
        "Try again in a minute. If it stays so, tell whoever runs this installation.",
    ),
}


def told(error: CountenanceError) -> Fault:
    """Return what a page says of `error`; its message is shown where the reader can act on it."""
    for kind in type(error).__mro__:
        if kind in _FAULTS:
            return _FAULTS[kind]
    sentence = f"{error.message[:1].upper()}{error.message[1:]}."
    if isinstance(error, errors.RefusedError):
        return Fault(
            HTTPStatus.FORBIDDEN,
            "Refused",
            f"{sentence} The refusal is on the ledger.",
            "Open the decision to read which rule refused it and what would re-open it.",
            error.decision_id,
        )
    if isinstance(error, (errors.InvalidInputError, errors.ConflictError)):
        status = HTTPStatus.CONFLICT if isinstance(error, errors.ConflictError) else HTTPStatus.BAD_REQUEST
        return Fault(status, "That cannot be done", sentence, "Go back, correct it, and send it again.")
    if isinstance(error, errors.UnauthenticatedError):
        return Fault(HTTPStatus.UNAUTHORIZED, "Please sign in", sentence, "Sign in and try again.")
    return Fault(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "This is not possible now",
        f"{sentence} Nothing was done.",
        "Tell whoever runs this installation what this page says.",
    )
