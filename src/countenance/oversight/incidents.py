"""Incidents: something went wrong, so something stops until a person who did not find it has looked.

Opened by people and by the program's own checks; closed by people only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol

from countenance.errors import InvalidInputError
from countenance.policy.model import Stop, Stopping

IncidentId = NewType("IncidentId", str)


class IncidentKind(StrEnum):
    """What went wrong."""

    ERASURE_DRILL_FAILED = "erasure_drill_failed"
    ERROR_RATE_ALARM = "error_rate_alarm"
    OVERRIDE_RATE_ALARM = "override_rate_alarm"
    APPEAL_RATE_ALARM = "appeal_rate_alarm"
    SCORE_DRIFT = "score_drift"
    QUALITY_DRIFT = "quality_drift"
    NO_MATCH_RATE = "no_match_rate"
    AUDIT_FAILED = "audit_failed"
    FAIRNESS_CAP_FAILED = "fairness_cap_failed"
    OTHER = "other"


class ScopeKind(StrEnum):
    """What an incident is about."""

    INSTALLATION = "installation"
    CUSTOMER = "customer"
    LEASE = "lease"
    GALLERY = "gallery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where an incident counts; `of` is the id of the customer, lease or gallery, None for all.

    Raises `InvalidInputError` where the id is missing, or stands where there is none.
    """

    kind: ScopeKind
    of: str | None = None

    def __post_init__(self) -> None:
        if (self.of is None) != (self.kind is ScopeKind.INSTALLATION):
            raise InvalidInputError(f"the scope `{self.kind}` names which one, `installation` names none")


EVERYWHERE = Scope(kind=ScopeKind.INSTALLATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an act would happen: whose, under which lease, on which gallery."""

    customer: str
    lease: str
    gallery: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Who closed an incident, why and when; `restored` says whether the lease got back what it lost."""

    by: str
    reason: str
    at: datetime
    restored: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident.

    `stops` is None where nothing stops. `by` is a person, or the check that found it. `lease`
    and `narrowed_version` name the version of the lease that was made narrower on account of
    it, None where none was. `evidence` is the SHA-256 (hex) of what it rests on, or empty.
    """

    id: IncidentId
    kind: IncidentKind
    scope: Scope
    stops: Stop | None
    opened: datetime
    by: str
    reason: str
    evidence: str = ""
    lease: str | None = None
    narrowed_version: int | None = None
    resolution: Resolution | None = None

    def concerns(self, place: Place) -> bool:
        """Tell whether the incident counts at `place`."""
        of = {
            ScopeKind.INSTALLATION: None,
            ScopeKind.CUSTOMER: place.customer,
            ScopeKind.LEASE: place.lease,
            ScopeKind.GALLERY: place.gallery,
        }
        return self.scope.of == of[self.scope.kind]

    def stopping(self) -> Stopping | None:
        """Return what the gate is to know of it, None where it stops nothing or is resolved."""
        if self.stops is None or self.resolution is not None:
            return None
        return Stopping(incident=self.id, kind=self.kind.value, stops=self.stops)


class Incidents(Protocol):
    """Incidents by id, never deleted. Writes are durable with the unit of work."""

    def put(self, incident: Incident) -> None:
        """Store `incident`, replacing one of the same id."""
        ...

    def get(self, incident_id: IncidentId) -> Incident | None:
        """Return the incident, or None."""
        ...

    def open(self) -> tuple[Incident, ...]:
        """Return every incident that is not resolved, the oldest first. Asked by acts: few, and cheap."""
        ...

    def all(self, *, skip: int = 0, limit: int) -> tuple[Incident, ...]:
        """Return up to `limit` incidents after the first `skip`, the newest first."""
        ...
