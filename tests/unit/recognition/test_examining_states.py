"""Whatever people do, in whatever order: no lead without as many fit examiners as it takes, each blind."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from countenance.biometrics.model import SubjectId
from countenance.errors import CountenanceError
from countenance.oversight.assignments import AssignmentId, AssignmentState, ReturnReason
from countenance.oversight.checklist import SUPPORT
from countenance.oversight.model import ENDED, CaseId, CaseState
from countenance.recognition.acts.identification import Search
from countenance.vetting.documents import document_of
from countenance.vetting.model import PersonId
from examining import EXAMINERS, NGO, OTHER, RITA, RUBEN, RUTH, SAME, UNSURE, Examination
from fakes_engine import photograph
from world import MISSING, World

NAMES = sorted(EXAMINERS)
SUBJECTS = ("lena", "mia", "noah")
SHEETS = {"same": SAME, "other": OTHER, "unsure": UNSURE}


class Oversight(RuleBasedStateMachine):
    """Examiners, a customer, reviewers and time, against one world in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.desk = Examination(self.world)
        self.desk.pool("v1", "v2")
        self.cases: list[CaseId] = []
        self.fit: set[str] = set()
        self.conflicted: set[str] = set()
        self.asked_by: dict[CaseId, str | None] = {}
        self.fit_when_concluded: dict[AssignmentId, bool] = {}

    @initialize()
    def begin(self) -> None:
        """Start where something can happen: gus is authorised by nobody yet."""
        for name in ("bob", "eve", "fay"):
            self.authorise(name)
        self.search("lena", None)

    @rule(name=st.sampled_from(NAMES))
    def authorise(self, name: str) -> None:
        self.desk.authorise(name)
        self.fit.add(name)

    @rule(name=st.sampled_from(NAMES))
    def declare(self, name: str) -> None:
        self.desk.cases.authorise_examiners.conflict(EXAMINERS[name], name, "ngo")
        self.conflicted.add(name)

    @rule(subject=st.sampled_from(SUBJECTS), person=st.sampled_from([None, *NAMES]))
    def search(self, subject: str, person: str | None) -> None:
        actor = dataclasses.replace(NGO, person=None if person is None else PersonId(person))
        search = Search(gallery_id=MISSING, probe=photograph(subject, 2))
        result = self.world.acts.identify(actor, search)
        if result.case_id is not None:
            self.cases.append(result.case_id)
            self.asked_by[result.case_id] = person

    @rule(
        name=st.sampled_from(NAMES),
        said=st.sampled_from(["truth", "same", "other", "unsure"]),
        done=st.booleans(),
    )
    def judge(self, name: str, said: str, *, done: bool) -> None:
        """Take what is next, or go on with what is in hand; conclude it, or leave it."""
        actor = EXAMINERS[name]
        try:
            taken = self.desk.cases.take_next(actor)
            if taken is None:
                return
            self._blind(name, taken)
            for place in self.desk.cases.read_list(actor, taken).places:
                image = self.desk.cases.read_list.image(actor, taken, place.slot)
                known = b"photograph of v" in image
                sheet = (OTHER if known else SAME) if said == "truth" else SHEETS[said]
                self.desk.write(name, taken, place.slot, sheet)
            if done:
                self.world.clock.advance(timedelta(minutes=2))
                self.desk.cases.conclude(actor, taken)
                self.fit_when_concluded[taken] = name in self.fit and name not in self.conflicted
        except CountenanceError:
            return

    @rule(
        names=st.permutations(NAMES),
        said=st.lists(st.sampled_from(["truth", "truth", "truth", "other", "same"]), min_size=2, max_size=4),
    )
    def judge_in_turn(self, names: list[str], said: list[str]) -> None:
        """Let several judge, one after the other, each what is next for them."""
        for name, verdict in zip(names, said, strict=False):
            self.judge(name, verdict, done=True)

    @rule(names=st.permutations(NAMES))
    def agree(self, names: list[str]) -> None:
        """Let everybody judge well."""
        for name in names:
            self.judge(name, "truth", done=True)

    @rule(name=st.sampled_from(NAMES))
    def give_back(self, name: str) -> None:
        in_hand = None
        try:
            in_hand = self.desk.cases.take_next.queue(EXAMINERS[name]).in_hand
            if in_hand is not None:
                self.desk.cases.give_back(EXAMINERS[name], in_hand, ReturnReason.UNWELL)
        except CountenanceError:
            return

    @rule(subject=st.sampled_from(SUBJECTS), agree=st.booleans())
    def change_mind(self, subject: str, *, agree: bool) -> None:
        """Withdraw, or agree and be enrolled again."""
        if agree:
            self.world.agree(NGO, MISSING, SubjectId(subject))
            self.world.enrol(NGO, MISSING, SubjectId(subject))
        else:
            self.world.acts.withdraw(NGO, MISSING, SubjectId(subject))

    @rule(data=st.data(), refuse=st.booleans(), by=st.sampled_from(["rita", "rita", "rita", *NAMES]))
    def release(self, data: st.DataObject, by: str, *, refuse: bool) -> None:
        if not self.cases:
            return
        with self.world.unit_of_work() as work:
            ready = [one.id for one in work.cases.in_states({CaseState.AGREED}, limit=9)]
        case_id = data.draw(st.sampled_from(ready or self.cases))
        actor = dataclasses.replace(RITA, person=PersonId(by))
        try:
            act = self.desk.cases.release_lead
            (act.refuse if refuse else act)(actor, case_id, "two examiners agree, each alone")
        except CountenanceError:
            return

    @rule(data=st.data(), uphold=st.booleans())
    def appeal(self, data: st.DataObject, *, uphold: bool) -> None:
        if not self.cases:
            return
        with self.world.unit_of_work() as work:
            ready = [one.id for one in work.cases.in_states({CaseState.RELEASED}, limit=9)]
        case_id = data.draw(st.sampled_from(ready or self.cases))
        try:
            self.desk.cases.appeal(NGO, case_id, "this is my sister, and she is at home")
            for judge in (RUBEN, RUTH):
                self.desk.cases.judge_appeal(judge, case_id, uphold=uphold, reasons="she is indeed at home")
        except CountenanceError:
            return

    @rule(days=st.sampled_from([1, 1, 1, 14, 31]))
    def wait(self, days: int) -> None:
        self.world.clock.advance(timedelta(days=days))
        self.desk.cases.keep_time()

    def _blind(self, name: str, taken: AssignmentId) -> None:
        shown = json.dumps(document_of(self.desk.cases.read_list(EXAMINERS[name], taken)))
        hidden = [*self.cases, *SUBJECTS, "ref_", "score", "rank", "ngo", "missing"]
        hidden += [other for other in NAMES if other != name]
        assert [secret for secret in hidden if secret in shown] == []

    @invariant()
    def no_lead_without_its_examiners(self) -> None:
        with self.world.unit_of_work() as work:
            for case_id in self.cases:
                case, file = work.cases.get(case_id), work.cases.file(case_id)
                assert case is not None
                given = work.examining.of_case(case_id)
                assert len({one.examiner for one in given}) == len(given)
                if case.state in ENDED:
                    assert (file, work.cases.probe(case_id), case.candidates) == (None, None, ())
                if case.state not in {CaseState.AGREED, CaseState.RELEASED, CaseState.OVERTURNED}:
                    continue
                if file is None:
                    continue
                assert file.agreed
                for reference in file.agreed:
                    agreeing = set()
                    for one in given:
                        held = work.examining.file(one)
                        if one.state is not AssignmentState.CONCLUDED or not one.counts or held is None:
                            continue
                        sheets = {sheet.slot: sheet.sheet for sheet in held.sheets}
                        said = [sheets[e.slot].verdict for e in held.entries if e.reference_id == reference]
                        known = [
                            sheets[e.slot] for e in held.entries if e.mated is False and e.slot in sheets
                        ]
                        assert not any(sheet.supports for sheet in known)
                        assert self.fit_when_concluded[one.id]
                        assert one.examiner != self.asked_by[case_id]
                        if said and said[0] is not None and said[0] >= SUPPORT:
                            agreeing.add(one.examiner)
                    assert len(agreeing) >= case.examiners

    @invariant()
    def nobody_is_in_a_case_who_does_not_take_part(self) -> None:
        with self.world.unit_of_work() as work:
            for case_id in self.cases:
                case = work.cases.get(case_id)
                assert case is not None
                for candidate in case.candidates:
                    assert work.references.of_subject(MISSING, candidate.subject_id)

    def teardown(self) -> None:
        self.world.check_ledger()


Oversight.TestCase.settings = settings(
    max_examples=30, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestOversight = Oversight.TestCase
