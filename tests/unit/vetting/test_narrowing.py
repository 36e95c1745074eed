from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from countenance.policy.model import (
    Act,
    Camera,
    LeaseTerms,
    Obligation,
    ObligationKind,
    Permit,
    Purpose,
    Question,
    Space,
)
from countenance.vetting.narrowing import Narrowing, narrowed
from policy_cases import BANK, CUSTOMERS, IDENTIFY, NOW, installed

TERMS = st.builds(
    lambda acts, purposes, examiners, duties, flags: replace(
        BANK,
        acts=acts,
        purposes=purposes,
        spaces=frozenset(Space),
        cameras=frozenset(Camera),
        examiners=examiners,
        obligations=duties,
        suspended=flags[0],
        revoked=flags[1],
    ),
    st.frozensets(st.sampled_from(Act), min_size=1),
    st.frozensets(st.sampled_from(Purpose), min_size=1),
    st.integers(0, 5),
    st.frozensets(st.sampled_from(ObligationKind)),
    st.tuples(st.booleans(), st.booleans()),
)
NARROWINGS = st.lists(st.sampled_from(Narrowing), min_size=1, max_size=4)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """A question that a lease often permits: the facts fit, the lists are drawn."""
    purpose = draw(st.sampled_from(Purpose))
    return replace(
        IDENTIFY,
        act=draw(st.sampled_from(Act)),
        on=NOW + timedelta(days=draw(st.integers(-2, 2))),
        purpose=purpose,
        space=draw(st.sampled_from([Space.OWN_DEVICE, Space.CONTROLLED, Space.PUBLIC])),
        camera=draw(st.sampled_from([Camera.FILE, Camera.OWN_DEVICE, Camera.FIXED])),
        consent=draw(st.booleans()),
        gallery=replace(CUSTOMERS, purpose=purpose),
    )


def strength(obligations: tuple[Obligation, ...]) -> dict[ObligationKind, int]:
    return {one.kind: one.value or 0 for one in obligations}


@settings(max_examples=150, deadline=None)
@given(terms=TERMS, narrowings=NARROWINGS, question=questions())
def test_whatever_a_machine_narrows_permits_nothing_that_was_not_permitted_before(
    terms: LeaseTerms, narrowings: list[Narrowing], question: Question
) -> None:
    narrow = terms
    for narrowing in narrowings:
        narrow = narrowed(narrow, narrowing)
    after = installed().decide(replace(question, lease=narrow))
    if not isinstance(after, Permit):
        return
    before = installed().decide(replace(question, lease=terms))
    assert isinstance(before, Permit)
    held, asked = strength(after.obligations), strength(before.obligations)
    assert asked.keys() <= held.keys()
    assert all(
        held[kind] <= least if kind is ObligationKind.EXPIRE_RESULT else held[kind] >= least
        for kind, least in asked.items()
    )


@given(terms=TERMS, narrowing=st.sampled_from(Narrowing))
def test_narrowing_twice_is_narrowing_once(terms: LeaseTerms, narrowing: Narrowing) -> None:
    once = narrowed(terms, narrowing)
    assert narrowed(once, narrowing) == once
