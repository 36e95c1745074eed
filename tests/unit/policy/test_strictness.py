"""Guarantees over the whole of the closed lists, not over examples."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countenance.policy.codec import (
    decision_from_json,
    decision_to_json,
    question_from_json,
    question_to_json,
)
from countenance.policy.gate import Policy
from countenance.policy.instruments import Instrument
from countenance.policy.model import (
    Act,
    Camera,
    CustomerKind,
    GalleryFacts,
    Jurisdiction,
    LeaseTerms,
    ObligationKind,
    Permit,
    Purpose,
    Question,
    Space,
)
from countenance.policy.rules import parse_rules
from countenance.policy.schema import SEARCH
from policy_cases import MODEL, asked, installed, laws_alone, permitted, refused_by

PLACES = (
    "US",
    "US-CA",
    "US-CA-SF",
    "US-IL",
    "US-VA",
    "US-WA",
    "US-OR-PDX",
    "US-ME",
    "US-MI-DET",
    "EU",
    "DE",
    "GB",
)
SOME = settings(max_examples=40, deadline=None)


def subset(values: type) -> st.SearchStrategy[frozenset[object]]:
    return st.frozensets(st.sampled_from(list(values)), max_size=3)


def mostly(value: object, values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.one_of(st.just(value), st.just(value), values)


@st.composite
def leases(draw: st.DrawFn, act: Act, purpose: Purpose, space: Space, camera: Camera) -> LeaseTerms | None:
    """Draw no lease, or one that covers the question unless something is missing from it."""
    if draw(st.booleans()):
        return None
    return LeaseTerms(
        id="lease",
        acts=draw(mostly(frozenset(Act), st.just(frozenset({act}) ^ frozenset(Act)))),
        purposes=draw(mostly(frozenset(Purpose), st.just(frozenset({purpose})))),
        galleries=draw(mostly(frozenset({"g"}), st.just(frozenset()))),
        spaces=draw(mostly(frozenset(Space), st.just(frozenset({space})))),
        cameras=draw(mostly(frozenset(Camera), st.just(frozenset({camera})))),
        model_digests=frozenset({MODEL}),
        fmr_ppb=1000,
        n_max=50,
        examiners=draw(st.integers(0, 3)),
        instruments=draw(st.frozensets(st.sampled_from(list(Instrument)), max_size=3)),
        not_before=datetime(2000, 1, 1, tzinfo=UTC),
        expires=datetime(2100, 1, 1, tzinfo=UTC),
        revoked=False,
    )


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Draw a complete question, with a lease or without one, at some day since 2008."""
    act, purpose = draw(st.sampled_from(Act)), draw(st.sampled_from(Purpose))
    space, camera = draw(st.sampled_from(Space)), draw(st.sampled_from(Camera))
    gallery = GalleryFacts(
        id="g",
        purpose=purpose,
        model_digest=MODEL,
        subjects=draw(st.integers(0, 60)),
        scraped=draw(st.booleans()),
    )
    return Question(
        act=act,
        on=datetime(2008, 1, 1, tzinfo=UTC) + timedelta(days=draw(st.integers(0, 7600))),
        customer_kind=draw(st.sampled_from(CustomerKind)),
        acts_for=draw(st.frozensets(st.sampled_from(CustomerKind), max_size=1)),
        jurisdictions=frozenset({Jurisdiction(draw(st.sampled_from(PLACES)))}),
        purpose=purpose,
        space=space,
        camera=camera,
        consent=draw(st.booleans()),
        minor=draw(st.booleans()),
        instruments=draw(st.frozensets(st.sampled_from(list(Instrument)), max_size=4)),
        model_digest=MODEL,
        lease=draw(leases(act, purpose, space, camera)),
        gallery=draw(st.sampled_from([None, gallery])),
    )


LEFT_OUT: dict[str, object] = {
    "customer_kind": None,
    "jurisdictions": frozenset(),
    "purpose": None,
    "space": None,
    "camera": None,
    "consent": None,
    "model_digest": None,
}
POLICIES = st.sampled_from(
    [
        installed(),
        laws_alone(),
        asked("microsoft-2020", "amazon-2020"),
        asked("house"),
        asked("amazon-2020@announced", "axon-2019"),
    ]
)


@SOME
@given(POLICIES, questions(), st.sets(st.sampled_from(sorted(LEFT_OUT)), min_size=1))
def test_a_question_is_never_permitted_for_leaving_something_out(
    policy: Policy, question: Question, names: set[str]
) -> None:
    shorter = replace(question, **{name: LEFT_OUT[name] for name in names})
    if permitted(policy.decide(shorter)):
        assert permitted(policy.decide(question))


@SOME
@given(questions(), st.sampled_from(["house", "microsoft-2020", "amazon-2020", "ibm-2020", "axon-2019"]))
def test_adding_a_pack_never_turns_a_denial_into_a_permit(question: Question, pack: str) -> None:
    for packs, laws in (((), True), (("amazon-2020@binding",), False), (("house", "microsoft-2020"), True)):
        more = tuple(dict.fromkeys((*packs, pack)))
        if not permitted(asked(*packs, laws=laws).decide(question)):
            assert not permitted(asked(*more, laws=laws).decide(question))


@SOME
@given(questions(), st.sampled_from(CustomerKind))
def test_acting_for_somebody_more_never_turns_a_denial_into_a_permit(
    question: Question, kind: CustomerKind
) -> None:
    more = replace(question, acts_for=question.acts_for | {kind})
    if permitted(installed().decide(more)):
        assert permitted(installed().decide(question))


