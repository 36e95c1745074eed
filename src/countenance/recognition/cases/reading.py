"""Reading cases: where one stands, for its customer; what examiners said, for those who decide on it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from countenance.biometrics.model import Candidate
from countenance.errors import StateError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.oversight.assignments import Assignment, AssignmentState
from countenance.oversight.certificate import LeadCertificate
from countenance.oversight.checklist import Sheet
from countenance.oversight.model import OPEN, Case, CaseFile, CaseId, CaseState, Recipient
from countenance.recognition.cases.closing import taking_part
from countenance.recognition.cases.release import Bench, agreed_subjects, certificate
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

_CALLERS: Final = frozenset({Role.OPERATOR})
_STAFF: Final = frozenset({Role.REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR})
_DECIDES: Final = frozenset({Role.REVIEWER, Role.AUDITOR})
_MOST: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPlace:
    """What one examiner said of one place: of a candidate by reference, or of somebody known (`mated`)."""

    slot: int
    reference_id: str | None
    mated: bool | None
    sheet: Sheet
    changes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedList:
    """One examiner's list of a case, judged. `counts` says whether its verdicts count."""

    examiner: str
    counts: bool
    taken: datetime
    concluded: datetime | None
    places: tuple[JudgedPlace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDossier:
    """All that is kept of a case that examiners are done with: ranks, scores and verdicts included."""

    case: Case
    file: CaseFile
    candidates: tuple[Candidate, ...]
    judged: tuple[JudgedList, ...]


def as_of(case: Case, at: datetime) -> Case:
    """Return the case as it stands at `at`: what has run out is over before anybody puts that down."""
    if not passed(case, at):
        return case
    clock = case.emergency
    undone = clock is not None and clock.authorised is None and clock.authorise_by <= at
    return replace(case, state=CaseState.WITHDRAWN if undone else CaseState.EXPIRED)


def passed(case: Case, at: datetime) -> bool:
    """Tell whether the case's time is over, whether or not anybody has put that down yet."""
    clock = case.emergency
    late = clock is not None and clock.authorised is None and clock.authorise_by <= at
    return case.state in OPEN | {CaseState.AGREED, CaseState.RELEASED} and (late or case.due <= at)


@dataclass(frozen=True, slots=True)
class ReadLead:
    """Give a released lead to its customer, and remember who was given it."""

    standing: Standing
    bench: Bench

    def __call__(self, actor: Actor, case_id: CaseId) -> LeadCertificate:
        """Return the certificate of the lead.

        Whoever has been given it is told if it is overturned. A subject who has withdrawn is not in
        it any more. Raises `ForbiddenError`, `NotFoundError`, and `StateError` where there is no lead.
        """
        with self.bench.unit_of_work() as work:
            work.become_writer()
            lease = self.standing.lease(work, actor, _CALLERS)
            case = work.cases.get(case_id)
            if case is None or case.customer_id != lease.customer_id:
                self.standing.refuse(work, actor, "case", f"no case `{case_id}`")
            told, noted = give_lead(work, actor, case, self.standing.clock())
            if noted:
                work.commit()
        return told


def give_lead(work: UnitOfWork, actor: Actor, case: Case, at: datetime) -> tuple[LeadCertificate, bool]:
    """Return the lead of a case, and whether `actor` was noted as a recipient; the caller commits.

    Raises `StateError` where there is no lead.
    """
    file = work.cases.file(case.id)
    if file is None or case.state is not CaseState.RELEASED or passed(case, at):
        raise StateError(f"case `{case.id}` is `{case.told_state}`: there is no lead")
    told = certificate(case, file, agreed_subjects(work, case, file, at))
    if any(one.actor == actor.id for one in file.recipients):
        return told, False
    recipient = Recipient(actor=actor.id, since=at)
    work.cases.put_file(case.id, replace(file, recipients=(*file.recipients, recipient)))
    fields: dict[str, JsonValue] = {"case": case.id, "actor": actor.id}
    work.ledger.append(Entry(EventType.CASE_RECEIVED, at, fields))
    return told, True


@dataclass(frozen=True, slots=True)
class ReadBench:
    """Show staff which cases there are, and those who decide what was said in one."""

    bench: Bench

    def all(self, actor: Actor, states: frozenset[CaseState]) -> tuple[Case, ...]:
        """Return up to 500 cases in these states, all if none is named, the oldest first, no candidates."""
        with self.bench.unit_of_work() as work:
            self.bench.access.role(work, actor, _STAFF)
            found = work.cases.in_states(states or frozenset(CaseState), limit=_MOST)
            return tuple(replace(case, candidates=()) for case in found)

    def one(self, actor: Actor, case_id: CaseId) -> Case:
        """Return one case without its candidates, or raise `NotFoundError`."""
        with self.bench.unit_of_work() as work:
            self.bench.access.role(work, actor, _STAFF)
            case = work.cases.get(case_id)
            if case is None:
                self.bench.access.refuse(work, actor, "case", f"no case `{case_id}`")
            return replace(case, candidates=())

    def dossier(self, actor: Actor, case_id: CaseId) -> CaseDossier:
        """Return what was said in a case once examiners are done with it.

        Raises `ForbiddenError`, `SeparationError` for whoever has a part in it, `NotFoundError`, and
        `StateError` while examiners are at work, and once nothing is kept.
        """
        with self.bench.unit_of_work() as work:
            return self.dossier_in(work, actor, case_id)

    def dossier_in(self, work: UnitOfWork, actor: Actor, case_id: CaseId) -> CaseDossier:
        """Return the same, read in `work`."""
        person = self.bench.access.person(work, actor, _DECIDES)
        case, file = self.bench.case(work, actor, case_id)
        self.bench.apart(work, actor, case, person)
        if case.state in OPEN:
            raise StateError(f"examiners are at work on case `{case.id}`: what they say is theirs until then")
        there = taking_part(work, case, self.bench.access.clock())
        references = {one.reference_id for one in there.candidates}
        given = work.examining.of_case(case.id)
        return CaseDossier(
            case=replace(case, candidates=()),
            file=file,
            candidates=there.candidates,
            judged=tuple(
                _judged(work, one, references) for one in given if one.state is AssignmentState.CONCLUDED
            ),
        )

    def probe(self, actor: Actor, case_id: CaseId) -> bytes:
        """Return the probe image as examiners saw it; raises as the dossier does."""
        with self.bench.unit_of_work() as work:
            self.dossier_in(work, actor, case_id)
            image = work.cases.probe(case_id)
            if image is None:
                raise StateError(f"of case `{case_id}` no probe image is kept")
            return image


def _judged(work: UnitOfWork, given: Assignment, references: Collection[str]) -> JudgedList:
    """Return what an examiner said, of those alone who may still be spoken of."""
    file = work.examining.file(given)
    sheets = {one.slot: one for one in file.sheets} if file is not None else {}
    entries = file.entries if file is not None else ()
    return JudgedList(
        examiner=given.examiner,
        counts=given.counts,
        taken=given.taken,
        concluded=given.concluded,
        places=tuple(
            JudgedPlace(
                slot=one.slot,
                reference_id=one.reference_id,
                mated=one.mated,
                sheet=sheets[one.slot].sheet,
                changes=sheets[one.slot].changes,
            )
            for one in entries
            if one.slot in sheets and (one.reference_id is None or one.reference_id in references)
        ),
    )
