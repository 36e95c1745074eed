"""Waits that are shared: nobody is told before a wait that began after they came is over."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from countenance.errors import StorageError
from countenance.storage.disk_wait import DiskWait


class Disk:
    """Counts what was written, and what of it a wait has brought; each wait takes as long as it is told."""

    def __init__(self) -> None:
        self.written = 0
        self.brought = 0
        self.waits = 0
        self.gate = threading.Event()
        self.entered = threading.Semaphore(0)
        self.failing: set[int] = set()
        self.lock = threading.Lock()

    def write(self) -> int:
        with self.lock:
            self.written += 1
            return self.written

    def wait(self) -> None:
        before = self.written
        self.waits += 1
        number = self.waits
        self.entered.release()
        assert self.gate.wait(30)
        if number in self.failing:
            raise StorageError("the disk is gone")
        self.brought = max(before, self.brought)


def test_one_thread_alone_waits_once_for_each_and_for_nobody_else() -> None:
    disk = Disk()
    disk.gate.set()
    shared = DiskWait(disk.wait)
    for count in range(1, 5):
        disk.write()
        shared()
        assert (disk.waits, disk.brought) == (count, count)


def test_those_who_come_during_a_wait_share_the_next_one() -> None:
    disk = Disk()
    shared = DiskWait(disk.wait)
    with ThreadPoolExecutor(9) as pool:
        disk.write()
        first = pool.submit(shared)
        disk.entered.acquire()
        others = []
        for _ in range(8):
            disk.write()
            others.append(pool.submit(shared))
        while len(shared._next.waiting) < 8:
            pass
        assert not any(one.done() for one in [first, *others])
        disk.gate.set()
        for one in [first, *others]:
            one.result(30)
    assert (disk.waits, disk.brought) == (2, 9)


def test_a_wait_that_fails_fails_for_all_who_shared_it_and_for_nobody_else() -> None:
    disk = Disk()
    disk.failing = {2}
    shared = DiskWait(disk.wait)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(shared)
        disk.entered.acquire()
        others = [pool.submit(shared) for _ in range(3)]
        while len(shared._next.waiting) < 3:
            pass
        disk.gate.set()
        first.result(30)
        for one in others:
            with pytest.raises(StorageError):
                one.result(30)
    shared()
    assert disk.waits == 3


def test_of_many_threads_none_is_told_too_early() -> None:
    disk = Disk()
    disk.gate.set()
    shared = DiskWait(disk.wait)

    def act(_: int) -> bool:
        mine = disk.write()
        shared()
        return disk.brought >= mine

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(act, range(4_000)))
    assert 1 <= disk.waits <= 4_000
    assert not shared._busy
