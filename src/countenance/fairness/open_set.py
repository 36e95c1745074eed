"""Searches of one gallery by every probe: who is named wrongly, and who is missed (1:N, open set).

A search is mated if its subject is among those to be enrolled. FPIR is the share of non-mated
searches that name somebody: at least one enrolled subject scores at the threshold or above. FNIR is
the share of mated searches whose mate is below the threshold, or behind so many others that it is
not on a list of R candidates (NIST FRTE 1:N; ISO/IEC 19795-1). A probe or a mate without a template
is a mate that is missed, and nobody who is named.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from countenance.fairness.comparisons import Templates
from countenance.fairness.manifest import Manifest, Part
from countenance.fairness.model import BySubject, Floats, Numbers, Tally

RANKS: Final = (1, 5, 10, 20, 50)
"""Lengths of candidate lists for which it is told who would be missed."""

_ROWS = 256
_COLUMNS = 2_048


@dataclass(frozen=True, slots=True, eq=False)
class Searches:
    """What became of every search, p of them; a search is one probe against the whole gallery.

    `subjects` (p) are the probes' subjects, `mated` (p) whether they were to be enrolled, and
    `failed` (p) whether the probe or its mate has no template. `mates` (p) is the mate's best
    score, `ranks` (p) its place among all subjects with equal scores before it, 0 without one;
    `others` (p) is the best score of anybody else. Scores are -inf where there is none.
    `enrolled` (e) are the subjects who were enrolled, `references` how many templates they have.
    """

    subjects: Numbers
    mated: npt.NDArray[np.bool_]
    failed: npt.NDArray[np.bool_]
    mates: Floats
    ranks: Numbers
    others: Floats
    enrolled: Numbers
    references: int


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Templates (n x d) with the subject and the manifest's place of each, rows of a subject together."""

    vectors: Templates
    subjects: Numbers
    places: Numbers


def search_all(manifest: Manifest, subject_of_image: Numbers, rows: Rows, report: Report) -> Searches:
    """Search the gallery of the manifest's enrolled images with each of its probes."""
    part = np.array([_PARTS[image.part] for image in manifest.images], dtype=np.int8)
    enrolled_rows = np.flatnonzero(part[rows.places] == _PARTS[Part.ENROL])
    enrolled_rows = enrolled_rows[np.argsort(rows.subjects[enrolled_rows], kind="stable")]
    probes = np.flatnonzero(part == _PARTS[Part.PROBE])
    row_of = np.full(len(part), -1, dtype=np.int64)
    row_of[rows.places] = np.arange(len(rows.places))
    subjects = subject_of_image[probes]
    mated = np.isin(subjects, subject_of_image[part == _PARTS[Part.ENROL]])
    gallery = _Gallery(rows.vectors[enrolled_rows], rows.subjects[enrolled_rows])
    found = row_of[probes] >= 0
    mates = np.full(len(probes), -np.inf)
    ranks = np.zeros(len(probes), dtype=np.int64)
    others = np.full(len(probes), -np.inf)
    if len(enrolled_rows) and found.any():
        vectors = rows.vectors[row_of[probes[found]]]
        mates[found] = gallery.mates(vectors, subjects[found])
        ranks[found], others[found] = gallery.search(vectors, subjects[found], mates[found], report)
    return Searches(
        subjects=subjects,
        mated=mated,
        failed=~found | (mated & ~np.isin(subjects, gallery.subjects)),
        mates=mates,
        ranks=ranks,
        others=others,
        enrolled=gallery.subjects,
        references=len(enrolled_rows),
    )


def false_positives(searches: Searches, chosen: npt.NDArray[np.bool_], threshold: float) -> Tally:
    """Return the non-mated searches by the `chosen` subjects (s), and which of them name somebody."""
    mine = chosen[searches.subjects] & ~searches.mated
    return _tally(searches, mine, searches.others >= threshold)


def false_negatives(searches: Searches, chosen: npt.NDArray[np.bool_], threshold: float, rank: int) -> Tally:
    """Return the mated searches by the `chosen` subjects (s), and which miss the mate.

    The mate is missed below `threshold`, or behind the first `rank` candidates. Without a
    threshold, -inf, it is missed only there.
    """
    mine = chosen[searches.subjects] & searches.mated
    missed = searches.failed | (searches.mates < threshold) | (searches.ranks > rank)
    return _tally(searches, mine, missed)


