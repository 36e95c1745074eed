"""The smallest set of changes: verified by the gate, and no smaller one there."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from countenance.errors import InvalidInputError
from countenance.policy.covering import covered
from countenance.policy.gate import build_policy
from countenance.policy.instruments import CONSENT
from countenance.policy.model import Act, Camera, CustomerKind, Permit, Purpose, Space
from countenance.policy.papers import sufficient, usable_papers, with_papers
from countenance.policy.whatif import STAYING, Aspect, what_if
from policy_cases import VERIFY, installed, on, pack_of

AGENCY = on(
    "2026-11-22",
    act=Act.IDENTIFY,
    places="US-WA",
    customer_kind=CustomerKind.STATE_AGENCY,
    purpose=Purpose.CRIMINAL_INVESTIGATION,
    space=Space.PUBLIC,
    camera=Camera.FIXED,
)


def test_an_answer_names_papers_and_examiners_in_words() -> None:
    texts = [answer.text for answer in what_if(installed(), AGENCY).answers]
    assert any("with a warrant" in text and "2 examiners" in text for text in texts)


def test_every_answer_is_permitted_by_the_gate_and_none_of_its_changes_can_be_left_out() -> None:
    outlook = what_if(installed(), AGENCY)
    assert outlook.answers
    for answer in outlook.answers:
        assert isinstance(installed().decide(answer.question), Permit)
        names = [
            value for change in answer.changes for value in change.values if change.aspect is Aspect.PAPERS
        ]
        assert len(names) == len(answer.changes)
        for fewer in combinations(names, len(names) - 1):
            asked = with_papers(covered(AGENCY), frozenset(fewer))
            assert installed().obstacles(asked) is not None


def test_no_smaller_set_of_papers_would_do() -> None:
    outlook = what_if(installed(), AGENCY, keep=frozenset(Aspect) - {Aspect.PAPERS})
    size = len(outlook.answers[0].changes)
    papers = sorted(usable_papers(installed().rules.values(), AGENCY.act, reopened=False))
    for fewer in combinations(papers, size - 2):
        assert installed().obstacles(with_papers(covered(AGENCY), frozenset(fewer))) is not None


def test_brute_force_finds_the_same_smallest_sets() -> None:
    policy = build_policy([pack_of(NEEDING)], register=None)
    question = covered(replace(AGENCY, act=Act.SEARCH_STORED))
    allowed = frozenset({"warrant", "court_order", "dpia", "fria", CONSENT})
    every = [
        frozenset(held)
        for size in range(6)
        for held in combinations(sorted(allowed), size)
        if policy.obstacles(with_papers(question, frozenset(held))) is None
    ]
    smallest = {one for one in every if not any(other < one for other in every)}
    assert smallest == {frozenset({"warrant", "dpia"}), frozenset({"court_order", "dpia", CONSENT})}
    assert set(sufficient(policy, question, allowed, most=5)) == smallest


def test_what_is_permitted_needs_no_change() -> None:
    outlook = what_if(installed(), VERIFY)
    assert [answer.changes for answer in outlook.answers] == [()]
    assert not outlook.assumes_lease


def test_a_purpose_is_not_chosen_by_what_it_permits_unless_asked() -> None:
    question = replace(VERIFY, purpose=Purpose.CRIMINAL_INVESTIGATION)
    aspects = {change.aspect for one in what_if(installed(), question).answers for change in one.changes}
    assert Aspect.PURPOSE not in aspects
    freed = what_if(installed(), question, keep=STAYING - {Aspect.PURPOSE}).answers
    assert any(change.aspect is Aspect.PURPOSE for one in freed for change in one.changes)


def test_a_lease_that_has_ended_is_answered_with_another() -> None:
    late = replace(VERIFY, on=VERIFY.on.replace(year=2030))
    (answer,) = what_if(installed(), late).answers
    assert answer.text == "Permitted under a lease that covers it."


def test_waiting_and_re_opening_are_changes_like_others() -> None:
    policy = build_policy([pack_of(WAITING)], register=None)
    texts = [answer.text for answer in what_if(policy, replace(AGENCY, act=Act.SEARCH_STORED)).answers]
    assert any("re-opened `own.waiting`" in text for text in texts)
    assert any("from `2027-01-01` on" in text for text in texts)
    kept = what_if(policy, AGENCY, keep=STAYING | {Aspect.ON, Aspect.REOPENING})
    assert kept.answers == ()


@pytest.mark.parametrize("missing", [{"customer_kind": None}, {"jurisdictions": frozenset()}])
def test_who_asks_and_where_must_be_said(missing: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError, match="who asks and where"):
        what_if(installed(), replace(AGENCY, **missing))  # type: ignore[arg-type]  # fields of a question


NEEDING = """
@id("own.first") @text("A.") @source("a test") @reopens("Papers.") @needs("warrant|court_order dpia")
forbid (principal, action, resource);
@id("own.second") @text("B.") @source("a test") @reopens("Papers.") @needs("warrant|consent")
forbid (principal, action, resource);
"""
WAITING = """
@id("own.waiting") @text("A.") @source("a test") @reopens("Wait.") @until("2027-01-01") @reopening("officers")
forbid (principal, action, resource);
"""
