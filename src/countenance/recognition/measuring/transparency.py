"""What is told of the models that run: where they come from, and what was measured of them, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from countenance.biometrics.calibration import CalibrationRecord, CalibrationRow
from countenance.recognition.measuring.published_fairness import PublishedFairness

TARGETS: Final = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
"""False match rates whose thresholds are shown, where the trials support them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedModel:
    """What the catalogue says of a model. `sha256` (hex) is that of its file as published."""

    id: str
    title: str
    publisher: str
    homepage: str | None
    licence: str
    commercial_use: bool
    sha256: str
    training_data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelNote:
    """The models of an installation, and the calibration record of the pipeline that they make.

    `record` is None where no record was made with this pipeline: no face is compared then.
    `fairness` is None where no report of this pipeline is published.
    """

    detector: PublishedModel
    recogniser: PublishedModel
    precision: str
    record: CalibrationRecord | None
    fairness: PublishedFairness | None = None

    @property
    def rows(self) -> tuple[tuple[float, CalibrationRow], ...]:
        """Return the row that stands for each target rate, as far as the trials support one."""
        if self.record is None:
            return ()
        supported = [row for row in self.record.calibration.rows if row.supported]
        found = [
            (target, next((row for row in supported if row.fmr.rate <= target), None)) for target in TARGETS
        ]
        return tuple((target, row) for target, row in found if row is not None)
