"""Shapes of statements that more than one repository uses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Insert,
    Table,
    Update,
    bindparam,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler


class _InsertIfAbsent(Insert):
    """An insert with the clause that SQLite and PostgreSQL spell the same.

    Their own constructs compile for one of them each, and naming PostgreSQL's loads all its
    drivers at every start.
    """

    inherit_cache = False


@compiles(_InsertIfAbsent)
def _with_clause(statement: _InsertIfAbsent, compiler: SQLCompiler, **options: object) -> str:
    text = compiler.visit_insert(statement, **options)  # type: ignore[no-untyped-call]  # it has no types
    return f"{text} ON CONFLICT DO NOTHING"


def insert_if_absent(table: Table) -> Insert:
    """Return an insert that does nothing where the key is taken; the count of rows tells."""
    return _InsertIfAbsent(table).values(_row(table)).inline()


def insert_if_absent_beside(table: Table, beside: ColumnElement[bool]) -> Insert:
    """Return an insert that does nothing where the key is taken, nor where there is no row of `beside`."""
    values = [bindparam(column.name, type_=column.type).label(column.name) for column in table.c]
    row = select(*values).where(exists().where(beside))
    return _InsertIfAbsent(table).from_select([column.name for column in table.c], row)


def insert_row(table: Table) -> Insert:
    """Return an insert of all columns but a number that grows by itself."""
    return insert(table).values(_row(table))


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


def literally(text: str) -> str:
    """Return a text as a part of a pattern for `LIKE ... ESCAPE '!'` that stands for itself alone."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
