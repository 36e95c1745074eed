"""Every place that may hold something of a subject, and what an erasure does there.

A test compares `REACH` with the tables that there are: whoever adds a table says here what
becomes of a subject in it.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from sqlalchemy import bindparam, delete, func, select

from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
from countenance.recognition.erasure.model import Cleared
from countenance.storage.azure_face_tables import roster_persons
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.subject_tables import subject_codes
from countenance.storage.subjects import SILENCE
from countenance.storage.tables import idempotency_records


class Reach(Enum):
    """What becomes of a subject in a table when it is erased."""

    NOBODY = "holds nothing of a subject"
    REMOVED = "the subject's rows are removed with the references, by statement or by the database"
    DESTROYED = "what is held is encrypted under the subject's own key, which is destroyed"
    CLEARED = "the subject is taken out by `clear_subject`"
    COMPARED = "faces that nobody is named for are compared with the subject's templates and removed"
    PSEUDONYM = "names the subject by a commitment that nobody can link once the key is destroyed"
    EVIDENCE = "is kept to show that the law was followed: names the subject, holds no face"
    CASE = "ends with a case's own key: the probe of somebody unknown, and what was judged of a list"
    SHORT = "names the subject for minutes and ends by itself, so that the subject can still read the page"


REACH: Final = {
    "reference_templates": Reach.REMOVED,
    "subjects": Reach.REMOVED,
    "subject_keys": Reach.REMOVED,
    "manifest_tiles": Reach.REMOVED,
    "gallery_changes": Reach.REMOVED,
    "face_records": Reach.REMOVED,
    "face_users": Reach.REMOVED,
    "gallery_users": Reach.REMOVED,
    "roster_persons": Reach.REMOVED,
    "roster_notes": Reach.REMOVED,
    "dynamic_group_members": Reach.REMOVED,
    "reference_portraits": Reach.REMOVED,
    "subject_appearances": Reach.REMOVED,
    "group_labels": Reach.REMOVED,
    "case_candidates": Reach.DESTROYED,
    "idempotency_records": Reach.CLEARED,
    "subject_codes": Reach.CLEARED,
    "subject_requests": Reach.CLEARED,
    "loose_faces": Reach.COMPARED,
    "ledger_entries": Reach.PSEUDONYM,
    "ledger_head": Reach.PSEUDONYM,
    "erasures": Reach.PSEUDONYM,
    "erasure_drills": Reach.PSEUDONYM,
    "subject_entries": Reach.PSEUDONYM,
    "consents": Reach.EVIDENCE,
    "consent_records": Reach.EVIDENCE,
    "legal_holds": Reach.EVIDENCE,
    "retention_interactions": Reach.EVIDENCE,
    "subject_sessions": Reach.SHORT,
    **dict.fromkeys(("cases", "assignments"), Reach.CASE),
    **dict.fromkeys(
        (
            "installation", "customers", "leases", "api_keys", "access_credentials", "galleries",
            "collection_bindings", "gallery_tags", "rosters", "dynamic_groups", "decisions", "decision_texts",
            "staff_members", "staff_credentials", "staff_sessions", "staff_invitations",
            "customer_members", "customer_contacts", "applications", "application_drafts",
            "application_evidence", "application_messages", "evidence_files", "factor_marks", "review_votes",
            "appeals",
            "lease_versions", "case_searches", "condition_decisions", "searching_processes", "case_notices",
            "consent_notices", "examiner_authorisations", "examiner_conflicts", "examiner_trials",
            "fairness_evidence", "fairness_reports", "fairness_report_files", "group_streams", "incidents",
            "known_faces", "ledger_followed", "log_cosigned", "log_witnesses", "monitor_position",
            "monitor_streams", "webhook_announcements",
            "webhook_endpoints", "webhook_deliveries", "webhook_tries", "audits", "audit_calls",
            "policy_texts", "packs_installed", "coming_notices",
        ),
        Reach.NOBODY,
    ),
}  # fmt: skip
"""What an erasure does in each table, by the table's name."""

_PERSONS: Final = select(func.count(roster_persons.c.person_id).label("number")).where(
    roster_persons.c.gallery_id == bindparam("gallery"), roster_persons.c.subject_id == bindparam("subject")
)
_CODES: Final = delete(subject_codes).where(
    subject_codes.c.gallery_id == bindparam("of_gallery"),
    subject_codes.c.subject_id == bindparam("of_subject"),
)
_ANSWERS: Final = select(
    idempotency_records.c.actor_id, idempotency_records.c.key, idempotency_records.c.sealed_answer
).where(idempotency_records.c.sealed_answer.is_not(None))
_DROP_ANSWER: Final = delete(idempotency_records).where(
    idempotency_records.c.actor_id == bindparam("actor"), idempotency_records.c.key == bindparam("name")
)


def clear_subject(
    session: Session,
    keyring: Keyring,
    place: tuple[GalleryId, SubjectId],
    references: frozenset[ReferenceId],
) -> Cleared:
    """Take a subject out of every table that is `CLEARED`; return how much there was of it."""
    gallery_id, subject_id = place
    here = {"of_gallery": gallery_id, "of_subject": subject_id}
    persons = session.read(_PERSONS, {"gallery": gallery_id, "subject": subject_id})[0].number
    return Cleared(
        persons=int(persons),
        answers=_drop_answers(session, keyring, subject_id, references),
        codes=session.write(_CODES, here),
        requests=session.write(SILENCE, here),
    )


def _drop_answers(
    session: Session, keyring: Keyring, subject_id: SubjectId, references: frozenset[ReferenceId]
) -> int:
    """Drop the stored answers that name the subject or a reference of it; return how many there were.

    Whoever sends such a request again has it answered anew, which now finds nobody.
    """
    names = "|".join(map(re.escape, sorted({str(subject_id), *references})))
    named = re.compile(rf'["/](?:{names})(?:["/\\]|$)'.encode())
    count = 0
    for row in session.read(_ANSWERS, {}):
        answer = keyring.open(bytes(row.sealed_answer), "answer", row.actor_id, row.key)
        if named.search(answer):
            session.write(_DROP_ANSWER, {"actor": row.actor_id, "name": row.key})
            count += 1
    return count
