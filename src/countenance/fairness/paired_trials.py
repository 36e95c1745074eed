"""Pairs of images that every system gets alike, so that their errors can be compared pair by pair."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt

from countenance.errors import InvalidInputError
from countenance.fairness.manifest import Manifest
from countenance.fairness.model import Direction, Floats, Numbers
from countenance.fairness.score_table import ScoreTable

SEED: Final = 20_221_117
MOST_PAIRS: Final = 2_000_000
_TRIES: Final = 20


@dataclass(frozen=True, slots=True, eq=False)
class PairedTrials:
    """Pairs of images (n), each with the subjects of both and the group of both.

    `first` and `second` (n) are numbers of `images`, `subjects` (images) says whose each is.
    `values` and `codes` are as in a `ScoreTable`: both images of a pair are of one group.
    """

    images: tuple[str, ...]
    subjects: Numbers
    first: Numbers
    second: Numbers
    mated: npt.NDArray[np.bool_]
    columns: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    codes: Numbers

    def digest(self) -> str:
        """Return the SHA-256 (hex) over the pairs in order: the images' names and whether they are mated."""
        digest = hashlib.sha256()
        for one, other, mated in zip(self.first, self.second, self.mated, strict=True):
            digest.update(f"{self.images[one]}\t{self.images[other]}\t{int(mated)}\n".encode())
        return digest.hexdigest()

    def scored(self, scores: Floats) -> ScoreTable:
        """Return the table of one system's scores (n), NaN where it gave none."""
        return ScoreTable(
            scores=scores,
            mated=self.mated,
            columns=self.columns,
            values=self.values,
            codes=self.codes,
            subjects=np.stack([self.subjects[self.first], self.subjects[self.second]]),
        )

    def wrong(self, scores: Floats, threshold: float, direction: Direction) -> npt.NDArray[np.bool_]:
        """Return which of the scores (n) are errors at `threshold`."""
        accepted: npt.NDArray[np.bool_] = direction.accepts(scores, threshold)
        wrong: npt.NDArray[np.bool_] = accepted != self.mated
        return wrong


def pairs_of_manifest(manifest: Manifest, *, most: int, seed: int = SEED) -> PairedTrials:
    """Return mated and non-mated pairs within each smallest group, at most `most` of either kind in each.

    All pairs where there are no more, else as many drawn without repetition from `seed`, so
    that the same manifest gives the same pairs. Images without a label are in no pair.
    """
    cells = sorted({image.groups for image in manifest.images if all(image.groups)})
    if not cells:
        raise InvalidInputError("no image has a label in every group column")
    if most < 1 or 2 * most * len(cells) > MOST_PAIRS:
        raise InvalidInputError(f"`{most}` pairs of a kind in {len(cells)} groups are not 1 to {MOST_PAIRS}")
    names = tuple(image.image for image in manifest.images)
    numbers = {name: at for at, name in enumerate(sorted({image.subject for image in manifest.images}))}
    subjects = np.array([numbers[image.subject] for image in manifest.images], dtype=np.int64)
    generator = np.random.default_rng(seed)
    found: list[tuple[int, int, int]] = []
    for cell, groups in enumerate(cells):
        mine = sorted(
            (at for at, image in enumerate(manifest.images) if image.groups == groups), key=names.__getitem__
        )
        found += [(one, other, cell) for one, other in _mated(mine, subjects, most, generator)]
        found += [(one, other, cell) for one, other in _non_mated(mine, subjects, most, generator)]
    first, second, cell_of = np.array(found, dtype=np.int64).reshape(-1, 3).T
    values = tuple(tuple(sorted({cell[at] for cell in cells})) for at in range(len(manifest.columns)))
    codes = np.array([[held.index(cell[at]) for cell in cells] for at, held in enumerate(values)])
    return PairedTrials(
        images=names,
        subjects=subjects,
        first=first,
        second=second,
        mated=subjects[first] == subjects[second],
        columns=tuple(column.name for column in manifest.columns),
        values=values,
        codes=codes[:, cell_of],
    )


def _mated(
    images: Sequence[int], subjects: Numbers, most: int, generator: np.random.Generator
) -> list[tuple[int, int]]:
    of: dict[int, list[int]] = {}
    for image in images:
        of.setdefault(int(subjects[image]), []).append(image)
    pairs = [pair for subject in sorted(of) for pair in combinations(of[subject], 2)]
    if len(pairs) <= most:
        return pairs
    return [pairs[at] for at in np.sort(generator.choice(len(pairs), most, replace=False))]


def _non_mated(
    images: Sequence[int], subjects: Numbers, most: int, generator: np.random.Generator
) -> list[tuple[int, int]]:
    if len(images) * (len(images) - 1) // 2 <= 2 * most:
        every = [pair for pair in combinations(images, 2) if subjects[pair[0]] != subjects[pair[1]]]
        if len(every) <= most:
            return every
        return [every[at] for at in np.sort(generator.choice(len(every), most, replace=False))]
    return sorted(set(_drawn(images, subjects, most, generator)))[:most]


def _drawn(
    images: Sequence[int], subjects: Numbers, most: int, generator: np.random.Generator
) -> Iterator[tuple[int, int]]:
    """Yield pairs of different subjects until as many different ones were drawn, or luck runs out."""
    held = np.array(images)
    seen: set[tuple[int, int]] = set()
    for _ in range(_TRIES):
        for one, other in generator.integers(0, len(held), (most, 2)):
            a, b = sorted((int(held[one]), int(held[other])))
            if subjects[a] != subjects[b] and (a, b) not in seen:
                seen.add((a, b))
                yield a, b
                if len(seen) == most:
                    return
