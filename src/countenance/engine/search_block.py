"""A fixed piece of memory that holds rows of a gallery twice: eight bits to scan, float32 to score."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import faiss
import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

Codes = npt.NDArray[np.uint8]

_ZERO: Final = 128
"""The code of 0: faiss keeps a signed byte as the distance from -128."""

_LARGEST: Final = 127
_MEASURED: Final = 1.001
"""Makes up for the rounding of a measured distance."""

_SPREAD: Final = 6.0
"""Components of a unit vector lie within this many times their root mean square, all but a few."""


@dataclass(frozen=True, slots=True)
class RoundedProbe:
    """A probe in whole steps of its own: `codes` (1 x d, float32) times `step`, `distance` from the probe.

    faiss multiplies whole numbers here and takes nothing else for a probe. Their products sum
    up without any rounding for up to 1,040 components.
    """

    codes: npt.NDArray[np.float32]
    step: float
    distance: float


def rounded_probe(probe: npt.NDArray[np.float32]) -> RoundedProbe:
    """Return the rounded form of a vector (d, float32); its largest component has the largest code."""
    exact = probe.astype(np.float64)
    width = float(np.abs(exact).max()) / _LARGEST or 1.0
    codes = np.rint(exact / width)
    return RoundedProbe(
        codes[np.newaxis].astype(np.float32), width, float(np.linalg.norm(exact - codes * width))
    )


class Block:
    """Up to `capacity` rows of `dimension` components; the address of a row never changes.

    The rows are scanned as signed bytes by faiss (`QT_8bit_direct_signed`, inner product);
    the bytes lie in the vector that faiss owns, allocated once at full capacity, and are
    written through a numpy view of it. So a row can be moved and overwritten in place, which
    faiss's own `remove_ids` does not do: it moves every row behind, and leaves a copy of the
    last one where it was. Not safe for a reader and a writer at once: the caller holds a lock.

    `unfit` are the rows that bytes do not hold to within `rounding_bound`, since a component
    is too large; whoever scans scores them exactly in any case.
    """

    __slots__ = ("_codes", "_index", "_most", "_step", "unfit", "vectors")

    def __init__(self, capacity: int, dimension: int) -> None:
        self._index: Any = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
        )
        self._step, self._most = np.float32(step(dimension)), rounding_bound(dimension)
        size = capacity * dimension
        self._index.codes.resize(size)
        # valid for as long as the index lives and its vector is not resized: this class does neither
        codes = faiss.rev_swig_ptr(self._index.codes.data(), size)
        self._codes: Codes = codes.reshape(capacity, dimension)
        self.vectors: npt.NDArray[np.float32] = np.zeros((capacity, dimension), dtype=np.float32)
        self.unfit: set[int] = set()

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def capacity(self) -> int:
        """Return the number of rows that fit."""
        return len(self.vectors)

    @property
    def rows(self) -> npt.NDArray[np.float32]:
        """Return a view of the rows that are held, n x d."""
        return self.vectors[: len(self)]

    def append(self, vectors: npt.NDArray[np.float32]) -> None:
        """Append rows that fit.

        How far each lies from its rounded form is measured, in float32: the two numbers lie so
        close that their difference is off by little, and the sum of squares by less than a
        thousandth.
        """
        start, stop = len(self), len(self) + len(vectors)
        whole = np.clip(np.rint(vectors / self._step), -_LARGEST, _LARGEST)
        self.vectors[start:stop] = vectors
        self._codes[start:stop] = (whole + _ZERO).astype(np.uint8)
        self._index.ntotal = stop
        lost = whole * self._step - vectors
        far = np.sqrt(np.einsum("ij,ij->i", lost, lost)) * _MEASURED > self._most
        self.unfit.update((start + np.flatnonzero(far)).tolist())

    def move(self, row: int, source: Block, source_row: int) -> None:
        """Overwrite `row` with a row of `source`, in both forms."""
        self.vectors[row] = source.vectors[source_row]
        self._codes[row] = source._codes[source_row]
        self.unfit.discard(row)
        if source_row in source.unfit:
            self.unfit.add(row)

    def drop_last(self) -> None:
        """Remove the last row and overwrite it with zeros."""
        last = len(self) - 1
        self._index.ntotal = last
        self.unfit.discard(last)
        self.vectors[last] = 0.0
        self._codes[last] = 0

    def wipe(self) -> None:
        """Remove every row and overwrite all memory with zeros."""
        self._index.ntotal = 0
        self.unfit.clear()
        self.vectors.fill(0.0)
        self._codes.fill(0)

    def is_clear(self, row: int) -> bool:
        """Tell whether nothing is left in the memory of `row`."""
        return not self.vectors[row].any() and not self._codes[row].any()

    def nearest(self, probe: RoundedProbe, count: int) -> tuple[Scores, Rows]:
        """Return the rounded scores and numbers of the `count` best rows, in no order that counts."""
        faiss.omp_set_num_threads(
            1
        )  # a setting of the calling thread: blocks are spread over threads instead
        scores, rows = self._index.search(probe.codes, min(count, len(self)))
        return scores[0] * self._scale(probe), rows[0]

    def above(self, probe: RoundedProbe, floor: float) -> tuple[Scores, Rows]:
        """Return the rounded scores and numbers of all rows above `floor`, in no order that counts."""
        scale = self._scale(probe)
        _, scores, rows = self._index.range_search(probe.codes, float(floor / scale))
        return scores * scale, np.asarray(rows, dtype=np.int64)

    def _scale(self, probe: RoundedProbe) -> np.float32:
        return np.float32(probe.step * float(self._step))


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Keep faiss from starting threads of its own: blocks are spread over threads instead.

    The setting belongs to the calling thread and is put back, as others may use faiss too.
    """
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def step(dimension: int) -> float:
    """Return how far apart two codes of a component are, for unit vectors of `dimension` components."""
    return min(1.0, _SPREAD / sqrt(dimension)) / _LARGEST


def rounding_bound(dimension: int) -> float:
    """Return how far a row may lie from its rounded form (Euclidean) to count as fit.

    A component is off by up to half a step, evenly: its square is step^2 / 12 in the mean, with
    a variance of step^4 / 180. So the square of the whole is d / 12 steps^2 give or take
    sqrt(d / 180); six times that holds all but rows with a component beyond the largest code.
    """
    return step(dimension) * sqrt(dimension / 12 + 6 * sqrt(dimension / 180))
