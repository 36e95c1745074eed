"""A fixed piece of memory that holds rows of a gallery twice: half precision to scan, float32 to score."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

UNIT_ROUNDOFF = 2.0**-24
"""Half a unit in the last place of float32."""


class Block:
    """Up to `capacity` rows of `dimension` components; the address of a row never changes.

    The half-precision rows are scanned by faiss (`QT_fp16`, inner product); they lie in
    the vector that faiss owns, allocated once at full capacity, and are written through a
    numpy view of it. So a row can be moved and overwritten in place, which faiss's own
    `remove_ids` does not do: it moves every row behind, and leaves a copy of the last one
    where it was. Not safe for a reader and a writer at once: the caller holds a lock.
    """

    __slots__ = ("_half", "_index", "vectors")

    def __init__(self, capacity: int, dimension: int) -> None:
        self._index: Any = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        size = capacity * dimension * np.dtype(np.float16).itemsize
        self._index.codes.resize(size)
        # valid for as long as the index lives and its vector is not resized: this class does neither
        codes = faiss.rev_swig_ptr(self._index.codes.data(), size)
        self._half: npt.NDArray[np.float16] = codes.view(np.float16).reshape(capacity, dimension)
        self.vectors: npt.NDArray[np.float32] = np.zeros((capacity, dimension), dtype=np.float32)

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

    def append(self, vectors: npt.NDArray[np.float32]) -> float:
        """Append rows that fit; return the largest distance between a row and its rounded form.

        The differences are exact in float32, since the two numbers lie so close; their sum of
        squares is off by less than a thousandth.
        """
        start, stop = len(self), len(self) + len(vectors)
        self.vectors[start:stop] = vectors
        self._half[start:stop] = vectors
        self._index.ntotal = stop
        lost = self._half[start:stop] - vectors
        return float(np.sqrt(np.einsum("ij,ij->i", lost, lost).max()))

    def move(self, row: int, source: Block, source_row: int) -> None:
        """Overwrite `row` with a row of `source`, in both forms."""
        self.vectors[row] = source.vectors[source_row]
        self._half[row] = source._half[source_row]

    def drop_last(self) -> None:
        """Remove the last row and overwrite it with zeros."""
        last = len(self) - 1
        self._index.ntotal = last
        self.vectors[last] = 0.0
        self._half[last] = 0.0

    def wipe(self) -> None:
        """Remove every row and overwrite all memory with zeros."""
        self._index.ntotal = 0
        self.vectors.fill(0.0)
        self._half.fill(0.0)

    def is_clear(self, row: int) -> bool:
        """Tell whether nothing is left in the memory of `row`."""
        return not self.vectors[row].any() and not self._half[row].any()

    def nearest(self, probe: npt.NDArray[np.float32], count: int) -> tuple[Scores, Rows]:
        """Return the rounded scores and numbers of the `count` best rows, in no order that counts."""
        faiss.omp_set_num_threads(
            1
        )  # a setting of the calling thread: blocks are spread over threads instead
        count = min(count, len(self))
        scores, rows = self._index.search(probe[np.newaxis], count)
        return scores[0], rows[0]

    def above(self, probe: npt.NDArray[np.float32], floor: float) -> tuple[Scores, Rows]:
        """Return the rounded scores and numbers of all rows above `floor`, in no order that counts."""
        _, scores, rows = self._index.range_search(probe[np.newaxis], floor)
        return scores, np.asarray(rows, dtype=np.int64)


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


def summation_bound(dimension: int) -> float:
    """Return how far a float32 sum of `dimension` products can be off, per unit of the vectors' lengths.

    gamma_d = d u / (1 - d u) bounds the error of an inner product relative to the sum of
    absolute products, whatever the order of summation and with or without fused operations
    (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.1); by
    Cauchy-Schwarz that sum is at most the product of the lengths.
    """
    return dimension * UNIT_ROUNDOFF / (1.0 - dimension * UNIT_ROUNDOFF)
