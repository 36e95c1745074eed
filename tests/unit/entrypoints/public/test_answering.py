from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from countenance.entrypoints.public.answering import Kept
from countenance.entrypoints.public.rates import percent, rate_words
from fakes import FakeClock


def test_many_readers_cost_one_reading_until_it_is_old() -> None:
    clock, read = FakeClock(), iter(range(100))
    kept = Kept(lambda: next(read), clock, fresh=timedelta(seconds=2))
    assert [kept() for _ in range(50)] == [0] * 50
    clock.advance(timedelta(seconds=1.9))
    assert kept() == 0
    clock.advance(timedelta(seconds=0.2))
    assert kept() == 1


def test_a_clock_that_was_put_back_keeps_nothing_old_alive() -> None:
    clock, read = FakeClock(), iter(range(100))
    kept = Kept(lambda: next(read), clock)
    kept()
    clock.advance(timedelta(days=-1))
    assert kept() == 1


def test_what_could_not_be_read_is_read_again() -> None:
    def fails() -> int:
        raise LookupError

    kept = Kept(fails, FakeClock())
    for _ in range(2):
        with pytest.raises(LookupError):
            kept()


def test_readers_at_the_same_time_share_one_reading() -> None:
    started, reads = threading.Event(), []

    def slow() -> int:
        reads.append(1)
        started.wait(1)
        return len(reads)

    kept = Kept(slow, FakeClock())
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(kept())) for _ in range(4)]
    for thread in threads:
        thread.start()
    started.set()
    for thread in threads:
        thread.join()
    assert (found, len(reads)) == ([1] * 4, 1)


@pytest.mark.parametrize(
    ("rate", "words", "figures"),
    [
        (0.0, "none of the", "0 %"),
        (0.0267, "about 3 of 100", "2.67 %"),
        (0.0001, "about 1 of 10,000", "0.010 %"),
        (0.00000992, "about 1 of 100,000", "0.00099 %"),
        (0.5, "about 50 of 100", "50.00 %"),
        (1e-9, "fewer than 1 of 1,000,000", "0.00000010 %"),
    ],
)
def test_a_rate_is_told_so_that_people_can_compare_it(rate: float, words: str, figures: str) -> None:
    assert rate_words(rate) == words
    assert percent(rate) == figures
