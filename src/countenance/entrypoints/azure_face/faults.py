"""Errors as the service gives them: code, message and status, nested where something is not approved."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

BAD_ARGUMENT: Final = "BadArgument"
UNSUPPORTED: Final = "UnsupportedFeature"


class AzureError(Exception):
    """An error under the code that clients of the protocol know it by.

    `inner` is the code of the error within, with the same message. `headers` are sent beside it.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: HTTPStatus = HTTPStatus.BAD_REQUEST,
        inner: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.inner = inner
        self.headers = dict(headers or {})

    def content(self) -> dict[str, Any]:
        """Return the error's body."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.inner is not None:
            error["innererror"] = {"code": self.inner, "message": self.message}
        return {"error": error}


def bad_argument(message: str) -> AzureError:
    """Return the answer to a request that is not in its form."""
    return AzureError(BAD_ARGUMENT, message)


def unsupported(message: str, headers: Mapping[str, str] | None = None) -> AzureError:
    """Return the answer to what is not approved, or not offered."""
    return AzureError(
        "InvalidRequest",
        message,
        status=HTTPStatus.FORBIDDEN,
        inner=UNSUPPORTED,
        headers=headers,
    )


def not_found(code: str, message: str) -> AzureError:
    """Return the answer to a name that stands for nothing here."""
    return AzureError(code, message, status=HTTPStatus.NOT_FOUND)
