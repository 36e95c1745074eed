"""What measures how error rates differ between groups."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from countenance.app.parts import Parts
from countenance.biometrics.model import Threshold
from countenance.recognition.asking import Ask
from countenance.recognition.measuring.fairness_run import MeasureFairness
from countenance.recognition.measuring.fairness_sealing import SealReport
from countenance.recognition.reporting import Report

if TYPE_CHECKING:
    from countenance.recognition.measuring.scoring import Scorer
    from countenance.recognition.measuring.system_comparison import CompareSystems


class FairnessCases:
    """Acts of the laboratory."""

    def __init__(self, parts: Parts, ask: Ask, report: Report) -> None:
        self.parts = parts
        self._ask = ask
        self._report = report

    @cached_property
    def measure(self) -> MeasureFairness:
        """Measure error rates by group on images whose subjects and groups are recorded."""
        from countenance.app.gate_cases import opener_of_incidents

        p = self.parts
        opened = opener_of_incidents(p)
        return MeasureFairness(self._ask, self._report, p.engine, p.unit_of_work, opened)

    @cached_property
    def seal(self) -> SealReport:
        """Sign a report that the ledger knows of."""
        return SealReport(self.parts.sign_note, self.parts.unit_of_work)

    @cached_property
    def compare_systems(self) -> CompareSystems:
        """Let several systems score the same pairs."""
        from countenance.recognition.measuring.system_comparison import CompareSystems

        return CompareSystems(self._ask, self._report, self.parts.unit_of_work)

    def scorer(self, system: str, face: str) -> Scorer:
        """Return the system that a text names: `engine`, `model:ID`, `rekognition:URL` or `azure:URL`.

        Raises `InvalidInputError`, `ConfigurationError` and what loading a model raises.
        """
        from countenance.biometrics.faces import FaceChoice
        from countenance.recognition.measuring.scoring import EngineScorer

        kind, _, rest = system.partition(":")
        if system == "engine":
            return EngineScorer(self.parts.engine, FaceChoice(face))
        if kind == "model" and rest:
            return EngineScorer(self.parts.engine_with(rest), FaceChoice(face), owned=True)
        from countenance.engine.remote_scoring import remote_scorer

        return remote_scorer(kind, rest)

    def threshold_as_deployed(self) -> Threshold:
        """Return the threshold that the command line itself decides by, which the operator set."""
        return self.parts.threshold_for(self.parts.evaluation_fmr_ppb)
