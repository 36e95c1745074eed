"""The use cases of incidents, of the evidence that leases ask for, and of audits by outsiders."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import cached_property

from countenance.app.parts import Parts
from countenance.recognition.acts.comparison import Compare
from countenance.recognition.incidents import OpenIncident, ReadIncidents, ResolveIncident
from countenance.recognition.rounds import Rounds
from countenance.recognition.standing_evidence import ReadStanding, StandingEvidence
from countenance.recognition.watching.audits import AdministerAudits, ReadAudits, RunAudit
from countenance.recognition.watching.evidence import ReadEvidence, RegisterEvidence
from countenance.recognition.watching.monitor_clock import monitor_clock
from countenance.recognition.watching.monitoring import Looked, ReadMonitor, WatchOutcomes
from countenance.recognition.watching.reports import KeepReport, ReadReports
from countenance.recognition.watching.score_tally import ScoreTally
from countenance.vetting.access import Access


class GateCases:
    """What stops acts, and what lets them go on. Every attribute is a use case."""

    def __init__(
        self, parts: Parts, compare: Callable[[], Compare], scores: ScoreTally | None = None
    ) -> None:
        self.parts = parts
        self._compare = compare
        self._scores = scores if scores is not None else ScoreTally()

    @cached_property
    def open_incident(self) -> OpenIncident:
        """Say that something went wrong."""
        return opener_of_incidents(self.parts)

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
    def keep_report(self) -> KeepReport:
        """Keep a signed fairness report for people to open."""
        return KeepReport(self.parts.clock, self.parts.unit_of_work)

    @cached_property
    def read_reports(self) -> ReadReports:
        """Show the fairness reports that are kept."""
        return ReadReports(self._access, self.parts.unit_of_work)

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
    def monitor(self) -> Rounds[Looked]:
        """The monitor's clock in the server's process."""
        return monitor_clock(self._look)

    def _look(self) -> Looked:
        """Watch outcomes, and say on the ledger which audits are published by now."""
        self.read_audits.put_on_record()
        return self.watch_outcomes()

    @cached_property
    def administer_audits(self) -> AdministerAudits:
        """Let an outside party audit the system."""
        p = self.parts
        return AdministerAudits(self._access, p.unit_of_work, _new_id, p.jurisdictions, p.evaluation_fmr_ppb)

    @cached_property
    def run_audit(self) -> RunAudit:
        """What the outside party does with its key."""
        return RunAudit(self._access, self._compare, self.open_incident, self.parts.unit_of_work)

    @cached_property
    def read_audits(self) -> ReadAudits:
        """Show audits, to everybody once their embargo is over."""
        return ReadAudits(self._access, self.parts.unit_of_work)

    @cached_property
    def _access(self) -> Access:
        return Access(self.parts.clock)


def opener_of_incidents(parts: Parts) -> OpenIncident:
    """Return what opens incidents, for people and for the program's own checks."""
    return OpenIncident(Access(parts.clock), parts.unit_of_work, _new_id)


def _new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(16)}"
