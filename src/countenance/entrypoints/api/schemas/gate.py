"""Incidents, and the fairness evidence that leases ask for, as they are asked and told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Path
from pydantic import Field, StringConstraints

from countenance.entrypoints.api.schemas.identifiers import LABEL, NAME
from countenance.entrypoints.api.schemas.model import Asked, Integer
from countenance.entrypoints.api.schemas.vetting import Reason
from countenance.fairness.audits import (
    LONGEST_TEST,
    LONGEST_WINDOW,
    MOST_A_MINUTE,
    MOST_CALLS,
    Audit,
    AuditId,
    AuditTerms,
    AuditVerdict,
)
from countenance.fairness.evidence import Evidence, EvidenceId
from countenance.fairness.monitored import Watched
from countenance.oversight.incidents import Incident, IncidentId, IncidentKind, Scope, ScopeKind
from countenance.policy.evidence import KindOfUse
from countenance.policy.instruments import Instrument
from countenance.policy.model import Stop
from countenance.recognition.incidents import Found
from countenance.recognition.watching.audits import Handed
from countenance.vetting.narrowing import Narrowing

_LONGEST_REPORT = 30_000
_LONGEST_ENTRY = 2**53 - 1

IncidentPath = Annotated[
    IncidentId,
    Path(
        pattern=r"^inc_[0-9a-f]{32}$",
        description="Id of an incident.",
        examples=["inc_00112233445566778899aabbccddeeff"],
    ),
]
EvidencePath = Annotated[
    EvidenceId,
    Path(
        pattern=r"^evi_[0-9a-f]{32}$",
        description="Id of a registered report.",
        examples=["evi_00112233445566778899aabbccddeeff"],
    ),
]
Uses = Annotated[
    list[KindOfUse],
    Field(
        min_length=1,
        max_length=len(KindOfUse),
        description="The kinds of use that the report's data is like.",
        examples=[["one_to_one"]],
    ),
]


class IncidentAsked(Asked):
    """Something that went wrong. `of` names the customer, lease or gallery; the installation has none."""

    kind: IncidentKind
    reason: Reason
    scope: ScopeKind = ScopeKind.INSTALLATION
    of: Annotated[str, StringConstraints(pattern=NAME)] | None = None
    stops: Stop | None = Field(
        default=None, description="What the gate refuses meanwhile; nothing if left out."
    )
    narrowing: Narrowing | None = Field(
        default=None, description="How the lease of the scope is made narrower, never wider."
    )

    def found(self) -> Found:
        """Return what was found."""
        return Found(
            kind=self.kind,
            reason=self.reason,
            scope=Scope(kind=self.scope, of=self.of),
            stops=self.stops,
            narrowing=self.narrowing,
        )


class ResolutionAsked(Asked):
    """Why an incident is over; `restore` gives the lease back what it lost on account of it."""

    reason: Reason
    restore: bool = False


@dataclass(frozen=True, slots=True)
class IncidentsTold:
    """Incidents, the newest first."""

    incidents: tuple[Incident, ...]


class MeasurementAsked(Asked):
    """A measurement that was made here, by the ledger entry that completed it."""

    entry: Integer = Field(ge=0, le=_LONGEST_ENTRY, examples=[4711])
    uses: Uses
    reason: Reason


class ReportAsked(Asked):
    """A report that was made elsewhere: its `report.json`, and the public key of the log that signed it."""

    report: str = Field(max_length=_LONGEST_REPORT)
    key: str = Field(max_length=300, description="A vkey: name, id and key.")
    uses: Uses
    reason: Reason


@dataclass(frozen=True, slots=True)
class EvidenceTold:
    """Reports, the one that was measured last first."""

    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class WatchedTold:
    """One rate of one gallery, and the evidence that it has risen."""

    watched: Watched
    level: float


@dataclass(frozen=True, slots=True)
class MonitorTold:
    """What is watched, and the evidence at which is alarmed."""

    alarm_level: int
    rates: tuple[WatchedTold, ...]


AuditPath = Annotated[
    AuditId,
    Path(
        pattern=r"^aud_[0-9a-f]{32}$",
        description="Id of an audit.",
        examples=["aud_00112233445566778899aabbccddeeff"],
    ),
]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), Field(examples=["ab" * 32])]


class AuditAsked(Asked):
    """An outside party's audit: `protocol` is the SHA-256 of what it will do and how it will judge."""

    party: Annotated[str, StringConstraints(pattern=LABEL)] = Field(examples=["A university"])
    contact: Annotated[str, StringConstraints(pattern=LABEL)] = Field(examples=["audit@example.com"])
    protocol: Digest
    test_days: Integer = Field(ge=1, le=LONGEST_TEST, description="Days in which it may call.")
    window_days: Integer = Field(ge=1, le=LONGEST_WINDOW, description="Days of embargo after its result.")
    calls_a_minute: Integer = Field(ge=1, le=MOST_A_MINUTE)
    most_calls: Integer = Field(ge=1, le=MOST_CALLS)
    retest_of: Annotated[str, StringConstraints(pattern=r"^aud_[0-9a-f]{32}$")] | None = Field(
        default=None, description="The published audit that this one repeats."
    )
    instruments: list[Instrument] = Field(
        default=[], max_length=len(Instrument), description="Papers on which the party has its faces."
    )
    reason: Reason

    def terms(self) -> AuditTerms:
        """Return what is settled."""
        return AuditTerms(
            party=self.party,
            contact=self.contact,
            protocol=self.protocol,
            test_days=self.test_days,
            window_days=self.window_days,
            calls_a_minute=self.calls_a_minute,
            most_calls=self.most_calls,
            retest_of=AuditId(self.retest_of) if self.retest_of is not None else None,
            instruments=frozenset(self.instruments),
        )


class ResultAsked(Asked):
    """What an outside party found: `report` is the SHA-256 of its whole report."""

    verdict: AuditVerdict
    summary: Reason
    report: Digest

    def handed(self) -> Handed:
        """Return what is handed in."""
        return Handed(verdict=self.verdict, summary=self.summary, report=self.report)


@dataclass(frozen=True, slots=True)
class AuditsTold:
    """Audits, the newest first."""

    audits: tuple[Audit, ...]


@dataclass(frozen=True, slots=True)
class AuditOpenedTold:
    """An audit that may begin, and the party's key."""

    audit: Audit
    key: str
