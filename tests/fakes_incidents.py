"""Incidents and what stands beside them, in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from countenance.oversight.incidents import Incident, IncidentId

Value = TypeVar("Value")


@dataclass
class IncidentState:
    """All that is stored of incidents, by key."""

    incidents: dict[IncidentId, Incident] = field(default_factory=dict)


class Unit(Protocol):
    """The part of a unit of work that these need."""

    def read(self, question: Callable[[Any], Value]) -> Value: ...

    def write(self) -> Any: ...  # noqa: ANN401  the whole state, which holds more than this one


@dataclass
class FakeIncidents:
    unit: Unit

    def put(self, incident: Incident) -> None:
        self.unit.write().incidents[incident.id] = incident

    def get(self, incident_id: IncidentId) -> Incident | None:
        found: Incident | None = self.unit.read(lambda state: state.incidents.get(incident_id))
        return found

    def open(self) -> tuple[Incident, ...]:
        return tuple(one for one in self._oldest_first() if one.resolution is None)

    def all(self, *, skip: int = 0, limit: int) -> tuple[Incident, ...]:
        return self._oldest_first()[::-1][skip : skip + limit]

    def _oldest_first(self) -> tuple[Incident, ...]:
        def question(state: Any) -> tuple[Incident, ...]:  # noqa: ANN401  the whole state
            return tuple(sorted(state.incidents.values(), key=lambda one: (one.opened, one.id)))

        return self.unit.read(question)
