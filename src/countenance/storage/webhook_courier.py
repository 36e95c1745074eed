"""Sending webhooks over HTTP: to public addresses over TLS alone, followed nowhere, within a bounded time.

The name is looked up here and the very address that was checked is connected to, so that a name
whose answer changes between check and connection leads nowhere. Networks that are not public are
reached only if the operator names them.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

import httpx

from countenance.errors import ConfigurationError, InvalidInputError
from countenance.recognition.webhooks.model import Try

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

SECONDS: Final = 15.0
"""Longest time of one try, whatever the receiver does."""

_STEP_SECONDS: Final = 10.0
_CONNECT_SECONDS: Final = 5.0
_PORTS: Final = {"https": 443, "http": 80}
_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")
_LAST_32_BITS: Final = 0xFFFF_FFFF
_CONNECTED: Final = frozenset({"connection.connect_tcp.complete", "connection.start_tls.complete"})


class _NotAllowedError(Exception):
    """The name leads to no address that may be reached; never leaves this module."""


class HttpCourier:
    """The way to receivers. `networks` are those that are not public and may be reached all the same.

    Raises `ConfigurationError` for one that is no network.
    """

    def __init__(self, networks: Iterable[str] = (), *, seconds: float = SECONDS) -> None:
        try:
            self._networks: tuple[Network, ...] = tuple(ipaddress.ip_network(text) for text in networks)
        except ValueError as error:
            raise ConfigurationError(f"a network for webhooks is none: {error}") from error
        self._seconds = seconds
        limits = httpx.Limits(max_keepalive_connections=0)
        transport = httpx.HTTPTransport(limits=limits, retries=0, trust_env=False)
        self._client = httpx.Client(
            transport=transport,
            timeout=httpx.Timeout(min(_STEP_SECONDS, seconds), connect=min(_CONNECT_SECONDS, seconds)),
            follow_redirects=False,
            trust_env=False,
        )

    def check(self, url: str) -> None:
        """Raise `InvalidInputError` for an address that nothing would ever be sent to.

        A name is looked up at each try and not here: what it answers today says nothing of tomorrow.
        """
        parts = _parsed(url)
        literal = _literal(parts.host)
        if literal is not None and not self._reachable(literal, parts.scheme):
            raise InvalidInputError("the address is not public, and its network is not one that was allowed")
        if parts.scheme == "http" and not self._networks:
            raise InvalidInputError("an address of a webhook begins with `https://`")

    def post(self, url: str, headers: Mapping[str, str], body: bytes, *, at: datetime) -> Try:
        """Send once and return what came of it."""
        start = time.monotonic()
        status, fault = None, None
        try:
            status = self._send(httpx.URL(url), headers, body)
        except _NotAllowedError:
            fault = "address_not_allowed"
        except socket.gaierror:
            fault = "name_unknown"
        except httpx.TimeoutException:
            fault = "timeout"
        except httpx.ConnectError:
            fault = "not_connected"
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            fault = "timeout" if time.monotonic() - start >= self._seconds else "connection_broken"
        return Try(at=at, status=status, fault=fault, milliseconds=round((time.monotonic() - start) * 1000))

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def _send(self, url: httpx.URL, headers: Mapping[str, str], body: bytes) -> int:
        address = self._address_of(url)
        watch = _Watch(self._seconds)
        asked = self._client.build_request(
            "POST",
            url.copy_with(host=str(address)),
            headers={**headers, "host": url.netloc.decode("ascii")},
            content=body,
            extensions={"sni_hostname": url.host, "trace": watch.heard},
        )
        with watch:
            answer = self._client.send(asked, stream=True)
            try:
                return answer.status_code  # its body says nothing that is wanted here, however long it is
            finally:
                watch.cut()
                answer.close()

    def _address_of(self, url: httpx.URL) -> Address:
        """Return the first address of the name that may be reached."""
        port = url.port or _PORTS[url.scheme]
        for _, _, _, _, place in socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM):
            address = ipaddress.ip_address(str(place[0]).partition("%")[0])
            if self._reachable(address, url.scheme):
                return address
        raise _NotAllowedError

    def _reachable(self, address: Address, scheme: str) -> bool:
        named = any(address.version == one.version and address in one for one in self._networks)
        return named or (scheme == "https" and _is_public(address))


class _Watch:
    """Ends a connection after so many seconds: a receiver may send a byte now and then for ever."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self.cut)
        self._timer.daemon = True
        self._socket: socket.socket | None = None

    def heard(self, event: str, info: Mapping[str, Any]) -> None:
        """Note the connection that was made."""
        if event in _CONNECTED:
            self._socket = info["return_value"].get_extra_info("socket")

    def cut(self) -> None:
        """End the connection."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def _is_public(address: Address) -> bool:
    """Tell whether an address is one of the public Internet, whatever it is written as."""
    inner: Address = address
    if isinstance(address, ipaddress.IPv6Address):
        teredo = address.teredo[1] if address.teredo is not None else None
        translated = ipaddress.IPv4Address(int(address) & _LAST_32_BITS) if address in _TRANSLATED else None
        inner = address.ipv4_mapped or address.sixtofour or teredo or translated or address
    return all(one.is_global and not one.is_multicast and not one.is_reserved for one in (address, inner))


def _parsed(url: str) -> httpx.URL:
    try:
        parts = httpx.URL(url)
        literal = parts.scheme in _PORTS and bool(parts.host) and url.isascii() and url.isprintable()
    except httpx.InvalidURL:
        literal = False
    if not literal or " " in url or parts.userinfo or parts.fragment:
        raise InvalidInputError("an address of a webhook is `https://host/path`, without user or fragment")
    return parts


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
