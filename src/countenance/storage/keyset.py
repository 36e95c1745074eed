"""Pages of a table in an order of one column and the key: after a place, or before it.

Every statement is made once, when it is first asked for: by column, direction, and whether there is
a place. Values are compared as the text they are stored as.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Select, Table, Text, and_, bindparam, func, or_, select

from countenance.storage.prepared import Row
from countenance.storage.session import Session
from countenance.vetting.listing import Span

Value = TypeVar("Value")

KEY: Final = "after_key"
ID: Final = "after_id"
_MOST: Final = "most"


class Pages:
    """The statements that find pages of `table`, of rows that are `sought`.

    `orders` are columns by the name of the order; `identity` is the column that tells equals apart.
    """

    __slots__ = ("_identity", "_orders", "_sought", "_statements", "_table", "count")

    def __init__(
        self,
        table: Table,
        sought: ColumnElement[bool],
        orders: Mapping[str, ColumnElement[Any]],
        identity: ColumnElement[Any],
    ) -> None:
        self._table = table
        self._sought = sought
        self._orders = orders
        self._identity = identity
        self._statements: dict[tuple[str, bool, bool], Select[Any]] = {}
        self.count: Select[Any] = select(func.count().label("number")).select_from(table).where(sought)

    def found(
        self,
        session: Session,
        wanted: Mapping[str, object],
        ordered: tuple[str, bool, Span],
        read: Callable[[Row], Value],
    ) -> tuple[Value, ...]:
        """Return a span of the rows that are `wanted`, in the order that is shown.

        `ordered` is the order, whether it goes downwards, and the span.
        """
        order, descending, span = ordered
        statement = self.statement(order, span, descending=descending)
        values = tuple(map(read, session.page(statement, {**wanted, **self.parameters(span)})))
        return values[::-1] if span.back else values

    def number(self, session: Session, wanted: Mapping[str, object]) -> int:
        """Return how many rows are `wanted`."""
        return int(session.page(self.count, dict(wanted))[0].number)

    def statement(self, order: str, span: Span, *, descending: bool) -> Select[Any]:
        """Return the statement that finds a span; going back it finds the nearest row first."""
        which = (order, descending is not span.back, span.place is not None)
        held = self._statements.get(which)
        return held if held is not None else self._statements.setdefault(which, self._made(*which))

    def parameters(self, span: Span) -> dict[str, object]:
        """Return the parameters of a span."""
        place = {} if span.place is None else {KEY: span.place.key, ID: span.place.id}
        return {_MOST: span.limit, **place}

    def _made(self, order: str, descending: bool, placed: bool) -> Select[Any]:  # noqa: FBT001  parts of one key
        column = self._orders[order]
        ordered = (
            select(self._table).where(self._sought).order_by(*self._order(column, descending=descending))
        )
        first = ordered.limit(bindparam(_MOST))
        return first.where(self._beyond(column, descending=descending)) if placed else first

    def _order(self, column: ColumnElement[Any], *, descending: bool) -> tuple[ColumnElement[Any], ...]:
        columns = (column,) if column is self._identity else (column, self._identity)
        return tuple(one.desc() if descending else one.asc() for one in columns)

    def _beyond(self, column: ColumnElement[Any], *, descending: bool) -> ColumnElement[bool]:
        key, own = bindparam(KEY, type_=Text), bindparam(ID, type_=Text)
        if column is self._identity:
            return self._identity < own if descending else self._identity > own
        further = column < key if descending else column > key
        next_to = self._identity < own if descending else self._identity > own
        return or_(further, and_(column == key, next_to))
