"""Opening a database: SQLite in a file by default, PostgreSQL by URL."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Hashable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    URL,
    Engine,
    Executable,
    create_engine,
    event,
    exc,
    make_url,
)

from countenance.errors import (
    ConcurrentWriteError,
    ConfigurationError,
    StorageError,
)
from countenance.storage import schema
from countenance.storage.open_connection import OpenConnection
from countenance.storage.prepared import Prepared
from countenance.storage.write_ahead_log import WriteAheadLog

LOCK_TIMEOUT: Final = 10.0
"""Longest wait for another writer, in seconds."""

_POOL_SIZE: Final = 8
_POOL_OVERFLOW: Final = 56
_POOL_TIMEOUT: Final = 10.0
_LOCK_HEAD: Final = "SELECT id FROM ledger_head FOR UPDATE"
_WRITES_ON: Final = 16
"""Commits after which a process is taken for one that goes on writing."""

_PRIVATE_MODE: Final = 0o600
_PRIMARY_CODE: Final = 0xFF
_SNAPSHOT: Final = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
_FLUSH: Final = "SELECT pg_logical_emit_message(true, 'countenance', '')"
"""Writes something to PostgreSQL's log, so that the commit waits for all that is before it in there."""

_AHEAD: Final = "SET LOCAL synchronous_commit = off"
_TOUCH_NOTHING: Final = "UPDATE ledger_head SET size = size WHERE id = 0"
_PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16384",
)


def open_database(url: str, *, lock_timeout: float = LOCK_TIMEOUT) -> Database:
    """Open the database at `url`: `sqlite:///path/to/file.db` or `postgresql://user@host/name`.

    A writer waits for the one before it for `lock_timeout` seconds. Nothing is read or
    written yet, except that SQLite makes an empty file at the first use. Raises
    `ConfigurationError` for a URL that is neither, and for SQLite in memory: a ledger that
    forgets is none.
    """
    try:
        parsed = make_url(url)
    except exc.ArgumentError as error:
        raise ConfigurationError("the database's address is not a URL") from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database in (None, "", ":memory:") or parsed.query.get("mode") == "memory":
            raise ConfigurationError("a database in memory cannot keep a ledger; name a file")
        return Database(_sqlite(parsed.set(drivername="sqlite+pysqlite"), lock_timeout), lock_timeout)
    if backend == "postgresql":
        return Database(_postgresql(parsed.set(drivername="postgresql+psycopg"), lock_timeout), lock_timeout)
    raise ConfigurationError(f"`{backend}` is not supported; use sqlite or postgresql")


