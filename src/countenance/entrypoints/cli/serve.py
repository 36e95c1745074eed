"""`countenance serve`: the API over HTTP, on loopback unless its transport is protected."""

from __future__ import annotations

import importlib
import os
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.keys import issue_key
from countenance.entrypoints.cli.listening import (
    Transport,
    address_of,
    heed_signals,
    heed_stdin,
    is_loopback,
    listen,
    log_to_stderr,
    server_of,
)
from countenance.entrypoints.cli.options import JsonFlag
from countenance.vetting.keys import IssuedKey, KeyRequest
from countenance.vetting.model import Role


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
    log_to_stderr()
    with listen(*address) as listener:
        line.countenance.parts.warm()  # the networks load beside everything else
        composed = importlib.import_module("countenance.server")  # above the ways in, so not known to them
        server = server_of(composed.prepare(line.countenance), transport)
        heed_signals(server)
        if until_stdin_ends:
            threading.Thread(target=heed_stdin, args=(server,), name="stdin", daemon=True).start()
        first = _first_key(line, bootstrap_key_file)
        warming = composed.warm_up(line.countenance)
        try:
            url = address_of(address[0], listener, transport)
            _announce(line, url, (first, bootstrap_key_file), as_json=as_json)
            server.run(sockets=[listener])
        finally:
            warming.join()
            composed.finish(line.countenance)


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
