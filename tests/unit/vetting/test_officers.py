"""A vendor's condition is met by two named officers on the record, and un-met the same way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from applying import ADA, ADMIN, AUDITOR, REMY, RUDI, RUTH, WHY
from countenance.app import Countenance
from countenance.biometrics.faces import FaceChoice
from countenance.errors import (
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    RefusedError,
    SeparationError,
    StateError,
)
from countenance.policy.codec import decision_to_json
from countenance.policy.gate import installed_policy
from countenance.policy.reopening import HumanRightsPoint
from countenance.recognition.acts.comparison import Pair
from countenance.vetting.conditions import ChecklistAnswer, ConditionDecisionId, ConditionState
from countenance.vetting.model import Actor, LeaseId, Role
from countenance.vetting.officers import Proposal
from countenance.vetting.seed import parse_seed
from fakes_engine import FAKE_PIPELINE, photograph
from world import START, World

RULE = "vendor.microsoft.2020"
SEED = f"""
[[customer]]
id = "police"
name = "A police department"
kind = "police"
jurisdictions = ["US-NY"]

[[lease]]
id = "police"
customer = "police"
acts = ["verify"]
purposes = ["missing_persons"]
galleries = []
spaces = ["controlled"]
cameras = ["file"]
model_digests = ["{FAKE_PIPELINE.model_digest}"]
fmr = 0.0001
n_max = 10
not_before = 2026-01-01T00:00:00Z
expires = 2027-01-01T00:00:00Z
approved_by = ["first", "second"]
"""
POLICE = Actor(id="key_police", role=Role.OPERATOR, lease_id=LeaseId("police"))


@pytest.fixture
def world() -> World:
    here = World()
    here.packs = ("microsoft-2020",)
    here.decide = installed_policy(here.packs).decide
    here.acts = Countenance(here)
    here.acts.grant_leases(ADMIN, parse_seed(SEED))
    return here


def proposal(**changes: Any) -> Proposal:  # noqa: ANN401  any field
    said = Proposal(
        rule=RULE,
        citation="An Act to govern face recognition, Pub. L. 120-1",
        answers=tuple(
            ChecklistAnswer(point=point, how=f"Section 4 provides for it in words: {point}.")
            for point in HumanRightsPoint
        ),
        expires=date(2027, 6, 1),
        name="Ada Lovelace",
        reasons=WHY,
    )
    return replace(said, **changes)


def rules_against(world: World) -> set[str]:
    """Return the rules that refuse when the police compare two photographs."""
    pair = Pair(reference=photograph("dave"), probe=photograph("dave", 2), choice=FaceChoice.ONLY)
    try:
        world.acts.compare(POLICE, pair)
    except RefusedError as refusal:
        return set(refusal.reasons)
    return set()


def met(world: World) -> ConditionDecisionId:
    conditions = world.acts.vetting.conditions
    proposed = conditions.propose(RUTH, proposal())
    return conditions.confirm(REMY, proposed.id, "Grace Hopper", WHY).id


def test_two_officers_meet_a_condition_from_the_moment_of_the_second_on(world: World) -> None:
    conditions = world.acts.vetting.conditions
    assert RULE in rules_against(world)
    proposed = conditions.propose(RUTH, proposal())
    assert proposed.state is ConditionState.PROPOSED
    assert RULE in rules_against(world), "a proposal meets nothing"
    decided = conditions.confirm(REMY, proposed.id, "Grace Hopper", WHY)
    assert (decided.state, decided.met) == (ConditionState.MET, START)
    assert RULE not in rules_against(world)
    assert "vendor.microsoft.byorfor" in rules_against(world), "each rule by itself"
    assert [kind for kind in world.types() if kind.startswith("condition")] == [
        "condition:proposed",
        "condition:met",
    ]


def test_it_is_un_met_by_two_as_well_and_at_once(world: World) -> None:
    conditions = world.acts.vetting.conditions
    decision_id = met(world)
    world.clock.advance(timedelta(days=3))
    half = conditions.unmeet(RUDI, decision_id, "Alan Turing", WHY)
    assert half.state is ConditionState.UNMEETING
    assert RULE not in rules_against(world)
    with pytest.raises(SeparationError):
        conditions.unmeet(replace(RUDI, id="another_key"), decision_id, "Someone Else", WHY)
    assert conditions.unmeet(RUTH, decision_id, "Ada Lovelace", WHY).state is ConditionState.UNMET
    assert RULE in rules_against(world)
    with pytest.raises(StateError):
        conditions.unmeet(REMY, decision_id, "Grace Hopper", WHY)


def test_a_decision_under_it_is_replayed_to_the_byte_after_it_was_un_met(world: World) -> None:
    decision_id = met(world)
    rules_against(world)
    with world.unit_of_work() as work:
        (name,) = [record for record in world.store.state.decisions if work.decisions.get(record)]
    for officer, called in ((RUDI, "Alan Turing"), (RUTH, "Ada Lovelace")):
        world.acts.vetting.conditions.unmeet(officer, decision_id, called, WHY)
    replayed = world.acts.read_decisions.replay(AUDITOR, name)
    assert replayed.same
    record = world.acts.read_decisions(AUDITOR, name)
    assert decision_to_json(world.decide(record.question)) == decision_to_json(record.decision)
    assert record.question.reopenings[0].officers == ("Ada Lovelace", "Grace Hopper")


def test_it_lapses_with_its_term(world: World) -> None:
    conditions = world.acts.vetting.conditions
    proposed = conditions.propose(RUTH, proposal(expires=date(2026, 8, 1)))
    conditions.confirm(REMY, proposed.id, "Grace Hopper", WHY)
    assert RULE not in rules_against(world)
    world.clock.advance(timedelta(days=31))
    assert RULE in rules_against(world)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rule": "house.own-camera"}, "is no rule in force that officers can re-open"),
        ({"rule": "us-ca-ab1215"}, "is no rule in force that officers can re-open"),
        ({"citation": " "}, "`citation` names the law"),
        ({"name": " "}, "`name` is the officer's name"),
        ({"reasons": "yes"}, "`reasons` is a reason"),
        ({"answers": ()}, "the point `warrant` of the checklist is not answered"),
        ({"expires": date(2026, 7, 1)}, "`expires` is a day to come"),
        ({"expires": date(2029, 7, 1)}, "at most 731 days"),
    ],
)
def test_a_proposal_says_all_of_it(world: World, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        world.acts.vetting.conditions.propose(RUTH, proposal(**changes))


def test_an_answer_to_the_checklist_is_more_than_a_yes(world: World) -> None:
    answers = tuple(ChecklistAnswer(point=point, how="yes") for point in HumanRightsPoint)
    with pytest.raises(InvalidInputError, match=r"`answers\.warrant` is a reason"):
        world.acts.vetting.conditions.propose(RUTH, proposal(answers=answers))


def test_one_person_is_not_two_officers(world: World) -> None:
    conditions = world.acts.vetting.conditions
    proposed = conditions.propose(RUTH, proposal())
    with pytest.raises(SeparationError):
        conditions.confirm(replace(RUTH, id="another_key"), proposed.id, "Grace Hopper", WHY)
    with pytest.raises(SeparationError):
        conditions.confirm(REMY, proposed.id, "ada  LOVELACE", WHY)
    for actor in (ADA, ADMIN, AUDITOR):
        with pytest.raises(ForbiddenError):
            conditions.propose(actor, proposal())
    with pytest.raises(NotFoundError):
        conditions.confirm(REMY, ConditionDecisionId("cond_none"), "Grace Hopper", WHY)


def test_a_proposal_is_taken_back_by_one_and_met_no_more(world: World) -> None:
    conditions = world.acts.vetting.conditions
    proposed = conditions.propose(RUTH, proposal())
    assert conditions.unmeet(RUTH, proposed.id, "Ada Lovelace", WHY).state is ConditionState.UNMET
    with pytest.raises(StateError):
        conditions.confirm(REMY, proposed.id, "Grace Hopper", WHY)
    assert [one.state for one in conditions.all(AUDITOR)] == [ConditionState.UNMET]
    assert RULE in conditions.rules(AUDITOR)
