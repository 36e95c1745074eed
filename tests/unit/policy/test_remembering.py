"""A remembered decision is the decision that would be made anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countenance.policy.gate import Policy
from countenance.policy.model import Act, Decision, Question
from countenance.policy.remembering import CAPACITY, RememberingPolicy
from policy_cases import BANK, IDENTIFY, NOW, VERIFY, installed, pack_of, permitted, with_packs

READS_THE_CLOCK = """
@id("own.afternoon")
@text("Nobody is looked at in the afternoon.")
@source("house")
@reopens("Ask in the morning.")
forbid (principal, action, resource)
when { context.now.toTime() > duration("13h") };
"""


class Counting:
    """A policy that counts how often it is asked."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.blind_to_the_clock = policy.blind_to_the_clock
        self.asked = 0

    def decide(self, question: Question) -> Decision:
        self.asked += 1
        return self._policy.decide(question)


EDGES = st.sampled_from([BANK.not_before, BANK.expires, NOW, NOW.replace(hour=0)])
SHIFTS = st.integers(-3, 3).flatmap(
    lambda steps: st.sampled_from(
        [timedelta(milliseconds=steps), timedelta(hours=steps), timedelta(days=steps)]
    )
)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=-11)), timezone(timedelta(hours=13))])
MOMENTS = st.builds(lambda edge, shift, zone: (edge + shift).astimezone(zone), EDGES, SHIFTS, ZONES)
LEASES = st.sampled_from([BANK, replace(BANK, revoked=True), None])
QUESTIONS = st.builds(
    lambda base, on, lease, consent, act: replace(base, on=on, lease=lease, consent=consent, act=act),
    st.sampled_from([VERIFY, IDENTIFY]),
    MOMENTS,
    LEASES,
    st.sampled_from([True, False, None]),
    st.sampled_from([Act.VERIFY, Act.ENROL, Act.IDENTIFY]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(QUESTIONS, min_size=2, max_size=12))
def test_whatever_was_asked_before_the_answer_is_the_one_that_would_be_given_anew(
    questions: list[Question],
) -> None:
    remembering = RememberingPolicy(installed())

    for question in questions:
        assert remembering.decide(question) == installed().decide(question)


def test_one_day_s_equal_questions_are_decided_once() -> None:
    policy = Counting(installed())
    remembering = RememberingPolicy(policy)  # type: ignore[arg-type]  # counts, and is a policy otherwise

    answers = {id(remembering.decide(replace(VERIFY, on=NOW + timedelta(seconds=at)))) for at in range(20)}

    assert (policy.asked, len(answers)) == (1, 1)


def test_a_revocation_is_never_hidden_by_what_was_remembered() -> None:
    remembering = RememberingPolicy(installed())
    before = remembering.decide(VERIFY)

    after = remembering.decide(replace(VERIFY, lease=replace(BANK, revoked=True)))

    assert (permitted(before), permitted(after)) == (True, False)


def test_a_lease_ends_in_the_midst_of_a_day_whatever_was_remembered() -> None:
    lease = replace(BANK, expires=NOW)
    remembering = RememberingPolicy(installed())
    moments = [NOW - timedelta(hours=2), NOW - timedelta(milliseconds=1), NOW, NOW + timedelta(hours=2)]

    answers = [permitted(remembering.decide(replace(VERIFY, lease=lease, on=moment))) for moment in moments]

    assert answers == [True, True, False, False]


def test_packs_that_read_the_clock_are_asked_every_time() -> None:
    policy = with_packs(pack_of(READS_THE_CLOCK))
    remembering = RememberingPolicy(policy)
    hours = [replace(VERIFY, on=NOW.replace(hour=hour)) for hour in (9, 15, 10)]

    assert not policy.blind_to_the_clock
    assert [permitted(remembering.decide(question)) for question in hours] == [True, False, True]


def test_what_ships_does_not_read_the_clock() -> None:
    assert installed().blind_to_the_clock


def test_no_more_is_remembered_than_there_is_room_for() -> None:
    policy = Counting(installed())
    remembering = RememberingPolicy(policy)  # type: ignore[arg-type]  # as above
    days = [datetime(2000, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(CAPACITY + 1)]
    unleased = replace(VERIFY, lease=None, gallery=None)
    for day in (*days, days[-1], days[0]):
        remembering.decide(replace(unleased, on=day))

    assert policy.asked == CAPACITY + 2


@pytest.mark.parametrize("year", [1, 9999])
def test_the_edges_of_the_calendar_answer_as_without_a_memory(year: int) -> None:
    question = replace(VERIFY, on=datetime(year, 6, 1, tzinfo=UTC), lease=None)

    assert RememberingPolicy(installed()).decide(question) == installed().decide(question)
