"""Time: emergencies that nobody authorised are undone, deadlines end cases, and leads end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from countenance.errors import InvalidInputError, StateError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.oversight.model import (
    Case,
    CaseId,
    CaseState,
    CloseReason,
    Emergency,
    Paper,
)
from countenance.recognition.cases.closing import close
from countenance.recognition.cases.release import Bench
from countenance.recognition.ports import UnitOfWork
from countenance.vetting.model import Actor, Role

_AT_ONCE: Final = 100
_LONGEST_REFERENCE: Final = 200
_AUTHORISES: Final = frozenset({Role.REVIEWER, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class KeepCaseTime:
    """End what has run out. It may be called at any time, and catches up with all that was missed.

    Nothing hangs on when it is called: a case whose time is over is given to nobody before it, either.
    """

    clock: Callable[[], datetime]
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self) -> int:
        """Return how many cases were ended, each in a transaction of its own."""
        count = 0
        while True:
            with self.unit_of_work() as work:
                found = work.cases.due(self.clock(), limit=_AT_ONCE)
            if not found:
                return count
            for case_id in found:
                count += self._end(case_id)

    def _end(self, case_id: CaseId) -> int:
        with self.unit_of_work() as work:
            work.become_writer()
            case, now = work.cases.get(case_id), self.clock()
            if case is None or case_id not in work.cases.due(now, limit=_AT_ONCE):
                return 0
            clock = case.emergency
            if case.state is CaseState.OVERTURNED:
                work.cases.destroy(case.id)
            elif clock is not None and clock.authorised is None and clock.authorise_by <= now:
                close(work, case, CaseState.WITHDRAWN, CloseReason.NOT_AUTHORISED, now)
            elif case.state is CaseState.RELEASED:
                close(work, case, CaseState.EXPIRED, CloseReason.LEAD_OVER, now)
            else:
                close(work, case, CaseState.EXPIRED, CloseReason.TIME_OVER, now)
            work.commit()
        return 1


@dataclass(frozen=True, slots=True)
class AuthoriseEmergency:
    """Put the authorisation of an emergency use on record before its clock runs out."""

    bench: Bench

    def __call__(self, actor: Actor, case_id: CaseId, paper: Paper, reference: str) -> Case:
        """Return the case without its candidates; `reference` names the paper, and is kept sealed.

        Raises `ForbiddenError`, `SeparationError`, `NotFoundError`, `InvalidInputError`, and `StateError`
        where no clock runs, or it has run out.
        """
        text = reference.strip()
        if not text or len(text) > _LONGEST_REFERENCE:
            raise InvalidInputError(f"the reference of the paper has 1 to {_LONGEST_REFERENCE} characters")
        with self.bench.unit_of_work() as work:
            work.become_writer()
            person = self.bench.access.person(work, actor, _AUTHORISES)
            case, file = self.bench.case(work, actor, case_id)
            self.bench.apart(work, actor, case, person)
            now = self.bench.access.clock()
            clock = _running(case, now)
            authorised = replace(case, emergency=replace(clock, authorised=now))
            fields: dict[str, JsonValue] = {"case": case.id, "paper": paper.value, "actor": actor.id}
            entry = work.ledger.append(Entry(EventType.CASE_AUTHORISED, now, fields))
            work.cases.put(authorised)
            work.cases.put_file(
                case.id, replace(file, authorisation=f"{paper}: {text}", entries=(*file.entries, entry))
            )
            work.commit()
        return replace(authorised, candidates=())


def _running(case: Case, now: datetime) -> Emergency:
    clock = case.emergency
    if clock is None or clock.authorised is not None:
        raise StateError(f"no clock runs for case `{case.id}`")
    if clock.authorise_by <= now:
        raise StateError(f"the clock of case `{case.id}` ran out at {clock.authorise_by.isoformat()}")
    return clock
