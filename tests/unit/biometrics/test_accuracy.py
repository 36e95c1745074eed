from __future__ import annotations

import numpy as np
import pytest

from countenance.biometrics.accuracy import JudgedPairs, assigned_folds, cross_validated_accuracy
from countenance.errors import InvalidInputError


def pairs(scores: list[float], mated: list[int], folds: list[int]) -> JudgedPairs:
    return JudgedPairs(np.array(scores), np.array(mated, dtype=bool), np.array(folds, dtype=np.int64))


def test_pairs_that_can_be_told_apart_are_all_right() -> None:
    made = pairs([0.9, 0.1, 0.8, 0.2, 0.7, 0.3], [1, 0, 1, 0, 1, 0], [0, 0, 1, 1, 2, 2])
    accuracy = cross_validated_accuracy(made)
    assert (accuracy.mean, accuracy.std, accuracy.folds) == (1.0, 0.0, 3)


def test_a_threshold_never_sees_the_pairs_that_it_is_judged_on() -> None:
    """In fold 0 all scores are lower: a threshold that knew of them would be right about all."""
    made = pairs([0.4, 0.3, 0.9, 0.6, 0.8, 0.5], [1, 0, 1, 0, 1, 0], [0, 0, 1, 1, 1, 1])
    accuracy = cross_validated_accuracy(made)
    assert accuracy.mean == pytest.approx((0.5 + 0.5) / 2)


def test_a_pair_that_could_not_be_compared_is_answered_wrongly() -> None:
    nan = float("nan")
    made = pairs([0.9, nan, nan, 0.2, 0.7, 0.3, 0.8, 0.1], [1, 0, 1, 0, 1, 0, 1, 0], [0, 0, 0, 0, 1, 1, 1, 1])
    assert cross_validated_accuracy(made).mean == pytest.approx((0.5 + 1.0) / 2)


def test_of_equally_good_thresholds_the_middle_one_is_taken() -> None:
    made = pairs([0.9, 0.1, 0.49, 0.51], [1, 0, 0, 1], [0, 0, 1, 1])
    assert cross_validated_accuracy(made).mean == 1.0


def test_equal_scores_are_not_parted() -> None:
    made = pairs([0.5, 0.5, 0.5, 0.5], [1, 0, 1, 0], [0, 0, 1, 1])
    assert cross_validated_accuracy(made).mean == 0.5


def test_the_spread_is_that_of_the_folds() -> None:
    made = pairs([0.9, 0.1, 0.9, 0.1, 0.9, 0.95], [1, 0, 1, 0, 1, 0], [0, 0, 1, 1, 2, 2])
    accuracy = cross_validated_accuracy(made)
    assert accuracy.mean == pytest.approx((1.0 + 1.0 + 0.5) / 3)
    assert accuracy.std == pytest.approx(np.std([1.0, 1.0, 0.5]))


def test_one_fold_is_too_few() -> None:
    with pytest.raises(InvalidInputError):
        cross_validated_accuracy(pairs([0.9, 0.1], [1, 0], [0, 0]))


def test_named_folds_are_kept() -> None:
    truth = np.array([True, False, True])
    assert assigned_folds(["10", "2", "10"], truth).tolist() == [0, 1, 0]


def test_folds_are_dealt_out_with_both_kinds_in_each() -> None:
    truth = np.array([True] * 25 + [False] * 31)
    folds = assigned_folds([None] * 56, truth)
    for fold in range(10):
        assert 2 <= np.sum(truth[folds == fold]) <= 3
        assert 3 <= np.sum(~truth[folds == fold]) <= 4
    assert assigned_folds([None] * 5, np.array([True, True, True, False, False])).max() == 1


def test_a_list_that_names_the_folds_of_some_pairs_only_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="`1` pairs have no fold"):
        assigned_folds(["1", None, "2"], np.array([True, False, True]))
