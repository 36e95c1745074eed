from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrations import threshold_at
from countenance.biometrics.model import (
    Comparison,
    ComparisonScore,
    Pipeline,
    ReferenceId,
    SubjectId,
    Template,
)
from countenance.biometrics.ranking import rank_candidates
from countenance.biometrics.similarity import cosine_similarities
from countenance.errors import InvalidInputError


def compared(subject: str, reference: str, score: float) -> Comparison:
    return Comparison(ReferenceId(reference), SubjectId(subject), ComparisonScore(score))


comparisons = st.lists(
    st.builds(
        compared,
        subject=st.sampled_from([f"s{i}" for i in range(6)]),
        reference=st.uuids().map(str),
        score=st.sampled_from([-1.0, 0.0, 0.4, 0.5, 0.5, 0.6, 1.0]),
    ),
    max_size=30,
    unique_by=lambda one: one.reference_id,
)


def test_five_photographs_of_one_subject_take_one_place_on_the_list() -> None:
    of_dave = [compared("dave", f"d{i}", 0.9 - i / 100) for i in range(5)]
    others = [compared(f"s{i}", f"o{i}", 0.7) for i in range(4)]
    listed = rank_candidates([*others, *of_dave], threshold=threshold_at(0.5), limit=5).candidates
    assert [(one.rank, one.subject_id, one.reference_id) for one in listed] == [
        (1, "dave", "d0"),
        (2, "s0", "o0"),
        (3, "s1", "o1"),
        (4, "s2", "o2"),
        (5, "s3", "o3"),
    ]


def test_a_score_that_equals_the_threshold_is_on_the_list_and_one_below_is_not() -> None:
    below = float(np.nextafter(0.5, 0.0))
    listed = rank_candidates(
        [compared("dave", "d", 0.5), compared("erin", "e", below)], threshold=threshold_at(0.5), limit=5
    )
    assert [one.subject_id for one in listed.candidates] == ["dave"]
    assert listed.threshold == threshold_at(0.5)


def test_a_list_of_no_places_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        rank_candidates([], threshold=threshold_at(0.5), limit=0)


@given(comparisons, st.integers(1, 8), st.randoms())
def test_the_list_does_not_depend_on_the_order_in_which_comparisons_come(
    made: list[Comparison], limit: int, random: object
) -> None:
    listed = rank_candidates(made, threshold=threshold_at(0.5), limit=limit)
    random.shuffle(made)  # type: ignore[attr-defined]  # hypothesis has no type for it
    assert rank_candidates(made, threshold=threshold_at(0.5), limit=limit) == listed


@given(comparisons, st.integers(1, 8))
def test_every_list_keeps_its_rules(made: list[Comparison], limit: int) -> None:
    listed = rank_candidates(made, threshold=threshold_at(0.5), limit=limit).candidates
    reaching = {one.subject_id for one in made if one.score >= 0.5}
    assert len(listed) == min(limit, len(reaching))
    assert [one.rank for one in listed] == list(range(1, len(listed) + 1))
    assert len({one.subject_id for one in listed}) == len(listed)
    keys = [(-one.score, one.reference_id) for one in listed]
    assert keys == sorted(keys)
    for one in listed:
        assert one.score == max(other.score for other in made if other.subject_id == one.subject_id)


@given(st.integers(0, 1000), st.integers(1, 200))
def test_a_score_does_not_depend_on_what_else_is_compared(seed: int, count: int) -> None:
    generator = np.random.default_rng(seed)
    rows = generator.standard_normal((count, 128)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    probe = rows[0]
    together = cosine_similarities(rows, probe)
    at = int(generator.integers(count))
    assert together[at] == cosine_similarities(rows[at : at + 1], probe)[0]
    assert together[at] == cosine_similarities(probe[None], rows[at])[0]
    pipeline = Pipeline("ab" * 32, "1")
    assert Template(probe, pipeline).compare(Template(rows[at], pipeline)) == together[at]


def test_a_score_is_the_float32_nearest_to_the_true_product() -> None:
    rows = np.random.default_rng(3).standard_normal((200, 512)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    exact = rows.astype(np.longdouble) @ rows[7].astype(np.longdouble)
    assert np.array_equal(cosine_similarities(rows, rows[7]), np.clip(exact, -1, 1).astype(np.float32))


def test_scores_stay_within_their_range() -> None:
    row = np.full((1, 3), np.float32(0.5774), dtype=np.float32)
    assert cosine_similarities(row, row[0])[0] == 1.0
    assert cosine_similarities(-row, row[0])[0] == -1.0
    assert cosine_similarities(np.empty((0, 3), dtype=np.float32), row[0]).shape == (0,)
