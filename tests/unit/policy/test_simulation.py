"""What a simulation must not get wrong: every answer is the gate's, however much is remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countenance.errors import InvalidInputError
from countenance.policy import simulation
from countenance.policy.codec import decision_to_json, question_to_json
from countenance.policy.gate import Policy, build_policy
from countenance.policy.model import (
    Act,
    Camera,
    CustomerKind,
    Decision,
    GalleryFacts,
    LeaseTerms,
    Purpose,
    Question,
    Space,
)
from countenance.policy.reopening import Reopening
from countenance.policy.simulation import Recorded, Simulation, Tally, outcome_of
from policy_cases import BANK, IDENTIFY, NOW, VERIFY, installed, pack_of

STRICTER = """
@id("own.no-own-device")
@text("Own devices are out from spring on.")
@source("a test")
@reopens("Nothing.")
@from("2027-03-01")
forbid (principal, action == Action::"verify", resource)
when { context.cameras.contains(Camera::"own_device") };
"""
CLOCK = """
@id("own.night")
@text("Not at night.")
@source("a test")
@reopens("Wait.")
forbid (principal, action, resource)
when { context.now > datetime("2026-11-21T13:00:00Z") };
"""


def proposed(text: str = STRICTER) -> Policy:
    return build_policy([*installed().packs, pack_of(text)], register=installed().register)


def recorded(question: Question, number: int = 0, *, decision: Decision | None = None) -> Recorded:
    made = decision if decision is not None else installed().decide(question)
    return Recorded(
        number, f"dec-{number}", "bank", question_to_json(question).decode(), decision_to_json(made).decode()
    )


def simulated(policy: Policy, *records: Recorded, **when: object) -> tuple[Tally, list[str]]:
    tally = Tally()
    one = Simulation(policy.decide, blind_to_the_clock=policy.blind_to_the_clock, **when)  # type: ignore[arg-type]  # days and flags
    return tally, [change.id for change in one.run(records, tally)]


def test_the_policy_that_decided_changes_nothing() -> None:
    tally, changed = simulated(installed(), recorded(VERIFY), recorded(IDENTIFY, 1))
    assert (tally.asked, changed, tally.groups) == (2, [], {})


def test_a_coming_day_shows_who_would_be_refused_and_by_which_rule() -> None:
    renewed = {"on": date(2027, 3, 1), "renewed": True}
    tally, changed = simulated(proposed(), recorded(VERIFY), recorded(IDENTIFY, 1), **renewed)
    assert (changed, tally.refused, tally.permitted, tally.otherwise) == (["dec-0"], 1, 0, 0)
    (group,) = tally.ordered()
    assert (group.customer, group.act, group.lease) == ("bank", "verify", BANK.id)
    assert group.before.permitted
    assert group.after.rules == ("own.no-own-device",)
    assert group.examples == ["dec-0"]


def test_a_rule_that_is_not_yet_in_force_changes_nothing_today() -> None:
    assert simulated(proposed(), recorded(VERIFY))[1] == []


def test_without_renewal_a_lease_that_has_ended_by_then_refuses() -> None:
    tally, _ = simulated(installed(), recorded(VERIFY), on=date(2027, 3, 1))
    assert tally.ordered()[0].after.rules == ("lease.expired",)


def test_renewal_revives_no_lease_that_had_ended_when_it_was_asked() -> None:
    late = replace(VERIFY, on=BANK.expires + timedelta(days=1))
    tally, changed = simulated(
        installed(), recorded(VERIFY), recorded(late, 1), on=date(2027, 3, 1), renewed=True
    )
    assert (changed, tally.refused) == ([], 0)


def test_other_duties_are_a_change_even_where_the_act_stays_permitted() -> None:
    made = installed().decide(IDENTIFY)
    lighter = replace(made, obligations=made.obligations[:1])  # type: ignore[call-arg, union-attr]  # a permit
    tally, _ = simulated(installed(), recorded(IDENTIFY, decision=lighter))
    assert (tally.refused, tally.permitted, tally.otherwise) == (0, 0, 1)


def test_a_change_the_other_way_is_counted_as_permitted() -> None:
    refusing = proposed(STRICTER.replace('@from("2027-03-01")\n', ""))
    tally, _ = simulated(installed(), recorded(VERIFY, decision=refusing.decide(VERIFY)))
    assert (tally.refused, tally.permitted) == (0, 1)


def test_equal_questions_of_a_day_are_decided_once() -> None:
    asked: list[Question] = []

    def decide(question: Question) -> Decision:
        asked.append(question)
        return installed().decide(question)

    records = [recorded(replace(VERIFY, on=NOW + timedelta(seconds=one)), one) for one in range(50)]
    tally = Tally()
    Simulation(decide, blind_to_the_clock=True).run(records, tally)
    assert (tally.asked, len(asked)) == (50, 1)


def test_packs_that_read_the_clock_are_asked_each_time() -> None:
    policy = proposed(CLOCK)
    early, late = NOW, NOW + timedelta(hours=2)
    records = [recorded(replace(VERIFY, on=moment), one) for one, moment in enumerate((early, late, early))]
    assert simulated(policy, *records)[1] == ["dec-1"]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "REMEMBERED", 3)
    one = Simulation(installed().decide, blind_to_the_clock=True)
    one.run([recorded(replace(VERIFY, on=NOW + timedelta(days=day)), day) for day in range(9)], Tally())
    assert len(one._answers) <= 3
    assert len(one._outcomes) <= 3


def test_groups_are_bounded_and_what_is_beyond_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "MOST_GROUPS", 1)
    policy = proposed(STRICTER.replace('@from("2027-03-01")\n', ""))
    records = [recorded(VERIFY)._replace(id=name, customer=name) for name in ("one", "two", "three")]
    tally, changed = simulated(policy, *records)
    assert (len(tally.groups), tally.beyond, tally.refused, len(changed)) == (1, 2, 3, 3)


def test_no_other_part_of_a_question_is_called_on() -> None:
    names = {field.name for kind in (LeaseTerms, GalleryFacts, Reopening) for field in fields(kind)}
    assert "on" not in names


@pytest.mark.parametrize("text", ["{}", "no JSON", '{"on":"2026-11-21T12:00:00+00:00"}'])
def test_a_record_that_cannot_be_read_is_told(text: str) -> None:
    with pytest.raises(InvalidInputError):
        simulated(installed(), recorded(VERIFY)._replace(question=text))


def test_a_decision_that_cannot_be_read_is_told() -> None:
    with pytest.raises(InvalidInputError):
        simulated(installed(), recorded(VERIFY)._replace(decision="[]"))


_MOMENTS: st.SearchStrategy[timedelta] = st.sampled_from(
    [
        step + jitter
        for step in (-(NOW - BANK.not_before), timedelta(), BANK.expires - NOW)
        for jitter in (timedelta(milliseconds=-1), timedelta(), timedelta(milliseconds=1), timedelta(hours=1))
    ]
)
_QUESTIONS = st.builds(
    replace,
    st.sampled_from([VERIFY, IDENTIFY]),
    on=_MOMENTS.map(lambda step: NOW + step),
    customer_kind=st.sampled_from([CustomerKind.PRIVATE, CustomerKind.POLICE, None]),
    consent=st.sampled_from([True, False, None]),
    act=st.sampled_from([Act.VERIFY, Act.IDENTIFY, Act.ENROL]),
    purpose=st.sampled_from([Purpose.IDENTITY_VERIFICATION, Purpose.MISSING_CHILDREN]),
    space=st.sampled_from([Space.OWN_DEVICE, Space.CONTROLLED, Space.PUBLIC]),
    camera=st.sampled_from([Camera.OWN_DEVICE, Camera.FILE]),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(_QUESTIONS, min_size=1, max_size=12), st.sampled_from([None, date(2027, 3, 1)]), st.booleans()
)
def test_each_answer_is_the_one_that_the_gate_gives_by_itself(
    questions: list[Question],
    on: date | None,
    renewed: bool,  # noqa: FBT001  drawn by hypothesis
) -> None:
    policy = proposed()
    seen: dict[str, simulation.Outcome] = {}
    records = [recorded(question, number) for number, question in enumerate(questions * 2)]
    machine = Simulation(policy.decide, blind_to_the_clock=True, on=on, renewed=renewed and on is not None)
    for change in machine.run(records, Tally()):
        seen[change.id] = change.after
    move: Callable[[Question], Question] = lambda one: (  # noqa: E731  one line reads better
        one if on is None else simulation._moved(one, machine._on or one.on, renewed=renewed)
    )
    for number, question in enumerate(questions * 2):
        expected = outcome_of(policy.decide(move(question)))
        before = outcome_of(installed().decide(question))
        assert seen.get(f"dec-{number}", before) == expected
