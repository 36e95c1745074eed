"""Comparison of one loose face with every face of another image, none of which is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from countenance.biometrics.faces import EVERY_SIZE, Extraction, FaceChoice, LeastSize
from countenance.biometrics.model import ComparisonScore, Threshold
from countenance.errors import ImageError
from countenance.ledger import EventType
from countenance.policy.model import Act, ObligationKind
from countenance.recognition.asking import Ask, Permission, Request
from countenance.recognition.outcome import Outcome, acquired, calibration_fields
from countenance.recognition.ports import FaceEngine, UnitOfWork
from countenance.recognition.reporting import Report
from countenance.vetting.model import Actor

MOST_FACES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupComparison:
    """A source whose largest face is compared, and a target all of whose faces are.

    `at_least` asks for higher scores than the lease's threshold; lower ones change nothing.
    Faces of the target below `least` size are passed over.
    """

    source: bytes
    target: bytes
    at_least: ComparisonScore | None = None
    least: LeastSize = EVERY_SIZE


@dataclass(frozen=True, slots=True)
class ComparedFace:
    """A face of the target with its score; the score counts where it reached the threshold."""

    extraction: Extraction
    score: ComparisonScore
    reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupComparisonResult:
    """The source's face, and the target's: those that reached the threshold first, then by score."""

    outcome: Outcome
    source: Extraction
    targets: tuple[ComparedFace, ...]
    threshold: Threshold
    show_scores: bool
    decision_id: str
    permitted_by: int
    entry: int


@dataclass(frozen=True, slots=True)
class CompareGroup:
    """Compare one face with a group, with permission and on the record."""

    ask: Ask
    report: Report
    engine: FaceEngine
    threshold_for: Callable[[int], Threshold]
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, asked: GroupComparison) -> GroupComparisonResult:
        """Return the outcome, or raise `RefusedError`, `ImageError`, `FaceError` or `BusyError`.

        At most one face of a photograph shows the source's subject, so that the target's
        others are unmatched by what is known; more than one can still reach the threshold,
        and then the best comes first.
        """
        with self.engine.admission():
            with self.unit_of_work() as work:
                permission = self.ask(work, actor, Request(act=Act.VERIFY))
            with self.report.failures_of(Act.VERIFY, permission):
                threshold = self.threshold_for(permission.lease.terms.fmr_ppb)
                first, seen = self.engine.extract_one_and_all(
                    asked.source,
                    asked.target,
                    choice=FaceChoice.LARGEST,
                    limit=MOST_FACES,
                    least=asked.least,
                )
                source = acquired(first, "source")
                if isinstance(seen, ImageError):
                    raise seen
                least = max(threshold.score, asked.at_least or threshold.score)
                scores = [one.template.compare(source.template) for one in seen]
                targets = tuple(
                    ComparedFace(one, score, reached=score >= least)
                    for one, score in zip(seen, scores, strict=True)
                )
                return self._record(permission, source, threshold, targets)

    def _record(
        self,
        permission: Permission,
        source: Extraction,
        threshold: Threshold,
        targets: tuple[ComparedFace, ...],
    ) -> GroupComparisonResult:
        reached = sum(target.reached for target in targets)
        outcome = Outcome.MATCH if reached else Outcome.NO_MATCH
        fields = {
            "outcome": outcome.value,
            "faces": len(targets),
            "reached": reached,
            **calibration_fields(threshold),
        }
        with self.unit_of_work() as work:
            entry = self.report.completed(work, EventType.VERIFICATION_COMPLETED, permission, fields)
            work.commit()
        return GroupComparisonResult(
            outcome=outcome,
            source=source,
            targets=tuple(sorted(targets, key=lambda target: -target.score)),
            threshold=threshold,
            show_scores=permission.obligation(ObligationKind.NO_SCORES) is None,
            decision_id=permission.decision_id,
            permitted_by=permission.entry,
            entry=entry,
        )
