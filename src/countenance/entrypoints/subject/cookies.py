"""The cookie of a subject's session: out of reach of scripts and of other sites, gone with the browser."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

_PLAIN: Final = "countenance-subject"
_SECURE: Final = "__Host-countenance-subject"


def token_of(request: Request) -> str | None:
    """Return what the browser holds, or None."""
    return request.cookies.get(_name(request))


def keep(request: Request, response: Response, token: str) -> Response:
    """Give the browser the text of a session; over TLS it is never sent without."""
    response.set_cookie(
        _name(request), token, path="/", secure=_encrypted(request), httponly=True, samesite="strict"
    )
    return response


def drop(request: Request, response: Response) -> Response:
    """Take it away again."""
    response.delete_cookie(
        _name(request), path="/", secure=_encrypted(request), httponly=True, samesite="strict"
    )
    return response


def _encrypted(request: Request) -> bool:
    return request.url.scheme == "https"


def _name(request: Request) -> str:
    """Return the name under which a browser takes it from this very host only, where TLS allows that."""
    return _SECURE if _encrypted(request) else _PLAIN
