"""A threshold from a target for the worst group, against every threshold tried one by one."""

from __future__ import annotations

import numpy as np
import pytest

from countenance.errors import CalibrationError, InvalidInputError
from countenance.fairness.intervals import rate_of
from countenance.fairness.model import Direction
from countenance.fairness.score_table import Columns, ScoreTable, read_scores, trials_by_group
from countenance.fairness.threshold_choice import choice_document, choose_threshold

COLUMNS = Columns(score="score", mated="mated", groups=("sex",))


def table(count: int = 4_000, sign: float = 1.0, scale: float = 1.0) -> ScoreTable:
    """Two groups of which one has higher non-mated scores."""
    generator = np.random.default_rng(5)
    lines = ["score,mated,sex"]
    for sex, shift in (("f", 0.1), ("m", 0.0)):
        lines += [f"{sign * scale * score},0,{sex}" for score in generator.normal(shift, 0.1, count)]
        lines += [f"{sign * scale * score},1,{sex}" for score in generator.normal(0.7, 0.1, 500)]
    return read_scores(lines, COLUMNS)


def worst(scores: ScoreTable, threshold: float, direction: Direction) -> float:
    trials = trials_by_group(scores, [0], threshold=threshold, direction=direction)
    return max(rate_of(one.non_mated, groups=2).worst_upper or 1.0 for one in trials.values())


def test_it_is_the_most_lenient_threshold_within_the_target() -> None:
    scores = table()
    choice = choose_threshold(scores, [0], target=0.01, direction=Direction.SAME)
    assert worst(scores, choice.threshold, Direction.SAME) <= 0.01
    assert worst(scores, choice.threshold - choice.step, Direction.SAME) > 0.01
    document = choice_document(choice)
    assert document["worst_group"] == "f"
    assert document["worst_fmr"] <= document["worst_fmr_upper"] <= 0.01
    assert document["groups"]["m"]["own_threshold"] < document["groups"]["f"]["own_threshold"]
    assert document["groups"]["f"]["own_threshold"] <= choice.threshold
    assert document["projection"]["worst_fpir_upper"][0] == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("scale", [1.0, 100.0, 1e-3])
def test_distances_and_other_scales_give_the_same_trials(scale: float) -> None:
    ours = choose_threshold(table(), [0], target=0.01, direction=Direction.SAME)
    other = choose_threshold(table(sign=-1.0, scale=scale), [0], target=0.01, direction=Direction.DIFFERENT)
    assert other.threshold / scale == pytest.approx(-ours.threshold, abs=1.01 * ours.step)
    for name, trials in other.groups.items():
        assert abs(trials.non_mated.errors - ours.groups[name].non_mated.errors) <= 1


def test_what_the_trials_do_not_support_is_not_told() -> None:
    """Rule of 3 for the worst of two groups: 1 in 1,000 needs 3,688 trials of each without an error."""
    with pytest.raises(CalibrationError, match=r"3,688 non-mated trials .* `f` has 3,000"):
        choose_threshold(table(3_000), [0], target=0.001, direction=Direction.SAME)
    strictest = choose_threshold(table(3_700), [0], target=0.001, direction=Direction.SAME)
    document = choice_document(strictest)
    assert document["groups"]["f"]["false_matches"] == 0
    assert document["groups"]["f"]["rule_of_30"] is False


def test_subjects_who_cause_the_errors_make_it_stricter() -> None:
    lines = ["score,mated,sex,one"]
    generator = np.random.default_rng(8)
    for subject in range(100):
        shift = 0.25 if subject < 5 else 0.0
        lines += [f"{score},0,f,s{subject}" for score in generator.normal(shift, 0.1, 40)]
    grouped = Columns(score="score", mated="mated", groups=("sex",), subjects=("one",))
    known, unknown = (
        choose_threshold(read_scores(lines, columns), [0], target=0.02, direction=Direction.SAME).threshold
        for columns in (grouped, COLUMNS)
    )
    assert known > unknown


def test_a_target_that_is_none_and_a_table_without_scores_are_refused() -> None:
    for target in (0.0, 1.0):
        with pytest.raises(InvalidInputError):
            choose_threshold(table(10), [0], target=target, direction=Direction.SAME)
    empty = read_scores(["score,mated,sex", ",0,f"], COLUMNS)
    with pytest.raises(InvalidInputError, match="no comparison has a score"):
        choose_threshold(empty, [0], target=0.1, direction=Direction.SAME)
