"""What seldom changes is read by one, for all, and again after a while."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from countenance.errors import StorageError
from countenance.vetting.rereading import Reread


@dataclass(slots=True)
class Shelf(Reread[tuple[str, ...]]):
    """Counts how often it is looked at; `gate` holds up whoever looks."""

    there: tuple[str, ...] = ("a",)
    looks: int = 0
    entered: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    gate: threading.Event = field(default_factory=threading.Event)

    def newest(self) -> tuple[str, ...]:
        self.looks += 1
        self.entered.release()
        assert self.gate.wait(30)
        if not self.there:
            raise StorageError("the disk is gone")
        return (*self.there,)


def open_shelf(fresh: float) -> Shelf:
    shelf = Shelf(fresh=fresh)
    shelf.gate.set()
    return shelf


def test_what_is_fresh_is_not_read_again_and_what_is_not_is() -> None:
    lasting, fleeting = open_shelf(3600.0), open_shelf(0.0)
    for shelf in (lasting, fleeting):
        assert shelf() == shelf() == ("a",)
        shelf.there = ("b",)
    assert (lasting(), lasting.looks) == (("a",), 1)
    assert (fleeting(), fleeting.looks) == (("b",), 3)


def test_as_long_as_nothing_changes_it_is_the_same_object() -> None:
    shelf = open_shelf(0.0)
    first = shelf()
    assert shelf() is first
    shelf.there = ("b",)
    assert shelf() == ("b",)


def test_while_one_reads_the_others_go_on_with_what_they_have() -> None:
    shelf = open_shelf(0.0)
    shelf()
    shelf.entered.acquire()
    shelf.there = ("b",)
    shelf.gate.clear()
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(shelf)
        shelf.entered.acquire()
        assert shelf() == ("a",)
        shelf.gate.set()
        assert reading.result(30) == ("b",)


def test_who_cannot_read_is_told_and_what_was_held_stays() -> None:
    shelf = open_shelf(0.0)
    held = shelf()
    shelf.there = ()
    with pytest.raises(StorageError):
        shelf()
    shelf.there = ("a",)
    assert shelf() is held
