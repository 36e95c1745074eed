"""Signature Version 4: whether a request was signed with a secret, as AWS documents it.

    canonical request = method, path, query, signed headers, SHA-256 of the body
    text to sign      = AWS4-HMAC-SHA256, moment, scope, SHA-256 of the canonical request
    signing key       = HMAC chain of the secret over date, region, service, aws4_request

Source: AWS General Reference, "Signature Version 4 signing process". The body's digest is always
made of the body that came, never taken from a header. Errors carry the names, and say what the
service says, in the order in which it looks.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, quote

from countenance.entrypoints.rekognition.faults import AwsError

ALGORITHM: Final = "AWS4-HMAC-SHA256"
SERVICE: Final = "rekognition"
SKEW: Final = timedelta(minutes=5)
"""How far a client's clock may be off."""

MISMATCH: Final = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
    "Access Key and signing method. Consult the service documentation for details."
)
_STAMP: Final = "%Y%m%dT%H%M%SZ"
_STAMP_FORM: Final = re.compile(r"\d{8}T\d{6}Z")
_PARTS: Final = ("Credential", "SignedHeaders", "Signature")
_SCOPE_PARTS: Final = 5
_REQUIRED: Final = ("host", "x-amz-date", "x-amz-target")


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What a signature covers. `path` and `query` are as they came; header names are lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorization:
    """The signature that a request presents, and what it says of itself."""

    access_key_id: str
    date: str
    region: str
    stamp: str
    signed: tuple[str, ...]
    signature: str

    @property
    def scope(self) -> str:
        """Return what a signing key is good for."""
        return f"{self.date}/{self.region}/{SERVICE}/aws4_request"


def read_authorization(request: SignedRequest, now: datetime) -> Authorization:
    """Return what the request presents, if it is whole, in time and meant for this service.

    Raises `AwsError` with the type that the service answers.
    """
    given = request.headers.get("authorization", "")
    if not given:
        raise AwsError("MissingAuthenticationTokenException", "Missing Authentication Token")
    algorithm, _, rest = given.partition(" ")
    if algorithm != ALGORITHM:
        raise AwsError("IncompleteSignatureException", f"Unsupported AWS 'algorithm': '{algorithm[:64]}'.")
    parts = _parts_of(rest)
    stamp = request.headers.get("x-amz-date", "")
    if not _STAMP_FORM.fullmatch(stamp):
        raise AwsError(
            "IncompleteSignatureException",
            "Authorization header requires existence of either a 'X-Amz-Date' in the form YYYYMMDDTHHMMSSZ.",
        )
    if "x-amz-security-token" in request.headers:
        raise unrecognized()
    found = _authorization(parts, stamp)
    _check_headers(request, found)
    _check_time(found, now)
    return found


def made_with(secret: str, request: SignedRequest, presented: Authorization) -> bool:
    """Tell in constant time whether the presented signature is the one that `secret` makes."""
    expected = signature_of(request, presented, secret)
    return hmac.compare_digest(expected.encode(), presented.signature.encode())


def signature_of(request: SignedRequest, presented: Authorization, secret: str) -> str:
    """Return the signature (64 hexadecimal digits) of the request under `secret`."""
    canonical = hashlib.sha256(canonical_request(request, presented.signed).encode()).hexdigest()
    text = f"{ALGORITHM}\n{presented.stamp}\n{presented.scope}\n{canonical}"
    key = f"AWS4{secret}".encode()
    for part in presented.scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


def canonical_request(request: SignedRequest, signed: tuple[str, ...]) -> str:
    """Return the canonical form of the request, over the headers that were signed."""
    headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signed)
    pairs = sorted((_encoded(k), _encoded(v)) for k, v in parse_qsl(request.query, keep_blank_values=True))
    query = "&".join(f"{name}={value}" for name, value in pairs)
    path = quote(request.path, safe="/-_.~") or "/"
    digest = hashlib.sha256(request.body).hexdigest()
    return "\n".join((request.method, path, query, headers, ";".join(signed), digest))


def unrecognized() -> AwsError:
    """Return the answer to a key that stands for nobody."""
    return AwsError("UnrecognizedClientException", "The security token included in the request is invalid.")


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")


def _parts_of(rest: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in rest.split(","))
    parts = {name: value for name, _, value in pairs}
    missing = [name for name in _PARTS if not parts.get(name)]
    if missing:
        told = " ".join(f"Authorization header requires '{name}' parameter." for name in missing)
        raise AwsError("IncompleteSignatureException", told)
    return parts


def _authorization(parts: Mapping[str, str], stamp: str) -> Authorization:
    scope = parts["Credential"].split("/")
    if len(scope) != _SCOPE_PARTS:
        raise AwsError(
            "IncompleteSignatureException",
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.",
        )
    access_key_id, date, region, service, term = scope
    if service != SERVICE:
        raise AwsError(
            "InvalidSignatureException", f"Credential should be scoped to correct service: '{SERVICE}'."
        )
    if term != "aws4_request":
        raise AwsError(
            "InvalidSignatureException",
            "Credential should be scoped with a valid terminator: 'aws4_request'.",
        )
    if date != stamp[:8]:
        raise AwsError(
            "InvalidSignatureException",
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.",
        )
    return Authorization(
        access_key_id=access_key_id,
        date=date,
        region=region,
        stamp=stamp,
        signed=tuple(parts["SignedHeaders"].lower().split(";")),
        signature=parts["Signature"],
    )


def _check_headers(request: SignedRequest, found: Authorization) -> None:
    """Raise unless what decides the request's meaning was signed, and the body is the one that was."""
    amazon = [name for name in request.headers if name.startswith("x-amz-")]
    for name in (*_REQUIRED, *amazon):
        if name not in found.signed:
            raise AwsError(
                "InvalidSignatureException",
                f"'{name}' must be a 'SignedHeader' in the AWS Authorization.",
            )
    claimed = request.headers.get("x-amz-content-sha256")
    if claimed is not None and claimed != hashlib.sha256(request.body).hexdigest():
        raise AwsError("InvalidSignatureException", MISMATCH)


def _check_time(found: Authorization, now: datetime) -> None:
    try:
        signed = datetime.strptime(found.stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        raise AwsError("IncompleteSignatureException", "Date must be in ISO-8601 'basic format'.") from None
    current = now.astimezone(UTC)
    for bound, wrong, word, sign in (
        (current - SKEW, signed < current - SKEW, "expired: {} is now earlier than", "-"),
        (current + SKEW, signed > current + SKEW, "not yet current: {} is still later than", "+"),
    ):
        if wrong:
            told = f"{bound.strftime(_STAMP)} ({current.strftime(_STAMP)} {sign} 5 min.)"
            message = f"Signature {word.format(found.stamp)} {told}"
            raise AwsError("InvalidSignatureException", message)
