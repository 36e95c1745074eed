"""Acts at once share one wait for the disk; none is answered, and nothing is signed, before it is over."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from contract import examples
from countenance.errors import ConcurrentWriteError, StorageError, StorageFullError
from countenance.ledger.canonical import leaf_bytes
from countenance.ledger.export import export
from countenance.ledger.verification import Trust, verify_export
from countenance.storage import Database, check_installation, group_commit, unit_of_work_factory
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


class HeldWriter:
    """Writes nothing; its groups wait until `gate` is open, and `entered` tells that the first does."""

    def __init__(self) -> None:
        self.rounds: list[int] = []
        self.entered, self.gate = threading.Event(), threading.Event()

    def __call__(self, together: Sequence[Handed]) -> None:
        self.rounds.append(len(together))
        self.entered.set()
        assert self.gate.wait(30)


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
    held = HeldWriter()

    def write(together: Sequence[Handed]) -> None:
        held(together)
        if len(held.rounds) == 2:
            raise KeyboardInterrupt

    group = GroupCommit(write)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(group, [b"leaf"])
        assert held.entered.wait(30)
        others = [pool.submit(group, [b"leaf"]) for _ in range(5)]
        while len(group) < len(others):
            time.sleep(0.001)
        held.gate.set()
        assert first.exception() is None
        kinds = sorted(type(other.exception()).__name__ for other in others)
    assert kinds == ["KeyboardInterrupt", *["StorageError"] * 4]
    group([b"leaf"])
    assert held.rounds == [1, 5, 1]


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


@pytest.mark.parametrize("threads", [1, 2, 32, 400])
def test_failures_are_of_those_alone_who_were_written_together(threads: int) -> None:
    """Every fifth group fails as a whole; no thread is left behind, and who is told so is not written."""
    written: list[int] = []
    groups: list[int] = []

    def write(together: Sequence[Handed]) -> None:
        assert 0 < len(together) <= MOST_TOGETHER
        groups.append(len(together))
        if len(groups) % 5 == 0:
            raise StorageError("the fifth")
        written.extend(int(leaf) for one in together for leaf in one.leaves)

    group = GroupCommit(write)

    def act(number: int) -> bool:
        try:
            group([b"%d" % number])
        except StorageError:
            return False
        return True

    with ThreadPoolExecutor(threads) as pool:
        told = list(pool.map(act, range(2000)))
    assert sorted(written) == [number for number, done in enumerate(told) if done]
    assert sum(groups) == 2000


def test_who_were_written_together_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven come again while the first of them already leads: they are one group, not one and six."""
    monkeypatch.setattr(group_commit, "_LONGEST", 30.0)
    monkeypatch.setattr(group_commit, "_PATIENCE", 10_000.0)
    held = HeldWriter()

    def write(together: Sequence[Handed]) -> None:
        held(together)
        time.sleep(0.01)

    group = GroupCommit(write)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(group, [b"leaf"])
        assert held.entered.wait(30)
        others = [pool.submit(group, [b"leaf"]) for _ in range(7)]
        _until(lambda: len(group) == 7)
        held.gate.set()
        assert {one.exception() for one in (first, *others)} == {None}
        assert held.rounds == [1, 7]
        again = [pool.submit(_after, number * 0.002, partial(group, [b"leaf"])) for number in range(7)]
        assert {one.exception() for one in again} == {None}
    assert held.rounds == [1, 7, 7]


def test_who_does_not_come_again_is_not_waited_for_long() -> None:
    rounds: list[int] = []
    group = GroupCommit(lambda together: rounds.append(len(together)))
    until = time.monotonic() + 0.2
    group._number, group._ended, group._patience = 32, until, 0.0
    group([b"alone"])
    assert time.monotonic() >= until - 0.01
    group([b"alone again"])
    assert rounds == [1, 1]
    assert group._patience <= 0.005


def _after(seconds: float, act: Callable[[], None]) -> None:
    time.sleep(seconds)
    act()


def test_an_interrupted_main_thread_leaves_nobody_behind() -> None:
    """A process of its own, whose main thread is interrupted hundreds of times among four that write."""
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", _INTERRUPTED], capture_output=True, text=True, timeout=120, check=True
    )
    interrupted, handed_in, written = map(int, done.stdout.split())
    assert interrupted > 20
    assert handed_in <= written <= handed_in + interrupted


_INTERRUPTED = """
import signal, threading, time
from countenance.storage.group_commit import GroupCommit

written, handed_in, interrupted, over, inside = [], [], 0, False, False

def handle(*_):
    if inside:
        raise KeyboardInterrupt

def write(together):
    time.sleep(0.0003)
    written.extend(leaf for one in together for leaf in one.leaves)

group = GroupCommit(write)

def hand_in():
    while not over:
        group([b"leaf"])
        handed_in.append(1)

def interrupt():
    while not over:
        time.sleep(0.002)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)

signal.signal(signal.SIGUSR1, handle)
threads = [threading.Thread(target=hand_in) for _ in range(4)] + [threading.Thread(target=interrupt)]
until = time.monotonic() + 1
for thread in threads:
    thread.start()
while time.monotonic() < until:
    try:
        inside = True
        group([b"leaf"])
        inside = False
        handed_in.append(1)
    except KeyboardInterrupt:
        inside = False
        interrupted += 1
over = True
for thread in threads:
    thread.join()
print(interrupted, len(handed_in), len(written))
"""


def _until(so: Callable[[], bool]) -> None:
    while not so():
        time.sleep(0.001)


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
    unit = unit_of_work_factory(postgresql, KEYRING, SIGNER)
    brought = []
    for number in range(5):
        with unit() as work:
            index = work.ledger.append(examples.entry(number))
            work.commit_ahead()
        with postgresql.engine.connect() as connection:
            written = connection.exec_driver_sql("SELECT pg_current_wal_insert_lsn()").scalar_one()
        with unit() as work:
            assert work.ledger.checkpoint().split("\n")[1] == str(index + 1)
        with postgresql.engine.connect() as connection:
            brought.append(connection.exec_driver_sql(behind, {"lsn": written}).scalar_one())
    assert brought == [True] * 5


def test_a_log_that_sqlite_made_anew_is_the_one_that_is_waited_for(sqlite: Database) -> None:
    """The last connection to close removes the log; a wait for the removed one would bring nothing."""
    unit = unit_of_work_factory(sqlite, KEYRING, SIGNER)
    path = Path(f"{sqlite.engine.url.database}-wal")
    waited: list[int] = []

    def wait(file: int) -> None:
        waited.append(os.fstat(file).st_ino)

    def act(number: int) -> None:
        with unit() as work:
            work.ledger.append(examples.entry(number))
            work.commit()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fdatasync", wait)
        act(0)
        first = path.stat().st_ino
        while sqlite._idle:
            sqlite._idle.pop().close()
        sqlite.engine.dispose()
        assert not path.exists()
        act(1)
        act(2)
        assert waited == [first, path.stat().st_ino, path.stat().st_ino]
