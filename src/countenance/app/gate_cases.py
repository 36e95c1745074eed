"""The use cases of incidents, of the evidence that leases ask for, and of audits by outsiders."""

from __future__ import annotations

import secrets
from functools import cached_property

from countenance.app.parts import Parts
from countenance.recognition.evidence import ReadEvidence, RegisterEvidence
from countenance.recognition.incidents import OpenIncident, ReadIncidents, ResolveIncident
from countenance.recognition.monitor_clock import MonitorClock
from countenance.recognition.monitoring import ReadMonitor, WatchOutcomes
from countenance.recognition.score_tally import ScoreTally
from countenance.recognition.standing_evidence import ReadStanding, StandingEvidence
from countenance.vetting.access import Access


class GateCases:
    """What stops acts, and what lets them go on. Every attribute is a use case."""

    def __init__(self, parts: Parts, scores: ScoreTally | None = None) -> None:
        self.parts = parts
        self._scores = scores if scores is not None else ScoreTally()

    @cached_property
    def open_incident(self) -> OpenIncident:
        """Say that something went wrong."""
        return OpenIncident(self._access, self.parts.unit_of_work, _new_id)

    @cached_property
    def resolve_incident(self) -> ResolveIncident:
        """Close an incident after looking into it."""
        return ResolveIncident(self._access, self.parts.unit_of_work)

    @cached_property
    def read_incidents(self) -> ReadIncidents:
        """Show incidents."""
        return ReadIncidents(self._access, self.parts.unit_of_work)

    @cached_property
    def register_evidence(self) -> RegisterEvidence:
        """Let a fairness report count at the gate."""
        return RegisterEvidence(self._access, self.parts.unit_of_work, _new_id)

    @cached_property
    def read_evidence(self) -> ReadEvidence:
        """Show which fairness reports there are."""
        return ReadEvidence(self._access, self.parts.unit_of_work)

    @cached_property
    def read_standing(self) -> ReadStanding:
        """Show how the evidence stands behind a lease."""
        evidence = StandingEvidence(self.parts.threshold_for)
        return ReadStanding(self._access, evidence, self.parts.unit_of_work)

    @cached_property
    def watch_outcomes(self) -> WatchOutcomes:
        """Test the rates of live outcomes, and let an alarm narrow a lease."""
        p = self.parts
        return WatchOutcomes(self.open_incident, p.threshold_for, p.unit_of_work, self._scores)

    @cached_property
    def read_monitor(self) -> ReadMonitor:
        """Show what is watched of live outcomes."""
        return ReadMonitor(self._access, self.parts.unit_of_work)

    @cached_property
    def monitor(self) -> MonitorClock:
        """The monitor's clock in the server's process."""
        return MonitorClock(self.watch_outcomes)

    @cached_property
    def _access(self) -> Access:
        return Access(self.parts.clock)


def _new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(16)}"
