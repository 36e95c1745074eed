"""Shapes of statements that more than one repository uses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy
from sqlalchemy import BindParameter, Insert, Table, Update, bindparam, update
from sqlalchemy.dialects.postgresql import insert


def insert_if_absent(table: Table) -> Insert:
    """Return an insert that does nothing where the key is taken; the count of rows tells.

    The clause is spelled the same on SQLite, which compiles PostgreSQL's construct.
    """
    return insert(table).values(_row(table)).on_conflict_do_nothing()


def insert_row(table: Table) -> Insert:
    """Return an insert of all columns but a number that grows by itself."""
    return sqlalchemy.insert(table).values(_row(table))


def _row(table: Table) -> dict[str, BindParameter[Any]]:
    grows = table.autoincrement_column
    return {column.name: bindparam(column.name) for column in table.c if column is not grows}


def replace_by_key(table: Table) -> Update:
    """Return an update of every column by primary key; its parameters are those of `keyed`."""
    keys = [column.name for column in table.primary_key]
    statement = update(table).where(*(table.c[name] == bindparam(f"key_{name}") for name in keys))
    return statement.values(
        {column.name: bindparam(column.name) for column in table.c if column.name not in keys}
    )


def keyed(row: dict[str, object], keys: Iterable[str]) -> dict[str, object]:
    """Return the parameters of `replace_by_key` for a row."""
    names = set(keys)
    return {(f"key_{name}" if name in names else name): value for name, value in row.items()}
