"""What turns, and whom it touches."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from countenance.policy import calendar
from countenance.policy.calendar import Held, Turn, coming, stale, touched
from countenance.policy.gate import Policy, build_policy
from countenance.policy.model import CustomerKind, Jurisdiction
from policy_cases import BANK, installed, pack_of

DAY = date(2026, 12, 1)
COMING = """
@id("own.devices") @text("Own devices are out.") @source("a test") @reopens("Nothing.") @from("2026-12-01")
forbid (principal, action == Action::"verify", resource)
when { context.cameras.contains(Camera::"own_device") };
"""
HELD = Held(
    customer="bank",
    terms=BANK,
    kind=CustomerKind.PRIVATE,
    acts_for=frozenset(),
    jurisdictions=frozenset({Jurisdiction("US-NY")}),
)


def policy(text: str = COMING) -> Policy:
    return build_policy([*installed().packs, pack_of(text)], register=installed().register)


def test_virginia_lapses_and_springs_back_on_one_day() -> None:
    found = coming(installed().rules.values(), date(2026, 5, 1), 180)
    assert [(one.day, one.turn, one.rule) for one in found] == [
        (date(2026, 7, 1), Turn.LAPSES, "us-va-2022"),
        (date(2026, 7, 1), Turn.SPRINGS_BACK, "us-va-2026"),
    ]


def test_today_is_no_coming_day_and_the_last_day_is() -> None:
    rules = installed().rules.values()
    assert coming(rules, date(2026, 7, 1), 180) == ()
    assert {one.day for one in coming(rules, date(2026, 6, 30), 1)} == {date(2026, 7, 1)}


def test_the_clauses_of_a_law_are_told_as_one() -> None:
    found = coming(installed().rules.values(), date(2027, 11, 1), 60)
    names = [one.rule for one in found]
    assert len(names) == len(set(names)) > 1


def test_a_lease_is_touched_by_the_day_on_which_its_use_is_refused() -> None:
    (found,) = touched(policy(), [HELD], [DAY])
    assert (found.lease, found.customer, found.day) == (BANK.id, "bank", DAY)
    assert (found.refused, found.permitted, found.rules) == (1, 0, ("lease.permit", "own.devices"))
    assert found.complete


def test_a_lease_elsewhere_is_not_touched() -> None:
    assert touched(installed(), [HELD], [DAY]) == ()


@pytest.mark.parametrize(
    "terms",
    [replace(BANK, revoked=True), replace(BANK, expires=datetime(2026, 11, 30, tzinfo=UTC))],
    ids=["revoked", "over by then"],
)
def test_a_lease_that_has_ended_by_then_is_not_touched(terms: calendar.LeaseTerms) -> None:
    assert touched(policy(), [replace(HELD, terms=terms)], [DAY]) == ()


def test_a_suspended_lease_is_told_too_since_it_may_go_on() -> None:
    assert touched(policy(), [replace(HELD, terms=replace(BANK, suspended=True))], [DAY])


def test_a_use_of_more_combinations_than_are_asked_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar, "MOST_USES", 3)
    (found,) = touched(policy(), [HELD], [DAY])
    assert (found.uses, found.complete) == (3, True)
    monkeypatch.setattr(calendar, "MOST_USES", 2)
    more = [one for one in touched(policy(), [HELD], [DAY]) if not one.complete]
    assert all(one.uses == 2 for one in more)


def test_a_law_without_a_check_within_a_year_is_stale() -> None:
    register = installed().register
    assert register is not None
    law = next(one for one in register.laws if one.id == "us-il-bipa")
    today = date(2026, 11, 22)
    for verified, expected in ((None, True), (date(2025, 11, 21), True), (date(2025, 11, 22), False)):
        checked = replace(register, laws=(replace(law, verified_on=verified),))
        assert bool(stale(checked, today)) is expected
    assert "us-ca-ab1215" not in {one.id for one in stale(register, today)}
    assert "us-s4084" not in {one.id for one in stale(register, today)}
