"""What measures how error rates differ between groups."""

from __future__ import annotations

from functools import cached_property

from countenance.app.parts import Parts
from countenance.biometrics.model import Threshold
from countenance.recognition.asking import Ask
from countenance.recognition.fairness_run import MeasureFairness
from countenance.recognition.fairness_sealing import SealReport
from countenance.recognition.reporting import Report


class FairnessCases:
    """Acts of the laboratory."""

    def __init__(self, parts: Parts, ask: Ask, report: Report) -> None:
        self.parts = parts
        self._ask = ask
        self._report = report

    @cached_property
    def measure(self) -> MeasureFairness:
        """Measure error rates by group on images whose subjects and groups are recorded."""
        return MeasureFairness(self._ask, self._report, self.parts.engine, self.parts.unit_of_work)

    @cached_property
    def seal(self) -> SealReport:
        """Sign a report that the ledger knows of."""
        return SealReport(self.parts.sign_note, self.parts.unit_of_work)

    def threshold_as_deployed(self) -> Threshold:
        """Return the threshold that the command line itself decides by, which the operator set."""
        return self.parts.threshold_for(self.parts.evaluation_fmr_ppb)
