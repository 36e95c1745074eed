"""Putting the demo on: the world is made, the story told, and the server left up."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import typer

from countenance.entrypoints.cli.demo_faces import find_cast
from countenance.entrypoints.cli.demo_ledger import changed_byte_is_found, ledger_verifies
from countenance.entrypoints.cli.demo_server import COMMAND, running_server
from countenance.entrypoints.cli.demo_story import (
    Stage,
    bank_identifies,
    bank_verifies,
    consent_is_withdrawn,
    contractor_asks,
    ngo_searches,
    police_asks,
    stage,
)
from countenance.entrypoints.cli.demo_telling import Telling
from countenance.entrypoints.cli.demo_world import BANK, LEASES, PACKS, bare_environment, temporary_world
from countenance.entrypoints.cli.output import Output
from countenance.errors import ConfigurationError

_STEPS = (
    police_asks,
    contractor_asks,
    bank_verifies,
    bank_identifies,
    ngo_searches,
    consent_is_withdrawn,
    ledger_verifies,
    changed_byte_is_found,
)
_LARGEST_IMAGE = 20_000_000
_FMR = 0.0001
_MODEL_SECONDS = 60
_BY_SIGNAL = 128


def show(output: Output, *, faces: Path | None, port: int, leave: bool) -> None:
    """Put the demo on. Raises `typer.Exit` with status 1 where a step does not come out as told."""
    began = time.monotonic()
    cast = find_cast(faces, limit=_LARGEST_IMAGE)
    telling = Telling(output)
    telling.say("The main job of Countenance, on a server of its own with authentication on.", style="bold")
    telling.say(f"Packs in force: {', '.join(PACKS)}, and the laws. Faces: {cast.terms}")
    with ExitStack() as held:
        held.enter_context(_tidying_up())
        with output.waiting("starting the server"):
            world = held.enter_context(temporary_world(_model_digest(), fmr=_FMR))
            server = held.enter_context(running_server(world, port=port))
        telling.say(f"The server listens on {server.address}; everything below was asked of it over HTTP.")
        key = None
        try:
            with stage(world, server, cast, telling) as set_up:
                for tell in _STEPS:
                    tell(set_up)
                key = None if leave else _new_key(set_up)
            telling.end(seconds=time.monotonic() - began, address=server.address, key=key)
        finally:
            telling.print_document(server.address, key)
        if not leave:
            _wait_for(server.process)


@contextmanager
def _tidying_up() -> Iterator[None]:
    """Let SIGTERM and a closed terminal end the demo as Ctrl-C does, leaving neither server nor folder."""

    def leave(number: int, _frame: object) -> None:
        raise typer.Exit(_BY_SIGNAL + number)

    held = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)


def _new_key(set_up: Stage) -> str:
    """Return a key under the bank's lease, for whoever wants to go on from here."""
    issued = set_up.administrator.issue_key("operator", LEASES[BANK], "demo: yours")
    return str(issued.body["key"])


def _wait_for(process: subprocess.Popen[str]) -> None:
    """Wait until the server ends, which Ctrl-C makes it do, since it is in the same terminal."""
    try:
        process.wait()
    except KeyboardInterrupt:
        return


def _model_digest() -> str:
    """Return the SHA-256 of the recognition model that the demo's server runs with.

    Asked of `countenance models`, as an operator would who writes a lease.
    """
    done = subprocess.run(  # noqa: S603  our own command, its arguments our own
        [*COMMAND, "models", "list", "--json"],
        env=bare_environment(),
        capture_output=True,
        text=True,
        timeout=_MODEL_SECONDS,
        check=False,
    )
    try:
        models = json.loads(done.stdout)["models"]
        return str(next(model["sha256"] for model in models if model["used_as"] == "recogniser"))
    except (ValueError, KeyError, TypeError, StopIteration):
        raise ConfigurationError(
            "the recognition model is not known: `countenance doctor` tells why"
        ) from None
