"""Every pair of images of different subjects, compared in blocks and counted by group.

What is kept does not grow with the number of pairs: for each pair of groups a histogram of the
scores above a floor, and for each subject how many of its pairs reach the threshold, by the
other image's group.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Lock
from time import monotonic

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from countenance.fairness.model import Floats, Numbers

Templates = npt.NDArray[np.float32]

BINS = 2_000
"""Bins of 0.001 from -1 to 1, for curves; rates at the threshold are counted, not read off bins."""

_ROWS = 512
_COLUMNS = 2_048
_STRETCH = 32  # blocks of rows between two chances to keep the counts
_SAVE_EVERY = 30.0
_SAVE_SHARE = 20.0
_KEPT = 250_000
_SAMPLE = 100_000
_SEED = 20_220_704


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Rows in the order of comparison: by group, within it by subject.

    `cells` and `subjects` give the group and the subject of each row as numbers; both ascend
    together, so that the rows of a group, and of a subject in it, are one stretch.
    """

    cells: Numbers
    subjects: Numbers
    cell_count: int
    subject_count: int

    def widened(self, cells: int, subjects: int) -> Layout:
        """Return the layout with room for groups and subjects of which there is no row."""
        return replace(self, cell_count=cells, subject_count=subjects)


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """What is known of c x c pairs of groups and s subjects after all pairs were compared.

    `pairs` and `matches` (c x c) count unordered pairs of images, in [i, j] and [j, i] alike.
    `histogram` (c x c x 2000) counts scores of at least `floor`, its lower triangle alone.
    `subject_matches` (s x c) counts the matches of a subject's images with images of each group.
    """

    pairs: Numbers
    matches: Numbers
    histogram: Numbers
    subject_matches: Numbers
    floor: float


def laid_out(cells: Numbers, subjects: Numbers) -> tuple[Numbers, Layout]:
    """Return the order that puts rows by group and subject, and the layout in that order."""
    order = np.lexsort((subjects, cells))
    layout = Layout(
        cells=cells[order],
        subjects=subjects[order],
        cell_count=int(cells.max(initial=-1)) + 1,
        subject_count=int(subjects.max(initial=-1)) + 1,
    )
    return order, layout


@dataclass(frozen=True, slots=True)
class Resuming:
    """Where counts are kept so that comparisons go on after an interruption.

    `load` returns what `save` was given last, its parts one after the other, or None.
    """

    load: Callable[[], bytes | None]
    save: Callable[[Sequence[memoryview]], None]


def compare_all(
    vectors: Templates,
    layout: Layout,
    threshold: float,
    report: Callable[[int, int], None],
    resuming: Resuming | None = None,
) -> Compared:
    """Compare each two rows of `vectors` (n x d, unit length, in the layout's order) of two subjects.

    Scores are float32 products, within 1e-6 of the one definition of a score; one that reaches
    `threshold` is a match. `report` is told the rows done, of n. Counts are sums of whole
    numbers, so that a run that was interrupted and went on has the same ones.
    """
    floor = min(threshold, _floor(vectors))
    state = _Counting(layout, threshold, floor)
    done = state.taken_over(resuming.load()) if resuming is not None else 0
    columns = np.ascontiguousarray(vectors.T)  # a product with rows that lie apart takes a third longer
    # one product a processor, each by itself: threads that share one wait for each other at every block
    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(os.cpu_count() or 1) as workers:
        due = monotonic() + _SAVE_EVERY
        for first in range(done, len(vectors), _STRETCH * _ROWS):
            starts = range(first, min(first + _STRETCH * _ROWS, len(vectors)), _ROWS)
            for stop in workers.map(lambda start: _compare_rows(vectors, columns, start, state), starts):
                report(stop, len(vectors))
            if resuming is not None and monotonic() >= due:
                begun = monotonic()
                resuming.save(state.parts(starts[-1] + _ROWS))
                due = monotonic() + max(_SAVE_EVERY, _SAVE_SHARE * (monotonic() - begun))
    return Compared(_pairs(layout), state.matches(), state.histogram(), state.subject_matches, floor)


def _compare_rows(vectors: Templates, columns: Templates, start: int, state: _Counting) -> int:
    """Count a stretch of rows against all that follow, block by block; return where it ends."""
    rows = vectors[start : start + _ROWS]
    products = np.empty(_ROWS * _COLUMNS, dtype=np.float32)
    mask = np.empty(_ROWS * _COLUMNS, dtype=np.bool_)
    for left in range(start, len(vectors), _COLUMNS):
        right = min(left + _COLUMNS, len(vectors))
        size = len(rows) * (right - left)
        scores = products[:size].reshape(len(rows), right - left)
        np.matmul(rows, columns[:, left:right], out=scores)
        state.count(scores, mask[:size], start, left)
    return start + len(rows)


