"""People who judge held cases of a stage, for tests of the ways in: two examiners, a reviewer, two judges."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from countenance.app import Countenance
from countenance.app.oversight_cases import OversightCases
from countenance.oversight.model import CaseId
from countenance.oversight.rules import OversightRules
from countenance.policy.model import Purpose
from countenance.recognition.cases.examiners import Training
from examining import EXAMINERS, OLIVIA, OTHER, RITA, RUBEN, RUTH, SAME

AT_ONCE = OversightRules(fillers=0, known_share=0, least_seconds=0)
"""Rules under which a list is handed in as soon as it is judged."""

_PAIR = ("eve", "bob")


@dataclass
class Judging:
    """Examiners and reviewers of a service, authorised for missing children."""

    service: Countenance

    def __post_init__(self) -> None:
        parts = self.service.parts
        parts.oversight_rules = AT_ONCE
        self.cases = OversightCases(parts, random.Random(7))  # noqa: S311  a test is to be repeatable
        self.service.__dict__["oversight"] = self.cases
        now = parts.clock()
        for name in _PAIR:
            training = Training(
                person=name,
                kinds=frozenset({Purpose.MISSING_CHILDREN}),
                training="course 12",
                trained=now - timedelta(days=1),
                expires=now + timedelta(days=100),
            )
            self.cases.authorise_examiners(OLIVIA, training)

    def judge(self, *, support: bool = True) -> None:
        """Let both examiners say the same of everybody on the list that waits."""
        for name in _PAIR:
            actor = EXAMINERS[name]
            taken = self.cases.take_next(actor)
            assert taken is not None
            for place in self.cases.read_list(actor, taken).places:
                self.cases.write_sheet(actor, taken, place.slot, SAME if support else OTHER)
            self.cases.conclude(actor, taken)

    def release(self, case_id: str) -> None:
        self.cases.release_lead(RITA, CaseId(case_id), "two examiners agree, each alone")

    def overturn(self, case_id: str) -> None:
        self.cases.appeal(OLIVIA, CaseId(case_id), "She was at home, as her neighbours say.")
        for judge in (RUBEN, RUTH):
            self.cases.judge_appeal(judge, CaseId(case_id), uphold=True, reasons="so say the neighbours")