@SOME
@given(questions(), st.sampled_from(list(Instrument)))
def test_a_paper_on_record_never_turns_a_permit_into_a_denial(question: Question, name: Instrument) -> None:
    if permitted(installed().decide(question)):
        assert permitted(installed().decide(replace(question, instruments=question.instruments | {name})))


@SOME
@given(questions(), st.sampled_from(PLACES))
def test_another_place_never_turns_a_denial_into_a_permit(question: Question, place: str) -> None:
    more = replace(question, jurisdictions=question.jurisdictions | {Jurisdiction(place)})
    if permitted(installed().decide(more)):
        assert permitted(installed().decide(question))


@SOME
@given(POLICIES, questions())
def test_every_answer_has_reasons_and_every_refusal_tells_how_it_would_re_open(
    policy: Policy, question: Question
) -> None:
    decision = policy.decide(question)
    assert decision.reasons
    assert len({(reason.pack, reason.id) for reason in decision.reasons}) == len(decision.reasons)
    assert len({condition.id for condition in decision.conditions}) == len(decision.conditions)
    if isinstance(decision, Permit):
        if question.lease is not None:
            assert decision.reasons[0].id == "lease.permit"
        searched = question.act in SEARCH
        logged = ObligationKind.LOG_ART12 in {one.kind for one in decision.obligations}
        assert logged is searched
    else:
        assert all(reason.reopens for reason in decision.reasons)
        assert any(not condition.met for condition in decision.conditions)


@SOME
@given(questions())
def test_an_act_without_a_lease_that_covers_it_is_never_permitted(question: Question) -> None:
    if question.lease is None:
        return
    bare = replace(question.lease, acts=frozenset())
    decision = installed().decide(replace(question, lease=bare))
    assert permitted(decision) is (question.act is Act.ERASE and permitted(installed().decide(question)))


@SOME
@given(POLICIES, questions())
def test_the_same_question_has_the_same_bytes_for_an_answer_and_both_survive_the_record(
    policy: Policy, question: Question
) -> None:
    decision = policy.decide(question)
    data = question_to_json(question)
    again = question_from_json(data)
    assert again == question
    assert question_to_json(again) == data
    assert decision_from_json(decision_to_json(decision)) == decision
    assert decision_to_json(policy.decide(again)) == decision_to_json(decision)


@SOME
@given(questions(), st.integers(0, 23))
def test_live_recognition_on_officers_mobile_cameras_has_no_place_date_or_paper_that_permits_it(
    question: Question, hours: int
) -> None:
    police = replace(
        question,
        act=Act.WATCH if hours % 2 else Act.IDENTIFY,
        customer_kind=CustomerKind.POLICE,
        camera=Camera.BODY_WORN,
        space=Space.PUBLIC,
        consent=True,
        instruments=frozenset(Instrument),
    )
    assert "house.mobile-cameras" in refused_by(installed().decide(police))


def rule(conditions: str) -> str:
    return (
        f'@id("own") @text("t") @source("s") @reopens("r") forbid (principal, action, resource) {conditions};'
    )


@pytest.mark.parametrize(
    "conditions",
    [
        'when { context.kinds.contains(Kind::"police") }',
        'when { context.kinds.containsAny([Kind::"police"]) && context.minor }',
        'when { context.kinds.containsAll([Kind::"police", Kind::"ngo"]) }',
        'unless { [Purpose::"border"].containsAll(context.purposes) }',
        'when { !([Purpose::"border"].containsAll(context.purposes)) }',
        'unless { context.consent || context.instruments.contains("warrant") }',
        'unless { context.reopened.contains("own") }',
        'when { context.act == "identify" || context.day < datetime("2020-01-01") }',
        "when { context has gallery && context.gallery.scraped }",
    ],
)  # fmt: skip
def test_a_rule_that_can_but_grow_with_what_is_left_out_is_loaded(conditions: str) -> None:
    assert parse_rules(rule(conditions), pack="own", effect="forbid")[1] == ()


@pytest.mark.parametrize(
    ("conditions", "facts"),
    [
        ('unless { context.kinds.contains(Kind::"ngo") }', "kinds"),
        ('when { [Kind::"police"].containsAll(context.kinds) }', "kinds"),
        ('when { !(context.cameras.contains(Camera::"file")) }', "cameras"),
        ('when { context.purposes == [Purpose::"border"] }', "purposes"),
        ("when { context.spaces.isEmpty() }", "spaces"),
        ('when { context.instruments.contains("warrant") }', "instruments"),
        ("when { context.consent }", "consent"),
        ("unless { !context.consent }", "consent"),
        ("unless { context.minor }", "minor"),
        ("when { context.consent == false }", "consent"),
        ("when { if context.minor then true else false }", "minor"),
        ('unless { context.unstated.contains("purpose") }', "unstated"),
        ('unless { context.jurisdictions.containsAny(["US"]) }', "jurisdictions"),
        ("when { context.kinds.containsAny(context.kinds) }", "kinds"),
        ('when { context.reopened.contains("own") }', "reopened"),
        ('unless { context.orders.contains("order:x") }', "orders"),
    ],
)  # fmt: skip
def test_a_rule_that_could_be_laxer_for_what_is_left_out_is_not_loaded(conditions: str, facts: str) -> None:
    rules, faults = parse_rules(rule(conditions), pack="own", effect="forbid")
    assert [fault.code for fault in faults] == ["laxer_when_left_out"]
    assert f"`{facts}`" in faults[0].detail
    assert rules == ()
