"""Pairs that every system gets alike, and differences against brute force, by hand and by simulation."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from countenance.errors import InvalidInputError
from countenance.fairness.manifest import GroupColumn, Manifest, ManifestImage
from countenance.fairness.model import Direction
from countenance.fairness.paired_differences import paired_difference
from countenance.fairness.paired_trials import PairedTrials, pairs_of_manifest

REPEATED = 400


def people(subjects: int = 30, photographs: int = 3) -> Manifest:
    images = tuple(
        ManifestImage(
            image=f"{subject}/{number}.jpg",
            subject=f"s{subject}",
            groups=("fm"[subject % 2], "" if subject == 5 else "xy"[subject // 2 % 2]),
        )
        for subject in range(subjects)
        for number in range(photographs)
    )
    return Manifest(images=images, columns=(GroupColumn(name="sex"), GroupColumn(name="town")))


def named(trials: PairedTrials) -> set[tuple[str, str]]:
    return {(trials.images[a], trials.images[b]) for a, b in zip(trials.first, trials.second, strict=True)}


def test_without_a_limit_they_are_all_pairs_within_each_group() -> None:
    manifest = people()
    trials = pairs_of_manifest(manifest, most=10_000)
    expected = {
        tuple(sorted((one.image, other.image)))
        for one, other in combinations(manifest.images, 2)
        if one.groups == other.groups and all(one.groups)
    }
    assert {tuple(sorted(pair)) for pair in named(trials)} == expected
    assert int(trials.mated.sum()) == 29 * 3
    table = trials.scored(np.zeros(len(trials.first)))
    for column in range(2):
        codes = table.codes[column]
        for at in range(len(codes)):
            image = manifest.images[trials.first[at]]
            assert table.values[column][codes[at]] == image.groups[column]


def test_a_limit_draws_the_same_pairs_from_the_same_seed_whatever_the_order() -> None:
    manifest = people(80)
    turned = Manifest(images=manifest.images[::-1], columns=manifest.columns)
    trials = pairs_of_manifest(manifest, most=40)
    sizes = [
        int(((trials.codes == [[sex], [town]]).all(axis=0) & (trials.mated == mated)).sum())
        for sex in (0, 1) for town in (0, 1) for mated in (True, False)
    ]  # fmt: skip
    assert sizes == [40] * 8
    again = pairs_of_manifest(turned, most=40)
    assert sorted(map(sorted, named(trials))) == sorted(map(sorted, named(again)))
    assert len(named(trials)) == len(trials.first)
    other = pairs_of_manifest(manifest, most=40, seed=1)
    assert named(trials) != named(other)
    for most in (0, 10**9):
        with pytest.raises(InvalidInputError):
            pairs_of_manifest(manifest, most=most)


def test_an_error_is_a_match_of_two_people_or_a_miss_of_one() -> None:
    trials = pairs_of_manifest(people(4, 2), most=100)
    scores = np.where(trials.mated, 0.4, 0.6)
    assert trials.wrong(scores, 0.5, Direction.SAME).all()
    assert not trials.wrong(scores, 0.5, Direction.DIFFERENT).any()


def test_a_difference_by_hand() -> None:
    one = np.array([True] * 10 + [False] * 190)
    other = np.array([False] * 8 + [True] * 6 + [False] * 186)
    found = paired_difference(one, other, np.arange(200)[None, :])
    assert (found.trials, found.only_one, found.only_other) == (200, 8, 4)
    assert found.difference == pytest.approx(0.02)
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower < 0 < found.upper
    assert found.document()["shown"] is False


def test_no_disagreement_is_not_certainty() -> None:
    same = np.zeros(300, dtype=bool)
    found = paired_difference(same, same, np.arange(300)[None, :])
    assert found.difference == 0
    assert found.upper == pytest.approx(2.77 / 302, rel=0.02)
    nothing = paired_difference(same[:0], same[:0], np.zeros((1, 0), dtype=np.int64))
    assert nothing.document()["interval"] is None


def test_the_interval_is_that_of_drawing_subjects_anew() -> None:
    generator = np.random.default_rng(3)
    subjects = np.repeat(np.arange(120), 6)
    own = generator.beta(0.5, 3, 120)[subjects]
    one, other = generator.random(720) < own, generator.random(720) < own * 0.7
    found = paired_difference(one, other, subjects[None, :])
    apart = (one.astype(int) - other).reshape(120, 6).sum(axis=1)
    drawn = apart[generator.integers(0, 120, (6000, 120))].sum(axis=1) / 720
    low, high = np.percentile(drawn, (2.5, 97.5))
    assert (found.lower, found.upper) == pytest.approx((low, high), abs=0.006)


@pytest.mark.parametrize("sides", [1, 2])
def test_intervals_hold_the_true_difference_as_often_as_they_say(sides: int) -> None:
    """Two systems whose scores share a part of each pair; subjects have a part of their own."""
    generator = np.random.default_rng(9)
    count, hits = 70, 0
    first, second = np.triu_indices(count, 1) if sides == 2 else (np.arange(400) // 4, np.arange(400) // 4)
    subjects = np.stack([first, second])[:sides]
    truth = 0.0
    for _ in range(REPEATED):
        part = generator.standard_normal(count if sides == 2 else 100) * 0.3
        shared = (
            part[first] + (part[second] if sides == 2 else 0) + 0.8 * generator.standard_normal(len(first))
        )
        wrong = [shared + 0.5 * generator.standard_normal(len(first)) > 1.6 for _ in range(2)]
        found = paired_difference(wrong[0], wrong[1], subjects)
        assert found.lower is not None
        assert found.upper is not None
        hits += found.lower <= truth <= found.upper
    assert 0.93 <= hits / REPEATED <= 0.98


def test_the_order_of_pairs_means_nothing() -> None:
    generator = np.random.default_rng(1)
    one, other = generator.random(500) < 0.2, generator.random(500) < 0.1
    subjects = generator.integers(0, 40, (2, 500))
    order = generator.permutation(500)
    ours, turned = (paired_difference(one[at], other[at], subjects[:, at]) for at in (np.arange(500), order))
    assert (ours.difference, ours.only_one, ours.only_other) == (
        turned.difference, turned.only_one, turned.only_other,
    )  # fmt: skip
    assert (ours.lower, ours.upper) == pytest.approx((turned.lower, turned.upper))
