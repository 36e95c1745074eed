"""Whether a request that changes something was sent by one of our own pages."""

from __future__ import annotations

from starlette.requests import Request


def sent_from_here(request: Request) -> bool:
    """Tell whether the browser says that the request comes from a page of this origin.

    Every browser sends `Origin` with a form that is posted, and `Sec-Fetch-Site` beside it; a
    request with neither was sent by no page of ours.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("origin")
    if origin is not None:
        return origin == f"{request.url.scheme}://{request.headers.get('host', '')}"
    return site == "same-origin"
