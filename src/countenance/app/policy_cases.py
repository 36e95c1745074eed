"""The use cases of the time machine, built once from an installation's parts."""

from __future__ import annotations

from functools import cached_property

from countenance.app.parts import Parts
from countenance.recognition.log.coming_rules import ForeseeRules
from countenance.recognition.log.simulation import SimulatePolicy
from countenance.recognition.standing import Standing


class PolicyCases:
    """Recorded questions asked again, and what comes."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    @cached_property
    def simulate(self) -> SimulatePolicy:
        """Ask recorded questions of a proposed pack, or on a coming day."""
        p = self.parts
        return SimulatePolicy(Standing(p.clock), p.packs, p.unit_of_work)

    @cached_property
    def foresee(self) -> ForeseeRules:
        """Show what turns in the days ahead, and the leases that it touches."""
        p = self.parts
        return ForeseeRules(Standing(p.clock), p.packs, p.unit_of_work)
