"""Scores as confidences of 0 to 1, for a protocol in which 0.5 parts one person from two."""

from __future__ import annotations

from dataclasses import dataclass

from countenance.biometrics.model import ComparisonScore, Threshold
from countenance.errors import CalibrationError, InvalidInputError

AT_THRESHOLD = 0.5
"""The confidence of a score that just reaches the threshold: the protocol calls it identical."""


@dataclass(frozen=True, slots=True)
class ConfidenceScale:
    """A strictly rising map of scores (-1 to 1) to confidences (0 to 1), and back.

    Straight lines between three points: -1 is 0, the lease's threshold is 0.5, and 1 is 1. A
    confidence is no probability: what it stands for is known at 0.5, where the calibration
    record states the false match rate. Raises `CalibrationError` for a threshold of -1, or 1.
    """

    threshold: Threshold

    def __post_init__(self) -> None:
        if not -1.0 < self.threshold.score < 1.0:
            raise CalibrationError("a threshold at the end of all scores anchors no confidence")

    def confidence(self, score: ComparisonScore) -> float:
        """Return the confidence that `score` is shown as."""
        bounded = min(1.0, max(-1.0, float(score)))
        least = float(self.threshold.score)
        if bounded < least:
            return AT_THRESHOLD * (bounded + 1.0) / (least + 1.0)
        return AT_THRESHOLD + (1.0 - AT_THRESHOLD) * (bounded - least) / (1.0 - least)

    def score(self, confidence: float) -> ComparisonScore:
        """Return the score that is shown as `confidence`; raises `InvalidInputError` outside 0 to 1."""
        if not 0.0 <= confidence <= 1.0:
            raise InvalidInputError(f"`{confidence}` is not a confidence")
        least = float(self.threshold.score)
        if confidence < AT_THRESHOLD:
            return ComparisonScore(confidence / AT_THRESHOLD * (least + 1.0) - 1.0)
        share = (confidence - AT_THRESHOLD) / (1.0 - AT_THRESHOLD)
        return ComparisonScore(least + share * (1.0 - least))
