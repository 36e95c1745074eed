"""A hundred million comparisons counted by group, against the bare matrix product that they rest on."""

from __future__ import annotations

import tracemalloc

import numpy as np
import numpy.typing as npt

from countenance.fairness.comparisons import Layout, compare_all, laid_out
from report import Row, compared, hand_over
from turns import in_turns

ROUNDS = 9
IMAGES = 14_143  # 14,143 x 14,142 / 2 is 100 million
SIDE = 10_000  # 10,000 x 10,000 is as many
DIMENSIONS = 128
GROUPS = 12
PHOTOGRAPHS = 2
THRESHOLD = 0.36
MEBIBYTE = 1 << 20

Vectors = npt.NDArray[np.float32]


def population(images: int) -> tuple[Vectors, Layout]:
    """Return unit vectors of as many images, two of each subject, in twelve groups, and their layout."""
    generator = np.random.default_rng(7)
    vectors = generator.standard_normal((images, DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    subjects = np.arange(images) // PHOTOGRAPHS
    order, layout = laid_out(subjects % GROUPS, subjects)
    return np.ascontiguousarray(vectors[order]), layout


def quiet(_done: int, _total: int) -> None:
    """Nobody watches."""


def peak(images: int) -> float:
    """Return how much memory the comparisons take at most beyond the vectors, in MiB."""
    vectors, layout = population(images)
    tracemalloc.start()
    compare_all(vectors, layout, THRESHOLD, quiet)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / MEBIBYTE


def measure() -> list[Row]:
    """Return the row: every pair of images once, and the product of as many pairs."""
    vectors, layout = population(IMAGES)
    one, other = vectors[:SIDE], np.ascontiguousarray(vectors[:SIDE].T)
    product = np.empty((SIDE, SIDE), dtype=np.float32)
    pairs = int(np.triu(compare_all(vectors, layout, THRESHOLD, quiet).pairs).sum())
    if pairs != IMAGES * (IMAGES - 1) // 2 - IMAGES // PHOTOGRAPHS:
        raise RuntimeError("not every pair of different subjects was counted once")
    ours, bare = in_turns(
        lambda _: compare_all(vectors, layout, THRESHOLD, quiet),
        lambda _: np.matmul(one, other, out=product),
        rounds=ROUNDS,
        warm=1,
    )
    quarter, whole = peak(IMAGES // 2), peak(IMAGES)
    note = (
        f"{pairs / 1e6:.0f} million comparisons by {GROUPS} groups; ratio is the share of sgemm's rate;"
        f" {whole:.0f} MiB beyond the templates, {quarter:.0f} MiB for a quarter of the pairs"
    )
    return [compared("fairness_comparisons", ours, bare, peer_name="numpy sgemm, 10^8 products", note=note)]


if __name__ == "__main__":
    hand_over(measure())
