"""Releasing a lead: by somebody who did not examine it; what leaves says that it is a lead and no more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from countenance.errors import InvalidInputError, StateError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.oversight.certificate import BANNED, STATEMENT, STILL_NEEDED, LeadCertificate
from countenance.oversight.model import Case, CaseFile, CaseId, CaseState, CloseReason, Release
from countenance.oversight.notices import Notice, NoticeKind
from countenance.recognition.cases.closing import Settle, close, taking_part
from countenance.recognition.ports import UnitOfWork
from countenance.vetting.access import Access
from countenance.vetting.model import Actor, CustomerId, Role

RELEASERS: Final = frozenset({Role.REVIEWER})
SHORTEST_REASONS: Final = 10
LONGEST_REASONS: Final = 4_000


@dataclass(frozen=True, slots=True)
class Bench:
    """What the acts of those share who decide on cases, and examine none of them."""

    access: Access
    settle: Settle
    unit_of_work: Callable[[], UnitOfWork]

    def case(self, work: UnitOfWork, actor: Actor, case_id: CaseId) -> tuple[Case, CaseFile]:
        """Return the case with its file, or record and raise `NotFoundError`.

        Raises `StateError` for one of which nothing is kept any more. Call it as a writer.
        """
        case = work.cases.get(case_id)
        if case is None:
            self.access.refuse(work, actor, "case", f"no case `{case_id}`")
        file = work.cases.file(case_id)
        if file is None:
            raise StateError(f"case `{case_id}` is `{case.state}`: nothing of it is kept any more")
        return case, file

    def apart(self, work: UnitOfWork, actor: Actor, case: Case, person: str) -> None:
        """Return if the person has no part in the case, or record and raise `SeparationError`.

        A part has whoever examined it or was given it, whoever asked for it, and whoever belongs or
        ever belonged to its customer, or said that they have to do with it.
        """
        if any(one.examiner == person for one in work.examining.of_case(case.id)):
            self.access.apart(work, actor, "who examined a case does not decide on it")
        if person == case.requester:
            self.access.apart(work, actor, "who asked for a search does not decide on its outcome")
        named = [one.customer_id for one in work.examining.conflicts(person)]
        members = [one.person for one in work.dossiers.members(_customer(case))]
        if case.customer_id in named or person in members:
            self.access.apart(work, actor, "who has to do with the customer does not decide on its cases")


@dataclass(frozen=True, slots=True)
class ReleaseLead:
    """Let a lead leave, or refuse to. Whoever decides sees scores and verdicts; they are decided already."""

    bench: Bench

    def __call__(self, actor: Actor, case_id: CaseId, reasons: str) -> LeadCertificate:
        """Release the lead, and return its certificate.

        Raises `ForbiddenError`, `SeparationError`, `NotFoundError`, `InvalidInputError`, and
        `StateError` unless examiners agreed and the clock of an emergency has not run out.
        """
        text, bench = checked_reasons(reasons), self.bench
        with bench.unit_of_work() as work:
            work.become_writer()
            case, file, now = self._agreed(work, actor, case_id)
            subjects = agreed_subjects(work, case, file, now)
            if not subjects:
                close(work, case, CaseState.WITHDRAWN, CloseReason.NOBODY_LEFT, now)
                work.commit()
                raise StateError(f"case `{case.id}` has no candidate left who agrees to be compared")
            released = replace(case, state=CaseState.RELEASED, due=now + bench.settle.fitness.rules.lead)
            fields: dict[str, JsonValue] = {
                "case": case.id,
                "gallery": case.gallery_id,
                "decision": case.decision_id,
                "subjects": len(subjects),
                "expires": released.due.isoformat(),
                "actor": actor.id,
            }
            entry = work.ledger.append(Entry(EventType.CASE_RELEASED, now, fields))
            release = Release(released_by=str(actor.person), reasons=text, released=now, entry=entry)
            file = replace(file, release=release, entries=(*file.entries, entry))
            work.cases.put(released)
            work.cases.put_file(case.id, file)
            work.notices.announce(
                Notice(kind=NoticeKind.RELEASED, customer_id=case.customer_id, case_id=case.id, at=now)
            )
            work.commit()
        return certificate(released, file, subjects)

    def refuse(self, actor: Actor, case_id: CaseId, reasons: str) -> Case:
        """Let the lead not leave: the case ends without one, whatever examiners agreed on."""
        checked_reasons(reasons)
        with self.bench.unit_of_work() as work:
            work.become_writer()
            case, _, now = self._agreed(work, actor, case_id)
            ended = close(work, case, CaseState.NO_LEAD, CloseReason.RELEASE_REFUSED, now)
            work.commit()
        return ended

    def _agreed(self, work: UnitOfWork, actor: Actor, case_id: CaseId) -> tuple[Case, CaseFile, datetime]:
        person = self.bench.access.person(work, actor, RELEASERS)
        case, file = self.bench.case(work, actor, case_id)
        self.bench.apart(work, actor, case, person)
        now = self.bench.access.clock()
        if case.state is not CaseState.AGREED:
            raise StateError(f"case `{case.id}` is `{case.state}`, and a lead is what examiners agreed on")
        clock = case.emergency
        if now >= case.due or (clock and clock.authorised is None and now >= clock.authorise_by):
            raise StateError(f"the time of case `{case.id}` is over")
        return case, file, now


def agreed_subjects(work: UnitOfWork, case: Case, file: CaseFile, at: datetime) -> tuple[str, ...]:
    """Return the subjects of a lead who are still enrolled and agree to be compared, ordered by id."""
    there = taking_part(work, case, at).candidates
    return tuple(sorted(one.subject_id for one in there if one.reference_id in file.agreed))


def certificate(case: Case, file: CaseFile, subjects: tuple[str, ...]) -> LeadCertificate:
    """Return the certificate of a released lead; raises `StateError` for one that is not released."""
    if case.state is not CaseState.RELEASED or file.release is None:
        raise StateError(f"case `{case.id}` is `{case.state}`: there is no lead")
    return LeadCertificate(
        case_id=case.id,
        customer_id=case.customer_id,
        gallery_id=case.gallery_id,
        decision_id=case.decision_id,
        subjects=subjects,
        examiners=case.examiners,
        statement=STATEMENT,
        still_needed=STILL_NEEDED,
        banned_on_this_alone=BANNED,
        no_sole_basis=True,
        released=file.release.released,
        expires=case.due,
        model_digest=file.search.model_digest if file.search is not None else "",
        entry=file.release.entry,
    )


def checked_reasons(text: str) -> str:
    """Return a reason in writing, or raise `InvalidInputError` for none, or a novel."""
    stripped = text.strip()
    if not SHORTEST_REASONS <= len(stripped) <= LONGEST_REASONS:
        raise InvalidInputError(
            f"a reason has {SHORTEST_REASONS} to {LONGEST_REASONS} characters, so that somebody can answer it"
        )
    return stripped


def _customer(case: Case) -> CustomerId:
    return CustomerId(case.customer_id)
