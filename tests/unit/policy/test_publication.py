from __future__ import annotations

from datetime import date, timedelta

import pytest

from countenance.errors import InvalidInputError
from countenance.policy.publication import AHEAD, rules_of_the_day

TODAY = date(2026, 5, 1)


def test_what_begins_and_ends_within_180_days_is_told_in_order() -> None:
    told = rules_of_the_day((), TODAY)
    days = [change.on for change in told.coming]
    assert days == sorted(days)
    assert all(TODAY < day <= TODAY + AHEAD for day in days)
    virginia = [change for change in told.coming if change.rule.name.startswith("us-va")]
    assert {change.on for change in virginia} == {date(2026, 7, 1)}
    assert {change.begins for change in virginia} == {True, False}


def test_a_law_is_in_force_on_its_first_day_and_not_on_the_day_it_ends() -> None:
    for law in (one.law for one in rules_of_the_day((), TODAY).laws):
        assert law.valid_from is not None
        first = {one.law.id for one in rules_of_the_day((), law.valid_from).laws}
        before = {one.law.id for one in rules_of_the_day((), law.valid_from - timedelta(days=1)).laws}
        assert law.id in first - before
        if law.valid_until is not None:
            assert law.id not in {one.law.id for one in rules_of_the_day((), law.valid_until).laws}


def test_no_bill_is_told_as_law() -> None:
    told = rules_of_the_day((), TODAY)
    assert told.proposed
    assert {law.id for law in told.proposed}.isdisjoint(one.law.id for one in told.laws)


def test_the_house_rules_are_there_whatever_packs_are_chosen() -> None:
    told = rules_of_the_day(("microsoft-2020@announced", "house"), TODAY)
    assert [pack.name for pack in told.packs] == ["house", "microsoft-2020@announced"]
    assert all(rule.text and rule.source for pack in told.packs for rule in pack.rules)
    assert all(rule.reopens for pack in told.packs for rule in pack.rules if rule.refuses)


def test_a_pack_that_is_not_there_is_an_error_and_not_left_out() -> None:
    with pytest.raises(InvalidInputError):
        rules_of_the_day(("nothing-2020",), TODAY)
