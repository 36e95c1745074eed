"""What the log records: events that happened, as commitments, never as personal data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

JsonValue = str | int | bool | None | tuple["JsonValue", ...] | Mapping[str, "JsonValue"]
"""What a leaf may hold. No floats: they have no one canonical text; rates travel as integers."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in an entry, by an id that people may have typed. The log writes a keyed digest of it."""

    id: str


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote in their own words. The log writes a keyed digest of it."""

    text: str


Veiled = Person | Written
FieldValue = JsonValue | Veiled | tuple["FieldValue", ...] | Mapping[str, "FieldValue"]
"""What a field of an entry may hold: what a leaf may, and what no leaf ever holds as it is."""


class EventType(StrEnum):
    """Everything that the ledger can say, as `subject:past-tense`."""

    KEY_ISSUED = "key:issued"
    KEY_ROTATED = "key:rotated"
    KEY_REVOKED = "key:revoked"
    MASTER_KEY_ROTATED = "master_key:rotated"
    LEDGER_KEY_ROTATED = "ledger_key:rotated"
    LEDGER_KEY_RETIRED = "ledger_key:retired"
    CUSTOMER_REGISTERED = "customer:registered"
    CUSTOMER_AMENDED = "customer:amended"
    APPLICATION_SUBMITTED = "application:submitted"
    APPLICATION_REVIEWED = "application:reviewed"
    APPLICATION_ASKED = "application:asked"
    APPLICATION_ANSWERED = "application:answered"
    APPLICATION_APPROVED = "application:approved"
    APPLICATION_REFUSED = "application:refused"
    APPLICATION_WITHDRAWN = "application:withdrawn"
    APPEAL_FILED = "appeal:filed"
    APPEAL_UPHELD = "appeal:upheld"
    APPEAL_DISMISSED = "appeal:dismissed"
    LEASE_GRANTED = "lease:granted"
    LEASE_SUSPENDED = "lease:suspended"
    LEASE_RESUMED = "lease:resumed"
    LEASE_REVOKED = "lease:revoked"
    LEASE_NARROWED = "lease:narrowed"
    LEASE_RESTORED = "lease:restored"
    TERMS_PUBLISHED = "terms:published"
    TERMS_ACCEPTED = "terms:accepted"
    PACK_INSTALLED = "pack:installed"
    PACK_ROLLED_BACK = "pack:rolled_back"
    LEASE_FOREWARNED = "lease:forewarned"
    CONDITION_PROPOSED = "condition:proposed"
    CONDITION_MET = "condition:met"
    CONDITION_UNMET = "condition:unmet"
    GALLERY_CREATED = "gallery:created"
    GALLERY_DELETED = "gallery:deleted"
    COLLECTION_BOUND = "collection:bound"
    REFERENCES_REMOVED = "references:removed"
    NOTICE_PUBLISHED = "notice:published"
    CONSENT_GIVEN = "consent:given"
    CONSENT_WITHDRAWN = "consent:withdrawn"
    DETECTION_PERMITTED = "detection:permitted"
    DETECTION_REFUSED = "detection:refused"
    DETECTION_COMPLETED = "detection:completed"
    DETECTION_FAILED = "detection:failed"
    ENROLMENT_PERMITTED = "enrolment:permitted"
    ENROLMENT_REFUSED = "enrolment:refused"
    ENROLMENT_COMPLETED = "enrolment:completed"
    ENROLMENT_FAILED = "enrolment:failed"
    VERIFICATION_PERMITTED = "verification:permitted"
    VERIFICATION_REFUSED = "verification:refused"
    VERIFICATION_COMPLETED = "verification:completed"
    VERIFICATION_FAILED = "verification:failed"
    IDENTIFICATION_PERMITTED = "identification:permitted"
    IDENTIFICATION_REFUSED = "identification:refused"
    IDENTIFICATION_COMPLETED = "identification:completed"
    IDENTIFICATION_HELD = "identification:held"
    IDENTIFICATION_FAILED = "identification:failed"
    SEARCH_PERMITTED = "search:permitted"
    SEARCH_REFUSED = "search:refused"
    SEARCH_COMPLETED = "search:completed"
    SEARCH_FAILED = "search:failed"
    MEASUREMENT_PERMITTED = "measurement:permitted"
    MEASUREMENT_REFUSED = "measurement:refused"
    MEASUREMENT_REGISTERED = "measurement:registered"
    MEASUREMENT_COMPLETED = "measurement:completed"
    MEASUREMENT_FAILED = "measurement:failed"
    INCIDENT_OPENED = "incident:opened"
    INCIDENT_RESOLVED = "incident:resolved"
    EVIDENCE_PROPOSED = "evidence:proposed"
    EVIDENCE_REGISTERED = "evidence:registered"
    EVIDENCE_WITHDRAWN = "evidence:withdrawn"
    AUDIT_REGISTERED = "audit:registered"
    AUDIT_OPENED = "audit:opened"
    AUDIT_REPORTED = "audit:reported"
    AUDIT_ANSWERED = "audit:answered"
    AUDIT_PUBLISHED = "audit:published"
    CASE_ASSIGNED = "case:assigned"
    CASE_RETURNED = "case:returned"
    CASE_JUDGED = "case:judged"
    CASE_AGREED = "case:agreed"
    CASE_CLOSED = "case:closed"
    CASE_RELEASED = "case:released"
    CASE_RECEIVED = "case:received"
    CASE_AUTHORISED = "case:authorised"
    CASE_APPEALED = "case:appealed"
    CASE_CONFIRMED = "case:confirmed"
    CASE_OVERTURNED = "case:overturned"
    CASE_DISCLOSED = "case:disclosed"
    EXAMINER_AUTHORISED = "examiner:authorised"
    EXAMINER_SUSPENDED = "examiner:suspended"
    EXAMINER_CONFLICTED = "examiner:conflicted"
    KNOWN_FACE_ADDED = "known_face:added"
    KNOWN_FACE_REMOVED = "known_face:removed"
    IMAGES_KEPT = "images:kept"
    IMAGES_DESTROYED = "images:destroyed"
    LOOSE_FACES_DESTROYED = "loose_faces:destroyed"
    PURPOSE_SATISFIED = "purpose:satisfied"
    RETENTION_HELD = "retention:held"
    HOLD_PLACED = "hold:placed"
    HOLD_RELEASED = "hold:released"
    SUBJECT_ERASED = "subject:erased"
    ERASURE_COMPLETED = "erasure:completed"
    ERASURES_REAPPLIED = "erasures:reapplied"
    CANARY_ENROLLED = "canary:enrolled"
    ERASURE_DRILL_PASSED = "erasure_drill:passed"
    ERASURE_DRILL_FAILED = "erasure_drill:failed"
    SUBJECT_CODE_ISSUED = "subject_code:issued"
    SUBJECT_SESSION_OPENED = "subject_session:opened"
    SUBJECT_SESSION_CLOSED = "subject_session:closed"
    SUBJECT_DATA_DISCLOSED = "subject_data:disclosed"
    SUBJECT_REQUEST_FILED = "subject_request:filed"
    SUBJECT_REQUEST_EXTENDED = "subject_request:extended"
    SUBJECT_REQUEST_ANSWERED = "subject_request:answered"
    SUBJECT_GROUPS_RECORDED = "subject_groups:recorded"
    SUBJECT_GROUPS_WITHDRAWN = "subject_groups:withdrawn"
    WEBHOOK_CONFIGURED = "webhook:configured"
    WEBHOOK_CHANGED = "webhook:changed"
    WEBHOOK_REMOVED = "webhook:removed"
    WEBHOOK_SECRET_ROTATED = "webhook_secret:rotated"  # noqa: S105  the name of an event
    REQUEST_REFUSED = "request:refused"
    STAFF_INVITED = "staff:invited"
    STAFF_JOINED = "staff:joined"
    STAFF_CHANGED = "staff:changed"
    STAFF_LOCKED = "staff:locked"
    SESSION_OPENED = "session:opened"
    SESSION_REFUSED = "session:refused"
    SESSION_CONFIRMED = "session:confirmed"
    SESSION_CLOSED = "session:closed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One event at one moment.

    `fields` are commitments, closed-list words, digests and integers. `time` is UTC. The
    leaf is the RFC 8785 canonical JSON of `{"v": 1, "t": ..., "type": ..., **fields}`, with a
    keyed digest in the place of each person, and of all that somebody wrote.
    """

    type: EventType
    time: datetime
    fields: Mapping[str, FieldValue]
