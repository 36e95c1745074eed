from __future__ import annotations

import numpy as np
import pytest

from countenance.errors import InvalidInputError
from countenance.fairness.model import Direction, GroupTrials
from countenance.fairness.score_table import Columns, read_scores, trials_by_group, unplaced

COLUMNS = Columns(score="s", mated="m", groups=("g",))


def read(*rows: str, columns: Columns = COLUMNS, head: str = "s,m,g") -> dict[str, GroupTrials]:
    table = read_scores([head, *rows], columns)
    numbers = range(len(columns.groups))
    return trials_by_group(table, list(numbers), threshold=0.5, direction=Direction.SAME)


def counted(trials: GroupTrials) -> tuple[int, int, int, int]:
    return trials.mated.errors, trials.mated.trials, trials.non_mated.errors, trials.non_mated.trials


def test_errors_are_counted_by_hand_and_a_score_equal_to_the_threshold_is_a_match() -> None:
    groups = read("0.5,1,a", "0.4,1,a", "0.5,0,a", "0.4,0,a", "0.9,true,b", "0.1,no,b", "0.2,no,b")
    assert {name: counted(one) for name, one in groups.items()} == {"a": (1, 2, 1, 2), "b": (0, 1, 0, 2)}


def test_a_distance_is_read_the_other_way_round() -> None:
    table = read_scores(["s,m,g", "0.5,1,a", "0.6,1,a", "0.5,0,a", "0.6,0,a", "0.7,0,a"], COLUMNS)
    groups = trials_by_group(table, [0], threshold=0.5, direction=Direction.DIFFERENT)
    assert counted(groups["a"]) == (1, 2, 1, 3)


def test_an_empty_score_is_a_failure_and_not_a_trial() -> None:
    groups = read(",1,a", "0.9,1,a", " ,0,a")
    assert counted(groups["a"]) == (0, 1, 0, 0)
    assert (groups["a"].mated.failures, groups["a"].non_mated.failures) == (1, 1)


def test_several_columns_intersect_and_rows_without_a_value_take_no_part() -> None:
    columns = Columns(score="s", mated="m", groups=("g", "h"))
    rows = ["s,m,g,h", "0.9,1,a,x", "0.9,1,a,y", "0.9,1,b,x", "0.9,1,,x"]
    table = read_scores(rows, columns)
    groups = trials_by_group(table, [0, 1], threshold=0.5, direction=Direction.SAME)
    assert sorted(groups) == ["a & x", "a & y", "b & x"]
    assert sum(one.mated.trials for one in groups.values()) == 3
    assert unplaced(table) == 1
    alone = trials_by_group(table, [1], threshold=0.5, direction=Direction.SAME)
    assert counted(alone["x"])[1] == 3


def test_subjects_on_both_sides_are_each_counted() -> None:
    columns = Columns(score="s", mated="m", groups=("g",), subjects=("p", "q"))
    groups = read("0.9,0,a,1,2", "0.1,0,a,1,3", "0.9,1,a,1,1", head="s,m,g,p,q", columns=columns)
    by_subject = groups["a"].non_mated.by_subject
    assert by_subject is not None
    assert sorted(by_subject.trials) == [1, 1, 2]
    assert by_subject.errors.sum() == 2
    assert by_subject.shared == pytest.approx(0.5)
    assert groups["a"].mated.subjects == 1


def test_the_order_of_rows_means_nothing() -> None:
    generator = np.random.default_rng(5)
    rows = [
        f"{generator.random():.3f},{generator.integers(2)},{'abc'[generator.integers(3)]}" for _ in range(300)
    ]
    shuffled = list(generator.permutation(rows))
    ours, other = read(*rows), read(*shuffled)
    assert {name: counted(one) for name, one in ours.items()} == {
        name: counted(one) for name, one in other.items()
    }


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no rows"),
        (["x,1,a"], "line 2: `x` is no score"),
        (["inf,1,a"], "no score"),
        (["0.5,maybe,a"], "neither 1 nor 0"),
        (["0.5,1"], "fewer than columns"),
        (['0.5,1,"a'], "not CSV"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(rows: list[str], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        read(*rows)


def test_a_missing_column_is_named_beside_those_that_are_there() -> None:
    with pytest.raises(InvalidInputError, match="`g`, but `s`, `m`, `h`"):
        read("0.5,1,a", head="s,m,h")
    with pytest.raises(InvalidInputError, match="exactly one column `m`"):
        read("0.5,1,1", head="s,m,m")


def test_subjects_that_contradict_the_truth_are_refused() -> None:
    columns = Columns(score="s", mated="m", groups=("g",), subjects=("p", "q"))
    with pytest.raises(InvalidInputError, match="row 2: the subjects contradict"):
        read("0.9,1,a,1,1", "0.9,0,a,1,1", head="s,m,g,p,q", columns=columns)
    with pytest.raises(InvalidInputError, match="subject is missing"):
        read("0.9,1,a,1,", head="s,m,g,p,q", columns=columns)


def test_columns_are_checked() -> None:
    for groups, subjects in (((), ()), (("g", "g"), ()), (("g",), ("p", "q", "r"))):
        with pytest.raises(InvalidInputError):
            Columns(score="s", mated="m", groups=groups, subjects=subjects)
