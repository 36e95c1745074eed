"""Refusals in aggregate: how many, of which acts, by which rules, asked by which kinds of customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from starlette.responses import Response

from countenance.entrypoints.pages.tables import Column, Table, as_csv
from countenance.entrypoints.pages.words import capital, plain
from countenance.entrypoints.public.answering import Page, Reading, as_json
from countenance.policy.model import Act, CustomerKind
from countenance.vetting.publication import SMALLEST_COUNT, Cell, Refusals

PATH: Final = "/refusals"
_LONGEST_TABLE: Final = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One count, with the words that a page shows; `share` is in percent of the largest count shown."""

    of: str
    name: str
    label: str
    count: int | None
    share: int


_COLUMNS: Final[tuple[Column[Row], ...]] = (
    Column("of", "By", lambda row: row.of),
    Column("name", "Name", lambda row: row.name),
    Column("label", "In words", lambda row: row.label),
    Column("count", "Refusals", lambda row: "withheld" if row.count is None else row.count, number=True),
)


def refusals(reading: Reading) -> Response:
    """Show the counts as HTML, CSV or JSON."""
    told = reading.sources.refusals()
    form = reading.query.get("format")
    groups = grouped(told)
    if form == "csv":
        rows = [row for rows in groups.values() for row in rows]
        table = Table(
            path=PATH, query={}, columns=_COLUMNS, rows=rows, total=len(rows), page=1, size=len(rows)
        )
        return as_csv(table, "refusals")
    if form == "json":
        return as_json(_document(told), "refusals")
    last_day = told.until.date() - timedelta(days=1)
    return reading.page("refusals.html", told=told, groups=groups, smallest=SMALLEST_COUNT, last_day=last_day)


def grouped(told: Refusals) -> dict[str, Sequence[Row]]:
    """Return the counts by month, act, kind and rule; months in their order, the rest the largest first."""
    months = sorted(told.months, key=lambda cell: cell.name, reverse=True)
    return {
        "month": _rows("month", months),
        "act": _rows("act", told.acts),
        "kind": _rows("kind", told.kinds),
        "rule": _rows("rule", told.rules),
    }


def _rows(of: str, cells: Sequence[Cell]) -> list[Row]:
    most = max((cell.count or 0 for cell in cells), default=0) or 1
    return [
        Row(of, cell.name, _label(of, cell), cell.count, round((cell.count or 0) / most * 100))
        for cell in cells[:_LONGEST_TABLE]
    ]


_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _label(of: str, cell: Cell) -> str:
    if of == "month":
        year, month = cell.name.split("-")
        return f"{_MONTHS[int(month) - 1]} {year}"
    if of == "act":
        return capital(plain(Act(cell.name)))
    if of == "kind":
        known = set(CustomerKind)
        return (
            capital(plain(CustomerKind(cell.name))) if cell.name in known else "Somebody without a customer"
        )
    return cell.text


def _document(told: Refusals) -> dict[str, object]:
    def counts(cells: Sequence[Cell]) -> list[dict[str, object]]:
        return [{"name": cell.name, "refusals": cell.count} for cell in cells[:_LONGEST_TABLE]]

    return {
        "until": told.until.isoformat(),
        "complete": told.complete,
        "smallest_count_shown": SMALLEST_COUNT,
        "total": told.total,
        "months": counts(told.months),
        "acts": counts(told.acts),
        "kinds": counts(told.kinds),
        "rules": counts(told.rules),
    }


PAGES: Final = (Page(path=PATH, handler=refusals, label="What was refused", listed=True),)
