"""Texts that open something, kept as digests: whoever reads the database can open nothing."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final

_FORM: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def new_token() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> bytes:
    """Return the SHA-256 by which a token is known; what is no token has a digest that nothing has."""
    return hashlib.sha256(token.encode() if _FORM.fullmatch(token) else b"").digest()
