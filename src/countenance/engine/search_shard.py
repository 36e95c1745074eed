"""The references of one gallery in memory, and the exact search over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from countenance.biometrics.model import (
    Comparison,
    ComparisonScore,
    Pipeline,
    ReferenceId,
    SubjectId,
    Template,
)
from countenance.biometrics.similarity import cosine_similarities
from countenance.engine.search_block import Block, RoundedProbe, Rows, Scores, rounded_probe, rounding_bound
from countenance.errors import TemplateMismatchError

BLOCK_ROWS = 65_536
"""Rows of a full block: 8 MB to scan and 32 MB to score from at 128 components."""

_FIRST_ROWS = 256
_MARGIN = 128
_WIDER = 8
_WIDEST_SHARE = 16
_LONGEST = 1.01
_SLACK = 1e-6
_ROWS_AT_ONCE = 8192

Scan = Callable[[Block], tuple[Scores, Rows]]
SpreadOut = Callable[[Scan, Sequence[Block]], Iterable[tuple[Scores, Rows]]]
"""Apply a scan to every block, on as many threads as the caller sees fit; results in the blocks' order."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; see `SearchIndex.search`."""

    probe: Template
    threshold: ComparisonScore
    limit: int
    without: frozenset[SubjectId]


class Shard:
    """Rows in blocks, with the reference and subject of each. The caller holds a lock.

    Every block but the last is full, so a row's number tells its block. Growth copies
    nothing but the first block while it is small: it doubles from 256 rows up to
    `block_rows`, and from there on blocks are added beside it.
    """

    def __init__(self, block_rows: int = BLOCK_ROWS) -> None:
        self.pipeline: Pipeline | None = None
        self._block_rows = block_rows
        self._blocks: list[Block] = []
        self._references: list[ReferenceId] = []
        self._subjects: list[SubjectId] = []
        self._rows: dict[ReferenceId, int] = {}
        self._held: dict[SubjectId, int] = {}

    def __len__(self) -> int:
        return len(self._references)

    def __contains__(self, reference: ReferenceId) -> bool:
        return reference in self._rows

    # What is held

    def add(self, references: Sequence[ReferenceId], subjects: Sequence[SubjectId], rows: Scores) -> None:
        """Append `rows` (n x d, float32) of references that are not held; `pipeline` is set already."""
        start = 0
        while start < len(rows):
            room = self._room(rows.shape[1])
            part = rows[start : start + room]
            self._blocks[-1].append(part)
            start += len(part)
        first = len(self._references)
        self._rows.update(zip(references, range(first, first + len(rows)), strict=True))
        self._references.extend(references)
        self._subjects.extend(subjects)
        for subject, count in Counter(subjects).items():
            self._held[subject] = self._held.get(subject, 0) + count

    def remove(self, reference: ReferenceId) -> None:
        """Remove a reference, if it is held, by moving the last row into its place.

        The memory that becomes free is overwritten with zeros.
        """
        row = self._rows.pop(reference, None)
        if row is None:
            return
        self._held[self._subjects[row]] -= 1
        if not self._held[self._subjects[row]]:
            del self._held[self._subjects[row]]
        last = len(self._references) - 1
        if row != last:
            block, place = divmod(row, self._block_rows)
            self._blocks[block].move(place, self._blocks[-1], last % self._block_rows)
            self._references[row], self._subjects[row] = self._references[last], self._subjects[last]
            self._rows[self._references[row]] = row
        self._references.pop()
        self._subjects.pop()
        self._blocks[-1].drop_last()
        if not len(self._blocks[-1]):
            self._blocks.pop()

    def wipe(self) -> None:
        """Drop everything and overwrite the memory that it lay in."""
        for block in self._blocks:
            block.wipe()
        for held in (self._blocks, self._references, self._subjects, self._rows, self._held):
            held.clear()

    def parts(self) -> Iterator[tuple[list[ReferenceId], list[SubjectId], Scores]]:
        """Yield the references, subjects and float32 rows of each block."""
        start = 0
        for block in self._blocks:
            stop = start + len(block)
            yield self._references[start:stop], self._subjects[start:stop], block.rows
            start = stop

    def check(self, template: Template) -> None:
        """Raise `TemplateMismatchError` unless `template` can be compared with what is held."""
        if not self._blocks:
            return
        if template.pipeline != self.pipeline or template.vector.size != self._blocks[0].vectors.shape[1]:
            raise TemplateMismatchError("the gallery holds templates of another model or pipeline")

    def _room(self, dimension: int) -> int:
        """Return how many rows fit into the last block, after adding or widening one if it is full."""
        last = self._blocks[-1] if self._blocks else None
        if last is None:
            self._blocks.append(Block(min(_FIRST_ROWS, self._block_rows), dimension))
        elif len(last) == self._block_rows:
            self._blocks.append(Block(self._block_rows, dimension))
        elif len(last) == last.capacity:
            wider = Block(min(2 * last.capacity, self._block_rows), dimension)
            wider.append(last.rows)
            last.wipe()
            self._blocks[-1] = wider
        return self._blocks[-1].capacity - len(self._blocks[-1])

    # Search

    def search(self, search: Search, spread_out: SpreadOut) -> tuple[Comparison, ...]:
        """Return what a scan of every row in float32 would, having scanned bytes.

        No rounded score is further than `bound` from the exact one, but of rows that are unfit
        for bytes, which are scored exactly in any case. So after the best rounded rows were
        scored exactly too, no other row exceeds the lowest rounded score among them plus
        `bound`; where that is below the last place on the list (or below the threshold),
        nothing was missed. Otherwise the scan is widened, in the end to every row whose rounded
        score lets it reach the last place.
        """
        self.check(search.probe)
        excluded = [self._held[subject] for subject in search.without if subject in self._held]
        wanted = min(search.limit, len(self._held) - len(excluded))
        if wanted < 1:
            return ()
        rough = rounded_probe(search.probe.vector)
        bound = self._bound(rough)
        fetch = search.limit + sum(excluded) + _MARGIN
        unfit = self._unfit()
        while fetch < len(self):
            rounded, rows = self._nearest(rough, fetch, spread_out)
            exact = self._scores(search.probe, rows)
            if (np.abs(rounded - exact) > bound)[~np.isin(rows, unfit)].any():
                break  # a scan that rounds in some way not provided for: rely on none of it
            if len(unfit):
                rows = np.union1d(rows, unfit)
                exact = self._scores(search.probe, rows)
            found = self._best(search, exact, rows)
            last_place = found[-1].score if len(found) == wanted else search.threshold
            if float(rounded.min()) + bound < last_place:
                return found
            if len(found) == wanted or fetch * _WIDEST_SHARE > len(self):
                rows = np.union1d(self._above(rough, last_place - bound, spread_out), unfit)
                return self._best(search, self._scores(search.probe, rows), rows)
            fetch *= _WIDER
        rows = np.arange(len(self), dtype=np.int64)
        return self._best(search, self._scores(search.probe, rows), rows)

    def _bound(self, probe: RoundedProbe) -> float:
        """Return how far a rounded score can be from the exact one.

        With q' and r' for the rounded forms: |q'.r' - q.r| = |q'.(r' - r) + (q' - q).r|
        <= |q'| |r' - r| + |q' - q| |r| (Cauchy-Schwarz), where |r' - r| was measured when the row
        was added and is at most `rounding_bound`, and |q' - q| is measured here. q'.r' itself is
        a sum of whole numbers. Templates are no longer than 1.001, their rounded forms by their
        own distance. The slack covers the rounding of scores and of the bound to float32.
        """
        most = rounding_bound(self._blocks[0].vectors.shape[1])
        return _LONGEST * ((_LONGEST + probe.distance) * most + probe.distance) + _SLACK

    def _unfit(self) -> Rows:
        """Return the rows that bytes do not hold, in order."""
        found = [at * self._block_rows + row for at, block in enumerate(self._blocks) for row in block.unfit]
        return np.array(sorted(found), dtype=np.int64)

    def _nearest(self, probe: RoundedProbe, fetch: int, spread_out: SpreadOut) -> tuple[Scores, Rows]:
        """Return the `fetch` best rounded scores with their rows, in no order."""
        rounded, rows = self._scan(lambda block: block.nearest(probe, fetch), spread_out)
        if len(rounded) > fetch:
            best = np.argpartition(-rounded, fetch - 1)[:fetch]
            rounded, rows = rounded[best], rows[best]
        return rounded, rows

    def _above(self, probe: RoundedProbe, floor: float, spread_out: SpreadOut) -> Rows:
        """Return every row whose rounded score is above `floor`."""
        return self._scan(lambda block: block.above(probe, floor), spread_out)[1]

    def _scan(self, scan: Scan, spread_out: SpreadOut) -> tuple[Scores, Rows]:
        parts = list(spread_out(scan, self._blocks))
        rows = [rows + at * self._block_rows for at, (_, rows) in enumerate(parts)]
        return np.concatenate([scores for scores, _ in parts]), np.concatenate(rows)

    def _scores(self, probe: Template, rows: Rows) -> Scores:
        """Return the exact scores of `rows`."""
        scores = np.empty(len(rows), dtype=np.float32)
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            part = rows[start : start + _ROWS_AT_ONCE]
            vectors = np.empty((len(part), probe.vector.size), dtype=np.float32)
            blocks = part // self._block_rows
            for at in np.unique(blocks):
                mine = blocks == at
                vectors[mine] = self._blocks[at].vectors[part[mine] - at * self._block_rows]
            scores[start : start + len(part)] = cosine_similarities(vectors, probe.vector)
        return scores

    def _best(self, search: Search, scores: Scores, rows: Rows) -> tuple[Comparison, ...]:
        """Return the best comparison of each subject that takes part, best first, at most `limit`."""
        reaching = np.flatnonzero(scores.astype(np.float64) >= search.threshold)
        order = reaching[np.argsort(-scores[reaching], kind="stable")]
        found: dict[SubjectId, Comparison] = {}
        for score, places in groupby(order.tolist(), key=lambda place: float(scores[place])):
            for row in sorted((int(rows[place]) for place in places), key=self._references.__getitem__):
                subject = self._subjects[row]
                if subject not in found and subject not in search.without:
                    found[subject] = Comparison(self._references[row], subject, ComparisonScore(score))
                    if len(found) == search.limit:
                        return tuple(found.values())
        return tuple(found.values())
