"""Grouping: which faces of some photographs may be of one person, without knowing anybody.

Faces are joined by chains of comparisons that reach the threshold, under one constraint: two
faces of one photograph are two people. Where a chain would put two such faces together, some
link of it is wrong, and the weakest is the one to doubt. Links are therefore taken from the
highest score down, and a link that would put two faces of one photograph into one group is not
taken. That is agglomerative clustering with single linkage and cannot-link constraints
(Klein, Kamvar and Manning, "From Instance-level Constraints to Space-level Constraints", 2002):
a link is only ever refused for the sake of stronger ones.

A group is a lead, like a candidate list: at a false match rate of 0.001 a thousand faces make
half a million comparisons and some five hundred of them are false.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from countenance.biometrics.model import Template, Threshold
from countenance.biometrics.similarity import cosine_similarities
from countenance.errors import InvalidInputError, TemplateMismatchError

Scores = npt.NDArray[np.float32] | npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Grouping:
    """A partition of faces, named by their places in what was given, from 0.

    Each of `groups` has at least two faces, of different photographs, in ascending order; the
    largest group comes first, then the one with the lowest face. `messy` has the faces that
    fit nowhere, ascending: no other face is like them, or only faces that stronger links have
    put beside another face of the same photograph.
    """

    groups: tuple[tuple[int, ...], ...]
    messy: tuple[int, ...]
    threshold: Threshold


def group_templates(
    templates: Sequence[Template], photographs: Sequence[Hashable], *, threshold: Threshold
) -> Grouping:
    """Group faces by their templates; see `group_scores`.

    Raises `TemplateMismatchError` where a template or the threshold is of another pipeline.
    """
    if any(template.pipeline != threshold.pipeline for template in templates):
        raise TemplateMismatchError("templates and threshold of different pipelines cannot be compared")
    if len({template.vector.size for template in templates}) > 1:
        raise TemplateMismatchError("templates of different lengths cannot be compared")
    if not templates:
        return group_scores(np.empty((0, 0), dtype=np.float32), photographs, threshold=threshold)
    rows = np.array([template.vector for template in templates])
    scores = np.array([cosine_similarities(rows, row) for row in rows])
    return group_scores(scores, photographs, threshold=threshold)


def group_scores(scores: Scores, photographs: Sequence[Hashable], *, threshold: Threshold) -> Grouping:
    """Group n faces by what they score against each other.

    `scores` is n x n, symmetric, -1 to 1; its diagonal is not looked at. `photographs` names for
    each face the photograph that it is in: faces of equal names are never put together. Name a
    photograph by its arrival and not by its content, or the two copies of a face in a picture
    that came twice are held for two people. Links of equal score are taken in the order of the
    faces, so that the same faces always make the same groups. Needs memory and time in
    proportion to n squared. Raises `InvalidInputError` for a matrix or a list that does not fit.
    """
    exact = np.asarray(scores, dtype=np.float64)
    count = len(photographs)
    if exact.shape != (count, count):
        raise InvalidInputError(f"`{count}` faces have a score for each of {count} x {count} pairs")
    if not np.array_equal(exact, exact.T):
        raise InvalidInputError("a pair of faces has one score, which is a number, in either order")
    clusters = _Clusters(photographs)
    for one, other in _links(exact, threshold):
        clusters.join(one, other)
    together = clusters.members()
    groups = sorted((group for group in together if len(group) > 1), key=lambda group: (-len(group), group))
    messy = sorted(group[0] for group in together if len(group) == 1)
    return Grouping(groups=tuple(groups), messy=tuple(messy), threshold=threshold)


def _links(scores: npt.NDArray[np.float64], threshold: Threshold) -> Iterator[tuple[int, int]]:
    """Yield the pairs whose score reaches the threshold, the highest first, then the lowest faces."""
    firsts, seconds = np.nonzero(np.triu(scores >= threshold.score, k=1))
    order = np.argsort(-scores[firsts, seconds], kind="stable")
    yield from zip(firsts[order].tolist(), seconds[order].tolist(), strict=True)


class _Clusters:
    """Disjoint sets of faces, each with the photographs that it has a face of."""

    def __init__(self, photographs: Sequence[Hashable]) -> None:
        places: dict[Hashable, int] = {}
        # one bit a photograph: whether two sets share one is a single `and`, however large they are
        self._seen = [1 << places.setdefault(name, len(places)) for name in photographs]
        self._above = list(range(len(photographs)))

    def join(self, one: int, other: int) -> None:
        """Make one set of those that hold the two faces, unless a photograph has a face in both."""
        first, second = sorted((self._top(one), self._top(other)))
        if first != second and not self._seen[first] & self._seen[second]:
            self._above[second] = first
            self._seen[first] |= self._seen[second]

    def members(self) -> list[tuple[int, ...]]:
        """Return the sets, each ascending."""
        sets: dict[int, list[int]] = {}
        for face in range(len(self._above)):
            sets.setdefault(self._top(face), []).append(face)
        return [tuple(faces) for faces in sets.values()]

    def _top(self, face: int) -> int:
        """Return the face that stands for the whole set, shortening the way to it."""
        while self._above[face] != face:
            self._above[face] = self._above[self._above[face]]
            face = self._above[face]
        return face
