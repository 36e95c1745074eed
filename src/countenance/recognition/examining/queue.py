"""The examiner's queue: what waits, the next list, and the images on it. Blind throughout.

What an examiner is given names no case, no customer, no subject, no rank and no score, and is the
same whether the answer is known or not, and whether somebody else has judged or not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from countenance.biometrics.model import Candidate, ReferenceId
from countenance.errors import NotFoundError, StateError
from countenance.ledger import Entry, EventType, FieldValue, Person
from countenance.oversight.assignments import (
    Assignment,
    AssignmentFile,
    AssignmentId,
    AssignmentState,
    ListEntry,
)
from countenance.oversight.checklist import Sheet
from countenance.oversight.model import OPEN, Case, CaseState, KnownFaceId
from countenance.oversight.qualification import Unfit
from countenance.recognition.cases.closing import taking_part
from countenance.recognition.cases.examiners import EXAMINERS, Fitness, not_qualified
from countenance.recognition.examining.lists import MakeLists
from countenance.recognition.ports import UnitOfWork
from countenance.vetting.access import Access
from countenance.vetting.model import Actor

_MOST_WAITING: Final = 500
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """One place of the list, 1 to n; `sheet` is what this examiner has written, None before that."""

    slot: int
    sheet: Sheet | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """A list as its examiner sees it. `not_before` is when it can be concluded at the earliest."""

    id: AssignmentId
    state: AssignmentState
    taken: datetime
    not_before: datetime
    places: tuple[PlaceView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """What an examiner has to do: the list in hand, and how many more they may take now.

    `unfit` says why they may take none.
    """

    in_hand: AssignmentId | None
    waiting: int
    concluded_in_shift: int
    most_in_shift: int
    unfit: Unfit | None


@dataclass(frozen=True, slots=True)
class Desk:
    """What the acts of examiners share: who it is, whether they are fit, and what their list holds."""

    access: Access
    fitness: Fitness
    lists: MakeLists
    unit_of_work: Callable[[], UnitOfWork]
    new_id: Callable[[str], str]
    commit_to: Callable[[bytes], str]

    def own(
        self, work: UnitOfWork, actor: Actor, assignment_id: AssignmentId
    ) -> tuple[Assignment, AssignmentFile]:
        """Return the actor's own list with what is in it, or record and raise `NotFoundError`.

        Raises `StateError` once there is nothing left of it.
        """
        person = self.access.person(work, actor, EXAMINERS)
        held = work.examining.get(assignment_id)
        if held is None or held.examiner != person:
            self.access.refuse(work, actor, "assignment", f"no assignment `{assignment_id}`")
        file = work.examining.file(held)
        if file is None:
            raise StateError(f"assignment `{assignment_id}` is over: nothing of it is kept any more")
        return held, file

    def visible(self, work: UnitOfWork, held: Assignment, file: AssignmentFile) -> tuple[ListEntry, ...]:
        """Return the places of the list whose images may still be looked at, in their order."""
        there: frozenset[str] = frozenset()
        if held.case_id is not None:
            case = work.cases.get(held.case_id)
            there = frozenset(one.reference_id for one in self.examinable(work, case)) if case else there
        known = {face.id for face in work.portraits.known()}
        return tuple(one for one in file.entries if one.reference_id in there or one.known_face in known)

    def examinable(self, work: UnitOfWork, case: Case) -> tuple[Candidate, ...]:
        """Return the candidates who agree to be compared and of whom an image is kept."""
        now = self.access.clock()
        return tuple(
            one
            for one in taking_part(work, case, now).candidates
            if work.portraits.of_reference(one.reference_id) is not None
        )

    def shift(self, work: UnitOfWork, person: str) -> int:
        """Return how many lists the person has concluded within the last shift."""
        since = self.access.clock() - self.fitness.rules.shift
        held = work.examining.of_examiner(person, since=since)
        return sum(one.concluded is not None and one.concluded >= since for one in held)

    def unfit(self, work: UnitOfWork, person: str) -> Unfit | None:
        """Return why the person may take no list at all, None where they may."""
        why = self.fitness.unfit(work, person, None, self.access.clock())
        if why is None and self.shift(work, person) >= self.fitness.rules.most_in_shift:
            return Unfit.SHIFT_OVER
        return why

    def waiting(self, work: UnitOfWork, person: str) -> tuple[Case, ...]:
        """Return the cases that the person may take now, the oldest first."""
        now = self.access.clock()
        return tuple(
            case
            for case in work.cases.in_states(OPEN, limit=_MOST_WAITING)
            if _runs(case, now) and self._may_take(work, case, person)
        )

    def _may_take(self, work: UnitOfWork, case: Case, person: str) -> bool:
        given = work.examining.of_case(case.id)
        at_work = [one for one in given if one.state is AssignmentState.TAKEN or one.counts]
        wanted = case.examiners + (case.state is CaseState.ADJUDICATION)
        if len(at_work) >= wanted or any(one.examiner == person for one in given):
            return False
        if self.fitness.unfit(work, person, case.kind, self.access.clock()) is not None:
            return False
        return not self.fitness.conflicts(work, person, case) and bool(self.examinable(work, case))


@dataclass(frozen=True, slots=True)
class TakeNext:
    """Give an examiner the next list. Nobody chooses, and nobody is given two at once."""

    desk: Desk

    def queue(self, actor: Actor) -> QueueView:
        """Return what the examiner has in hand, and how much waits."""
        desk = self.desk
        with desk.unit_of_work() as work:
            person = desk.access.person(work, actor, EXAMINERS)
            why = desk.unfit(work, person)
            in_hand = self._in_hand(work, person)
            return QueueView(
                in_hand=in_hand.id if in_hand is not None else None,
                waiting=len(desk.waiting(work, person)) if why is None else 0,
                concluded_in_shift=desk.shift(work, person),
                most_in_shift=desk.fitness.rules.most_in_shift,
                unfit=why,
            )

    def __call__(self, actor: Actor) -> AssignmentId | None:
        """Return the list in hand, else the next one, None where nothing waits for this examiner.

        Raises `ForbiddenError`, and `NotQualifiedError` for whoever may judge nothing now.
        """
        desk = self.desk
        with desk.unit_of_work() as work:
            work.become_writer()
            person = desk.access.person(work, actor, EXAMINERS)
            in_hand = self._in_hand(work, person)
            if in_hand is not None:
                return in_hand.id
            why = desk.unfit(work, person)
            if why is not None:
                raise not_qualified(work, desk.access, actor, why)
            taken = self._next(work, person)
            if taken is None:
                return None
            held, file = taken
            work.examining.add(held, file)
            work.ledger.append(Entry(EventType.CASE_ASSIGNED, held.taken, self._fields(held)))
            work.commit()
            return held.id

    def _in_hand(self, work: UnitOfWork, person: str) -> Assignment | None:
        for one in work.examining.of_examiner(person, since=self.desk.access.clock()):
            if one.state is AssignmentState.TAKEN and one.examiner == person:
                file = work.examining.file(one)
                if file is not None and self.desk.visible(work, one, file):
                    return one
        return None

    def _next(self, work: UnitOfWork, person: str) -> tuple[Assignment, AssignmentFile] | None:
        desk = self.desk
        waiting = desk.waiting(work, person)
        proving = self._proving(work, person)
        if not waiting and not proving:
            return None
        if proving or desk.lists.draws_known():
            known = self._known(work, person)
            if known is not None or not waiting:
                return known
        case = waiting[0]
        entries = desk.lists.of_case(work, case, desk.examinable(work, case))
        if case.state is CaseState.HELD:
            work.cases.put(_in_review(case))
        return self._assignment(person, case=case), AssignmentFile(entries=entries)

    def _proving(self, work: UnitOfWork, person: str) -> bool:
        """Tell whether the person has yet to show that they can judge."""
        held = work.examining.authorisation(person)
        least = self.desk.fitness.rules.least_known
        return held is not None and work.examining.known_concluded(person, since=held.since) < least

    def _known(self, work: UnitOfWork, person: str) -> tuple[Assignment, AssignmentFile] | None:
        seen = {one.known_probe or "" for one in work.examining.of_examiner(person, since=_EVER)}
        made = self.desk.lists.with_known_answer(work, seen)
        if made is None:
            return None
        probe, entries = made
        return self._assignment(person, probe=probe), AssignmentFile(entries=entries)

    def _assignment(self, person: str, *, case: Case | None = None, probe: str | None = None) -> Assignment:
        return Assignment(
            id=AssignmentId(self.desk.new_id("list")),
            examiner=person,
            state=AssignmentState.TAKEN,
            taken=self.desk.access.clock(),
            case_id=case.id if case is not None else None,
            known_probe=KnownFaceId(probe) if probe is not None else None,
        )

    def _fields(self, held: Assignment) -> dict[str, FieldValue]:
        """Return what the ledger says: examiners can read it too, so the case is a commitment."""
        of = f"{held.id}:{held.case_id or held.known_probe}"
        return {
            "assignment": held.id,
            "examiner": Person(held.examiner),
            "of": self.desk.commit_to(of.encode()),
        }


@dataclass(frozen=True, slots=True)
class ReadList:
    """Show an examiner their list, and the images on it."""

    desk: Desk

    def __call__(self, actor: Actor, assignment_id: AssignmentId) -> ListView:
        """Return the list, or raise `NotFoundError`, or `StateError` once it is over."""
        with self.desk.unit_of_work() as work:
            held, file = self.desk.own(work, actor, assignment_id)
            return self.view(work, held, file)

    def view(self, work: UnitOfWork, held: Assignment, file: AssignmentFile) -> ListView:
        """Return the list as its examiner sees it."""
        places = self.desk.visible(work, held, file)
        sheets = {one.slot: one.sheet for one in file.sheets}
        return ListView(
            id=held.id,
            state=held.state,
            taken=held.taken,
            not_before=held.taken + self.desk.fitness.rules.least_time(len(places)),
            places=tuple(PlaceView(slot=one.slot, sheet=sheets.get(one.slot)) for one in places),
        )

    def probe(self, actor: Actor, assignment_id: AssignmentId) -> bytes:
        """Return the probe image, JPEG; raises as the list does."""
        with self.desk.unit_of_work() as work:
            held, _ = self.desk.own(work, actor, assignment_id)
            self._in_hand(held)
            if held.case_id is not None:
                image = work.cases.probe(held.case_id)
            else:
                image = work.portraits.of_known(held.known_probe) if held.known_probe is not None else None
            return self._found(image)

    def image(self, actor: Actor, assignment_id: AssignmentId, slot: int) -> bytes:
        """Return the image of one place, JPEG; raises as the list does, and for a place that is gone."""
        with self.desk.unit_of_work() as work:
            held, file = self.desk.own(work, actor, assignment_id)
            self._in_hand(held)
            for one in self.desk.visible(work, held, file):
                if one.slot == slot and one.reference_id is not None:
                    return self._found(work.portraits.of_reference(ReferenceId(one.reference_id)))
                if one.slot == slot and one.known_face is not None:
                    return self._found(work.portraits.of_known(one.known_face))
        raise NotFoundError(f"there is no place {slot} on this list")

    def _in_hand(self, held: Assignment) -> None:
        """Images are for as long as they are being judged."""
        if held.state is not AssignmentState.TAKEN:
            raise StateError(f"assignment `{held.id}` is `{held.state}`")

    def _found(self, image: bytes | None) -> bytes:
        if image is None:
            raise NotFoundError("the image is not kept any more")
        return image


def _runs(case: Case, now: datetime) -> bool:
    """Tell whether neither the case's deadline nor the clock of an emergency has run out."""
    clock = case.emergency
    late = clock is not None and clock.authorised is None and clock.authorise_by <= now
    return case.examinable and now < case.due and not late


def _in_review(case: Case) -> Case:
    return replace(case, state=CaseState.IN_REVIEW)
