"""Incidents, sealed under the master key; those that are open are found by an index of their own."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, select

from countenance.oversight.incidents import Incident, IncidentId
from countenance.storage.incidents_tables import incidents
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.vetting_sealing import Kept, KeptStatements

_INCIDENTS: Final = KeptStatements(incidents)
_INCIDENT: Final = select(incidents).where(incidents.c.incident_id == bindparam("incident_id"))
_OPEN: Final = (
    select(incidents)
    .where(incidents.c.resolved.is_(None))
    .order_by(incidents.c.opened, incidents.c.incident_id)
)
_NEWEST: Final = (
    select(incidents)
    .order_by(incidents.c.opened.desc(), incidents.c.incident_id.desc())
    .limit(bindparam("most"))
    .offset(bindparam("skip"))
)


class SqlIncidents:
    """Incidents by id."""

    __slots__ = ("_incidents",)

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._incidents = Kept(session, keyring, _INCIDENTS, Incident)

    def put(self, incident: Incident) -> None:
        """Store `incident`, replacing one of the same id."""
        resolved = incident.resolution.at if incident.resolution is not None else None
        row = {"incident_id": incident.id, "opened": incident.opened, "resolved": resolved}
        self._incidents.put(row, incident)

    def get(self, incident_id: IncidentId) -> Incident | None:
        """Return the incident, or None."""
        return next(iter(self._incidents.read(_INCIDENT, {"incident_id": incident_id})), None)

    def open(self) -> tuple[Incident, ...]:
        """Return every incident that is not resolved, the oldest first."""
        return self._incidents.read(_OPEN, {})

    def all(self, *, skip: int = 0, limit: int) -> tuple[Incident, ...]:
        """Return up to `limit` incidents after the first `skip`, the newest first."""
        return self._incidents.read(_NEWEST, {"most": limit, "skip": skip})
