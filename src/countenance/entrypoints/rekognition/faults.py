"""Errors as the service gives them: a type, a status and a message, in JSON 1.1."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus


class AwsError(Exception):
    """An error under the name that clients of the protocol know it by.

    `headers` are sent beside it: clients drop members of an error's body that they do not know.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: HTTPStatus = HTTPStatus.BAD_REQUEST,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.headers = dict(headers or {})
