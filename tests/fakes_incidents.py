"""Incidents and what stands beside them, in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from countenance.fairness.audits import Audit, AuditId
from countenance.fairness.evidence import Evidence, EvidenceId
from countenance.fairness.labels import LabelledSubject, RecordedGroups, WatchedGroup
from countenance.fairness.monitored import Measure, Watched
from countenance.fairness.reports import KeptReport
from countenance.oversight.incidents import Incident, IncidentId
from countenance.policy.evidence import KindOfUse

Value = TypeVar("Value")


@dataclass
class IncidentState:
    """All that is stored of incidents, by key."""

    incidents: dict[IncidentId, Incident] = field(default_factory=dict)
    evidence_records: dict[EvidenceId, Evidence] = field(default_factory=dict)
    fairness_reports: dict[str, tuple[KeptReport, dict[str, bytes]]] = field(default_factory=dict)
    group_labels: dict[tuple[str, str], tuple[RecordedGroups, str, bytes]] = field(default_factory=dict)
    group_streams: dict[tuple[str, str, str], WatchedGroup] = field(default_factory=dict)
    watched: dict[tuple[str, str], Watched] = field(default_factory=dict)
    outcomes_followed: int = 0
    audits: dict[AuditId, Audit] = field(default_factory=dict)
    audit_calls: dict[tuple[str, int], int] = field(default_factory=dict)


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


@dataclass
class FakeEvidenceRecords:
    unit: Unit

    def put(self, evidence: Evidence) -> None:
        self.unit.write().evidence_records[evidence.id] = evidence

    def get(self, evidence_id: EvidenceId) -> Evidence | None:
        found: Evidence | None = self.unit.read(lambda state: state.evidence_records.get(evidence_id))
        return found

    def newest(self, model_digest: str, threshold_ppb: int, use: KindOfUse) -> Evidence | None:
        found = [
            one
            for one in self.all()
            if (one.model_digest, one.threshold_ppb) == (model_digest, threshold_ppb)
            and use in one.uses
            and one.registered is not None
        ]
        return max(found, key=lambda one: (one.measured, one.registered and one.registered.at), default=None)

    def all(self) -> tuple[Evidence, ...]:
        def question(state: Any) -> tuple[Evidence, ...]:  # noqa: ANN401  the whole state
            by_id = sorted(state.evidence_records.values(), key=lambda one: one.id)
            return tuple(sorted(by_id, key=lambda one: one.measured, reverse=True))

        return self.unit.read(question)


@dataclass
class FakeFairnessReports:
    unit: Unit

    def put(self, report: KeptReport, files: Mapping[str, bytes]) -> None:
        self.unit.write().fairness_reports.setdefault(report.digest, (report, dict(files)))

    def get(self, digest: str) -> KeptReport | None:
        return next((one for one in self.all() if one.digest == digest), None)

    def file(self, digest: str, name: str) -> bytes | None:
        def question(state: Any) -> bytes | None:  # noqa: ANN401  the whole state
            held = state.fairness_reports.get(digest)
            found: bytes | None = held[1].get(name) if held is not None else None
            return found

        return self.unit.read(question)

    def all(self) -> tuple[KeptReport, ...]:
        def question(state: Any) -> tuple[KeptReport, ...]:  # noqa: ANN401  the whole state
            held = [one for one, _ in state.fairness_reports.values()]
            by_digest = sorted(held, key=lambda one: one.digest)
            return tuple(sorted(by_digest, key=lambda one: one.kept, reverse=True))

        return self.unit.read(question)


@dataclass
class FakeGroupLabels:
    unit: Unit

    def put(self, gallery_id: str, subject_id: str, groups: RecordedGroups, commitment: str) -> None:
        state = self.unit.write()
        key = state.subject_keys.get((gallery_id, subject_id))
        if key is not None:
            state.group_labels[gallery_id, subject_id] = (groups, commitment, key)

    def get(self, gallery_id: str, subject_id: str) -> RecordedGroups | None:
        held = self._all().get((gallery_id, subject_id))
        return held[0] if held is not None else None

    def remove(self, gallery_id: str, subject_id: str) -> bool:
        there = (gallery_id, subject_id) in self._all()
        self.unit.write().group_labels.pop((gallery_id, subject_id), None)
        return there

    def in_gallery(self, gallery_id: str) -> tuple[LabelledSubject, ...]:
        return tuple(
            LabelledSubject(
                gallery_id=gallery, subject_id=subject, commitment=commitment, answers=groups.answers
            )
            for (gallery, subject), (groups, commitment) in sorted(self._all().items())
            if gallery == gallery_id
        )

    def watched(self, gallery_ids: Collection[str] | None = None) -> tuple[WatchedGroup, ...]:
        def question(state: Any) -> tuple[WatchedGroup, ...]:  # noqa: ANN401  the whole state
            return tuple(one for _, one in sorted(state.group_streams.items()))

        return tuple(
            one for one in self.unit.read(question) if gallery_ids is None or one.gallery_id in gallery_ids
        )

    def watch(self, watched: WatchedGroup) -> None:
        key = (watched.gallery_id, watched.measure.value, watched.group)
        self.unit.write().group_streams[key] = watched

    def unwatch(self, watched: WatchedGroup) -> None:
        key = (watched.gallery_id, watched.measure.value, watched.group)
        self.unit.write().group_streams.pop(key, None)

    def _all(self) -> dict[tuple[str, str], tuple[RecordedGroups, str]]:
        def question(state: Any) -> dict[tuple[str, str], tuple[RecordedGroups, str]]:  # noqa: ANN401  the whole state
            return {
                place: (groups, commitment)
                for place, (groups, commitment, key) in state.group_labels.items()
                if state.subject_keys.get(place) == key
            }

        return self.unit.read(question)


@dataclass
class FakeMonitored:
    unit: Unit

    def followed(self) -> int:
        count: int = self.unit.read(lambda state: state.outcomes_followed)
        return count

    def follow(self, count: int) -> None:
        self.unit.write().outcomes_followed = count

    def put(self, watched: Watched) -> None:
        self.unit.write().watched[watched.gallery_id, watched.measure.value] = watched

    def get(self, gallery_id: str, measure: Measure) -> Watched | None:
        found: Watched | None = self.unit.read(lambda state: state.watched.get((gallery_id, measure.value)))
        return found

    def all(self) -> tuple[Watched, ...]:
        return self.unit.read(lambda state: tuple(one for _, one in sorted(state.watched.items())))


@dataclass
class FakeAudits:
    unit: Unit

    def put(self, audit: Audit) -> None:
        self.unit.write().audits[audit.id] = audit

    def get(self, audit_id: AuditId) -> Audit | None:
        found: Audit | None = self.unit.read(lambda state: state.audits.get(audit_id))
        return found

    def of_lease(self, key_lease: str) -> Audit | None:
        return next((one for one in self.all() if key_lease and one.key_lease == key_lease), None)

    def all(self) -> tuple[Audit, ...]:
        def question(state: Any) -> tuple[Audit, ...]:  # noqa: ANN401  the whole state
            by_id = sorted(state.audits.values(), key=lambda one: one.id)
            return tuple(sorted(by_id, key=lambda one: one.registered.at, reverse=True))

        return self.unit.read(question)

    def calls(self, audit_id: AuditId, minute: int) -> tuple[int, int]:
        def question(state: Any) -> tuple[int, int]:  # noqa: ANN401  the whole state
            every = {then: count for (name, then), count in state.audit_calls.items() if name == audit_id}
            return every.get(minute, 0), sum(every.values())

        return self.unit.read(question)

    def count(self, audit_id: AuditId, minute: int) -> None:
        calls = self.unit.write().audit_calls
        calls[audit_id, minute] = calls.get((audit_id, minute), 0) + 1
