"""Second factors that are typed: codes of the moment, and codes to recover with."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime
from typing import Final

import pyotp

RECOVERY_CODES: Final = 10
_ISSUER: Final = "Countenance"
_STEP_SECONDS: Final = 30
_DRIFT: Final = (0, -1, 1)
_ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_GROUPS: Final = 4
_GROUP: Final = 4
_CODE: Final = re.compile(r"\d{6}")


def new_secret() -> str:
    """Return a new secret for codes of the moment: 160 random bits in base32."""
    return pyotp.random_base32()


def enrolment_uri(secret: str, login: str) -> str:
    """Return what an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=_ISSUER)


def step_of(secret: str, code: str, at: datetime, *, after: int) -> int | None:
    """Return the time step that `code` belongs to, or None where it is wrong or was used before.

    The steps beside the present one are taken too, for clocks that drift. A step is taken
    once: `after` is the last one that was.
    """
    digits = re.sub(r"\s", "", code)
    if not _CODE.fullmatch(digits):
        return None
    totp = pyotp.TOTP(secret)
    now = int(at.timestamp()) // _STEP_SECONDS
    found = None
    for drift in _DRIFT:
        step = now + drift
        if hmac.compare_digest(totp.generate_otp(step), digits) and step > after and found is None:
            found = step
    return found


def new_recovery_codes() -> tuple[str, ...]:
    """Return codes of 80 random bits, each to be used once."""
    return tuple(
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
        for _ in range(RECOVERY_CODES)
    )


def recovery_digest(code: str) -> bytes:
    """Return the digest by which a recovery code is known; spaces, dashes and case do not matter."""
    return hashlib.sha256(re.sub(r"[\s-]", "", code).upper().encode()).digest()


def without(held: tuple[bytes, ...], code: str) -> tuple[bytes, ...] | None:
    """Return the digests without that of `code`, or None if it is not among them."""
    digest = recovery_digest(code)
    kept = tuple(one for one in held if not hmac.compare_digest(one, digest))
    return kept if len(kept) < len(held) else None
