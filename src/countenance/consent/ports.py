"""What consent needs of a place that keeps records of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from countenance.biometrics.model import GalleryId, SubjectId
    from countenance.consent.model import Consent, ConsentRecord, RecordId
    from countenance.consent.notice import Notice, NoticeId
    from countenance.consent.retention import Hold, HoldId, Interactions


class Consents(Protocol):
    """One current consent a subject and gallery. Writes are durable with the unit of work."""

    def put(self, consent: Consent) -> None:
        """Store `consent`, replacing the subject's earlier one in the same gallery."""
        ...

    def stop_use(self, gallery_id: GalleryId, subject_id: SubjectId, since: datetime | None) -> None:
        """Keep the subject out of comparisons from `since` on because of an objection; None lets it in again.

        `put` leaves this as it is, except that a withdrawal ends it. Without a consent nothing is kept.
        """
        ...

    def get(self, gallery_id: GalleryId, subject_id: SubjectId) -> Consent | None:
        """Return the current consent, or None."""
        ...

    def lapsed(self, gallery_id: GalleryId, at: datetime) -> frozenset[SubjectId]:
        """Return the enrolled subjects of the gallery without a consent that is valid at `at`.

        Cheap when there are none, which is the usual case: one indexed query, no table scan
        of subjects whose consent is valid.
        """
        ...

    def minors(self, gallery_id: GalleryId, at: datetime) -> frozenset[str] | None:
        """Return the instruments that every enrolled minor has whose consent is valid at `at`.

        None where no minor takes part.
        """
        ...


class ConsentRecords(Protocol):
    """Captures of consent as they were recorded. Sealed at rest; durable with the unit of work.

    They go with their gallery, and stay when a consent ends: they show that it was given.
    """

    def add(self, record: ConsentRecord) -> None:
        """Store `record`; raises `AlreadyExistsError`."""
        ...

    def get(self, record_id: RecordId) -> ConsentRecord | None:
        """Return the record, or None."""
        ...

    def of_subject(self, gallery_id: GalleryId, subject_id: SubjectId) -> tuple[ConsentRecord, ...]:
        """Return every record of the subject in the gallery, the oldest first."""
        ...


class ConsentNotices(Protocol):
    """Published versions of notices, which are never changed or removed: receipts speak of them."""

    def add(self, notice: Notice) -> None:
        """Store a version; raises `AlreadyExistsError` for its id and number."""
        ...

    def get(self, notice_id: NoticeId, version: int) -> Notice | None:
        """Return that version, or None."""
        ...

    def versions(self, notice_id: NoticeId) -> tuple[Notice, ...]:
        """Return every version, the oldest first; empty for an unknown notice."""
        ...

    def of_customer(self, customer_id: str) -> tuple[Notice, ...]:
        """Return every version of the customer's notices, ordered by id and version."""
        ...


class RetentionRecords(Protocol):
    """What retention counts from, and what holds it off. Durable with the unit of work."""

    def interactions(self, gallery_id: GalleryId, subject_id: SubjectId) -> Interactions:
        """Return what is recorded of the subject; nothing of an unknown one."""
        ...

    def put_interactions(self, interactions: Interactions) -> None:
        """Store what is recorded of the subject, replacing what was."""
        ...

    def forget(self, gallery_id: GalleryId, subject_id: SubjectId) -> None:
        """Remove what is recorded of the subject's contacts; holds stay."""
        ...

    def waiting(
        self,
        gallery_id: GalleryId,
        *,
        before: tuple[datetime, datetime],
        after: SubjectId | None,
        limit: int,
    ) -> tuple[SubjectId, ...]:
        """Return up to `limit` enrolled subjects whose ids sort after `after`, ordered by id.

        Those whose purpose was satisfied, those whose last contact is before the first moment of
        `before`, consent counting as contact, and those with a reference from before the second.
        """
        ...

    def put_hold(self, hold: Hold) -> None:
        """Store the hold, replacing one of the same id."""
        ...

    def hold(self, hold_id: HoldId) -> Hold | None:
        """Return the hold, or None."""
        ...

    def holds(self, gallery_id: GalleryId) -> tuple[Hold, ...]:
        """Return every hold of the gallery, ended ones too, the oldest first."""
        ...
