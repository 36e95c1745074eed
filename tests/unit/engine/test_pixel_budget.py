from __future__ import annotations

import threading
import time

import pytest

from countenance.engine.pixel_budget import PixelBudget


class Act(threading.Thread):
    """Holds room until it is let go."""

    def __init__(self, budget: PixelBudget, pixels: int) -> None:
        super().__init__(daemon=True)
        self.budget, self.pixels = budget, pixels
        self.inside, self.leave = threading.Event(), threading.Event()
        self.start()

    def run(self) -> None:
        with self.budget.room_for(self.pixels):
            self.inside.set()
            self.leave.wait(30)

    def is_in(self) -> bool:
        return self.inside.wait(10)

    def stays_out(self) -> bool:
        return not self.inside.wait(0.05)

    def go(self) -> None:
        self.leave.set()
        self.join(10)


def test_images_that_fit_together_are_worked_on_together() -> None:
    budget = PixelBudget(100)
    first, second = Act(budget, 60), Act(budget, 40)
    assert first.is_in()
    assert second.is_in()
    first.go()
    second.go()


def test_an_image_waits_until_there_is_room() -> None:
    budget = PixelBudget(100)
    first, second = Act(budget, 60), None
    assert first.is_in()
    second = Act(budget, 41)
    assert second.stays_out()
    first.go()
    assert second.is_in()
    second.go()


def test_an_image_larger_than_the_budget_goes_alone() -> None:
    budget = PixelBudget(100)
    large = Act(budget, 5000)
    assert large.is_in()
    small = Act(budget, 1)
    assert small.stays_out()
    large.go()
    assert small.is_in()
    small.go()


def test_small_images_do_not_starve_a_large_one() -> None:
    budget = PixelBudget(100)
    first = Act(budget, 50)
    assert first.is_in()
    large = Act(budget, 100)
    assert large.stays_out()
    late = Act(budget, 10)  # there would be room for it
    assert late.stays_out()
    first.go()
    assert large.is_in()
    large.go()
    assert late.is_in()
    late.go()


def test_room_is_given_back_after_an_error() -> None:
    budget = PixelBudget(100)
    for _ in range(5):
        with pytest.raises(ValueError, match="broken"), budget.room_for(100):
            raise ValueError("broken")
    begun = time.monotonic()
    with budget.room_for(100):
        assert time.monotonic() - begun < 5
