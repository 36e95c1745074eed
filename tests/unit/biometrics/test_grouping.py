from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrations import PIPELINE, threshold_at
from countenance.biometrics.grouping import Grouping, group_scores, group_templates
from countenance.biometrics.model import Pipeline, Template
from countenance.errors import InvalidInputError, TemplateMismatchError

THRESHOLD = threshold_at(0.5)


def matrix(count: int, **scores: float) -> npt.NDArray[np.float64]:
    """Scores of pairs named `f0_2`; every other pair has nothing in common."""
    made = np.zeros((count, count))
    for name, score in scores.items():
        one, other = (int(place) for place in name.removeprefix("f").split("_"))
        made[one, other] = made[other, one] = score
    return made


@st.composite
def faces(draw: st.DrawFn) -> tuple[npt.NDArray[np.float64], list[int]]:
    """Scores of up to ten faces, with ties, and the photograph of each."""
    count = draw(st.integers(0, 10))
    values = st.sampled_from([-1.0, 0.0, 0.4, 0.5, 0.6, 0.6, 0.7, 0.8, 1.0])
    pairs = list(itertools.combinations(range(count), 2))
    drawn = draw(st.lists(values, min_size=len(pairs), max_size=len(pairs)))
    made = np.eye(count)
    for (one, other), score in zip(pairs, drawn, strict=True):
        made[one, other] = made[other, one] = score
    return made, draw(st.lists(st.integers(0, 5), min_size=count, max_size=count))


def parts(grouping: Grouping) -> list[tuple[int, ...]]:
    return [*grouping.groups, *((face,) for face in grouping.messy)]


def connected(members: Sequence[int], scores: npt.NDArray[np.float64]) -> bool:
    """Tell whether links that reach the threshold lead from the first to every other."""
    reached, left = {members[0]}, [members[0]]
    while left:
        one = left.pop()
        for other in set(members) - reached:
            if scores[one, other] >= 0.5:
                reached.add(other)
                left.append(other)
    return reached == set(members)


def joined_one_by_one(scores: npt.NDArray[np.float64], photographs: Sequence[int]) -> set[frozenset[int]]:
    """The rule, spelled out: as long as any two groups may be joined, join those with the best link."""
    groups = [frozenset([face]) for face in range(len(photographs))]
    while True:
        possible = [
            (-scores[one, other], *sorted((one, other)), first, second)
            for first, second in itertools.combinations(groups, 2)
            for one in first
            for other in second
            if scores[one, other] >= 0.5
            and not {photographs[face] for face in first} & {photographs[face] for face in second}
        ]
        if not possible:
            return set(groups)
        _, _, _, first, second = min(possible, key=lambda link: link[:3])
        groups = [*(group for group in groups if group not in (first, second)), first | second]


def test_faces_that_a_chain_of_comparisons_connects_are_one_group() -> None:
    found = group_scores(matrix(4, f0_2=0.6, f2_3=0.9), "abcd", threshold=THRESHOLD)
    assert (found.groups, found.messy) == (((0, 2, 3),), (1,))
    assert found.threshold == THRESHOLD


def test_a_score_that_equals_the_threshold_joins_and_one_below_does_not() -> None:
    below = float(np.nextafter(0.5, 0.0))
    found = group_scores(matrix(4, f0_1=0.5, f2_3=below), "abcd", threshold=THRESHOLD)
    assert (found.groups, found.messy) == (((0, 1),), (2, 3))


def test_a_score_just_below_the_threshold_is_not_rounded_up_to_it() -> None:
    threshold = threshold_at(0.3)
    nearest = np.full((2, 2), np.float32(np.nextafter(np.float32(0.3), np.float32(0.0))))
    assert group_scores(nearest, "ab", threshold=threshold).groups == ()


def test_two_faces_of_one_photograph_are_two_people_however_alike_they_are() -> None:
    found = group_scores(matrix(2, f0_1=1.0), ["twins.jpg", "twins.jpg"], threshold=THRESHOLD)
    assert (found.groups, found.messy) == ((), (0, 1))


def test_where_a_chain_would_join_two_faces_of_one_photograph_its_weakest_link_is_not_taken() -> None:
    """Faces 0 and 3 are of one photograph; the chain between them gives way at 1 and 2."""
    scores = matrix(4, f0_1=0.9, f1_2=0.6, f2_3=0.8)
    found = group_scores(scores, ["p", "q", "r", "p"], threshold=THRESHOLD)
    assert (found.groups, found.messy) == (((0, 1), (2, 3)), ())


def test_a_face_whose_only_likeness_went_with_a_stronger_one_fits_nowhere() -> None:
    found = group_scores(matrix(3, f0_1=0.9, f1_2=0.8), ["p", "q", "p"], threshold=THRESHOLD)
    assert (found.groups, found.messy) == (((0, 1),), (2,))


def test_the_largest_group_comes_first_and_of_equals_the_one_with_the_lowest_face() -> None:
    scores = matrix(7, f0_6=0.7, f1_5=0.9, f2_3=0.6, f3_4=0.6)
    found = group_scores(scores, "abcdefg", threshold=THRESHOLD)
    assert (found.groups, found.messy) == (((2, 3, 4), (0, 6), (1, 5)), ())


