"""Ending a case, and moving one on when a verdict has come in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from countenance.ledger import Entry, EventType, FieldValue, Person
from countenance.oversight.agreement import finding
from countenance.oversight.assignments import Assignment, AssignmentState
from countenance.oversight.model import Case, CaseState, CloseReason
from countenance.oversight.notices import Notice, NoticeKind
from countenance.oversight.qualification import Unfit
from countenance.recognition.cases.examiners import Fitness
from countenance.recognition.ports import UnitOfWork

_TOLD: Final = {
    CaseState.NO_LEAD: NoticeKind.NO_LEAD,
    CaseState.EXPIRED: NoticeKind.EXPIRED,
    CaseState.WITHDRAWN: NoticeKind.WITHDRAWN,
}
_COUNTS_NO_MORE: Final = frozenset({Unfit.NOT_AUTHORISED, Unfit.SUSPENDED})


def taking_part(work: UnitOfWork, case: Case, at: datetime) -> Case:
    """Return the case with those candidates alone whose subjects still agree to be compared."""
    held = []
    for candidate in case.candidates:
        consent = work.consents.get(case.gallery_id, candidate.subject_id)
        if consent is not None and consent.valid_at(at):
            held.append(candidate)
    return replace(case, candidates=tuple(held))


def close(work: UnitOfWork, case: Case, state: CaseState, reason: CloseReason, at: datetime) -> Case:
    """End the case in `work`: nothing of it can be read afterwards, and its customer is told.

    `state` is `no_lead`, `expired` or `withdrawn`. Whoever was given a lead is named to whoever
    delivers the notice.
    """
    file = work.cases.file(case.id)
    recipients = tuple(one.actor for one in file.recipients) if file is not None else ()
    given = work.examining.of_case(case.id)
    for one in given:
        if one.state is AssignmentState.TAKEN:
            work.examining.put(replace(one, state=AssignmentState.VOID))
    ended = replace(case, state=state, reason=reason, closed=at)
    work.cases.put(ended)
    work.cases.destroy(case.id)
    work.ledger.append(Entry(EventType.CASE_CLOSED, at, closing_fields(ended, given)))
    work.notices.announce(
        Notice(
            kind=_TOLD[state],
            customer_id=case.customer_id,
            case_id=case.id,
            at=at,
            reason=reason.value,
            recipients=recipients,
        )
    )
    return replace(ended, candidates=())


def closing_fields(case: Case, given: Iterable[Assignment]) -> dict[str, FieldValue]:
    """Return what the ledger says once a case is decided, and said of no open one."""
    return {
        "case": case.id,
        "gallery": case.gallery_id,
        "decision": case.decision_id,
        "state": case.state.value,
        "reason": case.reason.value if case.reason is not None else None,
        "assignments": tuple(one.id for one in given if one.state is AssignmentState.CONCLUDED),
        "verified_by": tuple(Person(one.examiner) for one in given if one.counts),
        "judged": case.judged,
        "supported": case.supported,
    }


@dataclass(frozen=True, slots=True)
class Settle:
    """See where a case stands after a verdict, and move it on in the same transaction."""

    fitness: Fitness

    def __call__(self, work: UnitOfWork, case: Case, at: datetime) -> Case:
        """Return the case as it is then. Sheets of whoever may not judge any more count for nothing."""
        case = taking_part(work, case, at)
        there = {one.reference_id for one in case.candidates}
        given = work.examining.of_case(case.id)
        concluded = [one for one in given if one.state is AssignmentState.CONCLUDED]
        supported = [
            self._supported(work, one) & there for one in concluded if self._counts(work, case, one, at)
        ]
        found = finding(case.examiners, there, supported, taken=len(concluded))
        if found.state is CaseState.WITHDRAWN:
            return close(work, case, CaseState.WITHDRAWN, CloseReason.NOBODY_LEFT, at)
        moved = replace(case, state=found.state)
        if found.state in {CaseState.AGREED, CaseState.NO_LEAD}:
            moved = replace(moved, judged=len(there), supported=len(found.agreed))
        if found.state is CaseState.NO_LEAD:
            return close(work, moved, CaseState.NO_LEAD, CloseReason.NO_AGREEMENT, at)
        if found.state is CaseState.AGREED:
            self._agree(work, moved, found.agreed, at)
        work.cases.put(moved)
        return moved

    def _counts(self, work: UnitOfWork, case: Case, one: Assignment, at: datetime) -> bool:
        return one.counts and self.fitness.unfit(work, one.examiner, case.kind, at) not in _COUNTS_NO_MORE

    def _supported(self, work: UnitOfWork, assignment: Assignment) -> frozenset[str]:
        file = work.examining.file(assignment)
        if file is None:
            return frozenset()
        sheets = {one.slot: one.sheet for one in file.sheets}
        return frozenset(
            entry.reference_id
            for entry in file.entries
            if entry.reference_id is not None and entry.slot in sheets and sheets[entry.slot].supports
        )

    def _agree(self, work: UnitOfWork, case: Case, agreed: tuple[str, ...], at: datetime) -> None:
        file = work.cases.file(case.id)
        given = work.examining.of_case(case.id)
        entry = work.ledger.append(Entry(EventType.CASE_AGREED, at, closing_fields(case, given)))
        if file is not None:
            work.cases.put_file(case.id, replace(file, agreed=agreed, entries=(*file.entries, entry)))
        for one in given:
            if one.state is AssignmentState.TAKEN:
                work.examining.put(replace(one, state=AssignmentState.VOID))
