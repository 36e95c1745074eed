"""What the log records: events that happened, as commitments, never as personal data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

JsonValue = str | int | bool | None | tuple["JsonValue", ...] | Mapping[str, "JsonValue"]
"""What a leaf may hold. No floats: they have no one canonical text; rates travel as integers."""


class EventType(StrEnum):
    """Everything that the ledger can say, as `subject:past-tense`."""

    KEY_ISSUED = "key:issued"
    KEY_ROTATED = "key:rotated"
    KEY_REVOKED = "key:revoked"
    MASTER_KEY_ROTATED = "master_key:rotated"
    CUSTOMER_REGISTERED = "customer:registered"
    CUSTOMER_AMENDED = "customer:amended"
    APPLICATION_SUBMITTED = "application:submitted"
    APPLICATION_REVIEWED = "application:reviewed"
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
    TERMS_ACCEPTED = "terms:accepted"
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
    SUBJECT_CODE_ISSUED = "subject_code:issued"
    SUBJECT_SESSION_OPENED = "subject_session:opened"
    SUBJECT_SESSION_CLOSED = "subject_session:closed"
    SUBJECT_DATA_DISCLOSED = "subject_data:disclosed"
    SUBJECT_REQUEST_FILED = "subject_request:filed"
    SUBJECT_REQUEST_EXTENDED = "subject_request:extended"
    SUBJECT_REQUEST_ANSWERED = "subject_request:answered"
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
    leaf is the RFC 8785 canonical JSON of `{"v": 1, "t": ..., "type": ..., **fields}`.
    """

    type: EventType
    time: datetime
    fields: Mapping[str, JsonValue]
