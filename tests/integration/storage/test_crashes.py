from __future__ import annotations

import errno
import os
import shutil
import signal
from pathlib import Path

import pytest
from sqlalchemy import event

from contract import examples
from countenance.errors import ConcurrentWriteError, StorageError, StorageFullError
from countenance.ledger.export import export
from countenance.ledger.findings import Verification
from countenance.ledger.verification import Trust, verify_export
from countenance.storage import Database, check_installation, open_database, unit_of_work_factory
from integration.storage.processes import start
from storing import KEYRING, SIGNER

CLIENTS = examples.gallery().id
DAVE = examples.reference("r").subject_id


def file_of(database: Database) -> Path:
    assert database.engine.url.database is not None
    return Path(database.engine.url.database)


def verified(database: Database, folder: Path) -> Verification:
    """Check the database from its tables, then its ledger from an export."""
    check_installation(database, KEYRING, SIGNER)
    with unit_of_work_factory(database, KEYRING, SIGNER)() as work:
        export(work.ledger, folder)
    result = verify_export(folder, Trust(keys=(SIGNER.vkey,)))
    assert result.faults == ()
    return result


def append(database: Database, count: int) -> None:
    for number in range(count):
        with unit_of_work_factory(database, KEYRING, SIGNER)() as work:
            work.ledger.append(examples.entry(number))
            work.commit()


