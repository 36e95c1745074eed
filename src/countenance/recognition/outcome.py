"""What a comparison comes to, said the same way by every act."""

from __future__ import annotations

from enum import StrEnum

from countenance.biometrics.faces import Extraction
from countenance.biometrics.model import Threshold
from countenance.errors import InvalidInputError, LowQualityError


class Outcome(StrEnum):
    """What an act on faces answers; a refusal is the fourth and travels as an error."""

    MATCH = "match"
    NO_MATCH = "no_match"
    HELD = "held"


def acquired(extraction: Extraction | InvalidInputError, which: str) -> Extraction:
    """Return the extraction, or raise what stood in its way, saying in which of two images."""
    if isinstance(extraction, InvalidInputError):
        raise type(extraction)(f"{which}: {extraction.message}", reasons=extraction.reasons) from extraction
    return extraction


def usable(extraction: Extraction | InvalidInputError) -> Extraction:
    """Return an extraction that is good enough to rely on, or raise what stood in its way."""
    if isinstance(extraction, InvalidInputError):
        raise extraction
    if extraction.face.reasons:
        reasons = tuple(reason.value for reason in extraction.face.reasons)
        raise LowQualityError(f"the face cannot be compared reliably: {', '.join(reasons)}", reasons=reasons)
    return extraction


def calibration_fields(threshold: Threshold) -> dict[str, str | int]:
    """Return what the ledger says of a threshold: integers, since a leaf holds no floats."""
    return {
        "threshold_millionths": round(threshold.score * 1_000_000),
        "fmr_ppb": round(threshold.fmr.rate * 1_000_000_000),
        "calibration": threshold.calibration_id,
    }
