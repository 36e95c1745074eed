"""The use cases of the time machine and of installed packs, built once from an installation's parts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cached_property
from typing import Final

from countenance.app.parts import Parts
from countenance.policy.packs import PackSource
from countenance.recognition.log.coming_rules import ForeseeRules
from countenance.recognition.log.forewarning import Forewarn, ReadForewarnings
from countenance.recognition.log.pack_administration import AdministerPacks
from countenance.recognition.log.pack_reading import ReadPacks
from countenance.recognition.log.simulation import SimulatePolicy
from countenance.recognition.rounds import Rounds
from countenance.recognition.standing import Standing

_FIRST: Final = 20.0
_EVERY: Final = 600.0
"""Seconds after a start, and between rounds; a lease is asked about once a day."""

_log = logging.getLogger("countenance.forewarning")


class PolicyCases:
    """Packs installed and rolled back, recorded questions asked again, and what comes."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    @cached_property
    def simulate(self) -> SimulatePolicy:
        """Ask recorded questions of a proposed pack, or on a coming day."""
        p = self.parts
        return SimulatePolicy(Standing(p.clock), self._packs, p.unit_of_work)

    @cached_property
    def foresee(self) -> ForeseeRules:
        """Show what turns in the days ahead, and the leases that it touches."""
        p = self.parts
        return ForeseeRules(Standing(p.clock), self._packs, p.unit_of_work)

    @cached_property
    def packs(self) -> AdministerPacks:
        """Install packs, roll them back, and show what was done."""
        p = self.parts
        return AdministerPacks(
            Standing(p.clock), p.configured_packs, p.pack_signers, p.unit_of_work, p.renew_packs
        )

    @cached_property
    def read_packs(self) -> ReadPacks:
        """Show packs in force and their history, and check what is to be installed."""
        return ReadPacks(Standing(self.parts.clock), self.packs, self.parts.unit_of_work)

    @cached_property
    def forewarn(self) -> Forewarn:
        """Tell holders of leases what comes, once."""
        p = self.parts
        return Forewarn(self._packs, p.clock, p.unit_of_work)

    @cached_property
    def forewarnings(self) -> ReadForewarnings:
        """Show what holders were told of what is to come."""
        return ReadForewarnings(Standing(self.parts.clock), self.parts.unit_of_work)

    @cached_property
    def forewarning(self) -> Rounds[int]:
        """The clock in the server's process that tells holders what comes."""
        return forewarning_clock(self.forewarn)

    def _packs(self) -> tuple[PackSource, ...]:
        return self.parts.packs


def forewarning_clock(
    tell: Callable[[], int], *, first: float = _FIRST, seconds: float = _EVERY
) -> Rounds[int]:
    """Return what tells holders; the first round is made when a start has settled."""
    begun: list[bool] = []

    def make() -> int:
        return tell() if begun else 0

    def told(count: int) -> float | None:
        if not begun:
            begun.append(True)
            return first
        if count:
            _log.info("holders of leases were told of %d changes to come", count)
        return None

    return Rounds(
        "forewarning", make, seconds, told, lambda why: _log.error("nobody was told of what comes: %s", why)
    )
