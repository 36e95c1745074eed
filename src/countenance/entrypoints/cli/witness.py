"""`countenance witness`: watch over logs of others, for whoever shall not have to trust them."""

from __future__ import annotations

import importlib
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.listening import (
    Transport,
    address_of,
    heed_signals,
    heed_stdin,
    listen,
    log_to_stderr,
    server_of,
)
from countenance.entrypoints.cli.options import JsonFlag
from countenance.entrypoints.cli.wording import counted

if TYPE_CHECKING:
    from countenance.app.witness import WitnessHouse

app = typer.Typer(
    no_args_is_help=True,
    help="Be a witness of logs: cosign what only grew. Needs nothing but a folder of its own.",
)

Folder = Annotated[Path, typer.Argument(metavar="DIR", file_okay=False, help="The witness's own folder.")]


@app.command("init")
def init(
    context: typer.Context,
    *,
    folder: Folder,
    name: Annotated[
        str,
        typer.Option(
            "--name",
            help="Name to sign under: a host and path of yours without a scheme, `council.example/w1`.",
        ),
    ],
    post_quantum: Annotated[
        bool,
        typer.Option("--post-quantum", help="Make an ML-DSA-44 key too, and cosign with both."),
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Make a witness: its folder and its key. Prints the public key, for those who shall trust it."""
    from countenance.app.witness import WitnessHouse  # noqa: PLC0415  start-up stays quick
    from countenance.ledger.cosignature import CosignatureKind  # noqa: PLC0415  as above

    line = CommandLine.of(context)
    kinds = tuple(CosignatureKind) if post_quantum else (CosignatureKind.ED25519,)
    house = WitnessHouse.create(folder, name, kinds)
    if as_json:
        line.output.document({"path": str(folder), "vkeys": list(house.vkeys())})
        return
    line.output.say(f"the witness {name} lives in {folder}; give its public key to whoever shall trust it:")
    for key in house.vkeys():
        typer.echo(key)
    line.output.note(f"Next: countenance witness watch {folder} VKEY, with the key of a log.")


@app.command("watch")
def watch(
    context: typer.Context,
    *,
    folder: Folder,
    vkey: Annotated[str, typer.Argument(metavar="VKEY", help="Public key of the log, `name+id+base64`.")],
    as_json: JsonFlag = False,
) -> None:
    """Watch a log from now on, also in a server that is running.

    A log that changes its key is watched with both: give the new one as well.
    """
    line = CommandLine.of(context)
    origin = _house(folder).watch(vkey)
    if as_json:
        line.output.document({"origin": origin, "vkey": vkey})
    else:
        line.output.say(f"the log {origin} is watched")


@app.command("show")
def show(context: typer.Context, *, folder: Folder, as_json: JsonFlag = False) -> None:
    """Show the witness's public keys, the logs that it watches, and what it has cosigned of them."""
    from countenance.ledger.cosignature import moment_of  # noqa: PLC0415  start-up stays quick

    line = CommandLine.of(context)
    house = _house(folder)
    rows = [(origin, held.checkpoint, moment_of(held.seconds), kept) for origin, held, kept in house.logs()]
    if as_json:
        logs = [
            {
                "origin": origin,
                "size": checkpoint.size,
                "root": checkpoint.root.hex(),
                "cosigned": moment.isoformat() if moment is not None else None,
                "contradictions": kept,
            }
            for origin, checkpoint, moment, kept in rows
        ]
        line.output.document({"vkeys": list(house.vkeys()), "logs": logs})
        return
    for key in house.vkeys():
        typer.echo(key)
    for origin, checkpoint, moment, kept in rows:
        when = f"cosigned {moment:%Y-%m-%d %H:%M:%S} UTC" if moment is not None else "never cosigned"
        line.output.say(f"{origin}: {checkpoint.size} entries, {when}")
        if kept:
            line.output.warn(f"{origin}: {counted(kept, 'contradiction')} kept in {folder / 'evidence'}")


@app.command("serve")
def serve(  # noqa: PLR0913  one parameter an option
    context: typer.Context,
    *,
    folder: Folder,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port to listen on; 0 takes a free one.")
    ] = 8754,
    until_stdin_ends: Annotated[
        bool, typer.Option("--until-stdin-ends", help="Stop when standard input ends too.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Answer logs until interrupted: cosign a checkpoint once its log has shown that it only grew.

    What was cosigned is on the disk before the answer leaves, so that this may be killed at any
    moment. What travels is public and signed; put a proxy that speaks TLS in front all the same.
    """
    line = CommandLine.of(context)
    house = _house(folder)
    log_to_stderr()
    plain = Transport(None, None, behind_proxy=False)
    with house.record.serving(), listen(host, port) as listener:
        composed = importlib.import_module("countenance.witness_server")  # above the ways in
        server = server_of(composed.prepare(house), plain)
        heed_signals(server)
        if until_stdin_ends:
            threading.Thread(target=heed_stdin, args=(server,), name="stdin", daemon=True).start()
        url = address_of(host, listener, plain)
        if as_json:
            line.output.line_of_json({"address": url, "pid": os.getpid(), "vkeys": list(house.vkeys())})
        else:
            line.output.say(f"Witnessing on {url} until Ctrl-C.")
        sys.stdout.flush()
        server.run(sockets=[listener])


def _house(folder: Path) -> WitnessHouse:
    from countenance.app.witness import WitnessHouse  # noqa: PLC0415  start-up stays quick

    return WitnessHouse(folder)
