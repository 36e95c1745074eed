from __future__ import annotations

import sqlite3

import psycopg
import pytest
from sqlalchemy import exc

from countenance.errors import BusyError, ConcurrentWriteError, StorageError, StorageFullError
from countenance.storage.failures import told_plainly, translated


def sqlite_error(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("INSERT of template b'secret'")
    error.sqlite_errorcode, error.sqlite_errorname = code, f"SQLITE_{code}"
    return error


def postgresql_error(state: str) -> psycopg.Error:
    error = psycopg.OperationalError("INSERT of template b'secret'")
    error.sqlstate = state  # type: ignore[misc]  # what the server sends
    return error


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, StorageFullError),
        (sqlite3.SQLITE_BUSY, ConcurrentWriteError),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, ConcurrentWriteError),
        (sqlite3.SQLITE_LOCKED, ConcurrentWriteError),
        (sqlite3.SQLITE_IOERR_FSYNC, StorageError),
        (sqlite3.SQLITE_CORRUPT, StorageError),
        (sqlite3.SQLITE_READONLY, StorageError),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, StorageError),
    ],
)
def test_what_sqlite_says_has_a_stable_meaning(code: int, kind: type[Exception]) -> None:
    assert type(translated(sqlite_error(code))) is kind


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("53100", StorageFullError),
        ("40001", ConcurrentWriteError),
        ("40P01", ConcurrentWriteError),
        ("55P03", ConcurrentWriteError),
        ("57P01", StorageError),
        ("08006", StorageError),
        ("23505", StorageError),
    ],
)
def test_what_postgresql_says_has_a_stable_meaning(state: str, kind: type[Exception]) -> None:
    assert type(translated(postgresql_error(state))) is kind


def test_no_statement_and_no_value_is_passed_on() -> None:
    for error in (
        sqlite_error(sqlite3.SQLITE_CORRUPT),
        postgresql_error("08006"),
        sqlite3.Error("secret"),
        None,
    ):
        assert "secret" not in translated(error).message


def test_errors_of_driver_and_library_come_out_as_ours() -> None:
    wrapped = exc.OperationalError("SELECT 1", {}, sqlite_error(sqlite3.SQLITE_FULL))
    for error, kind in (
        (wrapped, StorageFullError),
        (sqlite_error(sqlite3.SQLITE_BUSY), ConcurrentWriteError),
        (postgresql_error("53100"), StorageFullError),
        (exc.TimeoutError("pool"), BusyError),
    ):
        with pytest.raises(kind), told_plainly():
            raise error
