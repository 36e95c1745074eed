"""Writing sheets, concluding a list, and giving one back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime

from countenance.errors import InvalidInputError, NotFoundError, StateError, TooSoonError
from countenance.ledger import Entry, EventType, FieldValue, Person
from countenance.oversight.assignments import (
    Assignment,
    AssignmentFile,
    AssignmentId,
    AssignmentState,
    ListEntry,
    ReturnReason,
    SheetOfSlot,
    Trial,
)
from countenance.oversight.checklist import Sheet
from countenance.oversight.model import OPEN
from countenance.recognition.cases.closing import Settle
from countenance.recognition.examining.queue import Desk, ListView, ReadList
from countenance.recognition.ports import UnitOfWork
from countenance.vetting.model import Actor


@dataclass(frozen=True, slots=True)
class WriteSheet:
    """Keep what an examiner says of one place. It can be changed until the list is concluded."""

    desk: Desk

    def __call__(self, actor: Actor, assignment_id: AssignmentId, slot: int, sheet: Sheet) -> ListView:
        """Return the list as it is then.

        Raises `NotFoundError` for a place that is not on it, and `StateError` for a list that is
        concluded, given back or over.
        """
        with self.desk.unit_of_work() as work:
            work.become_writer()
            held, file = self.desk.own(work, actor, assignment_id)
            _in_hand(held)
            if all(one.slot != slot for one in self.desk.visible(work, held, file)):
                raise NotFoundError(f"there is no place {slot} on this list")
            earlier = [one for one in file.sheets if one.slot == slot]
            written = SheetOfSlot(
                slot=slot,
                sheet=sheet,
                written=self.desk.access.clock(),
                changes=earlier[0].changes + 1 if earlier else 0,
            )
            others = tuple(one for one in file.sheets if one.slot != slot)
            file = replace(file, sheets=tuple(sorted((*others, written), key=lambda one: one.slot)))
            work.examining.put(held, file)
            work.commit()
            return ReadList(self.desk).view(work, held, file)


@dataclass(frozen=True, slots=True)
class Conclude:
    """Take an examiner's list back, judged: what is known of it is counted, and its case moves on."""

    desk: Desk
    settle: Settle

    def __call__(self, actor: Actor, assignment_id: AssignmentId) -> ListView:
        """Return the list, concluded. Concluding it twice changes nothing.

        Raises `InvalidInputError` while a place is not judged, `TooSoonError` before anybody can
        have looked at all of them, `NotFoundError` and `StateError`.
        """
        with self.desk.unit_of_work() as work:
            work.become_writer()
            held, file = self.desk.own(work, actor, assignment_id)
            view = ReadList(self.desk).view(work, held, file)
            if held.state is AssignmentState.CONCLUDED:
                return view
            _in_hand(held)
            now = self.desk.access.clock()
            self._check(view, now)
            places = self.desk.visible(work, held, file)
            concluded = self._concluded(work, held, file, places)
            work.examining.put(concluded)
            work.examining.add_trials(_trials(concluded, file, places, now))
            self.desk.fitness.suspend_if_below(work, held.examiner, now)
            fields: dict[str, FieldValue] = {
                "assignment": held.id,
                "examiner": Person(held.examiner),
                "sheets": concluded.sealed_sheet,
            }
            work.ledger.append(Entry(EventType.CASE_JUDGED, now, fields))
            case = work.cases.get(held.case_id) if held.case_id is not None else None
            if case is not None and case.state in OPEN:
                self.settle(work, case, now)
            work.commit()
        return replace(view, state=AssignmentState.CONCLUDED)

    def _check(self, view: ListView, now: datetime) -> None:
        missing = [one.slot for one in view.places if one.sheet is None]
        if missing:
            raise InvalidInputError(f"not judged yet: {', '.join(f'place {slot}' for slot in missing)}")
        if now < view.not_before:
            left = round((view.not_before - now).total_seconds())
            raise TooSoonError(f"nobody can have looked at all of it yet; conclude it in {left} s")

    def _concluded(
        self, work: UnitOfWork, held: Assignment, file: AssignmentFile, places: tuple[ListEntry, ...]
    ) -> Assignment:
        """Return the assignment, concluded, with whether its verdicts count in the case."""
        now = self.desk.access.clock()
        sheets = {one.slot: one.sheet for one in file.sheets}
        misled = any(one.mated is False and sheets[one.slot].supports for one in places)
        case = work.cases.get(held.case_id) if held.case_id is not None else None
        fit = (
            case is not None
            and self.desk.fitness.unfit(work, held.examiner, case.kind, now) is None
            and not self.desk.fitness.conflicts(work, held.examiner, case)
        )
        return replace(
            held,
            state=AssignmentState.CONCLUDED,
            concluded=now,
            counts=fit and not misled,
            sealed_sheet=self.desk.commit_to(_digest(file, places)),
        )


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Give a list back unjudged: the examiner knows somebody on it, or cannot go on."""

    desk: Desk

    def __call__(self, actor: Actor, assignment_id: AssignmentId, reason: ReturnReason) -> None:
        """Give it back; the examiner is not given the same case again. Raises as judging does."""
        with self.desk.unit_of_work() as work:
            work.become_writer()
            held, _ = self.desk.own(work, actor, assignment_id)
            _in_hand(held)
            work.examining.put(replace(held, state=AssignmentState.RETURNED), AssignmentFile(entries=()))
            fields: dict[str, FieldValue] = {
                "assignment": held.id,
                "examiner": Person(held.examiner),
                "reason": reason.value,
            }
            work.ledger.append(Entry(EventType.CASE_RETURNED, self.desk.access.clock(), fields))
            work.commit()


def _in_hand(held: Assignment) -> None:
    if held.state is not AssignmentState.TAKEN:
        raise StateError(f"assignment `{held.id}` is `{held.state}`")


def _trials(
    held: Assignment, file: AssignmentFile, places: tuple[ListEntry, ...], now: datetime
) -> list[Trial]:
    """Return what the places of which the truth is known show."""
    sheets = {one.slot: one.sheet for one in file.sheets}
    return [
        Trial(
            assignment_id=held.id,
            slot=one.slot,
            examiner=held.examiner,
            mated=one.mated,
            supported=sheets[one.slot].supports,
            at=now,
        )
        for one in places
        if one.mated is not None
    ]


def _digest(file: AssignmentFile, places: tuple[ListEntry, ...]) -> bytes:
    """Return the digest of the sheets, to be committed to: the ledger is read by examiners as well."""
    there = {one.slot for one in places}
    told = [
        [one.slot, one.sheet.verdict, [[o.feature.value, o.observation.value] for o in one.sheet.observed]]
        for one in file.sheets
        if one.slot in there
    ]
    return hashlib.sha256(json.dumps(told).encode()).digest()
