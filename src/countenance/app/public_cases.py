"""What everybody may read without a login, built once from an installation's parts."""

from __future__ import annotations

from functools import cached_property

from countenance.app.parts import Parts
from countenance.policy.publication import RulesOfTheDay, rules_of_the_day
from countenance.recognition.log.public import PublishLog
from countenance.recognition.measuring.transparency import ModelNote
from countenance.vetting.publication import CountRefusals, Operator, ReadRegister, ReadReopenings


class PublicCases:
    """Reading what is published. Nothing here takes an actor, and nothing here writes."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    @cached_property
    def register(self) -> ReadRegister:
        """Show the leases in force."""
        return ReadRegister(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def refusals(self) -> CountRefusals:
        """Count what was refused."""
        return CountRefusals(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def reopenings(self) -> ReadReopenings:
        """Show which rules officers have re-opened."""
        return ReadReopenings(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def log(self) -> PublishLog:
        """Show the log's head, hashes and proofs."""
        watched = self.parts.witness_policy is not None
        return PublishLog(self.parts.unit_of_work, self.parts.clock if watched else None)

    @cached_property
    def model(self) -> ModelNote:
        """What is told of the models that run; settled when the installation is opened."""
        return self.parts.model_note()

    @property
    def operator(self) -> Operator:
        """Who answers for the installation."""
        return self.parts.operator

    def rules(self) -> RulesOfTheDay:
        """Return the packs and laws that are in force today."""
        return rules_of_the_day(self.parts.packs, self.parts.clock().date())
