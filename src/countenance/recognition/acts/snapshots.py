"""Snapshots of the galleries in memory, for a fast start, without outliving an erasure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from countenance.biometrics.model import GalleryId
from countenance.recognition.ports import SearchIndex, SearchSnapshots, UnitOfWork


@dataclass(frozen=True, slots=True)
class SaveSnapshots:
    """Write a snapshot of every gallery in memory; for the end of a service, or now and then.

    The order is what keeps the erased off the disk when another process erases meanwhile:
    (1) catch up, so that nothing erased before is written, (2) write, (3) catch up again: a
    removal that was committed in between deletes what was just written. A gallery that was
    deleted elsewhere is forgotten.
    """

    index: SearchIndex
    snapshots: SearchSnapshots
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self) -> int:
        """Return how many snapshots were written. Raises `StorageError` and `StorageFullError`."""
        saved = 0
        for gallery_id in self.snapshots.loaded():
            if self._caught_up(gallery_id) and self.snapshots.save(gallery_id):
                self._caught_up(gallery_id)
                saved += 1
        return saved

    def _caught_up(self, gallery_id: GalleryId) -> bool:
        """Apply what happened since, or forget a gallery that is gone and return False."""
        with self.unit_of_work() as work:
            if work.galleries.get(gallery_id) is not None:
                changes = work.references.changes(gallery_id, after=self.index.position(gallery_id))
                self.index.apply(gallery_id, changes)
                return True
        self.index.forget(gallery_id)
        return False
