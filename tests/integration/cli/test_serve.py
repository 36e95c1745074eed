"""The server as a process: where it listens, its first key, and how it ends."""

from __future__ import annotations

import json
import os
import re
import selectors
import signal
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from countenance.entrypoints.cli.main import app
from countenance.entrypoints.cli.serve import Transport, is_loopback
from countenance.errors import ConfigurationError
from integration.cli.shell import WIDE, Shell

COMMAND = [sys.executable, "-m", "countenance.entrypoints.cli"]
SECONDS = 60


@dataclass
class Served:
    """A server that has said where it listens."""

    process: subprocess.Popen[str]
    told: dict[str, Any]

    @property
    def address(self) -> str:
        return str(self.told["address"])

    def get(self, path: str, key: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}"} if key is not None else {}
        return httpx.get(f"{self.address}{path}", headers=headers, timeout=SECONDS, trust_env=False)

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(SECONDS)


def environment(home: Path, **more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], **WIDE, "COUNTENANCE_HOME": str(home), **more}


def run(home: Path, *arguments: str) -> Result:
    """Run one command in this process, on the installation in `home`."""
    return CliRunner().invoke(app, arguments, env={**WIDE, "COUNTENANCE_HOME": str(home)})


@contextmanager
def served(home: Path, *arguments: str, **more: str) -> Iterator[Served]:
    """Start a server on a free port, and end it whatever happens."""
    log = home.with_suffix(".log").open("a")
    process = subprocess.Popen(  # noqa: S603  our own command
        [*COMMAND, "serve", "--json", "--port", "0", *arguments],
        env=environment(home, **more),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    try:
        yield Served(process, json.loads(first_line(process)))
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(SECONDS)
        for stream in (process.stdin, process.stdout, log):
            assert stream is not None
            stream.close()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        assert selector.select(SECONDS), "the server said nothing"
    return process.stdout.readline()


def test_a_server_is_born_with_one_key_and_survives_being_killed(tmp_path: Path) -> None:
    home, seed = tmp_path / "home", Path(__file__).parents[1] / "api" / "leases.toml"
    with served(home, COUNTENANCE_LEASES_FILE=str(seed)) as server:
        key = server.told["bootstrap_key"]
        assert re.fullmatch(r"ck_[0-9a-f]{16}_[0-9a-f]{64}", key)
        assert server.get("/v1/health").status_code == 200
        assert server.get("/v1/keys").status_code == 401
        (held,) = server.get("/v1/keys", key).json()["keys"]
        assert (held["role"], held["label"]) == ("administrator", "bootstrap")
        leases = {lease["lease_id"] for lease in server.get("/v1/leases", key).json()["leases"]}
        assert {"bank-doors", "evaluation"} <= leases
        assert server.end(signal.SIGTERM) == 0
    log = home.with_suffix(".log").read_text()
    assert '"route": "/v1/keys"' in log
    assert key not in log
    with served(home) as server:
        assert server.told["bootstrap_key"] is None
        assert server.get("/v1/keys", key).status_code == 200
        assert server.end(signal.SIGKILL) == -signal.SIGKILL
    export = tmp_path / "export"
    assert run(home, "ledger", "export", str(export)).exit_code == 0
    verified = run(home, "ledger", "verify", str(export), "--json")
    assert (verified.exit_code, json.loads(verified.stdout)["ok"]) == (0, True)


def test_a_server_speaks_tls_puts_its_first_key_into_a_file_and_ends_with_whoever_started_it(
    tmp_path: Path,
) -> None:
    key_file = tmp_path / "first.key"
    options = (*certificate(tmp_path), "--bootstrap-key-file", str(key_file), "--until-stdin-ends")
    with served(tmp_path / "home", *options) as server:
        assert server.address.startswith("https://")
        assert server.told["bootstrap_key"] == str(key_file)
        assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
        trusted = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
        headers = {"Authorization": f"Bearer {key_file.read_text().strip()}"}
        with httpx.Client(verify=trusted, trust_env=False, timeout=SECONDS, headers=headers) as client:
            assert client.get(f"{server.address}/v1/keys").status_code == 200
        assert server.process.stdin is not None
        server.process.stdin.close()
        assert server.process.wait(SECONDS) == 0


def test_people_are_told_where_it_serves_and_the_key_once(tmp_path: Path) -> None:
    process = subprocess.Popen(  # noqa: S603  our own command
        [*COMMAND, "serve", "--port", "0"],
        env=environment(tmp_path / "home"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    line = first_line(process)
    process.send_signal(signal.SIGTERM)
    assert process.stdout is not None
    assert process.stderr is not None
    said, warned = process.stdout.read(), process.stderr.read()
    process.stdout.close()
    process.stderr.close()
    process.wait(SECONDS)
    assert line.startswith("Serving on http://127.0.0.1:")
    assert len(re.findall(r"ck_[0-9a-f]{16}_[0-9a-f]{64}", said)) == 1
    assert "--bootstrap-key-file" in warned
    assert process.returncode == 0


@pytest.fixture
def own_signals() -> Iterator[None]:
    """Put back what a server in this process does to signals."""
    held = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in held.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("own_signals")
def test_a_first_key_that_cannot_be_written_is_not_issued(tmp_path: Path) -> None:
    (tmp_path / "first.key").touch()
    told = run(tmp_path / "home", "serve", "--port", "0", "--bootstrap-key-file", str(tmp_path / "first.key"))
    assert told.exit_code == 5
    assert "[already_exists]" in told.stderr
    assert json.loads(run(tmp_path / "home", "keys", "list", "--json").stdout) == {"keys": [], "next": None}


@pytest.mark.parametrize("text", [None, "[[lease]]\nid = 3\n", "\xff"])
def test_a_seed_file_that_cannot_be_granted_keeps_the_server_from_starting(
    shell: Shell, text: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = shell.folder / "leases.toml"
    if text is not None:
        seed.write_bytes(text.encode("latin-1"))
    monkeypatch.setattr(shell, "leases_file", seed)
    told = shell.run("serve")
    assert told.exit_code == 2
    assert "[invalid_input]" in told.stderr


def test_a_port_that_is_taken_is_told(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = shell.run("serve", "--port", str(taken.getsockname()[1]))
    assert told.exit_code == 6
    assert "cannot listen on `127.0.0.1`" in told.stderr
    assert "address already in use" in told.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])  # noqa: S104  it is refused
def test_what_other_machines_can_reach_is_refused_without_tls(shell: Shell, host: str) -> None:
    told = shell.run("serve", "--host", host)
    assert told.exit_code == 6
    assert "travel in clear" in told.stderr
    assert "--tls-cert" in told.stderr


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104  it is what is asked about
        ("::", False),
        ("localhost.example.org", False),
    ],
)
def test_only_loopback_is_loopback(host: str, loopback: bool) -> None:  # noqa: FBT001  a parameter of the table
    assert is_loopback(host) is loopback


def test_a_certificate_and_its_key_come_together(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="given together"):
        Transport(tmp_path, None, behind_proxy=False).check("127.0.0.1")
    Transport(None, None, behind_proxy=True).check("0.0.0.0")  # noqa: S104  a proxy stands before it
    Transport(tmp_path, tmp_path, behind_proxy=False).check("0.0.0.0")  # noqa: S104  it speaks TLS


def certificate(folder: Path) -> Sequence[str]:
    """Make a certificate for this machine, and return the options that use it."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(  # noqa: S603  a fixed command
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-keyout", str(key), "-out", str(cert), "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    return ("--tls-cert", str(cert), "--tls-key", str(key))
