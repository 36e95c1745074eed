"""A held case and the people around it, for tests: examiners eve, bob and fay, rita who releases, olivia."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from countenance.app import Countenance
from countenance.app.oversight_cases import OversightCases
from countenance.biometrics.model import SubjectId
from countenance.oversight.assignments import AssignmentId
from countenance.oversight.checklist import Feature, Observation, Sheet, sheet_of
from countenance.oversight.model import Case, CaseId
from countenance.oversight.rules import OversightRules
from countenance.policy.model import Purpose
from countenance.recognition.acts.identification import Search
from countenance.recognition.cases.examiners import Training
from countenance.recognition.ports import UnitOfWork
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.model import Actor, PersonId, Role
from countenance.vetting.seed import parse_seed
from fakes_engine import photograph
from world import MISSING, NGO, SEED, World

SAME = sheet_of(dict.fromkeys(Feature, Observation.SIMILAR), 3)
OTHER = sheet_of(dict.fromkeys(Feature, Observation.DIFFERENT), -3)
UNSURE = sheet_of(dict.fromkeys(Feature, Observation.NOT_VISIBLE), None)
PLAIN = OversightRules(fillers=2, known_share=0)
"""Rules under which no list has a known answer, so that a test knows whose list it holds."""


def person(name: str, role: Role) -> Actor:
    return Actor(id=f"key_{name}", role=role, lease_id=None, person=PersonId(name))


EXAMINERS = {name: person(name, Role.EXAMINER) for name in ("eve", "bob", "fay", "gus")}
RITA, RUBEN, RUTH = (person(name, Role.REVIEWER) for name in ("rita", "ruben", "ruth"))
OLIVIA = person("olivia", Role.ADMINISTRATOR)


class StoredWorld(World):
    """The world of the acts on a real database."""

    def __init__(self, unit_of_work: Callable[[], UnitOfWork]) -> None:
        super().__init__()
        self.unit_of_work = unit_of_work  # type: ignore[assignment]  # memory for everybody else
        self.acts = Countenance(self)
        with unit_of_work() as work:
            settled = bool(work.leases.all())
        if not settled:
            self.acts.grant_leases(LOCAL_ADMINISTRATOR, parse_seed(SEED))


@dataclass
class Examination:
    """A world in which an NGO looks for missing children, and people judge what is found."""

    world: World
    rules: OversightRules = PLAIN
    cases: OversightCases = field(init=False)

    def __post_init__(self) -> None:
        self.world.oversight_rules = self.rules
        self.cases = OversightCases(self.world, random.Random(7))  # noqa: S311  a test is to be repeatable
        self.world.acts.__dict__["oversight"] = self.cases
        with self.world.unit_of_work() as work:
            there = work.galleries.get(MISSING) is not None
        if not there:
            self.world.furnish(NGO, MISSING, Purpose.MISSING_CHILDREN, "lena", "mia", "noah")

    def authorise(self, *names: str, days: int = 100) -> None:
        """Authorise examiners for missing children."""
        now = self.world.clock()
        for name in names:
            training = Training(
                person=name,
                kinds=frozenset({Purpose.MISSING_CHILDREN}),
                training="course 12",
                trained=now - timedelta(days=1),
                expires=now + timedelta(days=days),
            )
            self.cases.authorise_examiners(OLIVIA, training)

    def pool(self, *people: str, each: int = 2) -> None:
        """Keep known faces."""
        for name in people:
            for number in range(1, each + 1):
                self.cases.known_faces.add(OLIVIA, name, photograph(name, number))

    def search(self, subject: str = "lena", number: int = 2) -> CaseId:
        """Look for a subject; return the case that holds the result."""
        result = self.world.acts.identify(NGO, Search(gallery_id=MISSING, probe=photograph(subject, number)))
        assert result.case_id is not None
        return result.case_id

    def case(self, case_id: CaseId) -> Case:
        with self.world.unit_of_work() as work:
            case = work.cases.get(case_id)
        assert case is not None
        return case

    def take(self, name: str) -> AssignmentId:
        taken = self.cases.take_next(EXAMINERS[name])
        assert taken is not None
        return taken

    def fill(self, name: str, assignment_id: AssignmentId, *, supporting: bytes | None) -> None:
        """Write every sheet: support whoever is shown on `supporting`, nobody else."""
        actor = EXAMINERS[name]
        for place in self.cases.read_list(actor, assignment_id).places:
            shown = self.cases.read_list.image(actor, assignment_id, place.slot)
            same = supporting is not None and shown.startswith(b"portrait: " + supporting)
            self.write(name, assignment_id, place.slot, SAME if same else OTHER)

    def write(self, name: str, assignment_id: AssignmentId, slot: int, sheet: Sheet) -> None:
        self.cases.write_sheet(EXAMINERS[name], assignment_id, slot, sheet)

    def conclude(self, name: str, assignment_id: AssignmentId) -> None:
        """Take the time it takes, and conclude."""
        view = self.cases.read_list(EXAMINERS[name], assignment_id)
        self.world.clock.set(max(view.not_before, self.world.clock()))
        self.cases.conclude(EXAMINERS[name], assignment_id)

    def judge(self, name: str, supporting: str | None) -> AssignmentId:
        """Take the next list, support `supporting` on it alone, and conclude."""
        taken = self.take(name)
        of = f"photograph of {supporting}, ".encode() if supporting is not None else None
        self.fill(name, taken, supporting=of)
        self.conclude(name, taken)
        return taken

    def agreed(self, subject: str = "lena") -> CaseId:
        """A case on which eve and bob agree."""
        self.authorise("eve", "bob")
        case_id = self.search(subject)
        self.judge("eve", subject)
        self.judge("bob", subject)
        return case_id

    def released(self, subject: str = "lena") -> CaseId:
        """A lead that rita has released."""
        case_id = self.agreed(subject)
        self.cases.release_lead(RITA, case_id, "two examiners agree, each alone")
        return case_id

    def with_rules(self, **changes: object) -> Examination:
        """The same world under other rules."""
        return Examination(self.world, replace(self.rules, **changes))  # type: ignore[arg-type]  # fields of rules


def subjects_of(case: Case) -> list[SubjectId]:
    return [one.subject_id for one in case.candidates]
