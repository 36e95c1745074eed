"""From comparisons between the smallest groups to trials, tables and curves of any grouping of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from countenance.fairness.comparisons import BINS, Compared
from countenance.fairness.manifest import Manifest
from countenance.fairness.model import BySubject, Floats, GroupTrials, Numbers, Tally
from countenance.fairness.open_set import Searches
from countenance.fairness.score_table import BETWEEN


@dataclass(frozen=True, slots=True)
class Population:
    """The smallest groups (c cells: one value of every column) and the subjects (s) in them.

    `values` (c) holds the values of the group columns, empty where a label is missing;
    `cell_of_subject` (s) and `cell_of_image` (n images of the manifest) are numbers of cells.
    """

    columns: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    subjects: tuple[str, ...]
    cell_of_subject: Numbers
    cell_of_image: Numbers
    subject_of_image: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What was compared, all of one threshold.

    `mated_scores` and `mated_subjects` list the mated trials; `compared` counts the non-mated
    ones; `acquired` tells which images of the manifest gave a template. `searches` are those of
    a manifest that says who is enrolled and who searched with, else None.
    """

    population: Population
    acquired: npt.NDArray[np.bool_]
    mated_scores: Floats
    mated_subjects: Numbers
    compared: Compared
    threshold: float
    searches: Searches | None = None


@dataclass(frozen=True, slots=True)
class Partition:
    """A grouping: the names of its groups, and the group of each cell, -1 for none."""

    name: str
    groups: tuple[str, ...]
    group_of_cell: Numbers


@dataclass(frozen=True, slots=True)
class CrossTable:
    """Matches and pairs of images between groups (g x g), both triangles."""

    groups: tuple[str, ...]
    matches: tuple[tuple[int, ...], ...]
    pairs: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """Error rates of one group over the same thresholds, and the share of mated scores below each."""

    thresholds: tuple[float, ...]
    fmr: tuple[float, ...]
    fnmr: tuple[float, ...]


def populate(manifest: Manifest) -> Population:
    """Return the cells and subjects of a manifest, in alphabetical order."""
    values = sorted({image.groups for image in manifest.images})
    subjects = sorted({image.subject for image in manifest.images})
    cell_numbers = {value: number for number, value in enumerate(values)}
    subject_numbers = {name: number for number, name in enumerate(subjects)}
    cell_of_image = np.array([cell_numbers[image.groups] for image in manifest.images], dtype=np.int64)
    subject_of_image = np.array([subject_numbers[one.subject] for one in manifest.images], dtype=np.int64)
    cell_of_subject = np.zeros(len(subjects), dtype=np.int64)
    cell_of_subject[subject_of_image] = cell_of_image
    return Population(
        columns=tuple(column.name for column in manifest.columns),
        values=tuple(values),
        subjects=tuple(subjects),
        cell_of_subject=cell_of_subject,
        cell_of_image=cell_of_image,
        subject_of_image=subject_of_image,
    )


def partition(population: Population, columns: Sequence[int]) -> Partition:
    """Return the grouping by `columns` (numbers); a cell without a label in one of them is in no group."""
    named = [
        BETWEEN.join(values[column] for column in columns) if all(values[at] for at in columns) else None
        for values in population.values
    ]
    groups = tuple(sorted({name for name in named if name is not None}))
    numbers = {name: number for number, name in enumerate(groups)}
    of_cell = np.array([-1 if name is None else numbers[name] for name in named], dtype=np.int64)
    title = BETWEEN.join(population.columns[column] for column in columns)
    return Partition(title, groups, of_cell)


def everybody(population: Population) -> Partition:
    """Return the grouping that puts all into one: non-mated pairs as chance brings them together."""
    return Partition("everybody", ("everybody",), np.zeros(len(population.values), dtype=np.int64))


def trials_of(evidence: Evidence, grouping: Partition) -> dict[str, GroupTrials]:
    """Return each group's mated trials, and non-mated trials within the group."""
    population = evidence.population
    of_subject = grouping.group_of_cell[population.cell_of_subject]
    enrolled = np.zeros(len(population.subjects), dtype=np.bool_)
    enrolled[population.subject_of_image[evidence.acquired]] = True
    return {
        name: GroupTrials(
            mated=_mated(evidence, of_subject == number),
            non_mated=_within(evidence, grouping.group_of_cell == number),
            images=_acquisition(evidence, of_subject == number),
            subjects=_single(~enrolled[of_subject == number]),
        )
        for number, name in enumerate(grouping.groups)
    }


def _acquisition(evidence: Evidence, chosen: npt.NDArray[np.bool_]) -> Tally:
    """Return which images of the `chosen` subjects (s) gave no template."""
    owners = evidence.population.subject_of_image
    images = np.bincount(owners, minlength=len(chosen))[chosen].astype(np.float64)
    failed = np.bincount(owners[~evidence.acquired], minlength=len(chosen))[chosen].astype(np.float64)
    return Tally(int(failed.sum()), int(images.sum()), 0, BySubject(failed, images))


def _single(failed: npt.NDArray[np.bool_]) -> Tally:
    """Return a tally of one trial a subject."""
    by_subject = BySubject(failed.astype(np.float64), np.ones(len(failed)))
    return Tally(int(failed.sum()), len(failed), 0, by_subject)


def cross_table(evidence: Evidence, grouping: Partition) -> CrossTable:
    """Return the matches and pairs between each two groups."""
    member = _membership(grouping)
    matches, pairs = (
        _folded(member, counts) for counts in (evidence.compared.matches, evidence.compared.pairs)
    )
    return CrossTable(grouping.groups, _rows(matches), _rows(pairs))


