"""Tables whose page, order and filters stand in the address, and which can be taken along as CSV."""

from __future__ import annotations

import csv
import io
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlencode

from starlette.responses import Response

Row = TypeVar("Row")

PAGE: Final = 25
"""Rows of a page."""

LONGEST_EXPORT: Final = 10_000
"""Rows of a CSV at most; whoever needs more exports the ledger."""

EXPORTS: Final = frozenset({"csv", "json"})
_FIRST_PAGE: Final[Mapping[str, None]] = {"page": None, "before": None, "after": None}
_LONGEST_MARK: Final = 2_000
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column: what it shows in a CSV, and by what it sorts; without `key` it does not sort."""

    name: str
    label: str
    text: Callable[[Row], object]
    key: Callable[[Row], Any] | None = None
    number: bool = False

    @property
    def sorts(self) -> bool:
        """Tell whether the table can be sorted by this column."""
        return self.key is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Generic[Row]):
    """The rows of one page with the addresses of the others.

    `total` is how many rows there are behind all pages; `first` and `last` count from 1. A table
    that the database pages (`marked`) has no numbers of pages, but marks where the pages beside
    begin. The rows can be taken along under `name`, the last word of the path where it is empty.
    """

    path: str
    query: Mapping[str, str]
    columns: Sequence[Column[Row]]
    rows: Sequence[Row]
    total: int
    page: int
    sort: str = ""
    size: int = PAGE
    name: str = ""
    marked: bool = False
    before: str | None = None
    after: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """Return the number of the first row shown."""
        return (self.page - 1) * self.size + 1

    @property
    def last(self) -> int:
        """Return the number of the last row shown."""
        return self.first + len(self.rows) - 1

    @property
    def previous_url(self) -> str | None:
        """Return the address of the page before, or None."""
        if self.marked:
            return self._url(before=self.before, after=None) if self.before else None
        return self._url(page=str(self.page - 1)) if self.page > 1 else None

    @property
    def next_url(self) -> str | None:
        """Return the address of the following page, or None."""
        if self.marked:
            return self._url(after=self.after, before=None) if self.after else None
        return self._url(page=str(self.page + 1)) if self.last < self.total else None

    @property
    def export_url(self) -> str:
        """Return the address of the table as CSV, with the same filters and order."""
        return self._url(**_FIRST_PAGE, format="csv")

    @property
    def json_url(self) -> str:
        """Return the address of the table as JSON, with the same filters and order."""
        return self._url(**_FIRST_PAGE, format="json")

    def file(self) -> Response | None:
        """Return the rows as the file that the address asks for, None where it asks for a page."""
        name = self.name or self.path.rpartition("/")[2]
        match self.query.get("format"):
            case "csv":
                return as_csv(self, name)
            case "json":
                return as_json(self, name)
            case _:
                return None

    def sorted_by(self, column: Column[Row]) -> str:
        """Return `ascending` or `descending` for the column that orders the rows, else nothing."""
        if self.sort == column.name:
            return "ascending"
        return "descending" if self.sort == f"-{column.name}" else ""

    def sort_url(self, column: Column[Row]) -> str:
        """Return the address of the rows ordered by the column, the other way round if they are already."""
        descending = self.sort == column.name
        return self._url(**_FIRST_PAGE, sort=f"-{column.name}" if descending else column.name)

    def _url(self, **changed: str | None) -> str:
        query = {name: value for name, value in {**self.query, **changed}.items() if value}
        return f"{self.path}?{urlencode(query)}" if query else self.path


def number_of(query: Mapping[str, str]) -> int:
    """Return the page that the address names; the first for anything that is no page."""
    text = query.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) <= 6 else 1  # noqa: PLR2004  six digits of pages


def arranged(
    path: str,
    query: Mapping[str, str],
    columns: Sequence[Column[Row]],
    rows: Iterable[Row],
    *,
    order: str,
) -> Table[Row]:
    """Return the page that the address asks for of rows that are all at hand; `order` is the default."""
    sort = query.get("sort", order)
    by_name = {column.name: column for column in columns if column.key is not None}
    if sort.removeprefix("-") not in by_name:
        sort = order
    key = by_name[sort.removeprefix("-")].key
    ordered = sorted(rows, key=key, reverse=sort.startswith("-"))  # type: ignore[arg-type, type-var]  # has a key: see above
    exporting = query.get("format") in EXPORTS
    size = LONGEST_EXPORT if exporting else PAGE
    page = min(number_of(query), max(1, -(-len(ordered) // size)))
    shown = ordered[(page - 1) * size : page * size]
    return Table(
        path=path,
        query=query,
        columns=columns,
        rows=shown,
        total=len(ordered),
        page=page,
        sort=sort,
        size=size,
    )


def mark_of(key: str, row: str) -> str:
    """Return where a page ended, the value that rows are ordered by and the row's id, for an address."""
    return urlsafe_b64encode(json.dumps([key, row], ensure_ascii=False).encode()).decode().rstrip("=")


def marked_at(text: str) -> tuple[str, str] | None:
    """Return what `mark_of` wrote, or None for anything that it did not write."""
    if not text or len(text) > _LONGEST_MARK or not text.isascii():
        return None
    try:
        found = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        return None
    match found:
        case [str(key), str(row)] if _is_text(key) and _is_text(row):
            return key, row
    return None


def _is_text(text: str) -> bool:
    """Tell whether every database can be asked for a text."""
    return "\x00" not in text and not any("\ud800" <= one <= "\udfff" for one in text)


def as_csv(table: Table[Row], name: str) -> Response:
    """Return the table's rows as a CSV file called `name`; no cell can be taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.label for column in table.columns])
    for row in table.rows:
        writer.writerow([_cell(column.text(row)) for column in table.columns])
    disposition = f'attachment; filename="{name}.csv"'
    return Response(
        text.getvalue(), media_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
    )


def as_json(table: Table[Row], name: str) -> Response:
    """Return the table's rows as a JSON file called `name`: what stands in the CSV, by the columns' names."""
    rows = [{column.name: _plain(column.text(row)) for column in table.columns} for row in table.rows]
    document = {name: rows, "total": table.total}
    return Response(
        json.dumps(document, ensure_ascii=False, indent=1),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}.json"'},
    )


def _plain(value: object) -> object:
    return value if value is None or type(value) in {str, int, bool} else str(value)


def _cell(value: object) -> str:
    """Return a cell as text; what a spreadsheet would run begins with an apostrophe."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
