"""The errors of databases and their drivers, told in our words."""

from __future__ import annotations

import sqlite3
import sys
from types import TracebackType
from typing import Final

from sqlalchemy import exc

from countenance.errors import (
    BusyError,
    ConcurrentWriteError,
    CountenanceError,
    InvalidInputError,
    StorageError,
    StorageFullError,
)

_SQLITE_PRIMARY: Final = 0xFF
_PG_FULL: Final = frozenset({"53100", "53200"})
_PG_CONTENTION: Final = frozenset({"40001", "40P01", "55P03", "57014"})


class _ToldPlainly:
    """A class and not a generator: it stands round each of the twenty statements of an act."""

    __slots__ = ()

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Raise our error for the database's; let every other go on."""
        if error is None:
            return
        plain = _plain_error(error)
        if plain is not None:
            raise plain from error


_TOLD_PLAINLY: Final = _ToldPlainly()


def told_plainly() -> _ToldPlainly:
    """Raise the error of our tree for any that the database or its driver raises inside."""
    return _TOLD_PLAINLY


def _plain_error(error: BaseException) -> CountenanceError | None:
    """Return our error for one of the database's or its driver's, None for any other."""
    if isinstance(error, exc.DBAPIError):
        return translated(error.orig)
    if isinstance(error, (UnicodeEncodeError, OverflowError, *_of_psycopg("DataError"))):
        return _unholdable()
    if isinstance(error, (sqlite3.Error, *_of_psycopg("Error"))):
        return translated(error)
    if isinstance(error, exc.TimeoutError):
        return BusyError("every connection to the database is in use")
    return None


def _of_psycopg(name: str) -> tuple[type[Exception], ...]:
    """Return the driver's class of errors; none where nobody has loaded the driver, which is slow."""
    driver = sys.modules.get("psycopg")
    return () if driver is None else (getattr(driver, name),)


def _unholdable() -> InvalidInputError:
    return InvalidInputError("a text or number is none that the database can hold")


def translated(error: BaseException | None) -> CountenanceError:
    """Return what a driver's error means here. No text of the driver's is passed on: it may quote data."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        primary = code & _SQLITE_PRIMARY
        if primary == sqlite3.SQLITE_FULL:
            return StorageFullError("the database has no room left")
        if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return ConcurrentWriteError("another writer holds the database; try again")
        return StorageError(f"the database answered `{getattr(error, 'sqlite_errorname', code)}`")
    state = getattr(error, "sqlstate", None)
    if state in _PG_FULL:
        return StorageFullError("the database has no room left")
    if state in _PG_CONTENTION:
        return ConcurrentWriteError("another writer was first; try again")
    return StorageError(f"the database answered `{state}`" if state else "the database could not be reached")
