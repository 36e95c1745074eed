"""Programs that tests run beside themselves, and kill.

Run as `python processes.py ACT DATABASE ARGUMENT`, with the tests' folder on the path.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from contract import examples
from countenance.errors import ConcurrentWriteError, RefusedError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.policy.gate import installed_policy
from countenance.policy.model import Act
from countenance.policy.remembering import RememberingPolicy
from countenance.recognition.asking import Ask, Request
from countenance.storage import Database, SqlUnitOfWork, open_database, unit_of_work_factory
from countenance.vetting.model import Actor, LeaseId, Role
from storing import KEYRING, SIGNER

TESTS = Path(__file__).resolve().parents[2]


def start(act: str, path: Path, argument: str) -> subprocess.Popen[str]:
    """Start this file as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    command = [sys.executable, __file__, act, str(path), argument]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603  spelled out


def append_many(database: Database, argument: str) -> None:
    """Append entries, each in a unit of work of its own, and print their indexes."""
    who, count = argument.split(":")
    for number in range(int(count)):
        with unit_of_work_factory(database, KEYRING, SIGNER)() as work:
            index = work.ledger.append(examples.entry(number, who=who))
            work.commit()
        print(index, flush=True)  # noqa: T201  what the test reads


def record_until_killed(database: Database, threads: str) -> None:
    """Record entries by several threads until somebody kills this; print each that was answered."""
    unit = unit_of_work_factory(database, KEYRING, SIGNER)

    def record(number: int) -> None:
        with unit() as work:
            work.ledger.record(examples.entry(number))
            work.commit()
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()

    with ThreadPoolExecutor(int(threads)) as pool:
        list(pool.map(record, range(100_000)))


def die_between_permit_and_completion(database: Database, decision: str) -> None:
    """Commit a permit, begin the completion, and be killed before it is committed."""
    unit = unit_of_work_factory(database, KEYRING, SIGNER)
    fields: dict[str, JsonValue] = {"decision": decision}
    with unit() as work:
        permit = work.ledger.append(Entry(EventType.VERIFICATION_PERMITTED, examples.NOON, fields))
        work.commit_ahead()
    with unit() as work:
        completion = Entry(EventType.VERIFICATION_COMPLETED, examples.NOON, {**fields, "permit": permit})
        work.ledger.append(completion)
        os.kill(os.getpid(), signal.SIGKILL)


def die_in_an_erasure(database: Database, subject: str) -> None:
    """Erase a subject and be killed before the commit."""
    with unit_of_work_factory(database, KEYRING, SIGNER)() as work:
        work.references.erase(examples.gallery().id, examples.reference("r", subject).subject_id)
        os.kill(os.getpid(), signal.SIGKILL)


def die_in_a_release(database: Database, case_id: str) -> None:
    """Release a lead and be killed before the commit."""
    from countenance.oversight.model import CaseId  # noqa: PLC0415  only here
    from examining import RITA, StoredWorld  # noqa: PLC0415  only here

    make = unit_of_work_factory(database, KEYRING, SIGNER)
    world = StoredWorld(make)

    def dying() -> SqlUnitOfWork:
        work = make()
        work.commit = lambda: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign]  # the end
        return work

    world.unit_of_work = dying  # type: ignore[assignment]  # memory for everybody else
    world.acts.oversight.release_lead(RITA, CaseId(case_id), "two examiners agree, each alone")


def hold_the_writers_place(database: Database, seconds: str) -> None:
    """Be the writer for a while, and say so."""
    with unit_of_work_factory(database, KEYRING, SIGNER)() as work:
        work.become_writer()
        print("holding", flush=True)  # noqa: T201  what the test waits for
        time.sleep(float(seconds))


def migrate(database: Database, _argument: str) -> None:
    """Bring the schema up to date."""
    database.migrate()


def die_in_a_migration(database: Database, _argument: str) -> None:
    """Make a table of the first migration and be killed before the end."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.exec_driver_sql("CREATE TABLE schema_version (version_num TEXT)")
        connection.exec_driver_sql("CREATE TABLE installation (name TEXT)")
        os.kill(os.getpid(), signal.SIGKILL)


def ask_again_and_again(database: Database, lease: str) -> None:
    """Ask the gate of this process for the same act until killed, and print what it says."""
    unit = unit_of_work_factory(database, KEYRING, SIGNER)
    ids = (f"dec_{number}" for number in range(100_000))
    ask = Ask(RememberingPolicy(installed_policy()).decide, lambda: examples.NOON, lambda _: next(ids))
    actor = Actor(id="key", role=Role.OPERATOR, lease_id=LeaseId(lease))
    while True:
        try:
            with unit() as work:
                ask(work, actor, Request(act=Act.DETECT))
        except ConcurrentWriteError:
            continue
        except RefusedError as refusal:
            print(",".join(refusal.reasons), flush=True)  # noqa: T201  what the test reads
        else:
            print("in force", flush=True)  # noqa: T201  what the test reads
        time.sleep(0.02)


ACTS = {
    act.__name__: act
    for act in (
        append_many,
        record_until_killed,
        die_between_permit_and_completion,
        die_in_an_erasure,
        hold_the_writers_place,
        migrate,
        die_in_a_migration,
        ask_again_and_again,
        die_in_a_release,
    )
}

if __name__ == "__main__":
    ACTS[sys.argv[1]](open_database(f"sqlite:///{sys.argv[2]}"), sys.argv[3])
