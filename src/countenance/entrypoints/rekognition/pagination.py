"""Tokens of pages: signed, bound to the request they came from, and expiring."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from countenance.entrypoints.rekognition.faults import AwsError

LIFETIME: Final = timedelta(hours=1)
_SCOPE: Final = 8
_MAC: Final = 16
_TIME: Final = 5

CommitTo = Callable[[bytes], str]


def page_token(after: str, scope: str, now: datetime, commit_to: CommitTo) -> str:
    """Return the token of the page that begins after `after`; at most 255 characters for 160 in `after`."""
    expires = int((now + LIFETIME).timestamp()).to_bytes(_TIME, "big")
    payload = expires + _digest(scope) + after.encode()
    return base64.urlsafe_b64encode(payload + _mac(payload, commit_to)).decode().rstrip("=")


def place_after(token: str | None, scope: str, now: datetime, commit_to: CommitTo) -> str | None:
    """Return where the page before ended, None for the first page.

    Raises `AwsError` for a token that was not given out here, for this request, within the hour.
    """
    if token is None:
        return None
    try:
        decoded = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise _invalid() from None
    payload, mac = decoded[:-_MAC], decoded[-_MAC:]
    if not hmac.compare_digest(mac, _mac(payload, commit_to)):
        raise _invalid()
    expires = int.from_bytes(payload[:_TIME], "big")
    if payload[_TIME : _TIME + _SCOPE] != _digest(scope) or now.timestamp() >= expires:
        raise _invalid()
    return payload[_TIME + _SCOPE :].decode()


def _digest(scope: str) -> bytes:
    return hashlib.sha256(scope.encode()).digest()[:_SCOPE]


def _mac(payload: bytes, commit_to: CommitTo) -> bytes:
    """Return a code that only the holder of the master key can make."""
    return hashlib.sha256(commit_to(b"rekognition-page\0" + payload).encode()).digest()[:_MAC]


def _invalid() -> AwsError:
    return AwsError("InvalidPaginationTokenException", "The pagination token is not valid.")
