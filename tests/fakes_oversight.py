"""Cases, assignments, examiners, images to look at and notices in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any, Protocol, TypeVar

from countenance.biometrics.model import ReferenceId
from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.oversight.assignments import (
    Assignment,
    AssignmentFile,
    AssignmentId,
    AssignmentState,
    KnownFace,
    Trial,
)
from countenance.oversight.model import Case, CaseFile, CaseId, CaseState, KnownFaceId
from countenance.oversight.notices import Notice, NumberedNotice
from countenance.oversight.ports import Outcomes
from countenance.oversight.qualification import Authorisation, Conflict

Value = TypeVar("Value")


@dataclass
class OversightState:
    """All that oversight stores. A case with a file has its key."""

    cases: dict[CaseId, Case] = field(default_factory=dict)
    case_files: dict[CaseId, CaseFile] = field(default_factory=dict)
    probes: dict[CaseId, bytes] = field(default_factory=dict)
    assignments: dict[AssignmentId, Assignment] = field(default_factory=dict)
    assignment_files: dict[AssignmentId, AssignmentFile] = field(default_factory=dict)
    trials: dict[tuple[str, int], Trial] = field(default_factory=dict)
    authorisations: dict[str, Authorisation] = field(default_factory=dict)
    conflicts: dict[tuple[str, str], Conflict] = field(default_factory=dict)
    portraits: dict[ReferenceId, bytes] = field(default_factory=dict)
    known_faces: dict[KnownFaceId, tuple[KnownFace, bytes]] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    searches: dict[CaseId, str] = field(default_factory=dict)


def without_cases_of(state: Any, gallery_id: str) -> None:  # noqa: ANN401  the whole state, which holds more
    """Drop what belongs to the cases of a gallery."""
    gone = {case.id for case in state.cases.values() if case.gallery_id == gallery_id}
    state.cases = {name: case for name, case in state.cases.items() if name not in gone}
    state.case_files = {name: file for name, file in state.case_files.items() if name not in gone}
    state.searches = {name: one for name, one in state.searches.items() if name not in gone}
    state.probes = {name: probe for name, probe in state.probes.items() if name not in gone}
    state.assignments = {n: one for n, one in state.assignments.items() if one.case_id not in gone}


class Unit(Protocol):
    """The part of a unit of work that these need."""

    def read(self, question: Callable[[Any], Value]) -> Value: ...

    def write(self) -> Any: ...  # noqa: ANN401  the whole state, which holds more than this one


@dataclass
class _Repository:
    unit: Unit


class FakeCases(_Repository):
    def add(self, case: Case, file: CaseFile | None = None, probe: bytes | None = None) -> None:
        state = self.unit.write()
        if case.id in state.cases:
            raise AlreadyExistsError(f"there is a case `{case.id}` already")
        held = tuple(one for one in case.candidates if one.reference_id in state.references)
        state.cases[case.id] = replace(case, candidates=held)
        state.case_files[case.id] = file or CaseFile()
        if probe is not None:
            state.probes[case.id] = probe

    def get(self, case_id: CaseId) -> Case | None:
        return self.unit.read(lambda state: _readable(state, case_id))

    def put(self, case: Case) -> None:
        state = self.unit.write()
        if case.id not in state.cases:
            raise NotFoundError(f"there is no case `{case.id}`")
        state.cases[case.id] = replace(case, candidates=state.cases[case.id].candidates)

    def file(self, case_id: CaseId) -> CaseFile | None:
        return self.unit.read(lambda state: state.case_files.get(case_id))

    def put_file(self, case_id: CaseId, file: CaseFile) -> None:
        self._needed(case_id).case_files[case_id] = file

    def probe(self, case_id: CaseId) -> bytes | None:
        return self.unit.read(lambda state: state.probes.get(case_id))

    def put_probe(self, case_id: CaseId, probe: bytes) -> None:
        self._needed(case_id).probes[case_id] = probe

    def _needed(self, case_id: CaseId) -> Any:  # noqa: ANN401  the whole state
        state = self.unit.write()
        if case_id not in state.case_files:
            raise NotFoundError(f"nothing is kept of case `{case_id}` any more")
        return state

    def destroy(self, case_id: CaseId) -> None:
        state = self.unit.write()
        if case_id not in state.cases:
            raise NotFoundError(f"there is no case `{case_id}`")
        state.cases[case_id] = replace(state.cases[case_id], candidates=())
        state.case_files.pop(case_id, None)
        state.probes.pop(case_id, None)
        for one in state.assignments.values():
            if one.case_id == case_id:
                state.assignment_files.pop(one.id, None)

    def keep_search(self, case_id: CaseId, sought: str) -> None:
        self._needed(case_id).searches[case_id] = sought

    def of_search(self, gallery_id: str, sought: str) -> CaseId | None:
        def question(state: Any) -> CaseId | None:  # noqa: ANN401  the whole state
            found = [state.cases[name] for name, held in state.searches.items() if held == sought]
            here = [case for case in found if case.gallery_id == gallery_id]
            newest: CaseId | None = max(here, key=lambda case: (case.opened, case.id)).id if here else None
            return newest

        return self.unit.read(question)

    def in_states(self, states: Collection[CaseState], *, limit: int) -> tuple[Case, ...]:
        def question(state: Any) -> tuple[Case, ...]:  # noqa: ANN401  the whole state
            found = [_readable(state, case.id) for case in state.cases.values() if case.state in states]
            return tuple(sorted(filter(None, found), key=lambda case: (case.opened, case.id))[:limit])

        return self.unit.read(question)

    def due(self, at: datetime, *, limit: int) -> tuple[CaseId, ...]:
        def question(state: Any) -> tuple[CaseId, ...]:  # noqa: ANN401  the whole state
            found = [state.cases[name] for name in state.case_files if _due(state.cases[name], at)]
            return tuple(case.id for case in sorted(found, key=lambda case: (case.due, case.id))[:limit])

        return self.unit.read(question)

    def outcomes(self, customer_id: str | None) -> tuple[Outcomes, ...]:
        def question(state: Any) -> tuple[Outcomes, ...]:  # noqa: ANN401  the whole state
            wanted = [
                case
                for case in state.cases.values()
                if customer_id is None or case.customer_id == customer_id
            ]
            ordered = sorted(wanted, key=_group)
            return tuple(_outcomes(tuple(cases)) for _, cases in groupby(ordered, key=_group))

        return self.unit.read(question)


def _readable(state: Any, case_id: CaseId) -> Case | None:  # noqa: ANN401  the whole state
    case: Case | None = state.cases.get(case_id)
    if case is None:
        return None
    held = tuple(one for one in case.candidates if one.reference_id in state.references)
    return replace(case, candidates=tuple(sorted(held, key=lambda one: one.rank)))


def _due(case: Case, at: datetime) -> bool:
    clock = case.emergency
    return case.due <= at or (clock is not None and clock.authorised is None and clock.authorise_by <= at)


def _group(case: Case) -> tuple[str, ...]:
    parts = (case.gallery_id, case.space, case.camera, case.state, case.reason, "1" if case.appealed else "0")
    return tuple(part or "" for part in parts)


def _outcomes(cases: tuple[Case, ...]) -> Outcomes:
    first = cases[0]
    return Outcomes(
        gallery_id=first.gallery_id,
        space=first.space,
        camera=first.camera,
        state=first.state,
        reason=first.reason,
        cases=len(cases),
        judged=sum(case.judged for case in cases),
        supported=sum(case.supported for case in cases),
        appealed=len(cases) if first.appealed else 0,
    )


class FakeExamining(_Repository):
    def add(self, assignment: Assignment, file: AssignmentFile) -> None:
        state = self.unit.write()
        had = [(one.case_id, one.examiner) for one in state.assignments.values() if one.case_id is not None]
        if assignment.id in state.assignments or (assignment.case_id, assignment.examiner) in had:
            raise AlreadyExistsError(f"there is an assignment `{assignment.id}`, or one of the same case")
        state.assignments[assignment.id] = assignment
        self._seal(state, assignment, file)

    def put(self, assignment: Assignment, file: AssignmentFile | None = None) -> None:
        state = self.unit.write()
        if assignment.id not in state.assignments:
            raise NotFoundError(f"there is no assignment `{assignment.id}`")
        state.assignments[assignment.id] = assignment
        if file is not None:
            self._seal(state, assignment, file)

    def _seal(self, state: Any, assignment: Assignment, file: AssignmentFile) -> None:  # noqa: ANN401  as above
        of_case = assignment.case_id in state.case_files
        if not of_case and assignment.known_probe not in state.known_faces:
            raise NotFoundError(f"nothing is kept any more of what assignment `{assignment.id}` is of")
        state.assignment_files[assignment.id] = file

    def get(self, assignment_id: AssignmentId) -> Assignment | None:
        return self.unit.read(lambda state: state.assignments.get(assignment_id))

    def file(self, assignment: Assignment) -> AssignmentFile | None:
        def question(state: Any) -> AssignmentFile | None:  # noqa: ANN401  the whole state
            there = assignment.case_id in state.case_files or assignment.known_probe in state.known_faces
            found: AssignmentFile | None = state.assignment_files.get(assignment.id) if there else None
            return found

        return self.unit.read(question)

    def of_case(self, case_id: CaseId) -> tuple[Assignment, ...]:
        return self._found(lambda one: one.case_id == case_id)

    def of_examiner(self, examiner: str, *, since: datetime) -> tuple[Assignment, ...]:
        def wanted(one: Assignment) -> bool:
            late = one.taken >= since or (one.concluded is not None and one.concluded >= since)
            return one.examiner == examiner and (late or one.state is AssignmentState.TAKEN)

        return self._found(wanted)

    def _found(self, wanted: Callable[[Assignment], bool]) -> tuple[Assignment, ...]:
        def question(state: Any) -> tuple[Assignment, ...]:  # noqa: ANN401  the whole state
            found = [one for one in state.assignments.values() if wanted(one)]
            return tuple(sorted(found, key=lambda one: (one.taken, one.id)))

        return self.unit.read(question)

    def known_concluded(self, examiner: str, *, since: datetime) -> int:
        def wanted(one: Assignment) -> bool:
            known = one.examiner == examiner and one.known_probe is not None
            return known and one.concluded is not None and one.concluded >= since

        return len(self._found(wanted))

    def add_trials(self, trials: Collection[Trial]) -> None:
        state = self.unit.write()
        for trial in trials:
            state.trials.setdefault((trial.assignment_id, trial.slot), trial)

    def trials(self, examiner: str, *, since: datetime) -> tuple[Trial, ...]:
        def question(state: Any) -> tuple[Trial, ...]:  # noqa: ANN401  the whole state
            found = [one for one in state.trials.values() if one.examiner == examiner and one.at >= since]
            return tuple(sorted(found, key=lambda one: (one.at, one.assignment_id, one.slot)))

        return self.unit.read(question)

    def authorisation(self, person: str) -> Authorisation | None:
        return self.unit.read(lambda state: state.authorisations.get(person))

    def put_authorisation(self, authorisation: Authorisation) -> None:
        self.unit.write().authorisations[authorisation.person] = authorisation

    def authorisations(self) -> tuple[Authorisation, ...]:
        return self.unit.read(lambda state: tuple(one for _, one in sorted(state.authorisations.items())))

    def put_conflict(self, conflict: Conflict) -> None:
        self.unit.write().conflicts.setdefault((conflict.person, conflict.customer_id), conflict)

    def conflicts(self, person: str) -> tuple[Conflict, ...]:
        return self.unit.read(
            lambda state: tuple(one for place, one in sorted(state.conflicts.items()) if place[0] == person)
        )


class FakePortraits(_Repository):
    def keep(self, reference_id: ReferenceId, image: bytes) -> None:
        state = self.unit.write()
        if reference_id not in state.references:
            raise NotFoundError(f"there is no reference `{reference_id}`")
        state.portraits[reference_id] = image

    def of_reference(self, reference_id: ReferenceId) -> bytes | None:
        return self.unit.read(
            lambda state: state.portraits.get(reference_id) if reference_id in state.references else None
        )

    def forget(self, gallery_id: str) -> int:
        state = self.unit.write()
        gone = [name for name in state.portraits if _gallery_of(state, name) == gallery_id]
        for name in gone:
            del state.portraits[name]
        return len(gone)

    def add_known(self, face: KnownFace, image: bytes) -> None:
        state = self.unit.write()
        if face.id in state.known_faces:
            raise AlreadyExistsError(f"there is a known face `{face.id}` already")
        state.known_faces[face.id] = (face, image)

    def known(self) -> tuple[KnownFace, ...]:
        return self.unit.read(lambda state: tuple(face for _, (face, _) in sorted(state.known_faces.items())))

    def of_known(self, face_id: KnownFaceId) -> bytes | None:
        return self.unit.read(lambda state: state.known_faces.get(face_id, (None, None))[1])

    def remove_known(self, face_id: KnownFaceId) -> None:
        if self.unit.write().known_faces.pop(face_id, None) is None:
            raise NotFoundError(f"there is no known face `{face_id}`")


def _gallery_of(state: Any, reference_id: ReferenceId) -> str | None:  # noqa: ANN401  the whole state
    reference = state.references.get(reference_id)
    return reference.gallery_id if reference is not None else None


class FakeNotices(_Repository):
    def announce(self, notice: Notice) -> None:
        state = self.unit.write()
        state.notices = (*state.notices, notice)

    def after(self, number: int, *, limit: int) -> tuple[NumberedNotice, ...]:
        told = self.unit.read(lambda state: state.notices)
        return tuple(NumberedNotice(at, one) for at, one in enumerate(told, start=1) if at > number)[:limit]
