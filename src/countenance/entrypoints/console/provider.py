"""Signing in at an identity provider, and linking the own account with it.

The way back from the provider is a page of ours that goes on by itself: only then does the browser
send our cookies, which it keeps to itself where another site sent it here.
"""

from __future__ import annotations

import hmac
import json
import secrets
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from starlette.responses import RedirectResponse, Response

from countenance.entrypoints.console.account import PATH as ACCOUNT
from countenance.entrypoints.console.navigation import EVERYBODY, HOME
from countenance.entrypoints.console.openid import Provider
from countenance.entrypoints.console.visits import Page, Visit
from countenance.errors import NotFoundError, UnauthenticatedError

PATH: Final = "/console/login/provider"
_COOKIE: Final = "countenance-provider"
_SECONDS: Final = 600
_LONGEST: Final = 4_000
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def begin(visit: Visit) -> Response:
    """Send the browser to the provider, to sign in."""
    return _begin(visit, linking=False)


def begin_link(visit: Visit) -> Response:
    """Send the browser to the provider, to link the account."""
    return _begin(visit, linking=True)


def back(visit: Visit) -> Response:
    """Go on from here, as a page of this site."""
    query = {name: visit.query.get(name, "")[:_LONGEST] for name in ("code", "state")}
    return visit.page("provider_back.html", onward=f"{PATH}/finish?{urlencode(query)}")


def finish(visit: Visit) -> Response:
    """Take what the provider says, and sign in or link."""
    held = _held(visit)
    if not hmac.compare_digest(str(held.get("state", "")), visit.query.get("state", "")):
        raise UnauthenticatedError("this sign-in was begun in another browser, or too long ago")
    identity = _provider(visit).identity(
        visit.query.get("code", ""), nonce=str(held["nonce"]), verifier=str(held["verifier"])
    )
    sign_in = visit.service.staff.provider_sign_in
    if held.get("linking"):
        sign_in.link(visit.signed_in, identity)
        response = visit.go(ACCOUNT, done="linked")
    else:
        response = visit.carry_on(visit.go(HOME), sign_in(identity))
    response.delete_cookie(_COOKIE, path=PATH)
    return response


def unlink(visit: Visit) -> Response:
    """Let the provider vouch for the account no more."""
    visit.service.staff.provider_sign_in.unlink(visit.signed_in)
    return visit.go(ACCOUNT, done="unlinked")


def _begin(visit: Visit, *, linking: bool) -> Response:
    kept = {"state": secrets.token_urlsafe(24), "nonce": secrets.token_urlsafe(24)}
    kept["verifier"] = secrets.token_urlsafe(48)
    begun = _provider(visit).begin(**kept)
    response = RedirectResponse(begun.address, status_code=303)
    response.set_cookie(
        _COOKIE,
        json.dumps({**kept, "linking": linking}),
        max_age=_SECONDS,
        path=PATH,
        secure=visit.request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return response


def _held(visit: Visit) -> dict[str, Any]:
    try:
        document = json.loads(visit.request.cookies.get(_COOKIE, "{}")[:_LONGEST])
    except ValueError:
        return {}
    return (
        document if isinstance(document, dict) and {"state", "nonce", "verifier"} <= document.keys() else {}
    )


def _provider(visit: Visit) -> Provider:
    options = visit.service.parts.provider
    origin = visit.service.parts.console_origin
    if origin is None:
        here = f"{visit.request.url.scheme}://{visit.request.headers.get('host', '')}"
        origin = here if urlsplit(here).hostname in _LOOPBACK else None
    if options is None or origin is None:
        raise NotFoundError("no identity provider is set up here")
    return Provider(options, f"{origin}{PATH}/back")


PAGES: Final = (
    Page(path=PATH, handler=begin, roles=None),
    Page(path=f"{PATH}/back", handler=back, roles=None),
    Page(path=f"{PATH}/finish", handler=finish, roles=None),
    Page(path=f"{ACCOUNT}/provider", handler=begin_link, roles=EVERYBODY),
    Page(path=f"{ACCOUNT}/provider/unlink", handler=unlink, roles=EVERYBODY, method="POST"),
)
