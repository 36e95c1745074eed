"""Only a recorded decision of named people re-opens a refusal."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from countenance.errors import InvalidInputError
from countenance.policy.codec import question_from_json, question_to_json
from countenance.policy.gate import installed_policy
from countenance.policy.model import Camera, CustomerKind, Purpose, Question, Space
from countenance.policy.reopening import HumanRightsPoint, Reopening
from countenance.settings import Settings
from policy_cases import installed, on, permitted, refused_by

RECORD = Reopening(
    rule="house.us-police",
    officers=("Ada Lovelace", "Grace Hopper"),
    citation="An Act to govern face recognition, Pub. L. 120-1",
    answered=frozenset(HumanRightsPoint),
    decided=date(2027, 1, 1),
    expires=date(2028, 1, 1),
)


def police(day: str) -> Question:
    return on(
        day,
        customer_kind=CustomerKind.POLICE,
        places="US-NY",
        purpose=Purpose.MISSING_PERSONS,
        space=Space.CONTROLLED,
        camera=Camera.FILE,
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"officers": ("Ada Lovelace",)}, "2 different named officers"),
        ({"officers": ("Ada Lovelace", "ada  lovelace ")}, "2 different named officers"),
        ({"officers": ("Ada Lovelace", " ")}, "2 different named officers"),
        ({"officers": ()}, "2 different named officers"),
        ({"citation": "  "}, "citation"),
        ({"answered": frozenset()}, "unanswered"),
        ({"answered": frozenset(HumanRightsPoint) - {HumanRightsPoint.REDRESS}}, "`redress` unanswered"),
        ({"expires": date(2027, 1, 1)}, "ends before it begins"),
    ],
)
def test_a_record_that_does_not_say_all_of_it_reopens_nothing(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        replace(RECORD, **changes)


def test_a_recorded_decision_reopens_one_rule_from_its_day_until_it_expires() -> None:
    policy = installed_policy(reopenings=[RECORD])
    for day, allowed in (
        ("2026-12-31", False),
        ("2027-01-01", True),
        ("2027-12-31", True),
        ("2028-01-01", False),
    ):
        assert permitted(policy.decide(police(day))) is allowed
    assert refused_by(installed().decide(police("2027-06-01"))) == {"house.us-police"}
    mobile = replace(police("2027-06-01"), camera=Camera.BODY_WORN, space=Space.PUBLIC)
    assert refused_by(policy.decide(mobile)) == {"house.mobile-cameras"}


def test_a_decision_carries_the_digest_of_what_reopened_it() -> None:
    policy = installed_policy(reopenings=[RECORD])
    other = installed_policy(reopenings=[replace(RECORD, citation="Another law")])
    question = police("2027-06-01")
    digests = [p.decide(question).digests.get("reopenings") for p in (installed(), policy, other)]
    assert digests[0] is None
    assert digests[1] != digests[2]


@pytest.mark.parametrize(
    "rule", ["house.mobile-cameras", "house.scraped-gallery", "us-ca-sf", "no.such.rule"]
)
def test_what_cannot_be_reopened_cannot_be_named_in_a_record(rule: str) -> None:
    with pytest.raises(InvalidInputError, match="no rule in force"):
        installed_policy(reopenings=[replace(RECORD, rule=rule)])


def test_a_vendors_position_is_reopened_by_itself_and_not_with_the_house_rule() -> None:
    policy = installed_policy(["microsoft-2020@announced"], reopenings=[RECORD])
    assert refused_by(policy.decide(police("2027-06-01"))) == {"vendor.microsoft.2020"}
    both = [RECORD, replace(RECORD, rule="vendor.microsoft.2020")]
    assert permitted(
        installed_policy(["microsoft-2020@announced"], reopenings=both).decide(police("2027-06-01"))
    )


def test_no_setting_and_no_field_of_a_question_says_that_a_condition_is_met() -> None:
    words = (
        "reopen",
        "re_open",
        "federal",
        "national_law_in",
        "law_in_force",
        "override",
        "unsafe",
        "allow_police",
    )
    fields = {field.name: field.type for field in dataclasses.fields(Question)}
    names = [*Settings.model_fields, *fields]
    assert [name for name in names if any(word in name for word in words)] == ["reopenings"]
    assert fields["reopenings"] == "tuple[Reopening, ...]", "records of people, never a flag or a name"


def test_a_question_carries_the_records_that_re_open_and_is_read_back_with_them() -> None:
    question = replace(police("2027-06-01"), reopenings=(RECORD,))
    assert question_from_json(question_to_json(question)) == question
    bare, policy = installed(), installed_policy(reopenings=[RECORD])
    assert bare.decide(question) == policy.decide(police("2027-06-01"))
    later = replace(police("2029-06-01"), reopenings=(RECORD,))
    assert bare.decide(later).reasons == bare.decide(police("2029-06-01")).reasons
