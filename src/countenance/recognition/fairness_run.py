"""Measuring error rates by group as an act: asked for, settled beforehand, and on the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from countenance.biometrics.faces import FaceChoice
from countenance.biometrics.model import Threshold
from countenance.errors import InvalidInputError
from countenance.fairness.assessment import Criteria
from countenance.fairness.comparisons import compare_all, compare_mated, laid_out
from countenance.fairness.manifest import Manifest
from countenance.fairness.measurement import NotAcquired, document_digest, measurement_document
from countenance.fairness.model import Caps, Direction
from countenance.fairness.partitions import Evidence, populate
from countenance.ledger import Entry, EventType, JsonValue
from countenance.policy.model import Act, Camera, Space
from countenance.recognition.asking import Ask, Permission, Request
from countenance.recognition.calibration_run import Acquired, CalibrationRun, Phase, Progress
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

    def __call__(
        self, actor: Actor, plan: FairnessPlan, *, read: Callable[[str], bytes], progress: Progress
    ) -> FairnessReport:
        """Return the report of `plan`; `read` and `progress` as in `CalibrationRun`.

        Raises `RefusedError` before an image is read, `InvalidInputError` where nothing could
        be compared, and `BusyError` where others use the engine.
        """
        with self.unit_of_work() as work:
            permission = self.ask(work, actor, _REQUEST)
        with self.report.failures_of(Act.MEASURE, permission):
            registered = self._register(plan, permission)
            images = [image.image for image in plan.manifest.images]
            run = CalibrationRun(self.engine, self.report.clock)
            acquired = run.acquire(images, plan.face, read=read, progress=progress)
            document = self._document(plan, acquired, progress)
            digest = document_digest(document)
            with self.unit_of_work() as work:
                fields = _completion(document, digest, len(acquired.failures))
                entry = self.report.completed(work, EventType.MEASUREMENT_COMPLETED, permission, fields)
                work.commit()
        return FairnessReport(
            document=document,
            digest=digest,
            failures=tuple((one.image, one.code, one.message) for one in acquired.failures),
            decision_id=permission.decision_id,
            permitted_by=permission.entry,
            registered=registered,
            entry=entry,
        )

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

    def _document(self, plan: FairnessPlan, acquired: Acquired, progress: Progress) -> dict[str, Any]:
        evidence = _evidence(plan, acquired, progress)
        criteria = Criteria(threshold=plan.at, direction=Direction.SAME, caps=plan.caps, alpha=plan.alpha)
        codes = {failure.image: failure.code for failure in acquired.failures}
        missing = [
            NotAcquired(place, codes[image.image])
            for place, image in enumerate(plan.manifest.images)
            if image.image in codes
        ]
        pipeline = self.engine.pipeline
        return {
            **measurement_document(plan.manifest, evidence, criteria, missing),
            "name": plan.name,
            "made_on": self.report.clock().date().isoformat(),
            "model_digest": pipeline.model_digest,
            "pipeline_version": pipeline.version,
            "plan": plan.document(),
            "plan_digest": document_digest(plan.document()),
            "data_set_digest": plan.manifest.digest(acquired.digests),
            "threshold_fmr": plan.threshold.fmr.rate if plan.threshold is not None else None,
            "calibration": plan.threshold.calibration_id if plan.threshold is not None else None,
            "remarks": list(plan.remarks),
        }


def _evidence(plan: FairnessPlan, acquired: Acquired, progress: Progress) -> Evidence:
    population = populate(plan.manifest)
    places = np.flatnonzero([image.image in acquired.rows for image in plan.manifest.images])
    if not len(places):
        raise InvalidInputError("no image gave a template, so there is nothing to compare")
    order, layout = laid_out(population.cell_of_image[places], population.subject_of_image[places])
    vectors = np.array(acquired.vectors, dtype=np.float32)[order]
    layout = layout.widened(len(population.values), len(population.subjects))
    compared = compare_all(
        vectors, layout, plan.at, lambda done, total: progress(Phase.COMPARING, done, total)
    )
    scores, owners = compare_mated(vectors, layout.subjects)
    present = np.zeros(len(plan.manifest.images), dtype=np.bool_)
    present[places] = True
    return Evidence(population, present, scores, owners, compared, plan.at)


def _completion(document: dict[str, Any], digest: str, failures: int) -> dict[str, JsonValue]:
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
        "not_acquired": failures,
    }
