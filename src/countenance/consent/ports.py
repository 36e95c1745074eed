"""What consent needs of a place that keeps records of it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.model import Consent


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