def test_two_processes_that_write_at_once_cannot_fork_the_log(sqlite: Database, tmp_path: Path) -> None:
    writers = [start("append_many", file_of(sqlite), f"{who}:30") for who in ("left", "right")]
    indexes = [[int(line) for line in writer.communicate(timeout=60)[0].split()] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    assert all(theirs == sorted(theirs) for theirs in indexes)
    assert sorted([*indexes[0], *indexes[1]]) == list(range(60))
    assert verified(sqlite, tmp_path / "log").size == 60


def test_a_kill_between_permit_and_completion_leaves_the_permit_and_is_reported(
    sqlite: Database, tmp_path: Path
) -> None:
    append(sqlite, 3)
    victim = start("die_between_permit_and_completion", file_of(sqlite), "dec_lost")
    assert victim.wait(timeout=60) == -signal.SIGKILL
    victim.communicate()
    result = verified(sqlite, tmp_path / "log")
    assert result.size == 4
    (permit,) = result.incomplete
    assert (permit.index, permit.type, permit.decision) == (3, "verification:permitted", "dec_lost")
    append(sqlite, 1)
    assert verified(sqlite, tmp_path / "log").size == 5


def test_whoever_remembers_an_older_head_appends_after_the_newest(sqlite: Database) -> None:
    """Each factory is what another process would be: it remembers what it committed itself."""
    one, other = (unit_of_work_factory(sqlite, KEYRING, SIGNER) for _ in range(2))
    indexes = []
    for number, unit in enumerate((one, one, other, one, other, other, one)):
        with unit() as work:
            indexes += [work.ledger.append(examples.entry(2 * number + at)) for at in range(2)]
            work.commit()
        with unit() as work:
            work.ledger.append(examples.entry(99))  # left without a commit, so that it is not remembered
    assert indexes == list(range(14))
    check_installation(sqlite, KEYRING, SIGNER)


def test_an_answer_waits_for_the_disk_and_a_permit_does_not(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One wait brings both: a file's data is one, whoever wrote it."""
    waits: list[str] = []

    def brought(log: int) -> None:
        waits.append(Path(f"/proc/self/fd/{log}").readlink().name)

    monkeypatch.setattr(os, "fdatasync", brought)
    with unit_of_work_factory(sqlite, KEYRING, SIGNER)() as work:
        work.ledger.append(examples.entry(0))
        work.commit_ahead()
        assert waits == []
        work.ledger.append(examples.entry(1))
        work.commit()
    assert waits == [f"{file_of(sqlite).name}-wal"]


@pytest.mark.parametrize(
    ("number", "expected"), [(errno.EIO, StorageError), (errno.ENOSPC, StorageFullError)]
)
def test_what_does_not_reach_the_disk_is_not_said_to_be_there(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch, number: int, expected: type[StorageError]
) -> None:
    def fail(_: int) -> None:
        raise OSError(number, "the disk is gone")

    append(sqlite, 1)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", fail)
        with pytest.raises(expected):
            append(sqlite, 1)
    append(sqlite, 1)
    check_installation(sqlite, KEYRING, SIGNER)


def test_a_kill_in_an_erasure_leaves_the_subject_as_it_was(sqlite: Database, tmp_path: Path) -> None:
    unit = unit_of_work_factory(sqlite, KEYRING, SIGNER)
    with unit() as work:
        work.galleries.add(examples.gallery())
        work.references.add(examples.reference("r"))
        work.commit()
        name = work.references.commitment(CLIENTS, DAVE)
    victim = start("die_in_an_erasure", file_of(sqlite), "dave")
    assert victim.wait(timeout=60) == -signal.SIGKILL
    victim.communicate()
    with unit() as work:
        assert work.references.commitment(CLIENTS, DAVE) == name
        assert len(work.references.of_subject(CLIENTS, DAVE)) == 1
        assert work.references.erase(CLIENTS, DAVE) == ("r",)
        work.commit()
    verified(sqlite, tmp_path / "log")


def test_a_writer_that_does_not_end_is_waited_for_only_so_long(sqlite: Database, tmp_path: Path) -> None:
    impatient = open_database(f"sqlite:///{file_of(sqlite)}", lock_timeout=0.2)
    holder = start("hold_the_writers_place", file_of(sqlite), "30")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "holding\n"
    with unit_of_work_factory(impatient, KEYRING, SIGNER)() as work:
        assert work.ledger.size() == 0
        with pytest.raises(ConcurrentWriteError):
            work.ledger.append(examples.entry())
    holder.kill()
    holder.communicate()
    append(impatient, 1)
    assert verified(impatient, tmp_path / "log").size == 1
    impatient.close()


def test_two_threads_s_units_in_each_other_s_way_are_told_apart_from_a_deadlock(sqlite: Database) -> None:
    impatient = open_database(f"sqlite:///{file_of(sqlite)}", lock_timeout=0.2)
    unit = unit_of_work_factory(impatient, KEYRING, SIGNER)
    with unit() as first, unit() as second:
        first.ledger.append(examples.entry())
        with pytest.raises(ConcurrentWriteError):
            second.ledger.append(examples.entry())
        first.commit()
        assert second.ledger.append(examples.entry()) == 1
    impatient.close()


def test_a_full_disk_is_told_and_nothing_is_lost(sqlite: Database, tmp_path: Path) -> None:
    append(sqlite, 5)
    sqlite.leave_no_traces()
    path = file_of(sqlite)
    limited = open_database(f"sqlite:///{path}")
    pages = path.stat().st_size // 4096 + 3

    @event.listens_for(limited.engine, "connect")
    def no_room(connection: object, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")  # type: ignore[attr-defined]  # a driver's connection

    unit = unit_of_work_factory(limited, KEYRING, SIGNER)
    stored = 5
    with pytest.raises(StorageFullError):  # noqa: PT012  which append fills the disk is SQLite's affair
        while True:
            with unit() as work:
                work.ledger.append(examples.entry(stored, text="x" * 1000))
                work.customers.put(examples.customer(f"customer-{stored}"))
                work.commit()
            stored += 1
    assert stored > 5
    with unit() as work:
        assert work.ledger.size() == stored
        assert len(work.customers.all()) == stored - 5
    limited.close()
    assert verified(sqlite, tmp_path / "log").size == stored
    append(sqlite, 2)
    assert verified(sqlite, tmp_path / "log").size == stored + 2
    with sqlite.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


@pytest.mark.parametrize("keep", [0, 5_000, 20_000, 50_000])
@pytest.mark.parametrize(("commits", "certain"), [(10, 0), (30, 16)])
def test_a_write_ahead_log_torn_by_a_crash_leaves_a_shorter_whole_ledger(
    sqlite: Database, tmp_path: Path, keep: int, commits: int, certain: int
) -> None:
    """What was torn off had not reached the disk; what is left is what some commit left.

    After 16 commits the log has been moved into the file, and starts over in its old room.
    """
    append(sqlite, commits)
    path = file_of(sqlite)
    torn = tmp_path / "torn.db"
    shutil.copy(path, torn)
    log = path.with_name(path.name + "-wal").read_bytes()
    assert len(log) > keep
    torn.with_name("torn.db-wal").write_bytes(log[:keep] + bytes(1000))
    database = open_database(f"sqlite:///{torn}")
    database.migrate()
    result = verified(database, tmp_path / "log")
    assert result.size is not None
    assert certain <= result.size < commits
    append(database, 1)
    assert verified(database, tmp_path / "log").size == result.size + 1
    database.close()


def test_a_start_cut_off_in_the_middle_is_made_good_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    victim = start("die_in_a_migration", path, "")
    assert victim.wait(timeout=60) == -signal.SIGKILL
    victim.communicate()
    database = open_database(f"sqlite:///{path}")
    database.migrate()
    append(database, 2)
    assert verified(database, tmp_path / "log").size == 2
    database.close()


def test_processes_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    starters = [start("migrate", path, "") for _ in range(2)]
    for starter in starters:
        starter.communicate(timeout=60)
    assert [starter.returncode for starter in starters] == [0, 0]
    database = open_database(f"sqlite:///{path}")
    database.migrate()
    append(database, 1)
    assert verified(database, tmp_path / "log").size == 1
    database.close()


def test_a_process_that_goes_on_writing_makes_room_once_and_then_overwrites(
    sqlite: Database, tmp_path: Path
) -> None:
    log = file_of(sqlite).with_name(file_of(sqlite).name + "-wal")
    append(sqlite, 10)
    assert log.stat().st_size < 1_000_000
    append(sqlite, 10)
    room = log.stat().st_size
    assert room > 4_000_000
    append(sqlite, 40)
    assert log.stat().st_size == room
    assert verified(sqlite, tmp_path / "log").size == 60
    with sqlite.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
        assert (
            connection.exec_driver_sql("SELECT count(*) FROM installation WHERE name = 'room'").scalar() == 0
        )
