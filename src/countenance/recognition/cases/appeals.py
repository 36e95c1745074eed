"""Appeals against released leads, judged by people who took no part; and what an upheld one sets off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from countenance.errors import StateError
from countenance.ledger import Entry, EventType, FieldValue, JsonValue, Person
from countenance.oversight.model import (
    AppealVote,
    Case,
    CaseAppeal,
    CaseFile,
    CaseId,
    CaseState,
    CloseReason,
)
from countenance.oversight.notices import Notice, NoticeKind
from countenance.recognition.cases.release import Bench, checked_reasons
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

JUDGES: Final = 2
_CUSTOMERS: Final = frozenset({Role.OPERATOR})
_FOR_OTHERS: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
_JUDGES: Final = frozenset({Role.REVIEWER})


@dataclass(frozen=True, slots=True)
class AppealLead:
    """Ask people who took no part to look again: by the customer, or by staff for somebody concerned."""

    standing: Standing
    bench: Bench

    def __call__(self, actor: Actor, case_id: CaseId, grounds: str) -> Case:
        """File the appeal, and return the case without its candidates.

        Raises `ForbiddenError`, `NotFoundError`, `InvalidInputError`, and `StateError` unless the lead
        is released and no appeal against it is open.
        """
        text = checked_reasons(grounds)
        with self.bench.unit_of_work() as work:
            work.become_writer()
            case, file = self._theirs(work, actor, case_id)
            if case.state is not CaseState.RELEASED:
                raise StateError(
                    f"case `{case.id}` is `{case.told_state}`: there is no lead to appeal against"
                )
            if any(one.upheld is None for one in file.appeals):
                raise StateError(f"an appeal against case `{case.id}` is open already")
            now = self.standing.clock()
            appeal = CaseAppeal(appellant=actor.person or actor.id, grounds=text, filed=now)
            fields: dict[str, JsonValue] = {
                "case": case.id,
                "gallery": case.gallery_id,
                "actor": actor.id,
            }
            entry = work.ledger.append(Entry(EventType.CASE_APPEALED, now, fields))
            file = replace(file, appeals=(*file.appeals, appeal), entries=(*file.entries, entry))
            work.cases.put_file(case.id, file)
            appealed = replace(case, appealed=True)
            work.cases.put(appealed)
            work.notices.announce(Notice.of_lead(NoticeKind.APPEALED, appealed, file, now))
            work.commit()
        return replace(appealed, candidates=())

    def _theirs(self, work: UnitOfWork, actor: Actor, case_id: CaseId) -> tuple[Case, CaseFile]:
        if actor.role in _FOR_OTHERS:
            self.bench.access.person(work, actor, _FOR_OTHERS)
            return self.bench.case(work, actor, case_id)
        lease = self.standing.lease(work, actor, _CUSTOMERS)
        held = work.cases.get(case_id)
        if held is None or held.customer_id != lease.customer_id:
            self.standing.refuse(work, actor, "case", f"no case `{case_id}`")
        return self.bench.case(work, actor, case_id)


@dataclass(frozen=True, slots=True)
class JudgeLeadAppeal:
    """Vote on an appeal; two who agree decide."""

    bench: Bench

    def __call__(self, actor: Actor, case_id: CaseId, *, uphold: bool, reasons: str) -> Case:
        """Return the case without its candidates; decided, everybody who was given the lead is told.

        Raises `ForbiddenError`, `NotFoundError`, `InvalidInputError`, `StateError` without an open appeal,
        and `SeparationError` for whoever examined or released it, filed the appeal, or has voted.
        """
        text, bench = checked_reasons(reasons), self.bench
        with bench.unit_of_work() as work:
            work.become_writer()
            person = bench.access.person(work, actor, _JUDGES)
            case, file = bench.case(work, actor, case_id)
            bench.apart(work, actor, case, person)
            appeal = file.appeals[-1] if file.appeals else None
            if appeal is None or appeal.upheld is not None or case.state is not CaseState.RELEASED:
                raise StateError(f"there is no open appeal against case `{case.id}`")
            released = file.release.released_by if file.release is not None else None
            if person in {released, appeal.appellant, *(vote.person for vote in appeal.votes)}:
                bench.access.apart(work, actor, "an appeal is judged by people who took no part")
            vote = AppealVote(person=person, uphold=uphold, reasons=text, cast=bench.access.clock())
            case = self._counted(work, case, file, replace(appeal, votes=(*appeal.votes, vote)))
            work.commit()
        return replace(case, candidates=())

    def _counted(self, work: UnitOfWork, case: Case, file: CaseFile, appeal: CaseAppeal) -> Case:
        last = appeal.votes[-1]
        decided = sum(vote.uphold is last.uphold for vote in appeal.votes) >= JUDGES
        if decided:
            appeal = replace(appeal, upheld=last.uphold)
            event = EventType.CASE_OVERTURNED if last.uphold else EventType.CASE_CONFIRMED
            fields: dict[str, FieldValue] = {
                "case": case.id,
                "gallery": case.gallery_id,
                "recipients": len(file.recipients),
                "judges": tuple(Person(vote.person) for vote in appeal.votes if vote.uphold is last.uphold),
            }
            entry = work.ledger.append(Entry(event, last.cast, fields))
            file = replace(file, entries=(*file.entries, entry))
        work.cases.put_file(case.id, replace(file, appeals=(*file.appeals[:-1], appeal)))
        if not decided:
            return case
        if not last.uphold:
            work.notices.announce(Notice.of_lead(NoticeKind.CONFIRMED, case, file, last.cast))
            return case
        overturned = replace(
            case, state=CaseState.OVERTURNED, reason=CloseReason.APPEAL_UPHELD, closed=last.cast
        )
        work.cases.put(overturned)
        work.notices.announce(Notice.of_lead(NoticeKind.OVERTURNED, overturned, file, last.cast))
        return overturned