def test_no_faces_make_no_groups() -> None:
    for found in (
        group_scores(np.empty((0, 0)), [], threshold=THRESHOLD),
        group_templates([], [], threshold=THRESHOLD),
    ):
        assert (found.groups, found.messy) == ((), ())


@given(faces())
def test_every_face_is_in_one_place_and_no_group_has_two_of_a_photograph(
    given_faces: tuple[npt.NDArray[np.float64], list[int]],
) -> None:
    scores, photographs = given_faces
    found = group_scores(scores, photographs, threshold=THRESHOLD)
    assert sorted(itertools.chain.from_iterable(parts(found))) == list(range(len(photographs)))
    for group in found.groups:
        assert len(group) > 1
        assert list(group) == sorted(group)
        assert len({photographs[face] for face in group}) == len(group)
        assert connected(group, scores)
    assert list(found.groups) == sorted(found.groups, key=lambda group: (-len(group), group))
    assert list(found.messy) == sorted(found.messy)


@given(faces())
def test_a_likeness_between_two_groups_was_passed_over_for_a_photograph_that_both_have(
    given_faces: tuple[npt.NDArray[np.float64], list[int]],
) -> None:
    scores, photographs = given_faces
    found = group_scores(scores, photographs, threshold=THRESHOLD)
    for first, second in itertools.combinations(parts(found), 2):
        if any(scores[one, other] >= 0.5 for one in first for other in second):
            assert {photographs[face] for face in first} & {photographs[face] for face in second}


@given(faces())
def test_groups_are_those_of_joining_the_best_link_again_and_again(
    given_faces: tuple[npt.NDArray[np.float64], list[int]],
) -> None:
    scores, photographs = given_faces
    found = group_scores(scores, photographs, threshold=THRESHOLD)
    assert {frozenset(part) for part in parts(found)} == joined_one_by_one(scores, photographs)


@given(faces(), st.randoms())
def test_groups_do_not_depend_on_the_order_of_the_faces_where_no_two_scores_are_equal(
    given_faces: tuple[npt.NDArray[np.float64], list[int]],
    random: Any,  # noqa: ANN401  hypothesis has no type for it
) -> None:
    scores, photographs = given_faces
    count = len(photographs)
    own = np.arange(count * count).reshape(count, count) * 1e-6
    distinct = scores + np.triu(own, 1) + np.triu(own, 1).T
    order = list(range(count))
    random.shuffle(order)
    there = group_scores(distinct, photographs, threshold=THRESHOLD)
    here = group_scores(
        distinct[np.ix_(order, order)], [photographs[face] for face in order], threshold=THRESHOLD
    )
    assert {frozenset(part) for part in parts(there)} == {
        frozenset(order[face] for face in part) for part in parts(here)
    }


def test_templates_are_grouped_by_the_scores_that_they_have_anywhere() -> None:
    generator = np.random.default_rng(7)
    people = generator.standard_normal((5, 128))
    vectors = np.repeat(people, 4, axis=0) + 0.3 * generator.standard_normal((20, 128))
    templates = [Template(vector / np.linalg.norm(vector), PIPELINE) for vector in vectors]
    photographs = [f"photo {place}" for place in range(20)]
    found = group_templates(templates, photographs, threshold=THRESHOLD)
    assert found.groups == tuple(tuple(range(first, first + 4)) for first in range(0, 20, 4))
    scores = np.array([[one.compare(other) for other in templates] for one in templates])
    assert group_scores(scores, photographs, threshold=THRESHOLD) == found


def test_a_thousand_faces_of_one_person_in_pairs_of_photographs_are_grouped_at_once() -> None:
    scores = np.full((1000, 1000), 0.9)
    found = group_scores(scores, [place // 2 for place in range(1000)], threshold=THRESHOLD)
    assert [len(group) for group in found.groups] == [500, 500]


@pytest.mark.parametrize(
    "scores",
    [
        np.zeros((2, 3)),
        np.zeros((3, 3)),
        np.zeros(2),
        np.array([[0, 0.6], [0.7, 0]]),
        np.full((2, 2), np.nan),
    ],
)
def test_scores_that_are_not_those_of_pairs_are_refused(scores: npt.NDArray[np.float64]) -> None:
    with pytest.raises(InvalidInputError):
        group_scores(scores, "ab", threshold=THRESHOLD)


def test_templates_of_another_pipeline_than_the_thresholds_are_refused() -> None:
    template = Template(np.eye(8, dtype=np.float32)[0], Pipeline("cd" * 32, "1"))
    with pytest.raises(TemplateMismatchError):
        group_templates([template], "a", threshold=THRESHOLD)
    ours = replace(template, pipeline=PIPELINE)
    longer = Template(np.eye(9, dtype=np.float32)[0], PIPELINE)
    with pytest.raises(TemplateMismatchError):
        group_templates([ours, longer], "ab", threshold=THRESHOLD)
