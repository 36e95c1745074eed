"""What acts on faces answer: the outcome, its evidence, and where it is recorded."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from countenance.biometrics.model import Candidate, ErrorRate
from countenance.entrypoints.api.schemas.faces import FaceTold
from countenance.entrypoints.api.schemas.model import Told
from countenance.recognition.acts.comparison import ComparisonResult
from countenance.recognition.acts.detection import DetectionResult
from countenance.recognition.acts.enrolment import EnrolmentResult
from countenance.recognition.acts.identification import IdentificationResult
from countenance.recognition.acts.verification import VerificationResult
from countenance.recognition.outcome import Outcome


class RateTold(Told):
    """A measured proportion with its 95 % interval: a score means nothing without it."""

    rate: float = Field(ge=0, le=1)
    lower: float = Field(ge=0, le=1)
    upper: float = Field(ge=0, le=1)
    trials: int = Field(ge=0, description="Comparisons that it was measured on.")

    @classmethod
    def of(cls, rate: ErrorRate) -> Self:
        """Return the rate's outside."""
        return cls(rate=rate.rate, lower=rate.lower, upper=rate.upper, trials=rate.trials)


class Recorded(Told):
    """Where the act stands on the record."""

    decision_id: str = Field(description="The decision that permitted the act.")
    permitted_by: int = Field(ge=0, description="Index of the ledger entry that permitted it.")
    entry: int = Field(ge=0, description="Index of the ledger entry that closed it.")


class EnrolmentTold(Recorded):
    """The stored reference."""

    reference_id: str
    duplicate: bool = Field(description="The same photograph was enrolled before; nothing was added.")
    face: FaceTold

    @classmethod
    def of(cls, result: EnrolmentResult) -> Self:
        """Return the result's outside."""
        return cls(
            reference_id=result.reference_id,
            duplicate=result.duplicate,
            face=FaceTold.of(result.face),
            decision_id=result.decision_id,
            permitted_by=result.permitted_by,
            entry=result.entry,
        )


class Compared(Told):
    """An outcome with the threshold behind it and what that threshold lets pass."""

    outcome: Outcome = Field(description="`match`, `no_match` or `held`. A refusal is a problem, with 403.")
    threshold: float = Field(ge=-1, le=1, description="The score from which templates count as mated.")
    fmr: RateTold = Field(description="False match rate at the threshold, as calibrated.")
    calibration_id: str = Field(description="The calibration record that threshold and rate come from.")


class Scored(Told):
    """The score of one comparison."""

    score: float | None = Field(
        ge=-1, le=1, description="Similarity of the templates; null where the permit forbids scores."
    )


class VerificationTold(Recorded, Scored, Compared):
    """Whether probe and subject are mated."""

    @classmethod
    def of(cls, result: VerificationResult) -> Self:
        """Return the result's outside."""
        return cls(
            outcome=result.outcome,
            score=result.score,
            threshold=result.threshold.score,
            fmr=RateTold.of(result.threshold.fmr),
            calibration_id=result.threshold.calibration_id,
            decision_id=result.decision_id,
            permitted_by=result.permitted_by,
            entry=result.entry,
        )


class ComparisonTold(Recorded, Scored, Compared):
    """Whether the faces of two images are mated."""

    faces: list[FaceTold] = Field(
        min_length=2, max_length=2, description="The two that were compared: the reference's, the probe's."
    )

    @classmethod
    def of(cls, result: ComparisonResult) -> Self:
        """Return the result's outside."""
        return cls(
            outcome=result.outcome,
            score=result.score,
            threshold=result.threshold.score,
            fmr=RateTold.of(result.threshold.fmr),
            calibration_id=result.threshold.calibration_id,
            faces=[FaceTold.of(face) for face in result.faces],
            decision_id=result.decision_id,
            permitted_by=result.permitted_by,
            entry=result.entry,
        )


class CandidateTold(Told):
    """A subject that people have yet to confirm."""

    rank: int = Field(ge=1)
    subject_id: str
    score: float | None = Field(ge=-1, le=1, description="Null where the permit forbids scores.")

    @classmethod
    def of(cls, candidate: Candidate, *, show_score: bool) -> Self:
        """Return the candidate's outside."""
        score = candidate.score if show_score else None
        return cls(rank=candidate.rank, subject_id=candidate.subject_id, score=score)


class IdentificationTold(Recorded, Compared):
    """Candidates in rank order, or the case that holds them until examiners have judged."""

    candidates: list[CandidateTold] | None = Field(
        description="Null where the outcome is `held`: nobody sees them before the examiners."
    )
    lead_only: bool = Field(description="No candidate may be acted on without other evidence.")
    case_id: str | None = Field(description="The case, where the outcome is `held`.")
    examiners: int = Field(ge=0, description="How many people must judge the case.")

    @classmethod
    def of(cls, result: IdentificationResult) -> Self:
        """Return the result's outside."""
        found = result.candidates
        return cls(
            outcome=result.outcome,
            threshold=result.threshold.score,
            fmr=RateTold.of(result.threshold.fmr),
            calibration_id=result.threshold.calibration_id,
            candidates=None
            if found is None
            else [CandidateTold.of(one, show_score=result.show_scores) for one in found.candidates],
            lead_only=result.lead_only,
            case_id=result.case_id,
            examiners=result.examiners,
            decision_id=result.decision_id,
            permitted_by=result.permitted_by,
            entry=result.entry,
        )


class DetectionTold(Recorded):
    """The faces of an image, the largest first, with the upright image's size in pixels."""

    width: int = Field(ge=1)
    height: int = Field(ge=1)
    faces: list[FaceTold]

    @classmethod
    def of(cls, result: DetectionResult) -> Self:
        """Return the result's outside."""
        return cls(
            width=result.detection.width,
            height=result.detection.height,
            faces=[FaceTold.of(face) for face in result.detection.faces],
            decision_id=result.decision_id,
            permitted_by=result.permitted_by,
            entry=result.entry,
        )
