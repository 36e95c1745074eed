"""A subject's appeal against a lead, put before reviewers who took no part in it."""

from __future__ import annotations

from dataclasses import replace

from countenance.ledger import Entry, EventType
from countenance.oversight.model import CaseAppeal, CaseId, CaseState
from countenance.oversight.notices import Notice, NoticeKind
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.subjects.model import SubjectRequest


def appeal_lead(work: UnitOfWork, case_id: str | None, request: SubjectRequest) -> bool:
    """Open an appeal against the lead of a case, with what the subject wrote; the caller commits.

    Returns False, and does nothing, where there is no released lead, nothing is kept of it any more,
    or an appeal against it is open: then the customer alone answers the request.
    """
    case = work.cases.get(CaseId(case_id)) if case_id is not None else None
    if case is None or case.state is not CaseState.RELEASED:
        return False
    file = work.cases.file(case.id)
    if file is None or any(one.upheld is None for one in file.appeals):
        return False
    appeal = CaseAppeal(appellant=f"subject:{request.id}", grounds=request.text, filed=request.filed)
    fields = {
        "case": case.id,
        "gallery": case.gallery_id,
        "actor": "subject",
        "request": request.id,
    }
    entry = work.ledger.append(Entry(EventType.CASE_APPEALED, request.filed, fields))
    work.cases.put_file(
        case.id, replace(file, appeals=(*file.appeals, appeal), entries=(*file.entries, entry))
    )
    work.cases.put(replace(case, appealed=True))
    work.notices.announce(Notice.of_lead(NoticeKind.APPEALED, case, file, request.filed))
    return True
