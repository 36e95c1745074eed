"""Statements compiled once for a database and then run by its driver.

SQLAlchemy writes the SQL and converts the values; going through its whole execution for each
of the twenty small statements of a verification would cost more than running them.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import CompoundSelect, Dialect, Executable, Float, LargeBinary, Select
from sqlalchemy.engine.interfaces import DBAPICursor

Convert = Callable[[Any], Any] | None
Row = Any
"""A named tuple with the columns of its statement: its fields are only known when it is compiled."""


_POSTGRESQL_DOUBLE = 701
"""How PostgreSQL names what a `Float` column gives; other databases do not ask."""


class Prepared:
    """One statement for one dialect: its text, and how values go in and come out."""

    __slots__ = ("_defaults", "_ins", "_make", "_names", "_outs", "_positional", "text")

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]  # all that is prepared here has it
        self.text = str(compiled)
        self._positional = bool(dialect.positional)
        self._defaults = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        names = compiled.positiontup if dialect.positional else list(compiled.binds)
        self._names = tuple(names)
        self._ins = [(name, _bind(compiled.binds[name].type, dialect)) for name in names]
        self._make: Callable[[Sequence[Any]], Row] = tuple
        self._outs: list[tuple[int, Callable[[Any], Any]]] = []
        if isinstance(statement, (Select, CompoundSelect)):
            columns = statement.selected_columns
            self._make = namedtuple("Row", columns.keys())._make  # type: ignore[attr-defined]  # noqa: PYI024  fields known here only
            results = [_result(column.type, dialect) for column in columns]
            self._outs = [(at, convert) for at, convert in enumerate(results) if convert is not None]

    def run(self, cursor: DBAPICursor, parameters: Mapping[str, Any]) -> None:
        """Execute the statement on `cursor`."""
        given = {**self._defaults, **parameters} if self._defaults else parameters
        values = [given[name] if convert is None else convert(given[name]) for name, convert in self._ins]
        if self._positional:
            cursor.execute(self.text, values)
        else:
            cursor.execute(self.text, dict(zip(self._names, values, strict=True)))

    def rows(self, cursor: DBAPICursor) -> list[Row]:
        """Return all rows that `cursor` holds."""
        make = self._make
        if not self._outs:
            return [make(row) for row in cursor.fetchall()]
        return [make(self._converted(row)) for row in cursor.fetchall()]

    def _converted(self, row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for at, convert in self._outs:
            values[at] = convert(values[at])
        return values


def _bind(kind: Any, dialect: Dialect) -> Convert:  # noqa: ANN401  SQLAlchemy's types differ in their values
    if isinstance(kind, LargeBinary):
        return None  # both drivers take bytes as they are
    convert: Convert = kind.dialect_impl(dialect).bind_processor(dialect)
    return convert


def _result(kind: Any, dialect: Dialect) -> Convert:  # noqa: ANN401  as above
    given_as = _POSTGRESQL_DOUBLE if isinstance(kind, Float) else None
    convert: Convert = kind.dialect_impl(dialect).result_processor(dialect, given_as)
    return convert
