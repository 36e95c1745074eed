"""Acts at once share one wait for the disk; none is answered, and nothing is signed, before it is over."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from contract import examples
from countenance.errors import StorageError
from countenance.ledger.export import export
from countenance.ledger.verification import Trust, verify_export
from countenance.storage import Database, check_installation, unit_of_work_factory
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
    """The server writes to its log by itself now and then, so what a commit left there is looked at again."""
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
    assert brought.count(True) >= 3
