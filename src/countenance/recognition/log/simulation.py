"""The time machine: what was asked here, asked again under other packs or on a coming day."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePath
from threading import Semaphore
from typing import Final

from countenance.errors import BusyError, InvalidInputError
from countenance.policy.gate import HOUSE, Policy, build_policy
from countenance.policy.packs import PackSource, load_pack
from countenance.policy.register import shipped_register
from countenance.policy.simulation import Change, Recorded, Simulation, Tally
from countenance.recognition.asking import leased
from countenance.recognition.log.browsing import READERS
from countenance.recognition.model import DecisionSearch
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor

PAGE: Final = 500
"""How many records are read, and held in memory, at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is to be tried: a pack (name or path) beside or in place of its namesake, a coming day, or both.

    `since` and `until` (excluded) bound the questions by when they were asked. `renewed` takes
    leases that were in force when asked as renewed until `on`.
    """

    pack: PackSource | None
    since: datetime
    until: datetime
    on: date | None = None
    renewed: bool = False

    def __post_init__(self) -> None:
        if self.until <= self.since:
            raise InvalidInputError("the time to simulate ends before it begins")
        if self.renewed and self.on is None:
            raise InvalidInputError("leases are renewed until a day; say which")


@dataclass(frozen=True, slots=True)
class SimulatePolicy:
    """Ask recorded questions again; nothing is recorded, and no act happens."""

    standing: Standing
    installed: Callable[[], tuple[PackSource, ...]]
    unit_of_work: Callable[[], UnitOfWork]
    threads: int = field(default_factory=lambda: min(4, os.cpu_count() or 1))

    _turn: Semaphore = field(default_factory=lambda: Semaphore(1))

    def count(self, actor: Actor, proposal: Proposal) -> int:
        """Return how many questions there are to ask, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, READERS)
            return work.decisions.count(DecisionSearch(since=proposal.since, until=proposal.until))

    def __call__(
        self, actor: Actor, proposal: Proposal, told: Callable[[int, Iterable[Change]], None]
    ) -> Tally:
        """Return what would change; `told` gets each page's length and changes as they are found.

        Raises `ForbiddenError`, `BusyError` while another one runs in this process, `InvalidInputError`
        for a pack that is not there or a record that cannot be read, and `PackError` for a pack that
        does not validate. No transaction is open while questions are asked, and no more than some
        pages of records are in memory. Pages are asked in several threads, since the gate leaves
        Python's lock, and counted in their order.
        """
        policy = proposed_policy(self.installed(), proposal.pack)
        machines = [
            Simulation(
                leased(policy.decide),
                blind_to_the_clock=policy.blind_to_the_clock,
                on=proposal.on,
                renewed=proposal.renewed,
            )
            for _ in range(self.threads)
        ]
        if not self._turn.acquire(blocking=False):
            raise BusyError("another simulation is running here; try again when it is over", retry_after=10)
        try:
            return self._run(machines, self._pages(actor, proposal), told)
        finally:
            self._turn.release()

    def _run(
        self,
        machines: Sequence[Simulation],
        pages: Iterator[Sequence[Recorded]],
        told: Callable[[int, Iterable[Change]], None],
    ) -> Tally:
        tally = Tally()
        waiting: deque[tuple[int, Future[list[Change]]]] = deque()

        def take() -> None:
            asked, found = waiting.popleft()
            changes = found.result()
            tally.count(asked, changes)
            told(asked, changes)

        with ExitStack() as stack:
            lanes = [
                stack.enter_context(ThreadPoolExecutor(max_workers=1, thread_name_prefix="simulation"))
                for _ in machines
            ]
            for number, page in enumerate(pages):
                lane = number % len(machines)
                waiting.append((len(page), lanes[lane].submit(machines[lane].changes, page)))
                if len(waiting) > 2 * len(machines):
                    take()
            while waiting:
                take()
        return tally

    def _pages(self, actor: Actor, proposal: Proposal) -> Iterator[Sequence[Recorded]]:
        """Yield the records page by page; no transaction is open between them."""
        after = -1
        while True:
            with self.unit_of_work() as work:
                self.standing.role(work, actor, READERS)
                page = work.decisions.recorded(
                    since=proposal.since, until=proposal.until, after=after, limit=PAGE
                )
            if not page:
                return
            yield page
            after = page[-1].entry


def proposed_policy(installed: Iterable[PackSource], pack: PackSource | None) -> Policy:
    """Return the policy of an installation with `installed` packs, if `pack` joined or replaced them.

    Raises like `load_pack` and `build_policy`.
    """
    names: dict[PackSource, None] = dict.fromkeys((HOUSE, *installed))
    if pack is not None:
        kept = [name for name in names if _base(name) != _base(pack)]
        names = dict.fromkeys((*kept, pack))
    return build_policy([load_pack(name) for name in names], register=shipped_register())


def _base(name: PackSource) -> str:
    """Return the name that a pack goes by, without its version, folder and ending."""
    return PurePath(str(name)).name.removesuffix(".cedar").partition("@")[0]
