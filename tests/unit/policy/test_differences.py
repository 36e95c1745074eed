"""Two packs told apart: rules, and questions that are answered otherwise."""

from __future__ import annotations

from countenance.policy.differences import difference
from countenance.policy.gate import build_policy
from countenance.policy.packs import shipped_pack
from policy_cases import pack_of

RULE = """
@id("own.police") @text("No police.") @source("a test") @reopens("Nothing.") {notes}
forbid (principal, action == Action::"identify", resource)
when {{ context.kinds.containsAny([Kind::"police"{more}]) }};
"""
OLD = RULE.format(notes="", more="")


def test_a_pack_says_the_same_as_itself() -> None:
    found = difference(pack_of(OLD), pack_of(OLD))
    assert (found.added, found.removed, found.changed, found.examples, found.complete) == (
        (),
        (),
        (),
        (),
        True,
    )


def test_a_rule_that_reaches_further_is_shown_with_a_question_that_it_now_refuses() -> None:
    found = difference(pack_of(OLD), pack_of(RULE.format(notes="", more=', Kind::"ngo"')))
    (change,) = found.changed
    assert change.fields == (("condition", "as it was", "written otherwise"),)
    (example,) = found.examples
    assert (example.permitted, example.question.customer_kind) == (False, "ngo")
    assert [reason.id for reason in example.reasons] == ["own.police"]


def test_a_rule_that_asks_for_papers_now_permits_with_them() -> None:
    found = difference(pack_of(OLD), pack_of(RULE.format(notes='@needs("warrant")', more="")))
    assert found.changed[0].fields == (("needs", "nothing", "warrant"),)
    (example,) = found.examples
    assert example.permitted
    assert "warrant" in example.question.instruments


def test_dates_are_told_and_the_example_lies_in_the_time_between() -> None:
    found = difference(pack_of(OLD), pack_of(RULE.format(notes='@until("2027-01-01")', more="")))
    assert found.changed[0].fields == (("until", "no end", "2027-01-01"),)
    assert found.examples[0].question.on.date().isoformat() == "2027-01-01"


def test_every_example_is_answered_so_by_both_packs() -> None:
    packs = shipped_pack("amazon-2020@announced"), shipped_pack("amazon-2020@binding")
    first, second = (build_policy([pack], register=None) for pack in packs)
    found = difference(*packs)
    assert {example.permitted for example in found.examples} == {True, False}
    for example in found.examples:
        assert (second.obstacles(example.question) is None) is example.permitted
        assert (first.obstacles(example.question) is None) is not example.permitted


def test_a_comparison_that_is_cut_short_says_so() -> None:
    after = pack_of(RULE.format(notes="", more=', Kind::"ngo"'))
    found = difference(pack_of(OLD), after, most=1)
    assert (found.asked, found.complete) == (1, False)
