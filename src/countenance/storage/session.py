"""Reading and writing within one unit of work: reads take no lock, the first write makes sure of them.

A session reads from one snapshot and holds no lock. At the first write it takes the place
of the one writer, and the snapshot must still be true: if others have committed since, the
reads made so far are made again, and unless each gives what it gave before, the unit of
work ends with `ConcurrentWriteError`. So whatever was decided from those reads holds at the
moment of the commit, writers follow one another, and those who only read wait for nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from enum import Enum, auto
from typing import Any, Final, TypeVar

from sqlalchemy import CompoundSelect, Executable, Insert, Select

from countenance.errors import ConcurrentWriteError, StorageError
from countenance.storage.database import Database
from countenance.storage.failures import told_plainly
from countenance.storage.open_connection import OpenConnection
from countenance.storage.prepared import Row
from countenance.storage.tables import decision_texts, decisions, ledger_entries, ledger_head

Query = Select[Any] | CompoundSelect[Any]
Parameters = Mapping[str, Any]
Reads = Sequence[tuple[Query, Parameters, list[Row]]]
"""What was read: each statement with its parameters and the rows that it gave."""


Value = TypeVar("Value")

_OF_THE_LOG: Final = frozenset((ledger_head, ledger_entries, decisions, decision_texts))
"""Tables that every act writes, and on which nothing depends that `Session.lasting` returns."""

_MOST_LASTING: Final = 256


class _Phase(Enum):
    IDLE = auto()
    READING = auto()
    WRITING = auto()


class Session:
    """One connection, from the first statement until `close`. For one thread."""

    __slots__ = (
        "_changed",
        "_connection",
        "_database",
        "_lasting",
        "_open",
        "_paged",
        "_phase",
        "_reads",
        "_traces",
    )

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: OpenConnection | None = None
        self._open = False
        self._phase = _Phase.IDLE
        self._reads: list[tuple[Query, Parameters, list[Row]]] = []
        self._paged = False
        self._traces = False
        self._changed = False
        self._lasting: dict[Hashable, Any] | None = None

    def open(self) -> None:
        """Take statements from now on."""
        self._open = True

    def read(self, statement: Query, parameters: Parameters) -> list[Row]:
        """Return all rows of `statement`; they are compared again if this session comes to write."""
        with told_plainly():
            rows = self._rows(self._reading(), statement, parameters)
        if self._phase is _Phase.READING:
            self._reads.append((statement, parameters, rows))
        return rows

    def page(self, statement: Query, parameters: Parameters) -> list[Row]:
        """Return rows that are too many to remember.

        A session that has paged can become the writer only if nobody has committed since.
        """
        self._paged = True
        with told_plainly():
            return self._rows(self._reading(), statement, parameters)

    def lasting(self, key: Hashable, find: Callable[[], Value]) -> Value:
        """Return what `find` reads, which seldom changes; once found, it is read again only after a change.

        Remembered for one connection, and made sure of by the one writer alone: until another connection
        commits anything, or this one anything that is not the log's, the rows are what they were.
        """
        if self._phase is not _Phase.WRITING or self._changed:
            return find()
        if self._lasting is None:
            with told_plainly():
                self._lasting = self._database.lasting(self._connected())
        try:
            found: Value = self._lasting[key]
        except KeyError:
            found = find()
            if len(self._lasting) < _MOST_LASTING:
                self._lasting[key] = found
        return found

    def write(self, statement: Executable, parameters: Parameters) -> int:
        """Execute `statement` as the one writer, and return how many rows it touched."""
        self.become_writer()
        if not self._changed and getattr(statement, "table", None) not in _OF_THE_LOG:
            self._changed = True
            self._database.forget_lasting(self._connected())
        with told_plainly():
            cursor = self._connected().cursor
            self._database.prepared(statement).run(cursor, parameters)
            count: int = cursor.rowcount
        return count

    def insert_new(self, statement: Insert, parameters: Parameters) -> bool:
        """Insert a row unless one with its key is there already; tell whether it was inserted."""
        return self.write(statement, parameters) == 1

    def become_writer(self) -> None:
        """Take the writer's place, or raise `ConcurrentWriteError`."""
        if self._phase is _Phase.WRITING:
            return
        connection = self._connected()
        with told_plainly():
            same = self._database.take_writer(connection, reading=self._phase is _Phase.READING)
            self._phase = _Phase.WRITING
            if not same:
                self._make_sure(connection)
        self._reads.clear()

    def _make_sure(self, connection: OpenConnection) -> None:
        if self._paged or any(
            self._rows(connection, statement, parameters) != rows
            for statement, parameters, rows in self._reads
        ):
            raise ConcurrentWriteError("what was read has changed meanwhile; try again")

    def same(self, reads: Reads) -> bool:
        """Tell whether what another session has read is still so. For the one writer."""
        return all(self.read(statement, parameters) == rows for statement, parameters, rows in reads)

    def hand_over(self) -> Reads | None:
        """End reading and return what was read, for another session to make sure of and to write on.

        None, ending nothing, for a session that writes itself or has read too much to remember.
        """
        if self._phase is _Phase.WRITING or self._paged:
            return None
        reads = tuple(self._reads)
        if self._phase is _Phase.READING:
            self.roll_back()
        return reads

    def leaves_traces(self) -> None:
        """Remember that something is erased here, so that the commit removes older pages of it as well."""
        self._traces = True

    @property
    def connection(self) -> OpenConnection | None:
        """Return the connection, for whoever may make durable what was written on it; None before any use."""
        return self._connection

    @property
    def database(self) -> Database:
        """Return what the connection leads to."""
        return self._database

    @property
    def wrote(self) -> bool:
        """Tell whether there is something to commit."""
        return self._phase is _Phase.WRITING

    def committed(self) -> None:
        """Go on after a commit: what follows reads, or writes, anew."""
        erased, wrote = self._traces, self._phase is _Phase.WRITING
        self._over()
        if wrote:
            self._database.committed(erased=erased)

    def roll_back(self) -> None:
        """Undo what was written since the last commit."""
        try:
            if self._connection is not None:
                with told_plainly():
                    self._connection.proxied.rollback()
        finally:
            self._over()

    def close(self) -> None:
        """Roll back and give the connection back; no further statement is taken."""
        self._open = False
        connection, self._connection = self._connection, None
        try:
            if connection is not None:
                with told_plainly():
                    if self._phase is not _Phase.IDLE:
                        connection.proxied.rollback()
                    self._database.give_back(connection)
        finally:
            self._over()

    def _over(self) -> None:
        if self._phase is _Phase.WRITING:
            self._database.leave_writer()
        self._phase = _Phase.IDLE
        self._reads.clear()
        self._lasting = None
        self._paged = self._traces = self._changed = False

    def _connected(self) -> OpenConnection:
        if not self._open:
            raise StorageError("the unit of work is over")
        if self._connection is None:
            with told_plainly():
                self._connection = self._database.take_connection()
        return self._connection

    def _reading(self) -> OpenConnection:
        connection = self._connected()
        if self._phase is _Phase.IDLE:
            self._database.start_reading(connection)
            self._phase = _Phase.READING
        return connection

    def _rows(self, connection: OpenConnection, statement: Query, parameters: Parameters) -> list[Row]:
        prepared = self._database.prepared(statement)
        prepared.run(connection.cursor, parameters)
        return prepared.rows(connection.cursor)
