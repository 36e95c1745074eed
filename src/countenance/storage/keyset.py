"""Pages of a table in an order of one column and the key: after a place, or before it.

Every statement is made once: by column, direction, and whether there is a place. Values are
compared as the text they are stored as.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, Text, and_, bindparam, func, or_, select

from countenance.vetting.listing import Span

KEY: Final = "after_key"
ID: Final = "after_id"
_MOST: Final = "most"


class Pages:
    """The statements that find pages of `table`, of rows that are `sought`.

    `orders` are columns by the name of the order; `identity` is the column that tells equals apart.
    """

    __slots__ = ("_identity", "_orders", "_statements", "count")

    def __init__(
        self,
        table: Table,
        sought: ColumnElement[bool],
        orders: Mapping[str, ColumnElement[Any]],
        identity: ColumnElement[Any],
    ) -> None:
        self._identity = identity
        self._orders = orders
        self._statements: dict[tuple[str, bool, bool], Select[Any]] = {}
        self.count: Select[Any] = select(func.count().label("number")).select_from(table).where(sought)
        for name, column in orders.items():
            for descending in (False, True):
                ordered = select(table).where(sought).order_by(*self._order(column, descending=descending))
                first = ordered.limit(bindparam(_MOST))
                self._statements[name, descending, False] = first
                self._statements[name, descending, True] = first.where(
                    self._beyond(column, descending=descending)
                )

    def statement(self, order: str, span: Span, *, descending: bool) -> Select[Any]:
        """Return the statement that finds a span; going back it finds the nearest row first."""
        return self._statements[order, descending is not span.back, span.place is not None]

    def parameters(self, span: Span) -> dict[str, object]:
        """Return the parameters of a span."""
        place = {} if span.place is None else {KEY: span.place.key, ID: span.place.id}
        return {_MOST: span.limit, **place}

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
