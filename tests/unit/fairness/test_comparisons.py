"""The blocks against every pair taken one by one."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from countenance.fairness import comparisons
from countenance.fairness.comparisons import Compared, compare_all, compare_mated, laid_out
from countenance.fairness.manifest import GroupColumn, Manifest, ManifestImage
from countenance.fairness.partitions import (
    Evidence,
    cross_table,
    curve,
    everybody,
    partition,
    populate,
    trials_of,
)

THRESHOLD = 0.35


def quiet(_done: int, _total: int) -> None:
    """Nobody watches."""


def people(seed: int = 0, subjects: int = 40) -> tuple[Manifest, np.ndarray]:
    """A manifest of subjects in six cells, one label missing, and a vector for each image."""
    generator = np.random.default_rng(seed)
    images, rows = [], []
    for number in range(subjects):
        groups = (f"{'fm'[number % 2]}", ["young", "old", ""][number % 3])
        own = generator.standard_normal(16)
        for photograph in range(int(generator.integers(1, 5))):
            name = f"{number}/{photograph}.jpg"
            images.append(ManifestImage(image=name, subject=f"s{number}", groups=groups))
            rows.append(own + 0.7 * generator.standard_normal(16))
    vectors = np.array(rows, dtype=np.float32)
    columns = (GroupColumn(name="sex"), GroupColumn(name="age"))
    return Manifest(images=tuple(images), columns=columns), vectors / np.linalg.norm(
        vectors, axis=1, keepdims=True
    )


def compared(manifest: Manifest, vectors: np.ndarray) -> Evidence:
    population = populate(manifest)
    order, layout = laid_out(population.cell_of_image, population.subject_of_image)
    found = compare_all(vectors[order], layout, THRESHOLD, quiet)
    scores, owners = compare_mated(vectors[order], layout.subjects)
    return Evidence(population, np.ones(len(vectors), dtype=bool), scores, owners, found, THRESHOLD)


def one_by_one(manifest: Manifest, vectors: np.ndarray, column: int) -> dict[tuple[str, str], list[int]]:
    """Errors and trials of non-mated pairs between two values of a column, in either order."""
    counts: dict[tuple[str, str], list[int]] = {}
    for (a, one), (b, other) in combinations(enumerate(manifest.images), 2):
        pair = tuple(sorted((one.groups[column], other.groups[column])))
        if one.subject == other.subject or not all(pair):
            continue
        count = counts.setdefault((pair[0], pair[1]), [0, 0])
        count[0] += float(vectors[a] @ vectors[b]) >= THRESHOLD
        count[1] += 1
    return counts


@pytest.mark.parametrize("block", [(3, 5), (16, 64), (1024, 2048)])
def test_blocks_of_any_size_count_what_pair_by_pair_gives(
    block: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparisons, "_ROWS", block[0])
    monkeypatch.setattr(comparisons, "_COLUMNS", block[1])
    manifest, vectors = people()
    evidence = compared(manifest, vectors)
    for column in (0, 1):
        grouping = partition(evidence.population, (column,))
        table = cross_table(evidence, grouping)
        for (one, other), (errors, trials) in one_by_one(manifest, vectors, column).items():
            a, b = grouping.groups.index(one), grouping.groups.index(other)
            assert (table.matches[a][b], table.pairs[a][b]) == (errors, trials)
            assert (table.matches[b][a], table.pairs[b][a]) == (errors, trials)


def test_groups_have_the_mated_and_non_mated_trials_of_their_subjects() -> None:
    manifest, vectors = people(1)
    evidence = compared(manifest, vectors)
    groups = trials_of(evidence, partition(evidence.population, (0,)))
    for name, trials in groups.items():
        errors, count = one_by_one(manifest, vectors, 0)[name, name]
        assert (trials.non_mated.errors, trials.non_mated.trials) == (errors, count)
        by_subject = trials.non_mated.by_subject
        assert by_subject is not None
        assert by_subject.errors.sum() == 2 * errors
        assert by_subject.trials.sum() == 2 * count
        mated = [
            float(vectors[a] @ vectors[b])
            for (a, one), (b, other) in combinations(enumerate(manifest.images), 2)
            if one.subject == other.subject and one.groups[0] == name
        ]
        assert trials.mated.trials == len(mated)
        assert trials.mated.errors == sum(score < THRESHOLD for score in mated)


def test_intersections_leave_out_whom_a_label_is_missing_for() -> None:
    manifest, vectors = people(2)
    evidence = compared(manifest, vectors)
    both = trials_of(evidence, partition(evidence.population, (0, 1)))
    assert sorted(both) == ["f & old", "f & young", "m & old", "m & young"]
    labelled = sum(bool(image.groups[1]) for image in manifest.images)
    assert sum(one.images.trials for one in both.values()) == labelled < len(manifest.images)
    everyone = trials_of(evidence, everybody(evidence.population))["everybody"]
    total = sum(count for _, count in one_by_one(manifest, vectors, 0).values())
    assert everyone.non_mated.trials == total


def test_the_order_of_images_means_nothing() -> None:
    manifest, vectors = people(3)
    order = np.random.default_rng(9).permutation(len(vectors))
    shuffled = Manifest(images=tuple(manifest.images[at] for at in order), columns=manifest.columns)
    ours, other = compared(manifest, vectors), compared(shuffled, vectors[order])
    grouping = partition(ours.population, (0, 1))
    assert cross_table(ours, grouping) == cross_table(other, grouping)
    assert curve(ours, grouping, "f & old") == curve(other, grouping, "f & old")


def test_a_curve_passes_through_the_rates_at_its_thresholds() -> None:
    manifest, vectors = people(4)
    evidence = compared(manifest, vectors)
    grouping = partition(evidence.population, (0,))
    found = curve(evidence, grouping, "f")
    assert found is not None
    assert list(found.fmr) == sorted(found.fmr, reverse=True)
    assert list(found.fnmr) == sorted(found.fnmr)
    trials = trials_of(evidence, grouping)["f"]
    at = found.thresholds.index(max(one for one in found.thresholds if one <= THRESHOLD))
    assert found.fmr[at] == trials.non_mated.rate
    assert found.fnmr[at] == trials.mated.rate


def test_what_is_kept_does_not_grow_with_the_pairs() -> None:
    manifest, vectors = people(5, subjects=400)
    evidence = compared(manifest, vectors)
    kept: Compared = evidence.compared
    cells = len(evidence.population.values)
    assert kept.histogram.size == cells * cells * comparisons.BINS
    assert kept.subject_matches.shape == (400, cells)


def test_a_floor_above_most_scores_changes_no_count_at_the_threshold(monkeypatch: pytest.MonkeyPatch) -> None:
    manifest, vectors = people(6)
    evidence = compared(manifest, vectors)
    monkeypatch.setattr(comparisons, "_KEPT", 200)
    narrow = compared(manifest, vectors)
    assert -1 < narrow.compared.floor <= THRESHOLD
    assert evidence.compared.floor == -1
    assert (narrow.compared.matches == evidence.compared.matches).all()
    assert narrow.compared.histogram.sum() < evidence.compared.histogram.sum()
