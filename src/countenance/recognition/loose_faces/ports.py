"""What acts on loose faces need of a place that keeps them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from countenance.recognition.loose_faces.model import LooseFace, LooseFaceId
    from countenance.vetting.model import CustomerId, LeaseId


class LooseFaces(Protocol):
    """Faces by id, each encrypted under a key of its own that the master key wraps.

    Durable with the unit of work. A key is destroyed in place with its face: what a backup or
    a disk image still holds of the face cannot be read afterwards.
    """

    def add(self, face: LooseFace) -> None:
        """Store `face`; raises `AlreadyExistsError`."""
        ...

    def get(self, lease_id: LeaseId, face_id: LooseFaceId, *, at: datetime) -> LooseFace | None:
        """Return the face, or None: unknown, expired at `at` and another lease's are one answer."""
        ...

    def of_customer(self, customer_id: CustomerId) -> Iterable[LooseFace]:
        """Yield the faces kept under any lease of a customer, for a subject's erasure to compare with."""
        ...

    def count(self, lease_id: LeaseId) -> int:
        """Return how many faces are kept under the lease, those included that are yet to be destroyed."""
        ...

    def destroy_expired(self, at: datetime, *, limit: int) -> tuple[LooseFaceId, ...]:
        """Destroy up to `limit` faces that have expired at `at`, the oldest first; return their ids."""
        ...

    def destroy(self, lease_id: LeaseId, face_ids: Iterable[LooseFaceId]) -> int:
        """Destroy faces of the lease, those that are there; return how many there were."""
        ...
