"""The port `Objects` on an S3-compatible store: signed by a library, fetched over one strict connection.

Libraries for object stores follow redirections and take proxies from the environment, and so
open addresses that nobody configured. The library therefore makes the signed address only.
What fetches it connects to the configured host, sends one GET and reads the answer: another
status than 200 is no object, wherever it points.
"""

from __future__ import annotations

import logging
import ssl
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, quote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from countenance.errors import ConfigurationError
from countenance.recognition.collections.model import ObjectName

if TYPE_CHECKING:
    from obstore.store import S3Credential

_CHUNK: Final = 65_536
_SIGNED_FOR: Final = timedelta(minutes=1)
_UNNAMED: Final = frozenset({"", ".", ".."})
"""What no part of a name is: servers on the way may take it for a step up."""

_PORTS: Final = {"http": 80, "https": 443}

_log = logging.getLogger("countenance.objects")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """An access key of the store, which may read and nothing else."""

    access_key_id: str
    secret: str

    def __repr__(self) -> str:
        return f"<Credentials {self.access_key_id}>"


class StoreObjects:
    """Objects of the store at `endpoint` (`https://host:port`), each within `seconds`.

    Without `credentials` the requests are not signed, for buckets that everybody may read.
    Raises `ConfigurationError` for an endpoint that is no such address.
    """

    def __init__(
        self, endpoint: str, *, region: str, credentials: Credentials | None, seconds: float
    ) -> None:
        self._endpoint = _checked(endpoint)
        self._region = region
        self._credentials = credentials
        self._seconds = seconds
        self._tls = ssl.create_default_context() if self._endpoint.scheme == "https" else None

    def read(self, place: ObjectName, *, limit: int) -> bytes | None:
        """Return the object's bytes; see the port. What stands in the way is logged, without names."""
        if place.version is not None or not _UNNAMED.isdisjoint(place.name.split("/")):
            return None
        try:
            return self._fetched(self._target(place), limit, time.monotonic() + self._seconds)
        except (OSError, HTTPException, ValueError, BaseError) as error:
            _log.warning("an object could not be read: %s", type(error).__qualname__)
            return None

    def _target(self, place: ObjectName) -> str:
        """Return the path and query of the GET, signed if there are credentials."""
        if self._credentials is None:
            return f"/{place.bucket}/{quote(place.name)}"
        store = _store(place.bucket, self._endpoint.geturl(), self._region, self._credentials)
        signed = urlsplit(obstore.sign(store, "GET", place.name, _SIGNED_FOR))
        return f"{signed.path}?{signed.query}"

    def _fetched(self, target: str, limit: int, until: float) -> bytes | None:
        with closing(self._connection(until)) as connection:
            connection.request("GET", target, headers={"Accept-Encoding": "identity"})
            answer = connection.getresponse()
            if answer.status != HTTPStatus.OK:
                _log.warning("an object could not be read: the store answered %d", answer.status)
                return None
            data = bytearray()
            while len(data) <= limit:
                left = _left(until)
                if connection.sock is not None:
                    connection.sock.settimeout(left)
                part = answer.read1(min(_CHUNK, limit + 1 - len(data)))
                if not part:
                    break
                data += part
            if len(data) <= limit and answer.length:
                raise HTTPException("the answer ended early")
            return bytes(data)

    def _connection(self, until: float) -> HTTPConnection:
        host, port = self._endpoint.hostname or "", self._endpoint.port or _PORTS[self._endpoint.scheme]
        if self._tls is not None:
            return HTTPSConnection(host, port, timeout=_left(until), context=self._tls)
        return HTTPConnection(host, port, timeout=_left(until))


@lru_cache(maxsize=64)
def _store(bucket: str, endpoint: str, region: str, credentials: Credentials) -> S3Store:
    """Return what signs for a bucket. Everything is said here, so that the environment decides nothing."""

    def provided() -> S3Credential:
        return {
            "access_key_id": credentials.access_key_id,
            "secret_access_key": credentials.secret,
            "token": None,
            "expires_at": None,
        }

    return S3Store(
        bucket,
        config={
            "endpoint": endpoint,
            "aws_endpoint_url_s3": endpoint,
            "region": region,
            "virtual_hosted_style_request": False,
            "skip_signature": False,
            "s3_express": False,
        },
        client_options={"allow_http": True},
        credential_provider=provided,
    )


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("the store takes longer than the limit allows")
    return left


def _checked(endpoint: str) -> SplitResult:
    wrong = ConfigurationError(f"`{endpoint}` is not an address of the form `https://host:port`")
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        raise wrong from None
    rest = (parts.path.rstrip("/"), parts.query, parts.fragment, parts.username, parts.password)
    if parts.scheme not in _PORTS or not parts.hostname or port == 0 or any(rest):
        raise wrong
    return parts._replace(path="")
