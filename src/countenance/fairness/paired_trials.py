"""Pairs of images that every system gets alike, so that their errors can be compared pair by pair."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import PurePosixPath
from typing import Final

import numpy as np
import numpy.typing as npt

from countenance.errors import InvalidInputError
from countenance.fairness.manifest import Manifest
from countenance.fairness.model import Direction, Floats, Numbers
from countenance.fairness.score_table import ScoreTable, truth_of

SEED: Final = 20_221_117
MOST_PAIRS: Final = 2_000_000
_TRIES: Final = 20
_NEEDED: Final = ("a", "b", "mated", "subject_a", "subject_b")


@dataclass(frozen=True, slots=True, eq=False)
class PairedTrials:
    """Pairs of images (n), each with the subjects of both and the group of both.

    `first` and `second` (n) are numbers of `images`, `subjects` (images) says whose each is.
    `values` and `codes` are as in a `ScoreTable`.
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


def is_pairs(head: Sequence[str]) -> bool:
    """Tell whether a table with these columns lists pairs."""
    return set(_NEEDED) <= {name.strip() for name in head}


def pairs_of_rows(rows: Iterable[Sequence[str]], groups: Sequence[str] | None) -> PairedTrials:
    """Return the pairs of `rows`, the first of which names the columns.

    Columns `a` and `b` (image paths), `mated` (1 or 0), `subject_a` and `subject_b`; `groups`, or all
    others where None, are groups of the pair, as recorded. A pair without a label in one of them is
    left out of its groups. Raises `InvalidInputError`, with the line where there is one.
    """
    iterator = iter(rows)
    head = [name.strip() for name in next(iterator, [])]
    named = tuple(groups) if groups else tuple(name for name in head if name not in _NEEDED)
    if wrong := [name for name in (*_NEEDED, *named) if head.count(name) != 1]:
        raise InvalidInputError(f"the list of pairs has not exactly one column `{wrong[0]}`")
    if not named:
        raise InvalidInputError("the list of pairs has no group column")
    listing = _Listing(head, named)
    for line, row in enumerate(iterator, start=2):
        if any(map(str.strip, row)):
            listing.add(row, line)
    return listing.trials()


class _Listing:
    """Pairs as they are read, with images, subjects and groups as numbers."""

    def __init__(self, head: Sequence[str], named: tuple[str, ...]) -> None:
        self._width, self._named = len(head), named
        self._needed = [head.index(name) for name in _NEEDED]
        self._places = [head.index(name) for name in named]
        self._images: dict[str, int] = {}
        self._shown: list[str] = []
        self._pairs: list[tuple[int, int, bool]] = []
        self._values: list[dict[str, int]] = [{} for _ in named]
        self._codes: list[list[int]] = []

    def add(self, row: Sequence[str], line: int) -> None:
        """Take one row over."""
        if len(row) != self._width:
            raise InvalidInputError(f"line {line}: there are not as many values as columns")
        if len(self._pairs) == MOST_PAIRS:
            raise InvalidInputError(f"there are more than `{MOST_PAIRS}` pairs")
        a, b, truth, *subjects = (row[place].strip() for place in self._needed)
        mated = truth_of(truth)
        if mated is None:
            raise InvalidInputError(f"line {line}: `{truth[:40]}` is neither 1 nor 0")
        if (subjects[0] == subjects[1]) != mated or a == b:
            raise InvalidInputError(f"line {line}: images, subjects and truth contradict each other")
        first, second = (self._image(*one, line) for one in ((a, subjects[0]), (b, subjects[1])))
        self._pairs.append((first, second, mated))
        texts = [row[place].strip() for place in self._places]
        held = zip(texts, self._values, strict=True)
        self._codes.append([known.setdefault(text, len(known)) if text else -1 for text, known in held])

    def trials(self) -> PairedTrials:
        """Return what was listed."""
        if not self._pairs:
            raise InvalidInputError("the list of pairs is empty")
        numbers = {name: at for at, name in enumerate(sorted(set(self._shown)))}
        first, second, mated = zip(*self._pairs, strict=True)
        return PairedTrials(
            images=tuple(self._images),
            subjects=np.array([numbers[name] for name in self._shown], dtype=np.int64),
            first=np.array(first, dtype=np.int64),
            second=np.array(second, dtype=np.int64),
            mated=np.array(mated, dtype=np.bool_),
            columns=self._named,
            values=tuple(tuple(known) for known in self._values),
            codes=np.array(self._codes, dtype=np.int64).T,
        )

    def _image(self, image: str, subject: str, line: int) -> int:
        path = PurePosixPath(image)
        if not image or path.is_absolute() or ".." in path.parts:
            raise InvalidInputError(f"line {line}: `{image[:80]}` is not a path below the root")
        if not subject:
            raise InvalidInputError(f"line {line}: a subject is missing")
        number = self._images.setdefault(image, len(self._images))
        if number == len(self._shown):
            self._shown.append(subject)
        if self._shown[number] != subject:
            raise InvalidInputError(f"line {line}: `{image[:80]}` shows two subjects")
        return number


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
