"""The one definition of a comparison score, used wherever two vectors meet."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_ROWS_AT_ONCE = 8192


def cosine_similarities(
    rows: npt.NDArray[np.float32], probe: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Return the score of each row of `rows` (n x d, unit length) against `probe` (d), n values in -1 to 1.

    The product of two float32 numbers is exact in float64 and their sum there is off by
    less than d * 2^-53, so what is returned is the float32 nearest to the true inner
    product. A plain float32 sum is off by up to d * 2^-24 in an order that differs between
    processors, BLAS kernels and matrix shapes: the same two faces would score differently
    in a verification and in an identification, and ties would fall otherwise on each machine.
    """
    exact = probe.astype(np.float64)
    scores = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        part = rows[start : start + _ROWS_AT_ONCE].astype(np.float64)
        # einsum sums each row by itself in one order, whatever the number of rows; BLAS does not
        scores[start : start + len(part)] = np.einsum("ij,j->i", part, exact)
    return np.clip(scores, -1.0, 1.0)
