"""The time machine: what was asked here, asked again under other packs or on a coming day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath
from typing import Final

from countenance.errors import InvalidInputError
from countenance.policy.gate import HOUSE, Policy, build_policy
from countenance.policy.packs import PackSource, load_pack
from countenance.policy.register import shipped_register
from countenance.policy.simulation import Change, Simulation, Tally
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

    def count(self, actor: Actor, proposal: Proposal) -> int:
        """Return how many questions there are to ask, or raise `ForbiddenError`."""
        with self.unit_of_work() as work:
            self.standing.role(work, actor, READERS)
            return work.decisions.count(DecisionSearch(since=proposal.since, until=proposal.until))

    def __call__(
        self, actor: Actor, proposal: Proposal, told: Callable[[int, Iterable[Change]], None]
    ) -> Tally:
        """Return what would change; `told` gets each page's length and changes as they are found.

        Raises `ForbiddenError`, `InvalidInputError` for a pack that is not there or a record that
        cannot be read, and `PackError` for a pack that does not validate. No transaction is open
        while questions are asked, and no more than a page of records is in memory.
        """
        policy = proposed_policy(self.installed(), proposal.pack)
        simulation = Simulation(
            leased(policy.decide),
            blind_to_the_clock=policy.blind_to_the_clock,
            on=proposal.on,
            renewed=proposal.renewed,
        )
        tally = Tally()
        after = -1
        while True:
            with self.unit_of_work() as work:
                self.standing.role(work, actor, READERS)
                page = work.decisions.recorded(
                    since=proposal.since, until=proposal.until, after=after, limit=PAGE
                )
            if not page:
                return tally
            told(len(page), simulation.run(page, tally))
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
