"""Acts at once share one wait for the disk; none is answered, and nothing is signed, before it is over."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from contract import examples
from countenance.errors import ConcurrentWriteError, StorageError, StorageFullError
from countenance.ledger.canonical import leaf_bytes
from countenance.ledger.export import export
from countenance.ledger.verification import Trust, verify_export
from countenance.storage import Database, check_installation, open_database, unit_of_work_factory
from countenance.storage.group_commit import MOST_TOGETHER, GroupCommit, Handed
from countenance.storage.unit_of_work import write_together
from integration.storage.processes import start
from storing import KEYRING, SIGNER


class Disk:
    """Knows which entries a wait has brought to the disk; a wait takes some milliseconds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.brought = 0
        self.waits = 0

    def fdatasync(self, _: int) -> None:
        connection = sqlite3.connect(self.path)
        (size,) = connection.execute("SELECT size FROM ledger_head").fetchone()
        connection.close()
        time.sleep(0.004)
        self.waits += 1
        self.brought = max(self.brought, size)


@pytest.fixture
def disk(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> Disk:
    found = Disk(Path(sqlite.engine.url.database or ""))
    monkeypatch.setattr(os, "fdatasync", found.fdatasync)
    return found


def test_acts_at_once_share_a_wait_and_each_is_told_after_its_own_is_over(
    sqlite: Database, disk: Disk, tmp_path: Path
) -> None:
    unit = unit_of_work_factory(sqlite, KEYRING, SIGNER)

    def act(number: int) -> tuple[int, int]:
        with unit() as work:
            index = work.ledger.append(examples.entry(number))
            work.commit()
        return index, disk.brought

    with ThreadPoolExecutor(16) as pool:
        done = list(pool.map(act, range(320)))

    assert sorted(index for index, _ in done) == list(range(320))
    assert all(index < brought for index, brought in done)
    assert disk.waits < 160
    check_installation(sqlite, KEYRING, SIGNER)
    with unit() as work:
        export(work.ledger, tmp_path / "log")
    assert verify_export(tmp_path / "log", Trust(keys=(SIGNER.vkey,))).faults == ()


def test_what_is_recorded_at_once_is_one_transaction_and_each_is_told_after_the_wait(
    sqlite: Database, disk: Disk, tmp_path: Path
) -> None:
    unit = unit_of_work_factory(sqlite, KEYRING, SIGNER)

    def act(number: int) -> int:
        with unit() as work:
            if number % 40 == 39:  # one that writes itself, among those that only record
                work.ledger.append(examples.entry(number))
            else:
                work.ledger.record(examples.entry(number))
            work.commit()
        return disk.brought

    with ThreadPoolExecutor(16) as pool:
        done = list(pool.map(act, range(320)))

    check_installation(sqlite, KEYRING, SIGNER)
    with unit() as work:
        told = [work.ledger.leaf(index) for index in range(320)]
        export(work.ledger, tmp_path / "log")
    places = [told.index(leaf_bytes(examples.entry(number))) for number in range(320)]
    assert sorted(places) == list(range(320))
    assert all(index < brought for index, brought in zip(places, done, strict=True))
    assert disk.waits < 160
    assert verify_export(tmp_path / "log", Trust(keys=(SIGNER.vkey,))).faults == ()


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_one_whose_reads_no_longer_hold_fails_alone(backend: str, request: pytest.FixtureRequest) -> None:
    """While the first writes, five come; of one, what it has read is changed meanwhile."""
    database: Database = request.getfixturevalue(backend)
    unit = unit_of_work_factory(database, KEYRING, SIGNER)
    entered, gate = threading.Event(), threading.Event()

    def write(together: Sequence[Handed]) -> None:
        entered.set()
        assert gate.wait(30)
        write_together(unit, together)

    group = GroupCommit(write)
    leaves = [leaf_bytes(examples.entry(number)) for number in range(6)]
    with unit() as work:
        work.galleries.get(examples.gallery().id)
        reads = work.session.hand_over()
    assert reads
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(group, leaves[:1])
        assert entered.wait(30)
        others = [pool.submit(group, [leaf], reads if at == 2 else ()) for at, leaf in enumerate(leaves[1:])]
        while len(group) < len(others):
            time.sleep(0.001)
        with unit() as work:
            work.galleries.add(examples.gallery())
            work.commit()
        gate.set()
        assert first.exception() is None
        failures = [other.exception() for other in others]
    assert [isinstance(failure, ConcurrentWriteError) for failure in failures] == [at == 2 for at in range(5)]
    assert failures.count(None) == 4
    check_installation(database, KEYRING, SIGNER)
    with unit() as work:
        assert sorted(work.ledger.leaves(0, work.ledger.size())) == sorted(leaves[:3] + leaves[4:])


def test_what_fails_the_transaction_fails_it_for_all_and_the_next_go_on(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = unit_of_work_factory(sqlite, KEYRING, SIGNER)

    def act(number: int) -> None:
        with unit() as work:
            work.ledger.record(examples.entry(number))
            work.commit()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "no room")

    with monkeypatch.context() as patch, ThreadPoolExecutor(8) as pool:
        patch.setattr(os, "fdatasync", full)
        failures = [pool.submit(act, number).exception() for number in range(64)]
    assert {type(failure) for failure in failures} == {StorageFullError}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(64, 128)))
    check_installation(sqlite, KEYRING, SIGNER)


