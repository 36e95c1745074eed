"""Grouping of kept faces by whom they may show, without knowing anybody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from countenance.biometrics.grouping import group_templates
from countenance.biometrics.model import Threshold
from countenance.ledger import EventType
from countenance.policy.model import Act
from countenance.recognition.acts.loose_probes import loose_faces, require_no_examiners, require_room
from countenance.recognition.asking import Ask, Request
from countenance.recognition.loose_faces.model import LooseFaceId
from countenance.recognition.outcome import calibration_fields
from countenance.recognition.ports import FaceEngine, UnitOfWork
from countenance.recognition.reporting import Report
from countenance.vetting.model import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseGrouping:
    """Groups of faces of one person each, the largest first, and those that fit nowhere."""

    groups: tuple[tuple[LooseFaceId, ...], ...]
    messy: tuple[LooseFaceId, ...]
    decision_id: str
    permitted_by: int
    entry: int


@dataclass(frozen=True, slots=True)
class GroupLooseFaces:
    """Group kept faces, with permission and on the record.

    Two faces of one photograph are two people. A face that cannot be compared reliably is
    compared with none: it fits nowhere.
    """

    ask: Ask
    report: Report
    engine: FaceEngine
    threshold_for: Callable[[int], Threshold]
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, names: Sequence[LooseFaceId]) -> LooseGrouping:
        """Return the groups.

        Raises `RefusedError`, `FaceGoneError`, `BusyError`, and `InvalidInputError` beyond the
        number of subjects that the lease allows.
        """
        with self.engine.admission():
            with self.unit_of_work() as work:
                permission = self.ask(work, actor, Request(act=Act.SEARCH_STORED))
            with self.report.failures_of(Act.SEARCH_STORED, permission), self.unit_of_work() as work:
                require_no_examiners(permission)
                require_room(permission, len(set(names)))
                threshold = self.threshold_for(permission.lease.terms.fmr_ppb)
                now = self.report.clock()
                faces = loose_faces(work, permission.lease.id, dict.fromkeys(names), at=now)
                good = [face for face in faces if not face.reasons]
                made = group_templates(
                    [face.template for face in good],
                    [face.photograph for face in good],
                    threshold=threshold,
                )
                groups = tuple(tuple(good[at].id for at in group) for group in made.groups)
                grouped = {name for group in groups for name in group}
                fields = {"faces": len(faces), "groups": len(groups), **calibration_fields(threshold)}
                entry = self.report.completed(work, EventType.SEARCH_COMPLETED, permission, fields)
                work.commit()
        return LooseGrouping(
            groups=groups,
            messy=tuple(face.id for face in faces if face.id not in grouped),
            decision_id=permission.decision_id,
            permitted_by=permission.entry,
            entry=entry,
        )