def curve(evidence: Evidence, grouping: Partition, group: str) -> Curve | None:
    """Return one group's error rates over thresholds 0.001 apart; None without trials of a kind.

    Within-group non-mated trials, from the floor above which scores were kept.
    """
    number = grouping.groups.index(group)
    cells = np.flatnonzero(grouping.group_of_cell == number)
    upper = np.triu(np.ones((len(cells), len(cells)), dtype=np.int64))
    above = np.cumsum(kept_scores(evidence, grouping, number)[::-1])[::-1]
    pairs = int((upper * evidence.compared.pairs[np.ix_(cells, cells)]).sum())
    of_subject = grouping.group_of_cell[evidence.population.cell_of_subject]
    mated = np.sort(evidence.mated_scores[of_subject[evidence.mated_subjects] == number])
    if not pairs or not len(mated):
        return None
    edges = np.arange(BINS) * (2.0 / BINS) - 1.0
    kept = np.flatnonzero(edges >= evidence.compared.floor - 1e-9)
    missed = np.searchsorted(mated, edges[kept], side="left") / len(mated)
    changes = np.flatnonzero(np.diff(above[kept], prepend=-1) | (np.diff(missed, prepend=-1.0) != 0))
    return Curve(
        thresholds=tuple(np.round(edges[kept][changes], 3).tolist()),
        fmr=tuple((above[kept][changes] / pairs).tolist()),
        fnmr=tuple(missed[changes].tolist()),
    )


def kept_scores(evidence: Evidence, grouping: Partition, number: int) -> Numbers:
    """Return the histogram (2000 bins from -1 to 1) of the kept non-mated scores within one group."""
    cells = np.flatnonzero(grouping.group_of_cell == number)
    upper = np.triu(np.ones((len(cells), len(cells)), dtype=np.int64))
    counts: Numbers = np.einsum("ij,ijb->b", upper, evidence.compared.histogram[np.ix_(cells, cells)])
    return counts


def with_anybody(evidence: Evidence, grouping: Partition, number: int) -> tuple[int, int]:
    """Return matches and pairs of images of different people of which at least one is of the group."""
    mine = grouping.group_of_cell == number
    found = []
    for counts in (evidence.compared.matches, evidence.compared.pairs):
        outside = int(counts[np.ix_(mine, ~mine)].sum())
        found.append(outside + int(np.triu(counts[np.ix_(mine, mine)]).sum()))
    return found[0], found[1]


def _mated(evidence: Evidence, chosen: npt.NDArray[np.bool_]) -> Tally:
    """Return the mated tally of the `chosen` subjects (s)."""
    mine = chosen[evidence.mated_subjects]
    missed = evidence.mated_scores[mine] < evidence.threshold
    owners = evidence.mated_subjects[mine]
    count = len(chosen)
    by_subject = BySubject(
        errors=np.bincount(owners[missed], minlength=count)[chosen].astype(np.float64),
        trials=np.bincount(owners, minlength=count)[chosen].astype(np.float64),
    )
    return Tally(int(missed.sum()), len(missed), _lost_mated(evidence, chosen), by_subject)


def _lost_mated(evidence: Evidence, chosen: npt.NDArray[np.bool_]) -> int:
    """Return how many mated pairs could not be compared, since an image gave no template."""
    subjects = evidence.population.subject_of_image
    planned = np.bincount(subjects, minlength=len(chosen))[chosen]
    possible = np.bincount(subjects[evidence.acquired], minlength=len(chosen))[chosen]
    return int((planned * (planned - 1) // 2 - possible * (possible - 1) // 2).sum())


def _within(evidence: Evidence, cells: npt.NDArray[np.bool_]) -> Tally:
    """Return the non-mated tally within the chosen cells (c) together.

    What two subjects share is taken as that of their single pairs of images, which leaves the
    interval a little too wide where the same two people match in several images.
    """
    compared, population = evidence.compared, evidence.population
    mine = np.flatnonzero(cells)
    upper = np.triu(np.ones((len(mine), len(mine)), dtype=np.int64))
    errors = int((upper * compared.matches[np.ix_(mine, mine)]).sum())
    trials = int((upper * compared.pairs[np.ix_(mine, mine)]).sum())
    members = np.flatnonzero(cells[population.cell_of_subject])
    images = np.bincount(population.subject_of_image[evidence.acquired], minlength=len(population.subjects))[
        members
    ].astype(np.float64)
    rate = errors / trials if trials else 0.0
    by_subject = BySubject(
        errors=compared.subject_matches[np.ix_(members, mine)].sum(axis=1).astype(np.float64),
        trials=images * (images.sum() - images),
        shared=trials * rate * (1.0 - rate),
    )
    return Tally(errors, trials, 0, by_subject)


def _membership(grouping: Partition) -> Numbers:
    groups = np.arange(len(grouping.groups), dtype=np.int64)
    return np.equal(grouping.group_of_cell, groups[:, None]).astype(np.int64)


def _folded(member: Numbers, counts: Numbers) -> Numbers:
    """Return counts between groups from those between cells; pairs within a group are counted once."""
    folded: Numbers = member @ counts @ member.T
    inside = np.diag(folded) + member @ np.diag(counts)
    numbers = np.arange(len(folded))
    folded[numbers, numbers] = inside // 2
    return folded


def _rows(counts: Numbers) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(int(count) for count in row) for row in counts)
