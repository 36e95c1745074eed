"""When witnesses are asked: every second, sooner once many entries wait, later after troubles."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from countenance.app.log_cases import WitnessRounds
from countenance.errors import StorageError
from countenance.recognition.log.witness_rounds import Round, Told

SECONDS = 30


class Log:
    """A log that grows when it is told to, and counts the rounds made and the looks taken at its size."""

    def __init__(self) -> None:
        self.size = 0
        self.broken = False
        self.troubled = False
        self.rounds = threading.Semaphore(0)
        self.looks = threading.Semaphore(0)

    def ask(self) -> Round:
        asked = (Told("council", trouble="it sleeps" if self.troubled else None),)
        self.rounds.release()
        return Round(self.size, asked, published=not self.troubled)

    def tell(self) -> int:
        self.looks.release()
        if self.broken:
            raise StorageError("the disk is gone")
        return self.size

    def looked(self, times: int) -> bool:
        return all(self.looks.acquire(timeout=SECONDS) for _ in range(times))


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def rounds(log: Log) -> Iterator[WitnessRounds]:
    made = WitnessRounds(log.ask, log.tell, every=10 * SECONDS, look=0.002)
    yield made
    made.stop()


def test_a_round_comes_before_its_time_once_256_entries_wait(log: Log, rounds: WitnessRounds) -> None:
    rounds.start()
    assert log.rounds.acquire(timeout=SECONDS)
    log.size = 255
    assert log.looked(5)
    assert not log.rounds.acquire(blocking=False)
    log.size = 256
    assert log.rounds.acquire(timeout=SECONDS)
    log.size = 511
    assert log.looked(5)
    assert not log.rounds.acquire(blocking=False)
    log.broken = True
    assert log.looked(5)
    log.broken, log.size = False, 512
    assert log.rounds.acquire(timeout=SECONDS)


def test_after_troubles_entries_do_not_make_a_round_come_sooner(log: Log, rounds: WitnessRounds) -> None:
    log.troubled = True
    rounds.start()
    assert log.rounds.acquire(timeout=SECONDS)
    log.size = 1000
    assert not log.rounds.acquire(timeout=0.1)
    assert not log.looks.acquire(blocking=False)
