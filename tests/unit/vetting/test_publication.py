from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from hypothesis import given
from hypothesis import strategies as st

from countenance.vetting.publication import SMALLEST_COUNT, CountRefusals, Refusal, Refusals, cells
from fakes import FakeClock

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
counts = st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 20), max_size=8)


class Record:
    """A record of refusals alone; `reads` are the windows that were asked for."""

    def __init__(self, *refusals: Refusal, size: int | None = None) -> None:
        self.refusals_held = list(refusals)
        self.entries = size
        self.reads: list[tuple[int, int]] = []
        self.publications = self.conditions = self.ledger = self  # type: ignore[assignment]  # plays every part

    def __call__(self) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass

    def size(self) -> int:
        last = self.refusals_held[-1].entry + 1 if self.refusals_held else 0
        return last if self.entries is None else self.entries

    def refusals(self, after: int, until: int, *, limit: int) -> tuple[Refusal, ...]:
        self.reads.append((after, until))
        return tuple([one for one in self.refusals_held if after < one.entry <= until][:limit])


def refusal(entry: int, days: float = 1, act: str = "identify", kind: str = "police") -> Refusal:
    return Refusal(entry, NOON - timedelta(days=days), act, kind, {"house.us-police": "No."})


def counted(record: Record, clock: FakeClock | None = None) -> Refusals:
    return CountRefusals(record, clock or FakeClock(NOON))()  # type: ignore[arg-type]  # plays every part


def test_a_refusal_counts_once_in_its_month_act_and_kind_and_for_each_rule() -> None:
    two = replace(refusal(9), rules={"a": "A.", "b": "B."})
    told = counted(
        Record(*(refusal(entry) for entry in range(5)), *(replace(two, entry=n) for n in range(5, 10)))
    )
    assert told.total == 10
    assert [(cell.name, cell.count) for cell in told.months] == [("2026-02", 10)]
    assert [(cell.name, cell.count) for cell in told.kinds] == [("police", 10)]
    assert [(cell.name, cell.count, cell.text) for cell in told.rules] == [
        ("a", 5, "A."),
        ("b", 5, "B."),
        ("house.us-police", 5, "No."),
    ]


def test_a_day_is_counted_when_it_is_over() -> None:
    record = Record(*(refusal(entry, days=0) for entry in range(6)))
    clock = FakeClock(NOON)
    count = CountRefusals(record, clock)  # type: ignore[arg-type]  # plays every part
    assert count().total == 0
    clock.advance(timedelta(hours=13))
    assert count().total == 6
    assert count().total == 6


def test_fewer_than_five_refusals_are_not_told_apart_from_each_other() -> None:
    for number in range(1, SMALLEST_COUNT):
        told = counted(Record(*(refusal(entry) for entry in range(number))))
        assert told.total is None
        assert [cell.count for cell in (*told.months, *told.acts, *told.kinds, *told.rules)] == [None] * 4


def test_what_was_read_is_not_read_again_and_no_call_reads_without_bound() -> None:
    record = Record(*(refusal(entry) for entry in range(20_000)))
    count = CountRefusals(record, FakeClock(NOON))  # type: ignore[arg-type]  # plays every part
    first = count()
    assert (first.total, first.complete) == (10_000, False)
    second = count()
    assert (second.total, second.complete) == (20_000, True)
    before = len(record.reads)
    count()
    assert record.reads[before:] == [(19_999, 19_999)]


def test_a_long_time_without_refusals_is_passed_over_in_windows() -> None:
    record = Record(size=1_000_000)
    count = CountRefusals(record, FakeClock(NOON))  # type: ignore[arg-type]  # plays every part
    assert not count().complete
    assert len(record.reads) == 5
    for _ in range(3):
        last = count()
    assert last.complete


@given(counts)
def test_no_small_count_is_shown_nor_found_by_subtraction(held: dict[str, int]) -> None:
    shown = cells(held, of=sum(held.values()), adds_up=True)
    assert {cell.name for cell in shown} == set(held)
    assert all(cell.count is None or cell.count >= SMALLEST_COUNT for cell in shown)
    hidden = [held[cell.name] for cell in shown if cell.count is None]
    if hidden and len(hidden) < len(held):
        assert len(hidden) > 1
        assert sum(hidden) >= SMALLEST_COUNT


@given(counts)
def test_counts_that_add_up_to_nothing_known_lose_only_the_small_ones(held: dict[str, int]) -> None:
    total = max(held.values(), default=0)
    shown = cells(held, of=total, adds_up=False)
    assert {cell.name for cell in shown if cell.count is None} == {
        name for name, count in held.items() if count < SMALLEST_COUNT or 0 < total - count < SMALLEST_COUNT
    }
