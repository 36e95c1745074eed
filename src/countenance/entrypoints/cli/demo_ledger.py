"""The demo's end: the ledger verifies from its export alone, and a changed byte is found."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from countenance.entrypoints.cli.demo_server import COMMAND
from countenance.entrypoints.cli.demo_story import Stage
from countenance.entrypoints.cli.demo_world import POLICE
from countenance.entrypoints.cli.exit_codes import ExitCode

_BUNDLES = Path("tile") / "entries"
_ATTACKED = b"identification:refused"
_SECONDS = 60


def ledger_verifies(stage: Stage) -> None:
    """Export the ledger, and verify the export without server, database or key."""
    telling, world = stage.telling, stage.world
    telling.step(
        "Anybody checks the ledger",
        "The log is exported as files; the check reads nothing else: no server, no database, no secret.",
    )
    exported = _run("ledger", "export", str(world.export), environment=world.environment)
    telling.ran(("countenance", "ledger", "export", world.export.name), exported.returncode)
    telling.check("the ledger is exported while the server runs", holds=exported.returncode == ExitCode.DONE)
    status, found = _verify(world.export)
    telling.ran(("countenance", "ledger", "verify", world.export.name), status)
    telling.facts([("entries", str(found.get("size"))), ("root", str(found.get("root")))])
    telling.check(
        "every entry is what the signed checkpoint says",
        holds=status == ExitCode.DONE and found.get("ok") is True and not found.get("faults"),
    )


def changed_byte_is_found(stage: Stage) -> None:
    """Change one byte of a copy, in the entry of the first refusal, and check again."""
    telling, world = stage.telling, stage.world
    telling.step(
        "Somebody changes one byte of the refusal in a copy",
        "The police department's refusal becomes unreadable for what it was: one letter of its entry.",
    )
    shutil.copytree(world.export, world.tampered)
    place, offset = change_a_byte(world.tampered)
    telling.say(f"byte {offset} of {place}: {_ATTACKED.decode()} -> {_ATTACKED[:-1].decode()}e", indent=3)
    status, found = _verify(world.tampered)
    telling.ran(("countenance", "ledger", "verify", world.tampered.name), status)
    faults = found.get("faults") or []
    for fault in faults:
        telling.facts([("fault", f"{fault['where']}, entry {fault['index']}: {fault['text']}")])
    telling.check("the copy fails", holds=status == ExitCode.NOT_VERIFIED and found.get("ok") is False)
    places = [(fault["where"], fault["index"]) for fault in faults]
    telling.check(
        f"the check says where: it names the file and entry {stage.entries[POLICE]}, the refusal of step 1",
        holds=places == [(place, stage.entries[POLICE])],
    )


def change_a_byte(export: Path) -> tuple[str, int]:
    """Change the last letter of the first refusal to identify; return its file and the offset."""
    for path in sorted((export / _BUNDLES).rglob("*")):
        if not path.is_file():
            continue
        content = bytearray(path.read_bytes())
        start = content.find(_ATTACKED)
        if start >= 0:
            offset = start + len(_ATTACKED) - 1
            content[offset] ^= 1
            path.write_bytes(content)
            return path.relative_to(export).as_posix(), offset
    raise FileNotFoundError(_ATTACKED.decode())


def _verify(folder: Path) -> tuple[int, dict[str, Any]]:
    """Return the status and the findings, from an environment without a single setting."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("COUNTENANCE_")}
    done = _run("ledger", "verify", str(folder), "--json", environment=bare)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        found = {}
    return done.returncode, found if isinstance(found, dict) else {}


def _run(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  our own command, its arguments our own
        [*COMMAND, *arguments], env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
