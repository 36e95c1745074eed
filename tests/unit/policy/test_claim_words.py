"""Claims as people say them."""

from __future__ import annotations

from datetime import date

import pytest

from countenance.errors import InvalidInputError
from countenance.policy.claim_words import in_claim_language
from countenance.policy.gate import installed_policy
from countenance.policy.model import Space
from countenance.policy.packs import shipped_packs
from countenance.policy.proving import prove, read_claim

LIVE = "camera=fixed,own_device,@mobile"
POLICE = "kind=police,sheriff,campus_police"


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (
            "no live identification by or for police on mobile cameras",
            f"never permit act=identify,watch camera=@mobile {POLICE}",
        ),
        ("No live identification by police.", f"never permit act=identify,watch {LIVE} {POLICE}"),
        (
            "no search for law enforcement in the United States without a warrant since 2026-01-01",
            "never permit act=@search kind=@law_enforcement place=US without=warrant from=2026-01-01",
        ),
        ("no watching in US-MA-BOS in schools", "never permit act=watch place=US-MA-BOS space=school"),
        (
            "no recognition of minors for attendance",
            "never permit act=@recognition minor=yes purpose=attendance",
        ),
        ("no verification by employers without consent", "never permit act=verify kind=employer consent=no"),
        ("never permit act=watch", "never permit act=watch"),
    ],
)
def test_what_is_said_is_read_in_the_language_of_claims(said: str, read: str) -> None:
    assert sorted(in_claim_language(said).split()) == sorted(read.split())
    assert read_claim(said).never


@pytest.mark.parametrize(
    "said",
    [
        "no fun",
        "no identification by aliens",
        "no identification by police by employers",
        "no identification on mobile",
        "no identification since tomorrow",
        "no identification, ever",
    ],
)
def test_a_word_that_is_not_known_is_named(said: str) -> None:
    with pytest.raises(InvalidInputError):
        in_claim_language(said)


def test_the_claim_of_the_plan_has_one_exception_and_holds_without_it() -> None:
    policy, today = installed_policy(shipped_packs()), date(2026, 11, 22)
    claim = "no live identification by or for police on mobile cameras"
    found = prove(policy, read_claim(claim), today=today).counterexample
    house = installed_policy()
    assert prove(house, read_claim(f"{claim} in uncontrolled places"), today=today).holds
    if found is not None:
        assert found.question.space in {Space.CONTROLLED, Space.OWN_DEVICE}
    exception = prove(house, read_claim(claim), today=today).counterexample
    assert exception is not None
    assert exception.question.space in {Space.CONTROLLED, Space.OWN_DEVICE}
