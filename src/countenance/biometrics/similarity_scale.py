"""Scores as percentages, for protocols that know nothing else, anchored on what was measured."""

from __future__ import annotations

from dataclasses import dataclass

from countenance.biometrics.model import ComparisonScore, Threshold
from countenance.errors import CalibrationError, InvalidInputError

FMR_AT_80 = 0.001
"""What 80 stands for: one in a thousand pairs of different people reaches it."""

FMR_AT_99 = 0.00001
"""What 99 stands for: one in a hundred thousand, about the rarest that the shipped record supports."""

_HIGHEST = 100.0
_ANCHORS = (80.0, 99.0)


@dataclass(frozen=True, slots=True)
class SimilarityScale:
    """A strictly rising map of scores (-1 to 1) to percentages (0 to 100), and back.

    Straight lines between four points: -1 is 0, the threshold of `FMR_AT_80` is 80, that of
    `FMR_AT_99` is 99, and 1 is 100. A percentage is no probability: what it stands for is
    known at the two anchors, and they carry the evidence. Raises `CalibrationError` where the
    record does not tell the two thresholds apart.
    """

    at_80: Threshold
    at_99: Threshold

    def __post_init__(self) -> None:
        if not -1.0 < self.at_80.score < self.at_99.score < 1.0:
            raise CalibrationError("the calibration record does not tell the two anchors apart")

    def percent(self, score: ComparisonScore) -> float:
        """Return the percentage that `score` is shown as."""
        return _between(float(score), self._scores, self._percentages)

    def score(self, percent: float) -> ComparisonScore:
        """Return the score that is shown as `percent`; raises `InvalidInputError` outside 0 to 100."""
        if not 0.0 <= percent <= _HIGHEST:
            raise InvalidInputError(f"`{percent}` is not a percentage")
        return ComparisonScore(_between(percent, self._percentages, self._scores))

    @property
    def _scores(self) -> tuple[float, ...]:
        return -1.0, float(self.at_80.score), float(self.at_99.score), 1.0

    @property
    def _percentages(self) -> tuple[float, ...]:
        return 0.0, *_ANCHORS, _HIGHEST


def _between(value: float, of: tuple[float, ...], to: tuple[float, ...]) -> float:
    """Return where `value`, in one of the stretches between the points `of`, lies between those of `to`."""
    for at in range(len(of) - 1):
        if value <= of[at + 1]:
            share = (value - of[at]) / (of[at + 1] - of[at])
            return to[at] * (1.0 - share) + to[at + 1] * share
    return to[-1]