def _tally(searches: Searches, mine: npt.NDArray[np.bool_], wrong: npt.NDArray[np.bool_]) -> Tally:
    owners, numbers = np.unique(searches.subjects[mine], return_inverse=True)
    errors = wrong[mine]
    by_subject = BySubject(
        errors=np.bincount(numbers, errors, minlength=len(owners)).astype(np.float64),
        trials=np.bincount(numbers, minlength=len(owners)).astype(np.float64),
    )
    return Tally(int(errors.sum()), int(mine.sum()), int(searches.failed[mine].sum()), by_subject)


Report = Callable[[int, int], None]
_PARTS: Final = {Part.ENROL: 1, Part.PROBE: 2, None: 0}


class _Gallery:
    """References ordered by subject, searched block by block so that memory stays bounded."""

    def __init__(self, vectors: Templates, subjects: Numbers) -> None:
        self._vectors = vectors
        self.subjects, self._starts = np.unique(subjects, return_index=True)
        self._ends = np.append(self._starts[1:], len(subjects))

    def mates(self, probes: Templates, subjects: Numbers) -> Floats:
        """Return each probe's (p x d) best score with a reference of its own subject; -inf without one."""
        best = np.full(len(probes), -np.inf)
        places = np.searchsorted(self.subjects, subjects)
        places[places == len(self.subjects)] = 0
        there = np.flatnonzero(self.subjects[places] == subjects)
        rows, ends = self._starts[places[there]], self._ends[places[there]]
        while len(there):
            scores = np.einsum("ij,ij->i", probes[there], self._vectors[rows], dtype=np.float64)
            best[there] = np.maximum(best[there], np.clip(scores.astype(np.float32), -1.0, 1.0))
            rows = rows + 1
            more = rows < ends
            there, rows, ends = there[more], rows[more], ends[more]
        return best

    def search(
        self, probes: Templates, subjects: Numbers, mates: Floats, report: Report
    ) -> tuple[Numbers, Floats]:
        """Return the rank of each probe's mate, 0 without one, and the best score of anybody else."""
        ranks, others = np.zeros(len(probes), dtype=np.int64), np.full(len(probes), -np.inf)

        def some(start: int) -> int:
            stop = min(start + _ROWS, len(probes))
            mine = slice(start, stop)
            before = np.zeros(stop - start, dtype=np.int64)
            top = np.full(stop - start, -np.inf, dtype=np.float32)
            for best in self._blocks(probes[mine], subjects[mine]):
                before += (best >= mates[mine, None]).sum(axis=1)
                np.maximum(top, best.max(axis=1), out=top)
            ranks[mine] = np.where(np.isfinite(mates[mine]), before + 1, 0)
            others[mine] = np.clip(top, -np.inf, 1.0)
            return stop

        starts = range(0, len(probes), _ROWS)
        with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(os.cpu_count() or 1) as workers:
            for stop in workers.map(some, starts):
                report(stop, len(probes))
        return ranks, others

    def _blocks(self, probes: Templates, subjects: Numbers) -> Iterator[Templates]:
        """Yield each probe's best score with each subject of a stretch of the gallery, mates left out."""
        for first, last in self._stretches():
            start, stop = int(self._starts[first]), int(self._ends[last - 1])
            scores = probes @ self._vectors[start:stop].T
            best = np.maximum.reduceat(scores, self._starts[first:last] - start, axis=1)
            columns = np.searchsorted(self.subjects[first:last], subjects)
            columns[columns == last - first] = 0
            own = np.flatnonzero(self.subjects[first:last][columns] == subjects)
            best[own, columns[own]] = -np.inf
            yield best

    def _stretches(self) -> Sequence[tuple[int, int]]:
        """Return stretches of whole subjects with about so many references each."""
        edges = [0]
        while edges[-1] < len(self.subjects):
            reached = int(self._starts[edges[-1]]) + _COLUMNS
            edges.append(max(edges[-1] + 1, int(np.searchsorted(self._ends, reached, side="right"))))
        return list(pairwise(edges))
