"""Comparisons whose truth is known, as arrays; subjects are numbers from 0."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

_CELLS_AT_ONCE = 4_000_000
_BINS = 20_000
_FEWEST_KEPT = 200_000
_SHARE_KEPT = 10
_MOST_KEPT = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class MatedTrials:
    """Scores of pairs of images of one subject, n each."""

    scores: Floats
    subjects: Numbers

    def weight(self, of_subjects: Floats) -> Floats:
        """Return the weight of each trial when each subject is taken `of_subjects` times."""
        return of_subjects[self.subjects]

    def total(self, of_subjects: Floats) -> float:
        """Return the weight of all trials together."""
        return float(self.weight(of_subjects).sum())


@dataclass(frozen=True, slots=True, eq=False)
class NonMatedTrials:
    """Scores of pairs of images of two subjects, of which there are `count`.

    `scores`, `first` and `second` hold every trial that scores at least `floor`. Where each
    image was compared with each of another subject, `images` counts the images of every
    subject and most trials are known by number alone; otherwise it is None, and all are held.
    """

    scores: Floats
    first: Numbers
    second: Numbers
    count: int
    floor: float
    images: Numbers | None = None

    def weight(self, of_subjects: Floats) -> Floats:
        """Return the weight of each held trial: a pair is taken once for each of both its subjects."""
        return of_subjects[self.first] * of_subjects[self.second]

    def total(self, of_subjects: Floats) -> float:
        """Return the weight of all trials together, held or not."""
        if self.images is None:
            return float(self.weight(of_subjects).sum())
        taken = of_subjects * self.images
        return float(taken.sum() ** 2 - (taken**2).sum()) / 2.0


def listed_trials(scores: Floats, first: Numbers, second: Numbers) -> NonMatedTrials:
    """Return the non-mated trials of a list of pairs."""
    return NonMatedTrials(scores, first, second, len(scores), float(scores.min(initial=1.0)))


def cross_trials(
    vectors: npt.NDArray[np.float32],
    subjects: Numbers,
    subject_count: int,
    report: Callable[[int, int], None],
) -> NonMatedTrials:
    """Return every pair of rows of `vectors` (n x d, unit length) that have different `subjects` (n).

    Subjects are numbers below `subject_count`, not all of which need have a row.
    The matrix is gone through twice in blocks, so that memory stays bounded: once to count
    scores in bins of 1e-4, once to keep the highest tenth (at least 200,000 trials and at
    most 4,000,000), which is where thresholds lie. Scores are float32 products here, within
    1e-6 of those of `cosine_similarities`. `report` is told the rows done, of twice n.
    """
    order = np.argsort(subjects, kind="stable")
    vectors, subjects = vectors[order], subjects[order]
    rows = len(vectors)
    histogram = np.zeros(_BINS, dtype=np.int64)
    for stop, scores, _, _ in _blocks(vectors, subjects):
        histogram += np.histogram(scores, bins=_BINS, range=(-1.0, 1.0))[0]
        report(stop, 2 * rows)
    count = int(histogram.sum())
    keep = min(count, max(_FEWEST_KEPT, count // _SHARE_KEPT), _MOST_KEPT)
    held = np.cumsum(histogram[::-1])[::-1]
    lowest = int(np.flatnonzero(held >= keep)[-1]) if keep else 0
    floor = -1.0 if held[lowest] == count else 2.0 * lowest / _BINS - 1.0
    parts: list[tuple[Floats, Numbers, Numbers]] = []
    for stop, scores, first, second in _blocks(vectors, subjects):
        high = scores >= floor
        parts.append((scores[high].astype(np.float64), first[high], second[high]))
        report(rows + stop, 2 * rows)
    return NonMatedTrials(
        scores=np.concatenate([scores for scores, _, _ in parts]),
        first=np.concatenate([first for _, first, _ in parts]),
        second=np.concatenate([second for _, _, second in parts]),
        count=count,
        floor=floor,
        images=np.bincount(subjects, minlength=subject_count).astype(np.int64),
    )


def _blocks(
    vectors: npt.NDArray[np.float32], subjects: Numbers
) -> Iterator[tuple[int, npt.NDArray[np.float32], Numbers, Numbers]]:
    """Yield each non-mated pair once, in blocks: rows done, scores, and the subjects of both sides.

    Rows are ordered by subject, so the partners of a row begin where its subject ends.
    """
    ends = np.searchsorted(subjects, subjects, side="right")
    step = max(1, _CELLS_AT_ONCE // max(1, len(vectors)))
    for start in range(0, len(vectors), step):
        stop = min(start + step, len(vectors))
        scores = np.clip(vectors[start:stop] @ vectors[start:].T, -1.0, 1.0)
        rows, columns = np.nonzero(np.arange(start, len(vectors))[None, :] >= ends[start:stop, None])
        yield stop, scores[rows, columns], subjects[start + rows], subjects[start + columns]
