"""What changed between two audits of one service, and until when its makers may answer."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from countenance.errors import InvalidInputError
from countenance.fairness.retest import Bounded, Disclosure, Shown, changes, difference, shown

DAY = date(2026, 7, 1)


def wilson(errors: int, trials: int) -> Bounded:
    interval = binomtest(errors, trials).proportion_ci(0.95, method="wilson")
    return Bounded(errors / trials, interval.low, interval.high)


@pytest.mark.parametrize(
    ("now", "before", "lower", "upper"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_of_wilsons_intervals_it_gives_what_newcombe_published(
    now: tuple[int, int], before: tuple[int, int], lower: float, upper: float
) -> None:
    found = difference(wilson(*before), wilson(*now))
    assert (round(found.lower, 4), round(found.upper, 4)) == (lower, upper)


RATES = st.tuples(*[st.floats(0, 1)] * 3).map(sorted).map(lambda one: Bounded(one[1], one[0], one[2]))


@given(RATES, RATES)
def test_turned_round_a_change_changes_its_sign_and_nothing_else(before: Bounded, now: Bounded) -> None:
    there, back = difference(before, now), difference(now, before)
    assert (back.rate, back.lower, back.upper) == pytest.approx((-there.rate, -there.upper, -there.lower))
    assert there.lower <= there.rate <= there.upper


def test_the_interval_holds_the_true_change_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(7)
    old, new = random.binomial(300, 0.20, 2000), random.binomial(300, 0.12, 2000)
    held = [
        one.lower <= -0.08 <= one.upper
        for one in (
            difference(wilson(int(a), 300), wilson(int(b), 300)) for a, b in zip(old, new, strict=True)
        )
    ]
    assert 0.93 <= np.mean(held) <= 0.97


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (Bounded(-0.2, -0.3, -0.1), Shown.FEWER),
        (Bounded(0.2, 0.1, 0.3), Shown.MORE),
        (Bounded(-0.2, -0.4, 0.0), Shown.NOTHING),
    ],
)
def test_a_change_is_shown_only_where_its_interval_does_not_hold_zero(
    change: Bounded, expected: Shown
) -> None:
    assert shown(change) is expected


def audit(**groups: tuple[float, float, float] | None) -> dict[str, Any]:
    told = {
        name: {"error": one and one[0], "error_interval": one and list(one[1:])}
        for name, one in groups.items()
    }
    return {"groups": told, "error_gap": 0.1}


def test_groups_that_one_audit_lacks_are_named_and_those_without_trials_show_nothing() -> None:
    found = changes(
        audit(a=(0.3, 0.2, 0.4), b=None, gone=(0.1, 0.0, 0.2)),
        audit(a=(0.1, 0.05, 0.15), b=(0.1, 0.0, 0.2), new=None),
    )
    assert found["groups"]["a"]["shown"] == "fewer errors"
    assert found["groups"]["a"]["change"] == pytest.approx(-0.2)
    assert found["groups"]["b"] == {
        "before": None,
        "now": 0.1,
        "change": None,
        "change_interval": None,
        "shown": "no change shown",
    }
    assert (found["only_before"], found["only_now"]) == (["gone"], ["new"])
    with pytest.raises(InvalidInputError, match="none of these groups"):
        changes(audit(gone=None), audit(new=None))


def test_a_window_ends_by_itself_and_is_never_without_end() -> None:
    window = Disclosure(DAY, 60)
    assert window.document(DAY)["public"] is False
    assert window.document(date(2026, 8, 29))["public"] is False
    assert window.document(date(2026, 8, 30)) == {
        "told": "2026-07-01",
        "days": 60,
        "public_from": "2026-08-30",
        "public": True,
    }
    with pytest.raises(InvalidInputError, match="a day to come"):
        window.document(date(2026, 6, 30))
    for days in (0, 367):
        with pytest.raises(InvalidInputError, match="1 to 366"):
            Disclosure(DAY, days)
