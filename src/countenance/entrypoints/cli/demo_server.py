"""The demo's server: the real one, in a process of its own, spoken to over HTTP alone."""

from __future__ import annotations

import json
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from countenance.entrypoints.cli.demo_world import World
from countenance.errors import ConfigurationError

COMMAND = (sys.executable, "-m", "countenance.entrypoints.cli")
"""This very command line, as another process."""

_START_SECONDS = 60.0
_STOP_SECONDS = 40.0
_LOG_LINES = 15


@dataclass(frozen=True, slots=True)
class DemoServer:
    """A server that listens: its address, the first administrator's key, and its process."""

    address: str
    administrator_key: str
    process: subprocess.Popen[str]


@contextmanager
def running_server(world: World, *, port: int) -> Iterator[DemoServer]:
    """Start `countenance serve` on loopback, and stop it as Ctrl-C would when the block ends.

    Raises `ConfigurationError` with the end of its log if it does not come up.
    """
    arguments = ("serve", "--json", "--host", "127.0.0.1", "--port", str(port), "--until-stdin-ends")
    with world.log.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(  # noqa: S603  our own command, its arguments our own
            [*COMMAND, *arguments, "--bootstrap-key-file", str(world.key_file)],
            env=world.environment,
            stdin=subprocess.PIPE,  # closed when this process ends, however it ends, and the server with it
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            document = _first_line(process)
            if document is None or "address" not in document:
                raise ConfigurationError(f"the demo's server did not come up: {_why(world, document)}")
            key = world.key_file.read_text(encoding="ascii").strip()
            yield DemoServer(document["address"], key, process)
        finally:
            stop(process)


def stop(process: subprocess.Popen[str]) -> None:
    """End the process, politely first."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()


def _first_line(process: subprocess.Popen[str]) -> dict[str, Any] | None:
    """Return the document that the server prints once it listens, or None if it ends or takes too long."""
    stream = process.stdout
    if stream is None or not _readable(stream, time.monotonic() + _START_SECONDS):
        return None
    text = stream.readline()
    if text.startswith("{\n"):
        text += stream.read()  # an error document, over several lines, and then the end
    try:
        document: dict[str, Any] = json.loads(text)
    except ValueError:
        return None
    return document


def _readable(stream: IO[str], deadline: float) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        return bool(selector.select(max(0.0, deadline - time.monotonic())))


def _why(world: World, document: dict[str, Any] | None) -> str:
    if document is not None and "error" in document:
        return str(document["error"].get("message"))
    lines = world.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_LINES:]
    return " / ".join(line.strip() for line in lines if line.strip()) or "it said nothing"
