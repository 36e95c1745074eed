from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from countenance.errors import InvalidInputError
from countenance.fairness.assessment import Criteria, assess
from countenance.fairness.documents import assessment_document, overall
from countenance.fairness.model import NO_TRIALS, BySubject, Caps, Direction, GroupTrials, Tally, Verdict


def group(false_matches: int, non_mated: int, false_non_matches: int = 50, mated: int = 1000) -> GroupTrials:
    return GroupTrials(mated=Tally(false_non_matches, mated), non_mated=Tally(false_matches, non_mated))


def verdicts(groups: Mapping[str, GroupTrials], caps: Caps) -> dict[str, str]:
    criteria = Criteria(threshold=0.5, direction=Direction.SAME, caps=caps)
    document = assessment_document(assess(groups, criteria))
    return {name: one["verdict"] for name, one in document["verdicts"]["fmr"]["groups"].items()}


def test_the_upper_bound_decides_and_not_the_rate() -> None:
    groups = {"many": group(5, 100_000), "few": group(0, 1_000), "over": group(400, 100_000)}
    assert verdicts(groups, Caps(fmr=1e-3)) == {
        "many": "pass",
        "few": "insufficient evidence",
        "over": "fail",
    }


def test_no_errors_in_too_few_trials_pass_no_cap() -> None:
    """The rule of 3: below 1 in 1,000 needs 2,995 trials without an error, and more for the worst of two."""
    assert verdicts({"a": group(0, 2_994)}, Caps(fmr=1e-3)) == {"a": "insufficient evidence"}
    assert verdicts({"a": group(0, 2_996)}, Caps(fmr=1e-3)) == {"a": "pass"}
    two = {"a": group(0, 2_996), "b": group(0, 1_000_000)}
    assert verdicts(two, Caps(fmr=1e-3)) == {"a": "insufficient evidence", "b": "pass"}


def test_a_fair_looking_fdr_passes_nothing() -> None:
    groups = {"a": group(1000, 10**8), "b": group(100, 10**8), "c": group(10, 10**8)}
    criteria = Criteria(threshold=0.5, direction=Direction.SAME, caps=Caps(fmr=1e-4, ratio=2.0))
    document = assessment_document(assess(groups, criteria))
    assert document["fdr"] > 0.99
    assert document["fmr_max_geomean"] == pytest.approx(10)
    low, high = document["fmr_max_geomean_interval"]
    assert 5 < low < 10 < high < 20
    assert document["verdicts"]["fmr"]["verdict"] == "pass"
    assert (document["verdicts"]["fmr_max_geomean"]["verdict"], document["verdict"]) == ("fail", "fail")


def test_without_a_cap_nothing_is_judged_but_thin_evidence_is_named() -> None:
    groups = {"known": group(300, 10_000), "thin": group(2, 10_000)}
    assert verdicts(groups, Caps()) == {"known": "no cap named", "thin": "insufficient evidence"}
    assessed = assess(groups, Criteria(threshold=0.5, direction=Direction.SAME, caps=Caps()))
    assert overall(assessed) is Verdict.NO_CAP


def test_too_few_subjects_never_pass_and_may_fail() -> None:
    by_subject = BySubject(np.zeros(10), np.full(10, 1000.0))
    few = GroupTrials(mated=NO_TRIALS, non_mated=Tally(0, 10_000, 0, by_subject))
    assert verdicts({"a": few}, Caps(fmr=1e-3, min_subjects=10)) == {"a": "pass"}
    assert verdicts({"a": few}, Caps(fmr=1e-3, min_subjects=11)) == {"a": "insufficient evidence"}
    assert verdicts({"a": group(0, 10_000)}, Caps(fmr=1e-3, min_subjects=1)) == {"a": "insufficient evidence"}
    assert verdicts({"a": group(900, 10_000)}, Caps(fmr=1e-3, min_subjects=1)) == {"a": "fail"}


def test_a_group_without_trials_is_shown_and_passes_nothing() -> None:
    groups = {"a": group(5, 100_000), "b": GroupTrials(mated=NO_TRIALS, non_mated=NO_TRIALS)}
    criteria = Criteria(threshold=0.5, direction=Direction.SAME, caps=Caps(fmr=0.5, fnmr=0.5))
    document = assessment_document(assess(groups, criteria))
    assert document["groups"]["b"]["fmr"] is None
    assert document["groups"]["b"]["fmr_interval"] is None
    assert document["verdict"] == "insufficient evidence"
    assert document["fdr"] is None
    assert any("1 of 2 groups have no trial" in line for line in document["undefined"])


def test_a_group_without_errors_leaves_ratios_estimated_or_undefined_and_says_so() -> None:
    groups = {"a": group(10, 1000), "b": group(0, 1000)}
    document = assessment_document(
        assess(groups, Criteria(threshold=0.5, direction=Direction.SAME, caps=Caps()))
    )
    assert (document["fmr_max_min"], document["ir"]) == (None, None)
    assert document["fmr_max_geomean"] == pytest.approx((10.5 / 0.5) ** 0.5)
    assert document["estimated"] == ["fmr_max_geomean"]
    assert document["gini_fmr"] == pytest.approx(1)


def test_failures_to_acquire_are_carried_into_false_rejects() -> None:
    trials = GroupTrials(mated=Tally(10, 100), non_mated=Tally(5, 1000), images=Tally(20, 200))
    criteria = Criteria(threshold=0.5, direction=Direction.SAME, caps=Caps(fta=0.5))
    document = assessment_document(assess({"a": trials}, criteria))["groups"]["a"]
    assert document["fta"] == pytest.approx(0.1)
    assert document["frr"] == pytest.approx(0.1 + 0.1 * 0.9)
    assert document["far"] == pytest.approx(0.005 * 0.9)


@pytest.mark.parametrize(
    "caps", [{"fmr": 0.0}, {"fnmr": 1.0}, {"fta": -1.0}, {"ratio": 1.0}, {"min_subjects": -1}]
)
def test_a_cap_that_caps_nothing_is_refused(caps: dict[str, float]) -> None:
    with pytest.raises(InvalidInputError):
        Caps(**caps)  # type: ignore[arg-type]  # one of them is a count


def test_the_threshold_and_the_weight_are_checked() -> None:
    for threshold, alpha in ((float("nan"), 0.5), (0.5, 1.5)):
        with pytest.raises(InvalidInputError):
            Criteria(threshold=threshold, direction=Direction.SAME, caps=Caps(), alpha=alpha)
