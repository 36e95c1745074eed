"""The acts on faces, and the door that they ask at."""

from __future__ import annotations

import secrets
from functools import cached_property
from typing import TYPE_CHECKING

from countenance.app.access_cases import Access

if TYPE_CHECKING:
    from countenance.recognition.acts.comparison import Compare
    from countenance.recognition.acts.detection import Detect
    from countenance.recognition.acts.enrolment import Enrol
    from countenance.recognition.acts.identification import Identify
    from countenance.recognition.acts.sorting import Sort
    from countenance.recognition.acts.verification import Verify
    from countenance.recognition.asking import Ask
    from countenance.recognition.collections.indexing import Index
    from countenance.recognition.collections.users import Associate
    from countenance.recognition.loose_faces.group_comparison import CompareGroup
    from countenance.recognition.measuring.calibration import Calibrate
    from countenance.recognition.reporting import Report
    from countenance.recognition.standing import Standing
    from countenance.recognition.watching.score_tally import ScoreWatch


class FaceActs(Access):
    """What is done with faces. Every attribute is a use case that takes an `Actor` first."""

    @cached_property
    def enrol(self) -> Enrol:
        """Store a reference of a subject who agreed."""
        from countenance.recognition.acts.enrolment import Enrol

        p = self.parts
        return Enrol(self._ask, self._report, p.engine, p.unit_of_work, new_id)

    @cached_property
    def verify(self) -> Verify:
        """Compare a probe with one subject."""
        from countenance.recognition.acts.verification import Verify

        p = self.parts
        return Verify(self._ask, self._report, p.engine, p.threshold_for, p.unit_of_work, self._score_watch)

    @cached_property
    def identify(self) -> Identify:
        """Search a gallery for the mates of a probe."""
        from countenance.recognition.acts.identification import Identify
        from countenance.recognition.cases.opening import OpenCase

        p = self.parts
        return Identify(
            ask=self._ask,
            report=self._report,
            engine=p.engine,
            index=p.index,
            threshold_for=p.threshold_for,
            unit_of_work=p.unit_of_work,
            open_case=OpenCase(self._report, p.engine, p.oversight_rules, new_id, p.commit_to),
            commit_to=p.commit_to,
        )

    @cached_property
    def detect(self) -> Detect:
        """Find the faces of an image."""
        from countenance.recognition.acts.detection import Detect

        return Detect(self._ask, self._report, self.parts.engine, self.parts.unit_of_work)

    @cached_property
    def compare(self) -> Compare:
        """Compare the faces of two images, neither of which is kept."""
        from countenance.recognition.acts.comparison import Compare

        p = self.parts
        return Compare(self._ask, self._report, p.engine, p.threshold_for, p.unit_of_work)

    @cached_property
    def sort(self) -> Sort:
        """Compare folders of loose images."""
        from countenance.recognition.acts.sorting import Sort

        p = self.parts
        return Sort(self._ask, self._report, p.engine, p.threshold_for, p.unit_of_work)

    @cached_property
    def calibrate(self) -> Calibrate:
        """Measure the pipeline on images whose truth is known."""
        from countenance.recognition.measuring.calibration import Calibrate

        return Calibrate(self._ask, self._report, self.parts.engine, self.parts.unit_of_work)

    @cached_property
    def index(self) -> Index:
        """Enrol the largest face of an image, and tell of the others."""
        from countenance.recognition.collections.indexing import Index
        from countenance.recognition.collections.model import LEAST_FACE

        return Index(self.enrol, self.parts.unit_of_work, self.parts.commit_to, LEAST_FACE)

    @cached_property
    def compare_group(self) -> CompareGroup:
        """Compare one face with every face of another image."""
        from countenance.recognition.loose_faces.group_comparison import CompareGroup

        p = self.parts
        return CompareGroup(self._ask, self._report, p.engine, p.threshold_for, p.unit_of_work)

    @cached_property
    def associate(self) -> Associate:
        """Put enrolled faces under a user."""
        from countenance.recognition.collections.users import Associate

        p = self.parts
        return Associate(self._ask, self._report, p.engine, self._standing, p.unit_of_work)

    @cached_property
    def _ask(self) -> Ask:
        from countenance.recognition.asking import Ask
        from countenance.recognition.standing_evidence import StandingEvidence

        p = self.parts
        return Ask(p.decide, p.clock, new_id, p.terms_of_use, StandingEvidence(p.threshold_for))

    @cached_property
    def _score_watch(self) -> ScoreWatch:
        from countenance.recognition.watching.score_tally import ScoreTally, ScoreWatch

        return ScoreWatch(ScoreTally(), self.parts.threshold_for)

    @cached_property
    def _report(self) -> Report:
        from countenance.recognition.reporting import Report

        return Report(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def _standing(self) -> Standing:
        from countenance.recognition.standing import Standing

        return Standing(self.parts.clock)


def new_id(prefix: str) -> str:
    """Return an id that nobody can guess and that says what it names: `dec_` and 128 random bits."""
    return f"{prefix}_{secrets.token_hex(16)}"
