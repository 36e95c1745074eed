"""For which site passkeys are made: the one that is set, or this machine while it is tried out."""

from __future__ import annotations

from urllib.parse import urlsplit

from countenance.entrypoints.console.visits import Visit
from countenance.errors import NotFoundError
from countenance.staff.passkeys import RelyingParty


def party_of(visit: Visit) -> RelyingParty | None:
    """Return the site, or None where passkeys cannot be: they need a name, and this page to be of it.

    What a browser calls the host is believed for `localhost` alone; anywhere else the origin
    is set, since whoever could choose it could choose for whom a passkey signs.
    """
    origin = f"{visit.request.url.scheme}://{visit.request.headers.get('host', '')}"
    told = visit.service.parts.console_origin
    if told is not None:
        return RelyingParty(urlsplit(told).hostname or "", told) if told == origin else None
    host = urlsplit(origin).hostname
    return RelyingParty(host, origin) if host == "localhost" else None


def the_party(visit: Visit) -> RelyingParty:
    """Return the site, or raise `NotFoundError`."""
    party = party_of(visit)
    if party is None:
        raise NotFoundError("there are no passkeys at this address")
    return party