def test_an_interrupted_writer_tells_the_others_and_gives_its_turn_on() -> None:
    rounds: list[int] = []
    entered, gate = threading.Event(), threading.Event()

    def write(together: Sequence[Handed]) -> None:
        rounds.append(len(together))
        entered.set()
        assert gate.wait(30)
        if len(rounds) == 2:
            raise KeyboardInterrupt

    group = GroupCommit(write)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(group, [b"leaf"])
        assert entered.wait(30)
        others = [pool.submit(group, [b"leaf"]) for _ in range(5)]
        while len(group) < len(others):
            time.sleep(0.001)
        gate.set()
        assert first.exception() is None
        kinds = sorted(type(other.exception()).__name__ for other in others)
    assert kinds == ["KeyboardInterrupt", *["StorageError"] * 4]
    group([b"leaf"])
    assert rounds == [1, 5, 1]


def test_many_threads_hand_in_without_losing_a_turn() -> None:
    written: list[bytes] = []
    inside = threading.Lock()

    def write(together: Sequence[Handed]) -> None:
        assert inside.acquire(blocking=False)  # one at a time
        assert 0 < len(together) <= MOST_TOGETHER
        written.extend(leaf for one in together for leaf in one.leaves)
        inside.release()

    group = GroupCommit(write)
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda number: group([b"%d" % number]), range(4000)))
    assert sorted(written, key=int) == [b"%d" % number for number in range(4000)]


def test_a_kill_among_those_who_record_leaves_all_that_was_answered(sqlite: Database, tmp_path: Path) -> None:
    victim = start("record_until_killed", Path(sqlite.engine.url.database or ""), "8")
    assert victim.stdout is not None
    answered = {int(victim.stdout.readline()) for _ in range(200)}
    victim.kill()
    answered.update(int(line) for line in victim.communicate()[0].splitlines() if line)
    check_installation(sqlite, KEYRING, SIGNER)
    with unit_of_work_factory(sqlite, KEYRING, SIGNER)() as work:
        there = set(work.ledger.leaves(0, work.ledger.size()))
        export(work.ledger, tmp_path / "log")
    assert {leaf_bytes(examples.entry(number)) for number in answered} <= there
    assert verify_export(tmp_path / "log", Trust(keys=(SIGNER.vkey,))).faults == ()


def test_one_act_after_the_other_waits_for_each(sqlite: Database, disk: Disk) -> None:
    unit = unit_of_work_factory(sqlite, KEYRING, SIGNER)
    for number in range(5):
        with unit() as work:
            work.ledger.append(examples.entry(number))
            work.commit()
        assert (disk.waits, disk.brought) == (number + 1, number + 1)


def test_no_checkpoint_is_signed_over_what_a_loss_of_power_could_take_back(
    sqlite: Database, disk: Disk
) -> None:
    """A permit goes ahead of the disk; whoever asks for the checkpoint then waits for it."""
    unit = unit_of_work_factory(sqlite, KEYRING, SIGNER)
    with unit() as work:
        work.ledger.append(examples.entry(0))
        work.commit_ahead()
    assert disk.brought == 0
    with unit() as work:
        assert work.ledger.checkpoint().split("\n")[1] == "1"
        assert (disk.brought, disk.waits) == (1, 1)
        work.ledger.checkpoint()
    assert disk.waits == 1


def test_a_checkpoint_that_cannot_be_brought_to_the_disk_is_not_signed(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.EIO, "the disk is gone")

    unit = unit_of_work_factory(sqlite, KEYRING, SIGNER)
    with unit() as work:
        work.ledger.append(examples.entry(0))
        work.commit_ahead()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", fail)
        with unit() as work, pytest.raises(StorageError):
            work.ledger.checkpoint()
    with unit() as work:
        assert work.ledger.checkpoint()


def test_postgresql_brings_what_went_ahead_to_its_log_before_it_is_signed(postgresql: Database) -> None:
    """The server also writes to its log by itself, so that one round without the wait could pass."""
    behind = "SELECT pg_current_wal_flush_lsn() >= %(lsn)s::pg_lsn"
    # one of its own: what a database has settled is of one log, and the shared one has had others
    database = open_database(postgresql.engine.url.render_as_string(hide_password=False))
    unit = unit_of_work_factory(database, KEYRING, SIGNER)
    brought = []
    for number in range(5):
        with unit() as work:
            index = work.ledger.append(examples.entry(number))
            work.commit_ahead()
        with database.engine.connect() as connection:
            written = connection.exec_driver_sql("SELECT pg_current_wal_insert_lsn()").scalar_one()
        with unit() as work:
            assert work.ledger.checkpoint().split("\n")[1] == str(index + 1)
        with database.engine.connect() as connection:
            brought.append(connection.exec_driver_sql(behind, {"lsn": written}).scalar_one())
    database.close()
    assert brought == [True] * 5
