"""Search among kept faces for those that are like another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from countenance.biometrics.model import ComparisonScore, Threshold
from countenance.ledger import EventType
from countenance.policy.model import Act, ObligationKind
from countenance.recognition.acts.loose_probes import (
    loose_face,
    loose_faces,
    require_no_examiners,
    require_room,
    usable_face,
)
from countenance.recognition.asking import Ask, Request
from countenance.recognition.loose_faces.model import LooseFaceId
from countenance.recognition.outcome import calibration_fields
from countenance.recognition.ports import FaceEngine, UnitOfWork
from countenance.recognition.reporting import Report
from countenance.vetting.model import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseSearchResult:
    """The kept faces that reach the threshold, the best first; equal scores in the order of ids."""

    found: tuple[tuple[LooseFaceId, ComparisonScore], ...]
    threshold: Threshold
    show_scores: bool
    decision_id: str
    permitted_by: int
    entry: int


@dataclass(frozen=True, slots=True)
class SearchLooseFaces:
    """Find the kept faces that are like one, with permission and on the record."""

    ask: Ask
    report: Report
    engine: FaceEngine
    threshold_for: Callable[[int], Threshold]
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(
        self, actor: Actor, probe: LooseFaceId, among: Sequence[LooseFaceId], *, limit: int
    ) -> LooseSearchResult:
        """Return those that reach the lease's threshold, never more than the lease's candidates.

        Raises `RefusedError`, `FaceGoneError`, `LowQualityError` or `BusyError`.
        """
        with self.engine.admission():
            with self.unit_of_work() as work:
                permission = self.ask(work, actor, Request(act=Act.SEARCH_STORED))
            with self.report.failures_of(Act.SEARCH_STORED, permission), self.unit_of_work() as work:
                require_no_examiners(permission)
                require_room(permission, len(set(among)))
                threshold = self.threshold_for(permission.lease.terms.fmr_ppb)
                now = self.report.clock()
                lease = permission.lease
                face = usable_face(loose_face(work, lease.id, probe, at=now))
                others = loose_faces(work, lease.id, dict.fromkeys(among), at=now)
                scored = [(-one.template.compare(face.template), one.id) for one in others]
                reached = sorted(pair for pair in scored if threshold.reached_by(ComparisonScore(-pair[0])))
                listed = reached[: min(limit, lease.max_candidates)]
                fields = {
                    "known": len(others),
                    "unknown": 1,
                    "with_candidates": int(bool(listed)),
                    **calibration_fields(threshold),
                }
                entry = self.report.completed(work, EventType.SEARCH_COMPLETED, permission, fields)
                work.commit()
        return LooseSearchResult(
            found=tuple((face_id, ComparisonScore(-score)) for score, face_id in listed),
            threshold=threshold,
            show_scores=permission.obligation(ObligationKind.NO_SCORES) is None,
            decision_id=permission.decision_id,
            permitted_by=permission.entry,
            entry=entry,
        )
