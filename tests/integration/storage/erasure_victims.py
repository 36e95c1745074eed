"""Erases a subject again and again, is killed one step later each time, and starts anew after each.

Run as `python erasure_victims.py FOLDER` with the tests' folder on the path. For each step one line of
JSON: which one, whether the process was killed there, and what the check after the restart found.
Each life is a process of its own, forked from this one, which holds no database open.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from countenance.biometrics.model import SubjectId
from countenance.engine.search import ExactSearch
from countenance.engine.snapshot_folder import SnapshotFolder
from countenance.ledger.erasure_receipt import check_receipt
from countenance.ledger.export import export
from countenance.ledger.verification import Trust, verify_export
from countenance.policy.model import Purpose
from countenance.recognition.acts.identification import Search
from countenance.recognition.erasure.completion import CompleteErasures
from countenance.storage.database import Database
from countenance.storage.session import Session
from countenance.storage.unit_of_work import SqlUnitOfWork
from fakes_engine import photograph, template_of
from receipt_checker import check
from stored_world import StoredWorld
from world import ARCHIVE, MUSEUM

TESTS = Path(__file__).resolve().parents[2]
DAVE = SubjectId("dave")
SECRETS = text(
    "SELECT t.sealed, k.wrapped FROM reference_templates t JOIN subjects s ON s.id = t.subject"
    " JOIN subject_keys k ON k.id = s.key_id WHERE s.subject_id = 'dave'"
)
STEPS: tuple[tuple[type, str], ...] = (
    (Session, "write"),
    (SqlUnitOfWork, "commit"),
    (Session, "committed"),
    (Database, "leave_no_traces"),
    (Database, "reach_disk"),
    (SnapshotFolder, "delete"),
    (ExactSearch, "apply"),
    (ExactSearch, "search"),
    (ExactSearch, "holdings"),
    (CompleteErasures, "follow"),
    (CompleteErasures, "probed"),
)
"""What an erasure is made of: before each of these, and after the last, the process can end."""

EVERY = {"write": 3}
"""Statements of one transaction are alike to whoever comes after a crash: every third one is a step."""


def start(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run this file, and return what it wrote."""
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    command = [sys.executable, __file__, str(folder)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  spelled out


def life(act: Callable[[], None]) -> int:
    """Do `act` in a process of its own; return its status, negative if it was killed."""
    child = os.fork()
    if child == 0:
        try:
            act()
        except BaseException as error:  # noqa: BLE001  it is told, and the process ends
            sys.stderr.write(f"{type(error).__qualname__}: {error}\n")
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def furnish(home: Path) -> None:
    """Enrol some people, dave twice; write a snapshot, and what of dave's must be gone later."""
    world = StoredWorld.at(home)
    world.furnish(MUSEUM, ARCHIVE, Purpose.MEDIA_ARCHIVE, "dave", "erin", "fay", "guy")
    world.enrol(MUSEUM, ARCHIVE, DAVE, 2)
    look(world)
    assert world.acts.save_snapshots() == 1
    with world.database.engine.connect() as connection:
        secrets = {bytes(value).hex() for row in connection.execute(SECRETS) for value in row}
    for number in (1, 2):
        vector = template_of(photograph("dave", number)).vector
        secrets.add(vector[10:60].tobytes().hex())
    world.close()
    (home.parent / "secrets.json").write_text(json.dumps(sorted(secrets)))


def look(world: StoredWorld) -> tuple[str, ...]:
    found = world.acts.identify(MUSEUM, Search(gallery_id=ARCHIVE, probe=photograph("dave", 7)))
    assert found.candidates is not None
    return tuple(one.subject_id for one in found.candidates.candidates)


def erase_until(step: int, home: Path) -> None:
    """Withdraw dave's consent, and be killed at `step`."""
    world = StoredWorld.at(home)
    assert look(world) == ("dave",)
    taken = iter(range(1, 10**6))

    def before(method: Callable[..., Any]) -> Callable[..., Any]:
        calls = iter(range(10**6))
        every = EVERY.get(method.__name__, 1)

        def stepped(*given: Any, **named: Any) -> Any:  # noqa: ANN401  whatever the method takes
            if next(calls) % every == 0 and next(taken) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return method(*given, **named)

        return stepped

    for owner, name in STEPS:
        setattr(owner, name, before(getattr(owner, name)))
    world.acts.withdraw(MUSEUM, ARCHIVE, DAVE)
    if next(taken) == step:
        os.kill(os.getpid(), signal.SIGKILL)


def start_anew(home: Path) -> None:
    """Open the installation after a crash, let it complete, and check that nothing of dave is left."""
    secrets = [bytes.fromhex(one) for one in json.loads((home.parent / "secrets.json").read_text())]
    world = StoredWorld.at(home)
    world.clock.advance(timedelta(minutes=5))
    world.acts.erasure.caretaker()
    with world.unit_of_work() as work:
        undone = bool(work.references.of_subject(ARCHIVE, DAVE))
        consent = work.consents.get(ARCHIVE, DAVE)
        assert consent is not None
        assert (consent.withdrawn is None) == undone, "the consent and what it allowed end together"
    if undone:  # nothing of it has happened: whoever was not answered asks again
        found = {secret for data in files(home) for secret in secrets if secret in data}
        assert found, "a search that finds nothing of who is still there shows nothing of who is gone"
        world.acts.withdraw(MUSEUM, ARCHIVE, DAVE)
    assert look(world) == ()
    assert world.acts.save_snapshots() == 1
    check_records(world, home)
    blocks = [part for _, _, part in world.search._galleries[ARCHIVE].shard.parts()]
    memory = b"".join(block.base.tobytes() if block.base is not None else block.tobytes() for block in blocks)
    world.close()
    left = [secret for secret in secrets if secret in memory or any(secret in data for data in files(home))]
    assert left == [], "something of the erased is still there"


def check_records(world: StoredWorld, home: Path) -> None:
    """The manifest is that of the references, every receipt holds, and the whole ledger does."""
    with world.unit_of_work() as work:
        assert work.manifests.get(ARCHIVE) == work.manifests.rebuilt(ARCHIVE)
        records = work.erasures.of_gallery(ARCHIVE, before=None, limit=10)
        assert work.erasures.pending(10) == ()
        export(work.ledger, home / "log")
    assert [record.references for record in records] == [2]
    for record in records:
        receipt = json.dumps(world.acts.erasure.read.receipt(MUSEUM, record.id))
        assert check_receipt(receipt.encode(), [world.vkey]).faults == ()
        assert check(receipt, str(world.vkey)) == "holds"
    assert verify_export(home / "log", Trust(keys=(world.vkey,))).faults == ()
    shutil.rmtree(home / "log")


def files(home: Path) -> Iterator[bytes]:
    """Every file of the installation: database, write-ahead log, shared memory, snapshots."""
    return (path.read_bytes() for path in home.rglob("*") if path.is_file())


def main(folder: Path) -> None:
    template, home = folder / "template", folder / "home"
    template.mkdir()
    if life(lambda: furnish(template)):
        raise SystemExit("the installation could not be furnished")
    for step in range(1, 10_000):
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(template, home)
        ended = life(lambda at=step: erase_until(at, home))  # type: ignore[misc]  # this step's number
        found = life(lambda: start_anew(home))
        told = {"step": step, "killed": ended == -signal.SIGKILL, "ended": ended, "found": found}
        sys.stdout.write(json.dumps(told) + "\n")
        if ended == 0:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
