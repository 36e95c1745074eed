"""Comparing systems on the same pairs as an act: asked for, settled beforehand, and on the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from countenance.errors import InvalidInputError
from countenance.fairness.assessment import Criteria, assess
from countenance.fairness.documents import assessment_document
from countenance.fairness.measurement import document_digest
from countenance.fairness.model import Caps, Direction, Floats
from countenance.fairness.paired_differences import paired_difference
from countenance.fairness.paired_trials import PairedTrials
from countenance.fairness.score_table import BETWEEN
from countenance.ledger import Entry, EventType, JsonValue
from countenance.policy.model import Act, Camera, Space
from countenance.recognition.asking import Ask, Permission, Request
from countenance.recognition.measuring.calibration_run import Progress
from countenance.recognition.measuring.scoring import PairImages, Scorer
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.reporting import Report
from countenance.vetting.model import Actor

FORMAT = 1
_REQUEST = Request(act=Act.MEASURE, space=Space.CONTROLLED, camera=Camera.FILE)


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A system with the threshold that it is judged at, for everybody."""

    scorer: Scorer
    threshold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonPlan:
    """What is compared, settled before an image is read. The first of `systems` is the reference."""

    name: str
    trials: PairedTrials
    systems: Mapping[str, System]
    caps: Caps
    alpha: float
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.systems:
            raise InvalidInputError("at least one system is measured")
        if not np.isfinite([system.threshold for system in self.systems.values()]).all():
            raise InvalidInputError("a threshold is a number")

    def document(self) -> dict[str, Any]:
        """Return what is registered."""
        return {
            "name": self.name,
            "pairs": self.trials.digest(),
            "systems": {
                name: {**system.scorer.description, "threshold": system.threshold}
                for name, system in self.systems.items()
            },
            "caps": self.caps.document(),
            "alpha": self.alpha,
            "remarks": list(self.remarks),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemComparison:
    """The comparison as a document, its digest, the scores by system, and its place on the ledger."""

    document: dict[str, Any]
    digest: str
    scores: Mapping[str, Floats]
    decision_id: str
    permitted_by: int
    registered: int
    entry: int


@dataclass(frozen=True, slots=True)
class CompareSystems:
    """Let several systems score the same pairs, and tell where they differ, with permission.

    Systems, thresholds and pairs are on the ledger before the first image is read or sent.
    """

    ask: Ask
    report: Report
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(
        self, actor: Actor, plan: ComparisonPlan, *, read: Callable[[str], bytes], progress: Progress
    ) -> SystemComparison:
        """Return the comparison; raises `RefusedError` before an image is read, and what `Scorer` raises."""
        with self.unit_of_work() as work:
            permission = self.ask(work, actor, _REQUEST)
        with self.report.failures_of(Act.MEASURE, permission):
            registered = self._register(plan, permission)
            pairs = PairImages(plan.trials.images, plan.trials.first, plan.trials.second, read)
            scores = {name: system.scorer.scores(pairs, progress) for name, system in plan.systems.items()}
            document = {**_document(plan, scores), "made_on": self.report.clock().date().isoformat()}
            digest = document_digest(document)
            fields: dict[str, JsonValue] = {
                "fairness": digest,
                "plan": document_digest(plan.document()),
                "systems": len(plan.systems),
                "pairs": len(plan.trials.first),
            }
            with self.unit_of_work() as work:
                entry = self.report.completed(work, EventType.MEASUREMENT_COMPLETED, permission, fields)
                work.commit()
        return SystemComparison(
            document=document,
            digest=digest,
            scores=scores,
            decision_id=permission.decision_id,
            permitted_by=permission.entry,
            registered=registered,
            entry=entry,
        )

    def _register(self, plan: ComparisonPlan, permission: Permission) -> int:
        endpoints = (system.scorer.description["endpoint"] for system in plan.systems.values())
        fields: dict[str, JsonValue] = {
            "decision": permission.decision_id,
            "permit": permission.entry,
            "plan": document_digest(plan.document()),
            "sent_to": tuple(sorted({endpoint for endpoint in endpoints if endpoint is not None})),
        }
        with self.unit_of_work() as work:
            entry = work.ledger.append(Entry(EventType.MEASUREMENT_REGISTERED, self.report.clock(), fields))
            work.commit()
        return entry


def _document(plan: ComparisonPlan, scores: Mapping[str, Floats]) -> dict[str, Any]:
    from countenance.fairness.score_table import trials_by_group  # noqa: PLC0415  beside its one use

    columns = range(len(plan.trials.columns))
    told = {}
    for name, system in plan.systems.items():
        table = plan.trials.scored(scores[name])
        trials = trials_by_group(table, columns, threshold=system.threshold, direction=Direction.SAME)
        criteria = Criteria(
            threshold=system.threshold, direction=Direction.SAME, caps=plan.caps, alpha=plan.alpha
        )
        told[name] = {
            **system.scorer.description,
            "not_compared": int(np.isnan(scores[name]).sum()),
            **assessment_document(assess(trials, criteria)),
        }
    reference, *others = plan.systems
    return {
        "format": FORMAT,
        "name": plan.name,
        "pairs": len(plan.trials.first),
        "columns": list(plan.trials.columns),
        "systems": told,
        "reference": reference,
        "differences": {name: _differences(plan, scores, name, reference) for name in others},
        "plan": plan.document(),
        "plan_digest": document_digest(plan.document()),
        "remarks": list(plan.remarks),
    }


def _differences(
    plan: ComparisonPlan, scores: Mapping[str, Floats], name: str, reference: str
) -> dict[str, Any]:
    """Return how far the errors of two systems lie apart, for everybody and by group."""
    trials = plan.trials
    both = ~np.isnan(scores[name]) & ~np.isnan(scores[reference])
    one, other = (
        trials.wrong(scores[which], plan.systems[which].threshold, Direction.SAME)
        for which in (name, reference)
    )
    subjects = trials.scored(scores[name]).subjects
    names = np.array(
        [
            BETWEEN.join(trials.values[column][code] for column, code in enumerate(codes))
            if (codes >= 0).all()
            else ""
            for codes in trials.codes.T
        ]
    )

    def apart(chosen: Any) -> dict[str, Any]:  # noqa: ANN401  an array of booleans
        kinds = {"fmr": (~trials.mated, 2), "fnmr": (trials.mated, 1)}
        return {
            kind: paired_difference(one[rows], other[rows], subjects[:sides, rows]).document()
            for kind, (which, sides) in kinds.items()
            for rows in (np.flatnonzero(both & chosen & which),)
        }

    groups = {str(group): apart(names == group) for group in np.unique(names) if group}
    return {"compared_by_both": int(both.sum()), "everybody": apart(np.ones_like(both)), "groups": groups}
