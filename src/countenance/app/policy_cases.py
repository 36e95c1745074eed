"""The use cases of the time machine and of installed packs, built once from an installation's parts."""

from __future__ import annotations

from functools import cached_property

from countenance.app.parts import Parts
from countenance.policy.packs import PackSource
from countenance.recognition.log.coming_rules import ForeseeRules
from countenance.recognition.log.pack_administration import AdministerPacks
from countenance.recognition.log.simulation import SimulatePolicy
from countenance.recognition.standing import Standing


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

    def _packs(self) -> tuple[PackSource, ...]:
        return self.parts.packs
