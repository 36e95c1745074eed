"""Exact search over galleries held in memory."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from countenance.biometrics.model import (
    Comparison,
    ComparisonScore,
    GalleryId,
    ReferenceId,
    SubjectId,
    Template,
)
from countenance.engine.read_write_lock import ReadWriteLock
from countenance.engine.search_block import Block, Rows, Scores, one_thread_each
from countenance.engine.search_shard import BLOCK_ROWS, Scan, Search, Shard
from countenance.engine.search_snapshot import Snapshot, SnapshotUnusableError
from countenance.engine.snapshot_folder import SnapshotFolder
from countenance.errors import InvalidInputError, TemplateMismatchError
from countenance.recognition.erasure.model import Holdings, digest_of
from countenance.recognition.model import GalleryChange

_log = logging.getLogger(__name__)

_CHANGES_AT_ONCE = 4096
_ROWS_WORTH_A_THREAD = 16_384


@dataclass(slots=True)
class _Gallery:
    """One gallery's rows, how far its history is applied, and the lock over both."""

    shard: Shard
    lock: ReadWriteLock = field(default_factory=ReadWriteLock)
    position: int = 0
    saved: int = 0
    ready: bool = False
    forgotten: bool = False


class ExactSearch:
    """Satisfies `recognition.ports.SearchIndex` and `SearchSnapshots`.

    A search scans rows of bytes and scores the best of them exactly, with a proof
    that nothing was missed (`Shard.search`). Galleries of some thousands of rows are
    scanned on the caller's thread; larger ones on up to `threads` threads at once, since one
    core alone does not saturate the memory. Searches share a gallery's lock, a change has
    it alone, and no change holds it for more than 4,096 rows.

    With `snapshots`, a gallery that is touched for the first time starts from its snapshot
    if there is a usable one, and from nothing otherwise.
    """

    def __init__(
        self, *, threads: int, snapshots: SnapshotFolder | None = None, block_rows: int = BLOCK_ROWS
    ) -> None:
        if threads < 1:
            raise InvalidInputError(f"`{threads}` threads cannot search: at least 1")
        self._snapshots = snapshots
        self._block_rows = block_rows
        self._threads = threads
        self._pool = ThreadPoolExecutor(max(1, threads - 1), thread_name_prefix="search")
        self._galleries: dict[GalleryId, _Gallery] = {}
        self._forgotten: set[GalleryId] = set()
        self._registry = threading.Lock()

    # The port `SearchIndex`

    def position(self, gallery_id: GalleryId) -> int:
        """Return the sequence up to which the gallery is applied; 0 for one not loaded."""
        with self._registry:
            self._forgotten.discard(gallery_id)
        gallery = self._gallery(gallery_id)
        if gallery is None:
            return 0
        with gallery.lock.reading():
            return gallery.position

    def apply(self, gallery_id: GalleryId, changes: Iterable[GalleryChange]) -> None:
        """Apply changes in order; those at or below the position are passed over.

        A removal deletes the gallery's snapshot before anything else, so that what was
        erased is not on disk either. Changes of a gallery that was forgotten since its
        position was last asked for are dropped: they continue a history that is gone.
        Raises `TemplateMismatchError` at a template of another pipeline, with the changes
        before it applied, and `StorageError` if the snapshot cannot be deleted.
        """
        gallery = self._gallery(gallery_id)
        if gallery is None:
            return
        remaining = iter(changes)
        while batch := list(islice(remaining, _CHANGES_AT_ONCE)):
            self._delete_snapshot(gallery_id, [one for one in batch if one.sequence > gallery.position])
            with gallery.lock.writing():
                if gallery.forgotten:
                    return
                _apply(gallery, [change for change in batch if change.sequence > gallery.position])

    def search(
        self,
        gallery_id: GalleryId,
        probe: Template,
        *,
        threshold: ComparisonScore,
        limit: int,
        without: frozenset[SubjectId] = frozenset(),
    ) -> tuple[Comparison, ...]:
        """Return the best comparison of each subject that reaches `threshold`, best first, at most `limit`.

        Subjects in `without` take no part. Raises `TemplateMismatchError` if the gallery
        holds templates of another pipeline, and `InvalidInputError` for a limit below 1.
        """
        if limit < 1:
            raise InvalidInputError(f"`{limit}` candidates are no list: at least 1")
        gallery = self._gallery(gallery_id)
        if gallery is None:
            return ()
        with gallery.lock.reading():
            return gallery.shard.search(Search(probe, threshold, limit, without), self._spread_out)

    def holdings(self, gallery_id: GalleryId, references: frozenset[ReferenceId]) -> Holdings:
        """Return what is held of a gallery in memory, and how many of `references` are among it."""
        with self._registry:
            gallery = self._galleries.get(gallery_id)
        if gallery is None:
            return Holdings(rows=0, position=0, digest=None, found=0)
        with gallery.lock.reading():
            names = [name for part, _, _ in gallery.shard.parts() for name in part]
            rows, position = len(gallery.shard), gallery.position
            found = sum(reference in gallery.shard for reference in references)
        return Holdings(
            rows=rows, position=position, digest=digest_of(names) if position else None, found=found
        )

    def forget(self, gallery_id: GalleryId) -> None:
        """Drop the gallery from memory, overwriting what it held, and its snapshot from disk."""
        if self._snapshots is not None:
            self._snapshots.delete(gallery_id, through=None)
        with self._registry:
            self._forgotten.add(gallery_id)
            gallery = self._galleries.pop(gallery_id, None)
        if gallery is not None:
            self._wipe(gallery)

    # The port `SearchSnapshots`

    def loaded(self) -> tuple[GalleryId, ...]:
        """Return the galleries that hold somebody, ordered by id."""
        with self._registry:
            return tuple(sorted(name for name, gallery in self._galleries.items() if len(gallery.shard)))

    def save(self, gallery_id: GalleryId) -> bool:
        """Write the gallery's snapshot as it is in memory; False where there is nothing new to write.

        A snapshot older than an erasure is not written either. Searches go on meanwhile,
        changes wait. Raises `StorageError` and `StorageFullError`.
        """
        gallery = self._gallery(gallery_id)
        if gallery is None or self._snapshots is None:
            return False
        with gallery.lock.reading():
            shard = gallery.shard
            if gallery.forgotten or shard.pipeline is None or not len(shard):
                return False
            if gallery.saved == gallery.position:
                return False
            snapshot = Snapshot(gallery.position, shard.pipeline, len(shard), shard.parts())
            written = self._snapshots.write(gallery_id, snapshot)
            gallery.saved = gallery.position if written else gallery.saved
            return written

    def drop(self, gallery_id: GalleryId, *, through: int = 0) -> None:
        """Delete the gallery's snapshot, ahead of an erasure or `through` one that is committed.

        Raises `StorageError` if that fails.
        """
        if self._snapshots is not None:
            self._snapshots.delete(gallery_id, through=through or self.position(gallery_id) + 1)

    def close(self) -> None:
        """End the threads and overwrite everything held in memory; snapshots stay."""
        self._pool.shutdown(wait=True)
        with self._registry:
            galleries = list(self._galleries.values())
            self._galleries.clear()
        for gallery in galleries:
            self._wipe(gallery)

    # Within

    def _gallery(self, gallery_id: GalleryId) -> _Gallery | None:
        """Return the gallery, begun from its snapshot if this is its first use; None if forgotten."""
        with self._registry:
            if gallery_id in self._forgotten:
                return None
            gallery = self._galleries.setdefault(gallery_id, _Gallery(Shard(self._block_rows)))
        if not gallery.ready:
            with gallery.lock.writing():
                if not gallery.ready:
                    self._begin(gallery_id, gallery)
                    gallery.ready = True
        return gallery

    def _begin(self, gallery_id: GalleryId, gallery: _Gallery) -> None:
        """Fill an empty gallery from its snapshot, all of it or nothing."""
        if self._snapshots is None:
            return
        try:
            snapshot = self._snapshots.read(gallery_id)
            if snapshot is None:
                return
            gallery.shard.pipeline = snapshot.pipeline
            for references, subjects, rows in snapshot.parts:
                gallery.shard.add(references, subjects, rows)
        except SnapshotUnusableError as error:
            gallery.shard.wipe()
            _log.warning("a search snapshot was passed over: %s", error.reason)
        else:
            gallery.position = gallery.saved = snapshot.sequence

    def _delete_snapshot(self, gallery_id: GalleryId, changes: Sequence[GalleryChange]) -> None:
        """Delete the gallery's snapshot if `changes` remove what it may hold."""
        removals = [change.sequence for change in changes if change.template is None]
        if removals and self._snapshots is not None:
            self._snapshots.delete(gallery_id, through=removals[-1])

    def _wipe(self, gallery: _Gallery) -> None:
        with gallery.lock.writing():
            gallery.forgotten = True
            gallery.position = 0
            gallery.shard.wipe()

    def _spread_out(self, scan: Scan, blocks: Sequence[Block]) -> list[tuple[Scores, Rows]]:
        """Scan the blocks on several threads, the caller's own among them.

        Each thread takes the next block when it is done with one, so that a core that others
        keep busy costs its share of speed and not the time until it is free. A helper that
        has not begun when the blocks are used up is not waited for.
        """
        rows = sum(map(len, blocks))
        helpers = min(self._threads, len(blocks), 1 + rows // _ROWS_WORTH_A_THREAD) - 1
        turns = iter(
            range(len(blocks))
        )  # handing out the next number is one step under the interpreter's lock
        results: dict[int, tuple[Scores, Rows]] = {}

        def work() -> None:
            with one_thread_each():
                for turn in turns:
                    results[turn] = scan(blocks[turn])

        others = [self._pool.submit(work) for _ in range(helpers)]
        try:
            work()
        finally:
            wait(other for other in others if not other.cancel())
        for other in others:
            if not other.cancelled():
                other.result()
        return [results[turn] for turn in range(len(blocks))]


def _apply(gallery: _Gallery, changes: Sequence[GalleryChange]) -> None:
    """Apply changes that are all above the position; runs of additions go in together."""
    run: dict[ReferenceId, GalleryChange] = {}
    try:
        for change in changes:
            if change.template is not None:
                _check(gallery.shard, run, change.template)
            if change.template is None or change.reference_id in run or change.reference_id in gallery.shard:
                _add(gallery, run)
                run.clear()
                gallery.shard.remove(change.reference_id)
            if change.template is None:
                gallery.position = change.sequence
            else:
                run[change.reference_id] = change
    finally:
        _add(gallery, run)


def _check(shard: Shard, run: dict[ReferenceId, GalleryChange], template: Template) -> None:
    shard.check(template)
    first = next(iter(run.values()), None)
    if first is None or first.template is None:
        return
    if (first.template.pipeline, first.template.vector.size) != (template.pipeline, template.vector.size):
        raise TemplateMismatchError("the gallery holds templates of another model or pipeline")


def _add(gallery: _Gallery, run: dict[ReferenceId, GalleryChange]) -> None:
    templates = [change.template for change in run.values() if change.template is not None]
    if not templates:
        return
    if not len(gallery.shard):
        gallery.shard.pipeline = templates[0].pipeline
    rows = np.stack([template.vector for template in templates])
    gallery.shard.add(list(run), [change.subject_id for change in run.values()], rows)
    gallery.position = next(reversed(run.values())).sequence
