"""Exact search as somebody would write it with faiss or with numpy."""

from __future__ import annotations

from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]
Found = tuple[npt.NDArray[np.float32], Places]

FAISS_NAME = f"faiss {faiss.__version__} IndexFlatIP"
NUMPY_NAME = f"numpy {np.__version__} matrix product and argpartition"


class FaissFlat:
    """`IndexFlatIP` with faiss's own threads."""

    def __init__(self, rows: Vectors) -> None:
        self._index: Any = faiss.IndexFlatIP(rows.shape[1])
        self._index.add(rows)

    def search(self, probe: Vectors, count: int) -> Found:
        """Return scores and rows of the `count` nearest, best first."""
        scores, places = self._index.search(probe[None], count)
        return scores[0], places[0]


class NumpyScan:
    """One matrix product with the BLAS's own threads."""

    def __init__(self, rows: Vectors) -> None:
        self._rows = rows

    def search(self, probe: Vectors, count: int) -> Found:
        """Return scores and rows of the `count` nearest, best first; equal ones by row."""
        scores = self._rows @ probe
        places = np.argpartition(scores, -count)[-count:]
        places = places[np.lexsort((places, -scores[places]))]
        return scores[places], places.astype(np.int64)
