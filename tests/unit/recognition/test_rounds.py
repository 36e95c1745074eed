"""What a server does beside its requests goes on, whatever goes wrong in a round."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from countenance.errors import StorageError
from countenance.recognition.cases.clock import case_clock
from countenance.recognition.rounds import Rounds


def test_no_fault_ends_the_rounds_and_each_is_told_by_code_or_kind() -> None:
    outcomes: Iterator[object] = iter([StorageError("down"), RuntimeError("quotes somebody"), 7])
    told: list[object] = []
    over = threading.Event()

    def make() -> object:
        outcome = next(outcomes, None)
        if isinstance(outcome, Exception):
            raise outcome
        if outcome is None:
            over.set()
        return outcome

    rounds = Rounds("trial", make, 0.001, told.append, told.append)
    rounds.start()
    assert over.wait(10)
    rounds.stop()
    assert told[:3] == ["down [storage_unavailable]", "RuntimeError", 7]


def test_a_round_can_ask_for_the_next_one_at_once() -> None:
    made = threading.Semaphore(0)
    rounds = Rounds("trial", made.release, 3600, lambda _: 0.0, lambda _: None)
    rounds.start()
    assert all(made.acquire(timeout=10) for _ in range(3))
    rounds.stop()


def test_emergencies_are_ended_also_after_a_fault_that_nobody_foresaw() -> None:
    """A clock that died of one would leave what was found in an emergency, which nobody authorised."""
    faults = iter([ZeroDivisionError()])
    again = threading.Event()

    def keep_time() -> int:
        for fault in faults:
            raise fault
        again.set()
        return 0

    clock = case_clock(keep_time, seconds=0.001)
    clock.start()
    assert again.wait(10)
    clock.stop()
