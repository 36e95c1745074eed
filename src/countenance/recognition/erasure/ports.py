"""What erasures need of a place that keeps manifests, records of erasures, and who searches."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
    from countenance.ledger.manifest import Absence, Manifest, Presence
    from countenance.recognition.erasure.model import Cleared, Drill, ErasureId, ErasureRecord, Searcher


class Manifests(Protocol):
    """The manifest of each gallery: an ordered tree of commitments to its templates, under one root.

    Kept by whoever stores and removes references, in the same unit of work: the root is
    always that of the references that this unit of work sees. A change costs O(log n).
    """

    def get(self, gallery_id: GalleryId) -> Manifest:
        """Return root and size; those of nothing for a gallery that is not there."""
        ...

    def rebuilt(self, gallery_id: GalleryId) -> Manifest:
        """Return what `get` must return, computed from the stored references themselves."""
        ...

    def presence(self, gallery_id: GalleryId, commitment: bytes) -> Presence | None:
        """Return the proof that the commitment is in the manifest, or None."""
        ...

    def absence(self, gallery_id: GalleryId, commitment: bytes) -> Absence | None:
        """Return the proof that the commitment is not in the manifest, or None if it is."""
        ...


class Erasures(Protocol):
    """What is told of erasures. Records name subjects as the ledger does, and are kept as long as it is."""

    def clear(
        self, gallery_id: GalleryId, subject_id: SubjectId, references: frozenset[ReferenceId]
    ) -> Cleared:
        """Take the subject out of everything that is kept beside references and consents.

        Called before the subject's key is destroyed. Returns how much there was.
        """
        ...

    def last_change(self, gallery_id: GalleryId) -> int:
        """Return the sequence of the gallery's newest change; 0 where there is none."""
        ...

    def put(self, record: ErasureRecord) -> None:
        """Store `record`, in place of one of the same id."""
        ...

    def get(self, erasure_id: ErasureId) -> ErasureRecord | None:
        """Return the record, or None."""
        ...

    def pending(self, limit: int) -> tuple[ErasureRecord, ...]:
        """Return up to `limit` erasures that are not completed, the oldest first."""
        ...

    def of_gallery(
        self, gallery_id: GalleryId, *, before: int | None, limit: int
    ) -> tuple[ErasureRecord, ...]:
        """Return up to `limit` erasures whose entry is below `before`, the newest first."""
        ...

    def add_drill(self, drill: Drill) -> None:
        """Store the result of a drill."""
        ...

    def drills(self, gallery_id: GalleryId, *, limit: int) -> tuple[Drill, ...]:
        """Return up to `limit` drills in a gallery, the newest first."""
        ...


class Searchers(Protocol):
    """Processes that hold galleries in memory, and how far they have applied what changed."""

    def seen(self, searcher: Searcher) -> None:
        """Write that a process is there, and up to which change it has caught up."""
        ...

    def left(self, searcher_id: str) -> None:
        """Take a process out that ends, if it is there."""
        ...

    def all(self) -> tuple[Searcher, ...]:
        """Return every process on record, ordered by id."""
        ...

    def newest_change(self) -> int:
        """Return the sequence of the installation's newest change; 0 where there is none."""
        ...

    def forget(self, before: datetime) -> int:
        """Drop processes that were not seen since; return how many there were."""
        ...