def _sqlite(url: URL, lock_timeout: float) -> Engine:
    engine = create_engine(
        url,
        pool_size=_POOL_SIZE,
        max_overflow=_POOL_OVERFLOW,
        pool_timeout=_POOL_TIMEOUT,
        connect_args={"timeout": lock_timeout, "isolation_level": None, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in _PRAGMAS:
            connection.execute(pragma).close()

    return engine


def _postgresql(url: URL, lock_timeout: float) -> Engine:
    wait = f"-c lock_timeout={int(lock_timeout * 1000)} -c timezone=UTC -c synchronous_commit=on"
    return create_engine(
        url,
        pool_size=_POOL_SIZE,
        max_overflow=_POOL_OVERFLOW,
        pool_timeout=_POOL_TIMEOUT,
        pool_pre_ping=True,
        connect_args={"options": wait},
    )


class Database:
    """A database that units of work run on. Safe to share between threads; not between forked processes."""

    def __init__(self, engine: Engine, lock_timeout: float) -> None:
        self._lock_timeout = lock_timeout
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._writer = threading.Lock()
        self._idle: list[OpenConnection] = []
        self._traces = False
        self._commits = 0
        self._prepared: dict[Executable, Prepared] = {}
        self._settled = 0
        self._log = WriteAheadLog(engine) if self.is_sqlite else None

    def migrate(self) -> None:
        """Bring the schema up to date, in one transaction; does nothing if it is.

        Safe when several processes start at once. Raises `ConfigurationError` for a database
        that a newer version of the program has written.
        """
        if self.is_sqlite:
            _make_private(Path(self.engine.url.database or ""))
        schema.migrate(self.engine)
        self.leave_no_traces()
        self.reach_disk()

    def close(self) -> None:
        """Close all connections that are not in use."""
        while self._idle:
            self._idle.pop().close()
        self.engine.dispose()
        if self._log is not None:
            self._log.close()

    def take_connection(self) -> OpenConnection:
        """Return a connection for one unit of work; `give_back` takes it.

        SQLite's are kept open, the last one given back first: the pool's way of handing them
        out costs as much as four statements, and that one remembers the newest pages.
        """
        with suppress(IndexError):
            return self._idle.pop()
        return OpenConnection(self.engine.raw_connection())

    def give_back(self, connection: OpenConnection) -> None:
        """Take a connection back on which no transaction is open."""
        if self.is_sqlite and len(self._idle) < _POOL_SIZE:
            self._idle.append(connection)
        else:
            connection.close()

    def go_ahead(self, connection: OpenConnection) -> None:
        """Let the commit to come on `connection` return before it is on the disk."""
        if not self.is_sqlite:
            connection.run(_AHEAD)

    def reach_disk(self) -> None:
        """Return once all that was committed here is on the disk; raises `StorageError`.

        Commits reach it in their order, so this brings all of them. PostgreSQL's have waited
        by themselves, unless they went ahead. SQLite's connections do not wait for the disk
        themselves (`synchronous = NORMAL`), so that it is chosen for each commit.
        """
        if self._log is not None:
            self._log.reach_disk()

    def settle(self, size: int) -> None:
        """Return once the log's first `size` entries, which were read, are on the disk.

        Others may have committed them ahead. What a loss of power could take back is never signed:
        the log would have to sign another tree of the same size afterwards.
        """
        if size <= self._settled:
            return
        if self.is_sqlite:
            self.reach_disk()
        else:
            with self.engine.begin() as connection:
                connection.exec_driver_sql(_FLUSH)
        self._settled = max(size, self._settled)

    def prepared(self, statement: Executable) -> Prepared:
        """Return `statement` compiled for this database; statements are constants, so there are few."""
        found = self._prepared.get(statement)
        if found is None:
            found = self._prepared[statement] = Prepared(statement, self.engine.dialect)
        return found

    def lasting(self, connection: OpenConnection) -> dict[Hashable, Any]:
        """Return what is remembered on a connection that writes; empty if another one has committed since.

        SQLite counts on each connection the commits of all others, of any process. PostgreSQL does not,
        so there it is remembered for one transaction.
        """
        if not self.is_sqlite:
            return {}
        connection.run("PRAGMA data_version")
        version = connection.cursor.fetchone()
        if connection.version != version:
            connection.version, connection.lasting = version, {}
        return connection.lasting

    def forget_lasting(self, connection: OpenConnection) -> None:
        """Forget what is remembered on `connection`, which is about to change it."""
        connection.lasting = {}

    def start_reading(self, connection: OpenConnection) -> None:
        """Begin a transaction that sees one snapshot and holds no lock."""
        connection.run("BEGIN" if self.is_sqlite else _SNAPSHOT)

    def take_writer(self, connection: OpenConnection, *, reading: bool) -> bool:
        """Make the connection's transaction the one that writes; give the place back by `leave_writer`.

        Returns whether nothing was committed by others since the snapshot, if it was
        `reading` one. Raises `ConcurrentWriteError` if the writer before takes too long.
        """
        if self.is_sqlite and not self._writer.acquire(timeout=self._lock_timeout):
            raise ConcurrentWriteError("another writer holds the database; try again")
        try:
            if reading and self.is_sqlite and _keeps_snapshot(connection):
                return True
            if reading:
                connection.proxied.rollback()
            connection.run("BEGIN IMMEDIATE" if self.is_sqlite else _LOCK_HEAD)
        except BaseException:
            self.leave_writer()
            raise
        return not reading

    def leave_writer(self) -> None:
        """Let the next writer go on."""
        if self.is_sqlite:
            self._writer.release()

    def committed(self, *, erased: bool) -> None:
        """Look after the write-ahead log once a unit of work is durable.

        After an erasure, old pages that linger in it are removed; otherwise, in a process that
        goes on writing, room is made for what is to come.
        """
        self._traces = self._traces or erased
        if self._traces:
            self.leave_no_traces()
            self._commits = 0
        else:
            self._commits += 1
            if self._commits == _WRITES_ON and self._log is not None:
                self._log.make_room()

    def leave_no_traces(self) -> None:
        """Move SQLite's write-ahead log into the database file and cut it to nothing.

        Erased rows are overwritten in the file itself; this removes the older pages. While
        another connection still reads, or if it fails, it stays due. PostgreSQL keeps its own
        log for its own time.
        """
        self._traces = self._log is not None and not self._log.cut(self._lock_timeout)

    @property
    def has_traces(self) -> bool:
        """Tell whether `leave_no_traces` is due."""
        return self._traces


def _make_private(path: Path) -> None:
    """Make the file for its owner alone, if it is not there; SQLite gives its other files the same mode."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, _PRIVATE_MODE))
    except OSError as error:
        raise StorageError(f"`{path}` cannot be opened: {error.strerror}") from error


def _keeps_snapshot(connection: OpenConnection) -> bool:
    """Turn SQLite's reading transaction into a writing one; tell whether its snapshot was the newest."""
    try:
        connection.run(_TOUCH_NOTHING)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & _PRIMARY_CODE != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True
