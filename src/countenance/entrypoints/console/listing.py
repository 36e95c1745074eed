"""Between lists that the database pages and their tables: the address says where a page begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, TypeVar

from countenance.entrypoints.pages.tables import (
    EXPORTS,
    LONGEST_EXPORT,
    PAGE,
    Column,
    Table,
    mark_of,
    marked_at,
)
from countenance.vetting.listing import Listed, Place, Span

Row = TypeVar("Row")
Order = TypeVar("Order", bound=StrEnum)

BEFORE: Final = "before"
AFTER: Final = "after"


def span_of(query: Mapping[str, str]) -> Span:
    """Return which rows an address asks for; a mark that is none begins at the first page."""
    if query.get("format") in EXPORTS:
        return Span(limit=LONGEST_EXPORT)
    back = marked_at(query.get(BEFORE, ""))
    mark = back or marked_at(query.get(AFTER, ""))
    return Span(limit=PAGE, place=Place(*mark) if mark is not None else None, back=back is not None)


def order_of(query: Mapping[str, str], orders: type[Order], default: str) -> tuple[Order, bool]:
    """Return what an address orders by, and whether downwards; `default` for what cannot be ordered by."""
    sort = query.get("sort", "")
    known = {order.value: order for order in orders}
    if sort.removeprefix("-") not in known:
        sort = default
    return known[sort.removeprefix("-")], sort.startswith("-")


def table_of(
    path: str,
    query: Mapping[str, str],
    columns: Sequence[Column[Row]],
    found: Listed[Row],
    *,
    sort: str,
) -> Table[Row]:
    """Return the table of a page that the database found, ordered by `sort` (with a minus downwards)."""
    return Table(
        path=path,
        query=query,
        columns=columns,
        rows=found.rows,
        total=found.total,
        page=1,
        sort=sort,
        marked=True,
        before=mark_of(found.before.key, found.before.id) if found.before is not None else None,
        after=mark_of(found.after.key, found.after.id) if found.after is not None else None,
    )
