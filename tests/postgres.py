"""A real PostgreSQL for the tests: Debian's, in a temporary folder, without the rights of root."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

_USERS = ("postgres", "nobody")
_PATIENCE = 60.0


def binaries() -> Path | None:
    """Return the folder with `initdb` and `postgres` of the newest installed version; None without one."""
    found = sorted(
        (path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")),
        key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0,
    )
    if found:
        return found[-1]
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).resolve().parent if elsewhere else None


def _unprivileged() -> int | None:
    """Return the user that PostgreSQL shall run as; None to run as whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    for name in _USERS:
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise RuntimeError("postgresql does not run as root, and there is no other user")


@contextmanager
def running_server(folder: Path) -> Iterator[str]:
    """Yield the URL of a server on a socket in a folder of its own; it is gone afterwards.

    Durability is off: what the tests prove about crashes they prove on SQLite.
    """
    user = _unprivileged()
    home = Path(tempfile.mkdtemp(prefix="countenance-pg-"))
    if user is not None:
        os.chown(home, user, -1)
    data = home / "data"
    create = [folder / "initdb", "-D", data, "-U", "countenance", "--auth=trust", "-N"]
    subprocess.run(  # noqa: S603  the command is spelled out above
        [*create, "-E", "UTF8", "--locale=C.UTF-8"],
        check=True,
        capture_output=True,
        user=user,
        cwd=home,
    )
    options = ["fsync=off", "full_page_writes=off", "listen_addresses=", f"unix_socket_directories={home}"]
    flags = [part for option in options for part in ("-c", option)]
    with (home / "log").open("wb") as log:
        command = [folder / "postgres", "-D", data, *flags]
        server = subprocess.Popen(command, user=user, cwd=home, stderr=log)  # noqa: S603  spelled out above
    try:
        _wait_for(home, server)
        yield f"postgresql://countenance@/postgres?host={home}"
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait()
        shutil.rmtree(home, ignore_errors=True)


def _wait_for(home: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            psycopg.connect(host=str(home), user="countenance", dbname="postgres").close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((home / "log").read_text()) from None
            time.sleep(0.05)
        else:
            return