class _Counting:
    """Counts what reaches the floor, block by block. Safe to call from many threads."""

    def __init__(self, layout: Layout, threshold: float, floor: float) -> None:
        self._layout = layout
        self._threshold, self._floor = np.float32(threshold), np.float32(floor)
        self._ends = np.searchsorted(_keys(layout), _keys(layout), side="right")
        self._cells = layout.cell_count
        self._histogram = np.zeros(self._cells * self._cells * BINS, dtype=np.int64)
        self._matches = np.zeros(self._cells * self._cells, dtype=np.int64)
        self.subject_matches = np.zeros((layout.subject_count, self._cells), dtype=np.int64)
        self._lock = Lock()

    def count(self, scores: Templates, mask: npt.NDArray[np.bool_], start: int, left: int) -> None:
        """Count one block, which begins at `start` and `left` of the layout; `mask` is room to work in."""
        np.greater_equal(scores, self._floor, out=mask.reshape(scores.shape))
        rows, columns = np.divmod(np.flatnonzero(mask), scores.shape[1])
        values = scores[rows, columns]
        rows, columns = rows + start, columns + left
        new = columns >= self._ends[rows]
        if not new.all():
            rows, columns, values = rows[new], columns[new], values[new]
        with self._lock:
            self._tally(rows, columns, values)

    def _tally(self, rows: Numbers, columns: Numbers, values: Templates) -> None:
        cells, subjects = self._layout.cells, self._layout.subjects
        kinds = cells[rows] * self._cells + cells[columns]
        bins = np.clip(((values + 1.0) * (BINS / 2)).astype(np.int64), 0, BINS - 1)
        np.add.at(self._histogram, kinds * BINS + bins, 1)
        reached = values >= self._threshold
        rows, columns = rows[reached], columns[reached]
        self._matches += np.bincount(kinds[reached], minlength=len(self._matches))
        np.add.at(self.subject_matches, (subjects[rows], cells[columns]), 1)
        np.add.at(self.subject_matches, (subjects[columns], cells[rows]), 1)

    def parts(self, done: int) -> list[memoryview]:
        """Return what was counted when the rows before `done` were done, as bytes."""
        arrays = (np.array([done], dtype=np.int64), self._matches, self._histogram, self.subject_matches)
        return [array.reshape(-1).data.cast("B") for array in arrays]

    def taken_over(self, saved: bytes | None) -> int:
        """Take over what `parts` gave, and return how many rows were done; 0 for anything else."""
        arrays = (self._matches, self._histogram, self.subject_matches)
        if saved is None or len(saved) != np.int64().nbytes * (1 + sum(array.size for array in arrays)):
            return 0
        numbers = np.frombuffer(saved, dtype=np.int64)
        at = 1
        for array in arrays:
            array[...] = numbers[at : at + array.size].reshape(array.shape)
            at += array.size
        return int(numbers[0])

    def matches(self) -> Numbers:
        """Return the matches of each pair of groups, in both triangles."""
        upper = self._matches.reshape(self._cells, self._cells)
        return upper + upper.T - np.diag(np.diag(upper))

    def histogram(self) -> Numbers:
        """Return the histogram of each pair of groups, in both triangles."""
        upper = self._histogram.reshape(self._cells, self._cells, BINS)
        both = upper + upper.transpose(1, 0, 2)
        numbers = np.arange(self._cells)
        both[numbers, numbers] = upper[numbers, numbers]
        return both


def _keys(layout: Layout) -> Numbers:
    return layout.cells * layout.subject_count + layout.subjects


def _floor(vectors: Templates) -> float:
    """Return a score that about 250,000 of all pairs reach, from a sample; -1 if there are fewer."""
    count = len(vectors)
    share = _KEPT / max(1, count * (count - 1) // 2)
    if share >= 1.0:
        return -1.0
    generator = np.random.default_rng(_SEED)
    first, second = generator.integers(0, count, (2, _SAMPLE))
    scores = np.concatenate(list(_products(vectors, first, second)))
    return float(np.quantile(scores, 1.0 - share))


def _products(vectors: Templates, first: Numbers, second: Numbers) -> Iterator[Floats]:
    for start in range(0, len(first), _COLUMNS):
        stop = start + _COLUMNS
        yield np.einsum("ij,ij->i", vectors[first[start:stop]], vectors[second[start:stop]])


def _pairs(layout: Layout) -> Numbers:
    """Return how many pairs of images of different subjects there are between groups."""
    images = np.bincount(layout.cells, minlength=layout.cell_count).astype(np.int64)
    _, first, counts = np.unique(_keys(layout), return_index=True, return_counts=True)
    own = np.bincount(layout.cells[first], counts.astype(np.float64) ** 2, minlength=layout.cell_count)
    pairs = images[:, None] * images
    numbers = np.arange(layout.cell_count)
    pairs[numbers, numbers] = (pairs[numbers, numbers] - own.astype(np.int64)) // 2
    return pairs


def compare_mated(vectors: Templates, subjects: Numbers) -> tuple[Floats, Numbers]:
    """Return the scores of all pairs of rows of one subject, and whose they are.

    Rows of `vectors` (n x d) are ordered so that a subject's stand together. Scores are summed
    in float64 and are the nearest float32, as everywhere that single scores are told.
    """
    _, starts, counts = np.unique(subjects, return_index=True, return_counts=True)
    scores, owners = [np.empty(0)], [np.empty(0, dtype=np.int64)]
    for count in np.unique(counts[counts > 1]):
        first = starts[counts == count]
        for one in range(count):
            for other in range(one + 1, count):
                left = vectors[first + one].astype(np.float64)
                right = vectors[first + other].astype(np.float64)
                products = np.einsum("ij,ij->i", left, right).astype(np.float32)
                scores.append(np.clip(products, -1.0, 1.0).astype(np.float64))
                owners.append(subjects[first])
    return np.concatenate(scores), np.concatenate(owners)
