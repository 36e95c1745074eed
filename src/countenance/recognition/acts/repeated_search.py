"""The same search again: whoever searches with a client that knows no cases learns so what became of one.

A search whose result was held opened a case. Made again, with the same probe and settings, in the
same gallery, it is asked for and recorded like any other, looks at nobody, and is told where that
case stands; a released lead is given as it is given to whoever reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from countenance.biometrics.faces import Extraction
from countenance.biometrics.model import Comparison, SubjectId
from countenance.errors import NotFoundError
from countenance.ledger import EventType, JsonValue
from countenance.oversight.certificate import LeadCertificate
from countenance.oversight.model import Case, CaseId, CaseState, CloseReason
from countenance.policy.model import Act
from countenance.recognition.acts.appearing import note_appearances
from countenance.recognition.acts.identification import Search, sought_by
from countenance.recognition.acts.loose_probes import loose_face
from countenance.recognition.acts.stored_probes import FoundReference, StoredProbe, stored_probes
from countenance.recognition.asking import Ask, Permission
from countenance.recognition.cases.reading import as_of, give_lead
from countenance.recognition.outcome import Outcome
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.reporting import Report
from countenance.vetting.model import Actor

TOLD_FOR: Final = timedelta(days=7)
"""How long the same search is told of a case that has ended; afterwards it is a new one."""

_OUTCOMES: Final = {CaseState.HELD: Outcome.HELD, CaseState.NO_LEAD: Outcome.NO_MATCH}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCase:
    """What became of the case of a search. `lead` is None unless it is released.

    `case` is as its customer may see it, without candidates and without how far examiners are.
    `faces` are the references that examiners agreed on, of subjects who are still in the lead, by
    subject. Scores and ranks are not told with a lead.
    """

    case: Case
    lead: LeadCertificate | None
    faces: tuple[FoundReference, ...]
    decision_id: str
    entry: int
    seen: Extraction | None = None
    show_scores: bool = False

    @property
    def outcome(self) -> Outcome | None:
        """Return what the search came to: None where a case ended without anybody's answer."""
        if self.lead is not None:
            return Outcome.MATCH if self.lead.subjects else Outcome.NO_MATCH
        return _OUTCOMES.get(self.case.told_state)

    @property
    def subjects(self) -> tuple[SubjectId, ...]:
        """Return the subjects of the lead, ordered by id."""
        return tuple(dict.fromkeys(one.face.subject_id for one in self.faces))


@dataclass(frozen=True, slots=True)
class RepeatSearch:
    """Tell of the case that the same search has opened before."""

    ask: Ask
    report: Report
    unit_of_work: Callable[[], UnitOfWork]
    commit_to: Callable[[bytes], str]

    def __call__(self, actor: Actor, search: Search) -> ToldCase | None:
        """Return what became of it; None where there is no such case, or it is no longer told of.

        An urgent search is never told of another. Raises `RefusedError` like the search itself, before
        anything is said of the case, and `NotFoundError` for references that may not be compared.
        """
        if search.emergency is not None or actor.lease_id is None:
            return None
        with self.unit_of_work() as work:
            case_id = self._case_of(work, actor, search)
        if case_id is None:
            return None
        with self.unit_of_work() as work:
            permission = self.ask(work, actor, search.request)
        with self.report.failures_of(Act.IDENTIFY, permission), self.unit_of_work() as work:
            work.become_writer()
            if isinstance(search.probe, tuple):
                stored_probes(work, search.gallery_id, search.probe, self.report.clock())
            told = self._told(work, permission, case_id)
            work.commit()
        return told

    def _case_of(self, work: UnitOfWork, actor: Actor, search: Search) -> CaseId | None:
        """Return the case of the same search that is still told of, if it is the customer's own."""
        lease = work.leases.get(actor.lease_id) if actor.lease_id is not None else None
        if lease is None:
            return None
        now, probes = self.report.clock(), _kept(work, actor, search, self.report.clock())
        case_id = work.cases.of_search(search.gallery_id, self.commit_to(sought_by(search, probes)))
        case = work.cases.get(case_id) if case_id is not None else None
        if case is None or case.customer_id != lease.customer_id or not _is_told_of(case, now):
            return None
        return case.id

    def _told(self, work: UnitOfWork, permission: Permission, case_id: CaseId) -> ToldCase:
        """Return where the case stands now, with its lead, and put on record that it was told."""
        now = self.report.clock()
        whole = work.cases.get(case_id)
        if whole is None:
            raise NotFoundError(f"no case `{case_id}`")
        case, lead = as_of(whole, now), None
        if case.state is CaseState.RELEASED:
            lead, _ = give_lead(work, permission.actor, whole, now)
        faces = _faces(work, whole, lead) if lead is not None else ()
        told = ToldCase(
            case=replace(case, candidates=()),
            lead=lead,
            faces=faces,
            decision_id=permission.decision_id,
            entry=0,
        )
        fields: dict[str, JsonValue] = {
            "outcome": told.outcome.value if told.outcome is not None else None,
            "candidates": len(told.subjects),
            "case": case.id,
            "told": case.told_state.value,
        }
        held = told.outcome is Outcome.HELD
        event = EventType.IDENTIFICATION_HELD if held else EventType.IDENTIFICATION_COMPLETED
        entry = self.report.completed(work, event, permission, fields)
        listed = [one.subject_id for one in whole.candidates if one.subject_id in told.subjects]
        note_appearances(work, permission, dict.fromkeys(listed, ""), entry, case.id)
        return replace(told, entry=entry)


def _kept(work: UnitOfWork, actor: Actor, search: Search, at: datetime) -> tuple[StoredProbe, ...]:
    """Return the template of a face that was kept; raises `FaceGoneError` for one that is not there."""
    if not isinstance(search.probe, str) or actor.lease_id is None:
        return ()
    return ((None, loose_face(work, actor.lease_id, search.probe, at=at).template),)


def _faces(work: UnitOfWork, case: Case, lead: LeadCertificate) -> tuple[FoundReference, ...]:
    """Return the references that the lead rests on, by subject and not by rank."""
    file = work.cases.file(case.id)
    agreed = frozenset(file.agreed if file is not None else ())
    found = []
    for one in case.candidates:
        face = work.faces.get(case.gallery_id, one.reference_id)
        if one.reference_id in agreed and one.subject_id in lead.subjects and face is not None:
            found.append(FoundReference(face, Comparison(one.reference_id, one.subject_id, one.score)))
    return tuple(sorted(found, key=lambda one: (one.face.subject_id, one.face.reference_id)))


def _is_told_of(case: Case, now: datetime) -> bool:
    """Tell whether the same search is told of the case: as long as it stands, and a week after its end.

    A case that its customer took back is not wanted any more.
    """
    if case.reason is CloseReason.BY_REQUESTER:
        return False
    if as_of(case, now).told_state in {CaseState.HELD, CaseState.RELEASED}:
        return True
    ended = case.closed or case.due
    if case.state is CaseState.OVERTURNED:
        return now < max(case.due, ended + TOLD_FOR)
    return now < ended + TOLD_FOR
