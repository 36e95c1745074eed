"""Listening on a port: who may reach it in clear, and how it ends. For every server of the command line."""

from __future__ import annotations

import ipaddress
import logging
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from countenance.errors import ConfigurationError

if TYPE_CHECKING:
    import uvicorn
    from starlette.applications import Starlette

_GRACE_SECONDS = 30
_BACKLOG = 2048
_CHUNK = 4096


@dataclass(frozen=True, slots=True)
class Transport:
    """How what travels is protected: by this server's own certificate, or by a proxy in front of it."""

    certificate: Path | None
    key: Path | None
    behind_proxy: bool

    def check(self, host: str) -> None:
        """Raise `ConfigurationError` where keys and faces would travel in clear between machines."""
        if (self.certificate is None) != (self.key is None):
            raise ConfigurationError("a certificate and its key are given together or not at all")
        if not (is_loopback(host) or self.encrypted or self.behind_proxy):
            raise ConfigurationError(
                f"`{host}` can be reached from other machines, and keys and faces would travel in clear: "
                "give --tls-cert and --tls-key, or --behind-tls-proxy if a proxy in front speaks TLS"
            )

    @property
    def encrypted(self) -> bool:
        """Tell whether this server speaks TLS itself."""
        return self.certificate is not None and self.key is not None


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches `host`; a name other than `localhost` is not looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def log_to_stderr() -> None:
    """Log what the program has to say, and the warnings of others, in UTC."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = logging.Formatter("%(asctime)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger("countenance").setLevel(logging.INFO)


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket, or raise `ConfigurationError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigurationError(f"cannot listen on `{host}` port `{port}`: {reason}") from error


def address_of(host: str, listener: socket.socket, transport: Transport) -> str:
    """Return the address that a listening socket is reached at."""
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if transport.encrypted else 'http'}://{shown}:{listener.getsockname()[1]}"


def server_of(application: Starlette, transport: Transport) -> uvicorn.Server:
    """Return the server, which on SIGINT or SIGTERM lets the acts that have begun come to their end."""
    import uvicorn  # noqa: PLC0415  start-up stays quick

    return uvicorn.Server(
        uvicorn.Config(
            application,
            http="httptools",
            loop="uvloop",
            log_config=None,
            access_log=False,  # its lines hold paths, and paths hold ids of subjects; the API logs routes
            server_header=False,
            proxy_headers=transport.behind_proxy,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            ssl_certfile=transport.certificate,
            ssl_keyfile=transport.key,
        )
    )


def heed_stdin(server: uvicorn.Server) -> None:
    """Let the end of standard input end the server; reads past Python's buffer, whose lock would stay."""
    while os.read(sys.stdin.fileno(), _CHUNK):
        pass
    server.should_exit = True


def heed_signals(server: uvicorn.Server) -> None:
    """Let Ctrl-C, SIGTERM and a closed terminal end the server, from before it runs until after it has.

    So nobody's key is lost between its issue and its being shown, and a server that was asked
    to stop ends with status 0.
    """

    def stop(_number: int, _frame: object) -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop)
