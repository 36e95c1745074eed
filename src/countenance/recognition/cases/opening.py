"""Opening a case: what is held of a search until people have judged it, and what they will look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeVar

from countenance.biometrics.faces import Extraction
from countenance.biometrics.model import CandidateList
from countenance.errors import InvalidInputError, NothingToExamineError
from countenance.oversight.model import (
    Case,
    CaseFile,
    CaseId,
    CaseState,
    Emergency,
    EmergencyReason,
    ProbeFacts,
    SearchFacts,
)
from countenance.oversight.notices import Notice, NoticeKind
from countenance.oversight.rules import OversightRules
from countenance.policy.model import Camera, ObligationKind, Space
from countenance.recognition.asking import Permission
from countenance.recognition.ports import FaceEngine, UnitOfWork
from countenance.recognition.reporting import Report

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of a search goes into its case: the probe's own bytes, None for a probe without an image."""

    image: bytes | None
    space: Space | None
    camera: Camera | None
    emergency: EmergencyReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A case that is about to be stored, with what is sealed of it.

    `sought` is the keyed commitment to the search, by which the same search finds its case again.
    """

    case: Case
    file: CaseFile
    probe: bytes | None
    sought: str = ""

    def store(self, work: UnitOfWork, entry: int) -> None:
        """Store the case that `entry` of the ledger tells of, and have its customer told."""
        case = self.case
        work.cases.add(case, replace(self.file, entries=(*self.file.entries, entry)), self.probe)
        if self.sought:
            work.cases.keep_search(case.id, self.sought)
        work.notices.announce(
            Notice(kind=NoticeKind.HELD, customer_id=case.customer_id, case_id=case.id, at=case.opened)
        )


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Put together what examiners will need. Nothing is stored here, and no transaction is open."""

    report: Report
    engine: FaceEngine
    rules: OversightRules
    new_id: Callable[[str], str]
    commit_to: Callable[[bytes], str]

    def require_examinable(self, permission: Permission, asked: Asked) -> None:
        """Raise before the face is looked at where nobody could judge, or undo, what is found.

        Raises `NothingToExamineError` for a gallery that keeps no images, and `InvalidInputError` for
        urgent use without its reason, or a reason where no clock runs.
        """
        held = permission.obligation(ObligationKind.HOLD_FOR_EXAMINERS) is not None
        hours = permission.obligation(ObligationKind.EXPIRE_RESULT)
        if held and not permission.covered_gallery().keeps_images:
            raise NothingToExamineError(
                "people must judge what is found, and this gallery keeps no images that they could look at; "
                "let it keep them, and enrol its subjects anew"
            )
        if hours is None and asked.emergency is not None:
            raise InvalidInputError("nothing here waits for an authorisation, so there is no emergency use")
        if hours is not None and asked.emergency is None:
            raise InvalidInputError("urgent use needs its reason, one of the closed list")
        if hours is not None and not held:
            raise InvalidInputError("urgent use of a search that is not held cannot be undone")

    def __call__(
        self, permission: Permission, asked: Asked, seen: Extraction | None, found: CandidateList
    ) -> Opening | None:
        """Return the case of a search that is to be held, None where it need not be; raises `ImageError`."""
        examiners = permission.obligation(ObligationKind.HOLD_FOR_EXAMINERS)
        if examiners is None or not found.candidates:
            return None
        probe, facts = self._probe(asked, seen)
        case = self._case(permission, asked, found, examiners)
        file = CaseFile(search=self._settings(permission, found), probe=facts, entries=(permission.entry,))
        return Opening(case=replace(case, examinable=probe is not None), file=file, probe=probe)

    def _case(self, permission: Permission, asked: Asked, found: CandidateList, examiners: int) -> Case:
        now = self.report.clock()
        hours = permission.obligation(ObligationKind.EXPIRE_RESULT)
        emergency = None
        if asked.emergency is not None and hours is not None:
            emergency = Emergency(reason=asked.emergency, authorise_by=now + timedelta(hours=hours))
        gallery = permission.covered_gallery()
        return Case(
            id=CaseId(self.new_id("case")),
            gallery_id=gallery.id,
            customer_id=permission.customer.id,
            decision_id=permission.decision_id,
            candidates=found.candidates,
            examiners=max(1, examiners),
            state=CaseState.HELD,
            opened=now,
            kind=gallery.purpose,
            lease_id=permission.lease.id,
            requested_by=permission.actor.id,
            requester=permission.actor.person,
            due=now + self.rules.hold,
            space=asked.space or _only(permission.lease.terms.spaces),
            camera=asked.camera or _only(permission.lease.terms.cameras),
            emergency=emergency,
        )

    def _probe(self, asked: Asked, seen: Extraction | None) -> tuple[bytes | None, ProbeFacts | None]:
        if asked.image is None or seen is None:
            return None, None
        portrait = self.engine.portrait(asked.image, seen.face)
        facts = ProbeFacts(
            width=seen.width,
            height=seen.height,
            size=len(asked.image),
            commitment=self.commit_to(asked.image),
            faces_found=seen.faces_found,
            edits=portrait.edits,
        )
        return portrait.image, facts

    def _settings(self, permission: Permission, found: CandidateList) -> SearchFacts:
        threshold, pipeline = found.threshold, permission.covered_gallery().pipeline
        return SearchFacts(
            model_digest=pipeline.model_digest,
            pipeline=pipeline.version,
            threshold=float(threshold.score),
            fmr=float(threshold.fmr.rate),
            fmr_lower=float(threshold.fmr.lower),
            fmr_upper=float(threshold.fmr.upper),
            fmr_trials=threshold.fmr.trials,
            calibration=threshold.calibration_id,
            permitted_by=permission.entry,
        )


def _only(values: frozenset[Value]) -> Value | None:
    """Return the one value that a lease allows, None where it leaves a choice."""
    return next(iter(values)) if len(values) == 1 else None
