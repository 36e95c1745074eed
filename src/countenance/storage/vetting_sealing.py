"""Values of vetting in a table: found by their keys, sealed under the master key as JSON.

A row is sealed for its table and its primary key, so that one moved to another place does not
open.
"""

from __future__ import annotations

import json
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Table, bindparam, select, update

from countenance.storage.incidents_tables import SEALED as INCIDENTS
from countenance.storage.prepared import Row
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Query, Session
from countenance.storage.statements import insert_if_absent, keyed, replace_by_key
from countenance.storage.vetting_tables import SEALED, applications
from countenance.vetting.documents import document_of, kept_value
from countenance.vetting.dossier import Application

Value = TypeVar("Value")

_PLACE: Final = "vetting"


class KeptStatements:
    """The statements of one table, compiled once a process."""

    __slots__ = ("insert", "keys", "replace", "table")

    def __init__(self, table: Table) -> None:
        self.table = table
        self.keys = tuple(column.name for column in table.primary_key)
        self.insert = insert_if_absent(table)
        self.replace = replace_by_key(table)


class Kept(Generic[Value]):
    """The rows of one table as values of one kind, in one session."""

    __slots__ = ("_keyring", "_kind", "_session", "_statements")

    def __init__(
        self, session: Session, keyring: Keyring, statements: KeptStatements, kind: type[Value]
    ) -> None:
        self._session = session
        self._keyring = keyring
        self._statements = statements
        self._kind = kind

    def add(self, columns: dict[str, Any], value: Value) -> bool:
        """Insert a row unless one with its key is there; tell whether it was inserted."""
        return self._session.insert_new(self._statements.insert, self._row(columns, value))

    def put(self, columns: dict[str, Any], value: Value) -> None:
        """Insert a row, replacing one with its key."""
        row = self._row(columns, value)
        if not self._session.write(self._statements.replace, keyed(row, self._statements.keys)):
            self._session.insert_new(self._statements.insert, row)

    def read(self, query: Query, parameters: dict[str, Any]) -> tuple[Value, ...]:
        """Return the values of the rows that `query`, which selects the whole table's columns, finds."""
        return tuple(self._value(row) for row in self._session.read(query, parameters))

    def page(self, query: Query, parameters: dict[str, Any]) -> tuple[Value, ...]:
        """Return the values of rows that are too many to remember, for whoever only reads."""
        return tuple(self._value(row) for row in self._session.page(query, parameters))

    def _row(self, columns: dict[str, Any], value: Value) -> dict[str, Any]:
        text = json.dumps(document_of(value), ensure_ascii=False, separators=(",", ":"))
        place = place_of(self._statements.table, [columns[name] for name in self._statements.keys])
        return {**columns, "sealed": self._keyring.seal(text.encode(), *place)}

    def _value(self, row: Row) -> Value:
        place = place_of(self._statements.table, [getattr(row, name) for name in self._statements.keys])
        return kept_value(self._kind, json.loads(self._keyring.open(bytes(row.sealed), *place)))


def place_of(table: Table, keys: list[Any]) -> tuple[str, ...]:
    """Return what a row is sealed for."""
    return (_PLACE, table.name, *map(str, keys))


def reseal_vetting(session: Session, old: Keyring, new: Keyring) -> None:
    """Seal every row anew when the master key changes; the caller commits."""
    for table in (*SEALED, *INCIDENTS):
        keys = [column.name for column in table.primary_key]
        where = [table.c[name] == bindparam(f"of_{name}") for name in keys]
        change = update(table).where(*where).values(sealed=bindparam("bytes"))
        for row in session.page(select(*(table.c[name] for name in (*keys, "sealed"))), {}):
            place = place_of(table, [getattr(row, name) for name in keys])
            sealed = new.seal(old.open(bytes(row.sealed), *place), *place)
            named = {f"of_{name}": getattr(row, name) for name in keys}
            session.write(change, {**named, "bytes": sealed})


_UNFILLED: Final = select(applications).where(applications.c.state.is_(None))
_FILL: Final = (
    update(applications)
    .where(applications.c.application_id == bindparam("of_application"))
    .values(state=bindparam("state"), changed=bindparam("changed"))
)


def fill_columns(session: Session, keyring: Keyring) -> None:
    """Put beside sealed applications from before version 17 what lists are made of; the caller commits.

    A migration cannot: it has no key.
    """
    held = Kept(session, keyring, KeptStatements(applications), Application)
    for one in held.read(_UNFILLED, {}):
        fields = {"of_application": one.id, "state": one.state.value, "changed": one.changed}
        session.write(_FILL, fields)
