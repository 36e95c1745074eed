"""Measuring error rates by group as an act: asked for, settled beforehand, and on the record."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np

from countenance.biometrics.faces import FaceChoice
from countenance.biometrics.model import Threshold
from countenance.errors import InvalidInputError
from countenance.fairness.assessment import Criteria
from countenance.fairness.comparisons import Resuming, compare_all, compare_mated, laid_out
from countenance.fairness.manifest import Manifest
from countenance.fairness.measurement import NotAcquired, document_digest, measurement_document
from countenance.fairness.model import Caps, Direction, Verdict
from countenance.fairness.open_set import Rows, search_all
from countenance.fairness.partitions import Evidence, populate
from countenance.ledger import Entry, EventType, JsonValue
from countenance.oversight.incidents import IncidentKind
from countenance.policy.model import Act, Camera, Space
from countenance.recognition.asking import Ask, Permission, Request
from countenance.recognition.incidents import MONITOR, Found, OpenIncident
from countenance.recognition.measuring.calibration_run import Phase, Progress
from countenance.recognition.measuring.kept_work import MeasuringWork
from countenance.recognition.measuring.template_gathering import Gathered, Source, gather
from countenance.recognition.ports import FaceEngine, UnitOfWork
from countenance.recognition.reporting import Report
from countenance.vetting.model import Actor

_REQUEST = Request(act=Act.MEASURE, space=Space.CONTROLLED, camera=Camera.FILE)
"""Images come as files that somebody holds already: nobody stands before a camera."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessPlan:
    """What is measured, settled before an image is read.

    `threshold` is calibrated, or the bare `score` takes its place where somebody judges one
    that no record stands for; one of the two is given. `remarks` go into the report as they are.
    """

    name: str
    manifest: Manifest
    face: FaceChoice
    caps: Caps
    alpha: float
    threshold: Threshold | None
    score: float | None = None
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.threshold is None) == (self.score is None):
            raise InvalidInputError("a measurement has one threshold, calibrated or as a score")

    @property
    def at(self) -> float:
        """Return the score from which two templates count as a match."""
        return float(self.threshold.score) if self.threshold is not None else float(self.score or 0.0)

    def document(self) -> dict[str, Any]:
        """Return what is registered: all but the images."""
        return {
            "name": self.name,
            "manifest": self.manifest.protocol_digest(),
            "face": self.face.value,
            "threshold": self.at,
            "calibration": self.threshold.calibration_id if self.threshold is not None else None,
            "caps": self.caps.document(),
            "alpha": self.alpha,
            "remarks": list(self.remarks),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessReport:
    """The measurement as a document, its digest, and where it stands on the ledger.

    `failures` names the images without a template, for whoever ran it; the document does not.
    """

    document: dict[str, Any]
    digest: str
    failures: tuple[tuple[str, str, str], ...]
    decision_id: str
    permitted_by: int
    registered: int
    entry: int


@dataclass(frozen=True, slots=True)
class MeasureFairness:
    """Measure how error rates differ between groups, with permission and on the record.

    The plan's digest is on the ledger before the first image is read, so that nobody can
    choose groups, threshold or caps after the scores. Templates live as long as the run.
    """

    ask: Ask
    report: Report
    engine: FaceEngine
    unit_of_work: Callable[[], UnitOfWork]
    open_incident: OpenIncident | None = None

    def __call__(
        self,
        actor: Actor,
        plan: FairnessPlan,
        *,
        read: Callable[[str], bytes],
        progress: Progress,
        work_in: Callable[[bytes], MeasuringWork] | None = None,
    ) -> FairnessReport:
        """Return the report of `plan`; `read` and `progress` as in `CalibrationRun`.

        `work_in` opens where the work is kept, by 32 bytes that stand for plan and pipeline; what
        an interrupted run left there is taken over, and nothing is left when this one is done.
        Raises `RefusedError` before an image is read, `InvalidInputError` where nothing could
        be compared, and `BusyError` where others use the engine.
        """
        with self.unit_of_work() as work:
            permission = self.ask(work, actor, _REQUEST)
        source = Source([image.image for image in plan.manifest.images], plan.face, read)
        with self.report.failures_of(Act.MEASURE, permission), ExitStack() as held:
            kept = None if work_in is None else held.enter_context(work_in(self._name(plan)))
            registered = self._register(plan, permission)
            gathered = gather(self.engine, source, progress, kept)
            document = self._document(plan, gathered, progress, kept)
            digest = document_digest(document)
            with self.unit_of_work() as work:
                fields = _completion(document, digest, gathered)
                entry = self.report.completed(work, EventType.MEASUREMENT_COMPLETED, permission, fields)
                self._tell_of_failure(work, plan, document, digest)
                work.commit()
            if kept is not None:
                kept.forget()
        return FairnessReport(
            document=document,
            digest=digest,
            failures=tuple((one.image, one.code, one.message) for _, one in gathered.failures),
            decision_id=permission.decision_id,
            permitted_by=permission.entry,
            registered=registered,
            entry=entry,
        )

    def _tell_of_failure(
        self, work: UnitOfWork, plan: FairnessPlan, document: dict[str, Any], digest: str
    ) -> None:
        """Open an incident where a cap that was settled beforehand failed at a threshold that is calibrated.

        It stops nothing: whether the report counts is for reviewers, and an act under caps is refused
        once it does. A bare score is somebody's trial of a threshold, and of nothing that runs.
        """
        if self.open_incident is None or plan.threshold is None or document["verdict"] != Verdict.FAIL:
            return
        failed = [name for name, one in document["verdicts"].items() if one["verdict"] == Verdict.FAIL]
        reason = f"a measurement settled beforehand found a group over the cap of {', '.join(failed)}"
        found = Found(kind=IncidentKind.FAIRNESS_CAP_FAILED, reason=reason, evidence=digest)
        self.open_incident.within(work, MONITOR, found, by="laboratory")

    def _name(self, plan: FairnessPlan) -> bytes:
        pipeline = self.engine.pipeline
        named = {**plan.document(), "model": pipeline.model_digest, "pipeline": pipeline.version}
        return bytes.fromhex(document_digest(named))

    def _register(self, plan: FairnessPlan, permission: Permission) -> int:
        """Put on the ledger what was settled, and return where it stands."""
        fields: dict[str, JsonValue] = {
            "decision": permission.decision_id,
            "permit": permission.entry,
            "plan": document_digest(plan.document()),
            "manifest": plan.manifest.protocol_digest(),
        }
        with self.unit_of_work() as work:
            entry = work.ledger.append(Entry(EventType.MEASUREMENT_REGISTERED, self.report.clock(), fields))
            work.commit()
        return entry

    def _document(
        self, plan: FairnessPlan, gathered: Gathered, progress: Progress, kept: MeasuringWork | None
    ) -> dict[str, Any]:
        evidence = _evidence(plan, gathered, progress, kept)
        criteria = Criteria(threshold=plan.at, direction=Direction.SAME, caps=plan.caps, alpha=plan.alpha)
        missing = [NotAcquired(place, failure.code) for place, failure in gathered.failures]
        pipeline = self.engine.pipeline
        return {
            **measurement_document(plan.manifest, evidence, criteria, missing),
            "name": plan.name,
            "made_on": self.report.clock().date().isoformat(),
            "model_digest": pipeline.model_digest,
            "pipeline_version": pipeline.version,
            "plan": plan.document(),
            "plan_digest": document_digest(plan.document()),
            "data_set_digest": plan.manifest.digest(gathered.hex_digests()),
            "threshold_fmr": plan.threshold.fmr.rate if plan.threshold is not None else None,
            "calibration": plan.threshold.calibration_id if plan.threshold is not None else None,
            "remarks": list(plan.remarks),
        }


def _evidence(
    plan: FairnessPlan, gathered: Gathered, progress: Progress, kept: MeasuringWork | None
) -> Evidence:
    population = populate(plan.manifest)
    places = np.flatnonzero(gathered.acquired)
    if not len(places):
        raise InvalidInputError("no image gave a template, so there is nothing to compare")
    order, layout = laid_out(population.cell_of_image[places], population.subject_of_image[places])
    vectors = gathered.vectors[order]
    gathered.vectors = vectors[:0]  # of a million images this is half a gigabyte
    layout = layout.widened(len(population.values), len(population.subjects))
    compared = compare_all(
        vectors,
        layout,
        plan.at,
        lambda done, total: progress(Phase.COMPARING, done, total),
        None if kept is None else Resuming(kept.state, kept.replace_state),
    )
    scores, owners = compare_mated(vectors, layout.subjects)
    searches = None
    if plan.manifest.one_to_many:
        searches = search_all(
            plan.manifest,
            population.subject_of_image,
            Rows(vectors, layout.subjects, places[order]),
            lambda done, total: progress(Phase.SEARCHING, done, total),
        )
    return Evidence(population, gathered.acquired, scores, owners, compared, plan.at, searches)


def _completion(document: dict[str, Any], digest: str, gathered: Gathered) -> dict[str, JsonValue]:
    groups = document["groups"].values()
    return {
        "fairness": digest,
        "model": document["model_digest"],
        "pipeline": document["pipeline_version"],
        **document["figures"],
        "caps": document["caps_ppb"],
        "plan": document["plan_digest"],
        "data_set": document["data_set_digest"],
        "verdict": document["verdict"],
        "mated_trials": sum(group["mated"] for group in groups),
        "non_mated_trials": document["kinds"]["random"]["nonmated"],
        "not_acquired": len(gathered.failures),
        "taken_over": gathered.taken_over,
    }
