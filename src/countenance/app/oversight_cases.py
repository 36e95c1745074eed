"""The use cases of oversight: examiners and their lists, cases and leads, known faces, figures."""

from __future__ import annotations

import random
import secrets
from datetime import date
from functools import cached_property

from countenance.app.parts import Parts
from countenance.policy.publication import RulesOfTheDay, rules_of_the_day
from countenance.recognition.acts.detection import Detect
from countenance.recognition.acts.repeated_search import RepeatSearch
from countenance.recognition.asking import Ask
from countenance.recognition.cases.appeals import AppealLead, JudgeLeadAppeal
from countenance.recognition.cases.clock import case_clock
from countenance.recognition.cases.closing import Settle
from countenance.recognition.cases.customers import AnswerForCase
from countenance.recognition.cases.disclosure import Disclose
from countenance.recognition.cases.examiners import AuthoriseExaminers, Fitness, ReadExaminers
from countenance.recognition.cases.feedback import ReadFigures
from countenance.recognition.cases.images import KeepImages
from countenance.recognition.cases.keeping import AuthoriseEmergency, KeepCaseTime
from countenance.recognition.cases.reading import ReadBench, ReadLead
from countenance.recognition.cases.release import Bench, ReleaseLead
from countenance.recognition.examining.known_faces import KnownFaces
from countenance.recognition.examining.lists import MakeLists
from countenance.recognition.examining.queue import Desk, ReadList, TakeNext
from countenance.recognition.examining.sheets import Conclude, GiveBack, WriteSheet
from countenance.recognition.reporting import Report
from countenance.recognition.rounds import Rounds
from countenance.recognition.standing import Standing
from countenance.vetting.access import Access
from countenance.vetting.evaluation import EnsureEvaluationLease


class OversightCases:
    """Held results and those who judge them. Every attribute is a use case that takes an `Actor` first.

    `chance` decides orders and draws; the system's own randomness where none is given.
    """

    def __init__(self, parts: Parts, chance: random.Random | None = None) -> None:
        self.parts = parts
        self._chance = chance if chance is not None else secrets.SystemRandom()

    # Examiners

    @cached_property
    def take_next(self) -> TakeNext:
        """Tell an examiner what waits, and give out the next list."""
        return TakeNext(self._desk)

    @cached_property
    def read_list(self) -> ReadList:
        """Show an examiner their list and its images."""
        return ReadList(self._desk)

    @cached_property
    def write_sheet(self) -> WriteSheet:
        """Keep what an examiner says of one place."""
        return WriteSheet(self._desk)

    @cached_property
    def conclude(self) -> Conclude:
        """Take a judged list back."""
        return Conclude(self._desk, self._settle)

    @cached_property
    def give_back(self) -> GiveBack:
        """Take a list back unjudged."""
        return GiveBack(self._desk)

    @cached_property
    def authorise_examiners(self) -> AuthoriseExaminers:
        """Say who may judge what, and who has to do with whom."""
        return AuthoriseExaminers(self._access, self.parts.unit_of_work)

    @cached_property
    def read_examiners(self) -> ReadExaminers:
        """Show examiners with their rates."""
        return ReadExaminers(self._access, self.parts.unit_of_work)

    @cached_property
    def known_faces(self) -> KnownFaces:
        """Add, list and remove known faces."""
        p = self.parts
        detect = Detect(self._ask, self._report, p.engine, p.unit_of_work)
        lease = EnsureEvaluationLease(p.unit_of_work, p.clock, p.jurisdictions, p.evaluation_fmr_ppb)
        return KnownFaces(self._access, detect, lease, p.unit_of_work, new_id)

    # Cases and leads

    @cached_property
    def release_lead(self) -> ReleaseLead:
        """Let a lead leave, or not."""
        return ReleaseLead(self._bench)

    @cached_property
    def keep_images(self) -> KeepImages:
        """Let a gallery keep images for examiners, or none."""
        return KeepImages(self._standing, self.parts.unit_of_work)

    @cached_property
    def read_lead(self) -> ReadLead:
        """Give a released lead to its customer."""
        return ReadLead(self._standing, self._bench)

    @cached_property
    def repeat_search(self) -> RepeatSearch:
        """Tell whoever searches again what became of the case."""
        return RepeatSearch(self._ask, self._report, self.parts.unit_of_work, self.parts.commit_to)

    @cached_property
    def read_bench(self) -> ReadBench:
        """Show staff cases, and those who decide what was said in one."""
        return ReadBench(self._bench)

    @cached_property
    def appeal(self) -> AppealLead:
        """Ask other people to look at a lead again."""
        return AppealLead(self._standing, self._bench)

    @cached_property
    def judge_appeal(self) -> JudgeLeadAppeal:
        """Vote on an appeal against a lead."""
        return JudgeLeadAppeal(self._bench)

    @cached_property
    def authorise_emergency(self) -> AuthoriseEmergency:
        """Put the authorisation of an emergency use on record."""
        return AuthoriseEmergency(self._bench)

    @cached_property
    def answer_for_case(self) -> AnswerForCase:
        """Let a customer take its case back, or send the image behind its probe."""
        p = self.parts
        return AnswerForCase(self._standing, self._ask, self._report, p.engine, p.commit_to)

    @cached_property
    def keep_time(self) -> KeepCaseTime:
        """End what has run out; takes no actor."""
        return KeepCaseTime(self.parts.clock, self.parts.unit_of_work)

    @cached_property
    def clock(self) -> Rounds[int]:
        """The clock of the server's process."""
        return case_clock(self.keep_time)

    @cached_property
    def disclose(self) -> Disclose:
        """Put together what stands behind a lead."""
        return Disclose(self.read_bench, self._rules)

    @cached_property
    def figures(self) -> ReadFigures:
        """Show how held results turned out."""
        return ReadFigures(self._standing, self.parts.unit_of_work)

    def _rules(self, day: date) -> RulesOfTheDay:
        return rules_of_the_day(self.parts.packs, day)

    @cached_property
    def _ask(self) -> Ask:
        return Ask(self.parts.decide, self.parts.clock, new_id, self.parts.terms_of_use)

    @cached_property
    def _report(self) -> Report:
        return Report(self.parts.unit_of_work, self.parts.clock)

    @cached_property
    def _standing(self) -> Standing:
        return Standing(self.parts.clock)

    @cached_property
    def _access(self) -> Access:
        return Access(self.parts.clock)

    @cached_property
    def _fitness(self) -> Fitness:
        return Fitness(self.parts.oversight_rules)

    @cached_property
    def _settle(self) -> Settle:
        return Settle(self._fitness)

    @cached_property
    def _bench(self) -> Bench:
        return Bench(self._access, self._settle, self.parts.unit_of_work)

    @cached_property
    def _desk(self) -> Desk:
        p = self.parts
        lists = MakeLists(p.oversight_rules, self._chance)
        return Desk(self._access, self._fitness, lists, p.unit_of_work, new_id, p.commit_to)


def new_id(prefix: str) -> str:
    """Return an id that nobody can guess and that says what it names: `list_` and 128 random bits."""
    return f"{prefix}_{secrets.token_hex(16)}"
