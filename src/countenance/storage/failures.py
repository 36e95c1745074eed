"""The errors of databases and their drivers, told in our words."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def told_plainly() -> Iterator[None]:
    """Raise the error of our tree for any that the database or its driver raises inside."""
    try:
        yield
    except exc.DBAPIError as error:
        raise translated(error.orig) from error
    except (UnicodeEncodeError, OverflowError) as error:
        raise _unholdable() from error
    except sqlite3.Error as error:
        raise translated(error) from error
    except _of_psycopg("DataError") as error:
        raise _unholdable() from error
    except _of_psycopg("Error") as error:
        raise translated(error) from error
    except exc.TimeoutError as error:
        raise BusyError("every connection to the database is in use") from error


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
