"""SQLite's write-ahead log as a file: brought to the disk, given room, cut where it holds what was erased."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, exc

from countenance.errors import StorageError, StorageFullError
from countenance.storage.disk_wait import DiskWait

_ROOM: Final = 4_200_000
"""Bytes, somewhat more than the 1,000 pages at which SQLite moves its write-ahead log into the file."""

_STRETCH: Final = (
    "INSERT INTO installation (name, value) VALUES ('room', zeroblob(4200000))",
    "DELETE FROM installation WHERE name = 'room'",
)


class WriteAheadLog:
    """The file beside the database's own that every commit goes to first. Safe to share between threads."""

    __slots__ = ("_engine", "_file", "_path", "_wait")

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._path = f"{engine.url.database}-wal"
        self._file: int | None = None
        self._wait = DiskWait(self._bring)

    def reach_disk(self) -> None:
        """Return once all that was committed is on the disk; raises `StorageError`.

        A file's data is one whichever descriptor wrote it (POSIX, fdatasync), and SQLite holds no
        lock on this file that closing a descriptor could give up. Threads that wait at the same
        time share one wait.
        """
        self._wait()

    def _bring(self) -> None:
        try:
            if self._file is None or not os.fstat(self._file).st_nlink:  # SQLite has removed it since
                self.close()
                self._file = os.open(self._path, os.O_RDONLY)
            _synchronise(self._file)
        except FileNotFoundError:
            return  # SQLite removes the log only after all of it is in the file, and that on the disk
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            raise (StorageFullError if full else StorageError)(
                "what was committed could not be brought to the disk"
            ) from error

    def close(self) -> None:
        """Close the file; the next wait opens it again."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def make_room(self) -> None:
        """Let it grow at once to the size at which it starts over.

        A commit that overwrites reaches the disk in less than half the time of one that makes
        the file longer. Only speed depends on it, so it may fail.
        """
        if self._size() >= _ROOM:
            return
        with suppress(exc.SQLAlchemyError), self._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA secure_delete = OFF")
            try:
                for statement in _STRETCH:
                    connection.exec_driver_sql(statement)
            finally:
                connection.rollback()
                connection.exec_driver_sql("PRAGMA secure_delete = ON")

    def cut(self, lock_timeout: float) -> bool:
        """Move everything into the database file and cut this one to nothing; tell whether that was done.

        It is not while another connection reads, or if it fails. `lock_timeout`, in seconds, is what the
        connection is left with.
        """
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA busy_timeout = 0")
                try:
                    row: Any = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
                finally:
                    connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(lock_timeout * 1000)}")
        except exc.SQLAlchemyError:
            return False
        return not row[0]

    def _size(self) -> int:
        path = Path(self._path)
        return path.stat().st_size if path.exists() else 0


def _synchronise(file: int) -> None:
    if sys.platform == "darwin":
        os.fsync(file)
    else:
        os.fdatasync(file)
