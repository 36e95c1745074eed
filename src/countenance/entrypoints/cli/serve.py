"""`countenance serve`: the API over HTTP, on loopback unless its transport is protected."""

from __future__ import annotations

import importlib
import ipaddress
import logging
import os
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.keys import issue_key
from countenance.entrypoints.cli.options import JsonFlag
from countenance.errors import ConfigurationError
from countenance.vetting.keys import IssuedKey, KeyRequest
from countenance.vetting.model import Role

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

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


def serve(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen on, instead of COUNTENANCE_HOST.", show_default=False),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65_535, help="Port to listen on, instead of COUNTENANCE_PORT; 0 takes a free one."
        ),
    ] = None,
    tls_cert: Annotated[
        Path | None,
        typer.Option(
            "--tls-cert", exists=True, dir_okay=False, help="Certificate chain, PEM; needs --tls-key."
        ),
    ] = None,
    tls_key: Annotated[
        Path | None,
        typer.Option("--tls-key", exists=True, dir_okay=False, help="The certificate's key, PEM."),
    ] = None,
    behind_proxy: Annotated[
        bool,
        typer.Option(
            "--behind-tls-proxy", help="A proxy in front speaks TLS, and nobody else reaches this port."
        ),
    ] = False,
    bootstrap_key_file: Annotated[
        Path | None,
        typer.Option(
            "--bootstrap-key-file",
            dir_okay=False,
            help="Write the first administrator's key to this new file (0600) instead of showing it.",
        ),
    ] = None,
    until_stdin_ends: Annotated[
        bool,
        typer.Option(
            "--until-stdin-ends",
            help="Stop when standard input ends too, so that whoever started the server takes it along.",
        ),
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Serve the API until interrupted.

    At the first start, when there is no key yet, an administrator's key is issued and shown
    once. An address that other machines can reach is refused unless TLS protects it.
    """
    line = CommandLine.of(context)
    transport = Transport(tls_cert, tls_key, behind_proxy)
    told_host, told_port = line.countenance.parts.listen
    address = (host if host is not None else told_host, port if port is not None else told_port)
    transport.check(address[0])
    if behind_proxy and not is_loopback(address[0]):
        line.output.warn(
            f"`{address[0]}` is in clear: whoever reaches it without the proxy can read keys and faces"
        )
    _log_to_stderr()
    with _listen(*address) as listener:
        composed = importlib.import_module("countenance.server")  # above the ways in, so not known to them
        server = _server(composed.prepare(line.countenance), transport)
        _heed_signals(server)
        if until_stdin_ends:
            threading.Thread(target=_heed_stdin, args=(server,), name="stdin", daemon=True).start()
        first = _first_key(line, bootstrap_key_file)
        warming = composed.warm_up(line.countenance)
        try:
            url = _url(address[0], listener, transport)
            _announce(line, url, (first, bootstrap_key_file), as_json=as_json)
            server.run(sockets=[listener])
        finally:
            warming.join()
            composed.finish(line.countenance)


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches `host`; a name other than `localhost` is not looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _log_to_stderr() -> None:
    """Log what the program has to say, and the warnings of others, in UTC."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = logging.Formatter("%(asctime)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%SZ")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    logging.getLogger("countenance").setLevel(logging.INFO)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigurationError(f"cannot listen on `{host}` port `{port}`: {reason}") from error


def _url(host: str, listener: socket.socket, transport: Transport) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if transport.encrypted else 'http'}://{shown}:{listener.getsockname()[1]}"


def _first_key(line: CommandLine, file: Path | None) -> IssuedKey | None:
    """Return the key of the first administrator, issued because there is no key at all; else None."""
    if line.countenance.list_keys(line.administrator):
        return None
    return issue_key(line, KeyRequest(role=Role.ADMINISTRATOR, lease_id=None, label="bootstrap"), file)


def _announce(
    line: CommandLine, url: str, first: tuple[IssuedKey | None, Path | None], *, as_json: bool
) -> None:
    issued, file = first
    if as_json:
        document = {"address": url, "pid": os.getpid(), "bootstrap_key": None}
        if issued is not None:
            document["bootstrap_key"] = issued.text if file is None else str(file)
        line.output.line_of_json(document)
    else:
        line.output.say(f"Serving on {url} until Ctrl-C. It describes itself at {url}/openapi.json.")
        if issued is not None:
            _show_first_key(line, issued, file)
    sys.stdout.flush()


def _show_first_key(line: CommandLine, issued: IssuedKey, file: Path | None) -> None:
    if file is not None:
        line.output.say(f"The first administrator's key is in {file}, for its owner only.")
        return
    line.output.say("The first administrator's key, shown this once and kept nowhere:")
    typer.echo(f"\n  {issued.text}\n")
    if not sys.stdout.isatty():
        line.output.warn("whoever reads this output has the key: --bootstrap-key-file keeps it out of logs")


def _server(application: FastAPI, transport: Transport) -> uvicorn.Server:
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


def _heed_stdin(server: uvicorn.Server) -> None:
    """Let the end of standard input end the server; reads past Python's buffer, whose lock would stay."""
    while os.read(sys.stdin.fileno(), _CHUNK):
        pass
    server.should_exit = True


def _heed_signals(server: uvicorn.Server) -> None:
    """Let Ctrl-C, SIGTERM and a closed terminal end the server, from before it runs until after it has.

    So nobody's key is lost between its issue and its being shown, and a server that was asked
    to stop ends with status 0.
    """

    def stop(_number: int, _frame: object) -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop)
