"""What the acts need of the engine and of the index in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from countenance.biometrics.faces import (
    EVERY_SIZE,
    DetectedFace,
    Detection,
    Extraction,
    FaceChoice,
    LeastSize,
    Portrait,
)

if TYPE_CHECKING:
    from countenance.biometrics.model import (
        Comparison,
        ComparisonScore,
        GalleryId,
        Pipeline,
        ReferenceId,
        SubjectId,
        Template,
    )
    from countenance.errors import ImageError, InvalidInputError
    from countenance.recognition.erasure.model import Holdings
    from countenance.recognition.model import GalleryChange


class FaceEngine(Protocol):
    """Turns encoded images into faces and templates. Safe to call from many threads."""

    @property
    def pipeline(self) -> Pipeline:
        """Return what its templates are made by."""
        ...

    def admission(self) -> AbstractContextManager[None]:
        """Take a place in the bounded queue before the engine; raises `BusyError` at once if it is full."""
        ...

    def size_of(self, image: bytes) -> tuple[int, int]:
        """Return the upright image's width and height in pixels, from its header; raises `ImageError`.

        Nothing is decoded: this is no look at what the image shows.
        """
        ...

    def detect(self, image: bytes, *, limit: int, least: LeastSize = EVERY_SIZE) -> Detection:
        """Return up to `limit` faces of `least` size, the largest first; raises `ImageError`."""
        ...

    def extract_all(
        self, image: bytes, *, limit: int, least: LeastSize = EVERY_SIZE
    ) -> tuple[Extraction, ...]:
        """Return up to `limit` faces of `least` size with templates, the largest first; raises `ImageError`.

        Each costs as much as an image with one face: for acts that need every face. A face
        has the template here that `extract` gives where it is the one that is chosen.
        """
        ...

    def extract_first(
        self, image: bytes, *, limit: int, least: LeastSize = EVERY_SIZE
    ) -> tuple[Extraction | None, Detection]:
        """Return the first of `extract_all` and what `detect` gives; raises `ImageError`.

        No template is made of any other face: for acts that tell of bystanders.
        """
        ...

    def extract_one_and_all(
        self, one: bytes, every: bytes, *, choice: FaceChoice, limit: int, least: LeastSize = EVERY_SIZE
    ) -> tuple[Extraction | InvalidInputError, tuple[Extraction, ...] | ImageError]:
        """Return what `extract` gives for `one` and `extract_all` for `every`, at once; errors are values."""
        ...

    def portrait(self, image: bytes, face: DetectedFace) -> Portrait:
        """Return the face of an image, as people are to look at it; raises `ImageError`.

        `face` is what was found in that image. Nothing but pixels goes over: no metadata.
        """
        ...

    def extract(
        self, images: Sequence[bytes], *, choice: FaceChoice
    ) -> tuple[Extraction | InvalidInputError, ...]:
        """Return for each image the chosen face's template, or the error that stood in the way.

        An error is a value here, because a failure to acquire is a result that is counted.
        A face of low quality is returned with its reasons; the act decides what it needs.
        """
        ...


class SearchIndex(Protocol):
    """Exact search over galleries held in memory. Safe to call from many threads.

    Not durable: it is filled from `References.changes`. Scores and order equal those of a
    float32 scan; equal scores are ordered by reference id.
    """

    def position(self, gallery_id: GalleryId) -> int:
        """Return the sequence up to which the gallery is applied; 0 for one not loaded."""
        ...

    def apply(self, gallery_id: GalleryId, changes: Iterable[GalleryChange]) -> None:
        """Apply changes in order; those at or below the position are passed over."""
        ...

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
        holds templates of another pipeline.
        """
        ...

    def holdings(self, gallery_id: GalleryId, references: frozenset[ReferenceId]) -> Holdings:
        """Return what is held of a gallery in memory, and how many of `references` are among it.

        A gallery that is not in memory is not loaded for it.
        """
        ...

    def forget(self, gallery_id: GalleryId) -> None:
        """Drop the gallery from memory, overwriting what it held."""
        ...


class SearchSnapshots(Protocol):
    """What an index keeps on disk of the galleries in its memory, for a fast start. Never needed."""

    def loaded(self) -> tuple[GalleryId, ...]:
        """Return the galleries in memory, ordered by id."""
        ...

    def save(self, gallery_id: GalleryId) -> bool:
        """Write what is in memory, or return False where there is nothing new or it is out of date.

        Called by `SaveSnapshots`, between two times of catching up. Raises `StorageError`.
        """
        ...

    def drop(self, gallery_id: GalleryId, *, through: int = 0) -> None:
        """Delete what is on disk, ahead of an erasure: none is written before a removal was applied.

        With `through`, an erasure that made that change is committed: none from before it is
        written or used any more, by whichever process.

        Called before the erasure is committed, so that a crash in between leaves no erased
        template on disk. Raises `StorageError`.
        """
        ...
