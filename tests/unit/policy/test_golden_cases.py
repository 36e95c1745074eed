"""The cases that the design names, each by the rule that must decide it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from countenance.policy.model import Act, Camera, CustomerKind, GalleryFacts, Purpose, Question, Space
from policy_cases import (
    IDENTIFY,
    MODEL,
    asked,
    installed,
    laws_alone,
    on,
    permitted,
    refused_by,
    rules,
    unmet,
)

POLICE = CustomerKind.POLICE
VENDORS = ("microsoft-2020", "amazon-2020")


def us_police(day: str, **fields: object) -> Question:
    return on(day, customer_kind=POLICE, places="US", **fields)


def test_before_the_positions_of_2020_the_vendor_packs_are_silent() -> None:
    assert permitted(asked(*VENDORS).decide(us_police("2020-06-09")))


def test_amazon_refuses_police_from_the_day_of_its_announcement() -> None:
    assert refused_by(asked("amazon-2020").decide(us_police("2020-06-10"))) == {"vendor.amazon.2020"}
    assert permitted(asked("amazon-2020").decide(us_police("2020-06-09")))


def test_the_day_after_both_positions_are_shown_with_their_re_opening() -> None:
    decision = asked(*VENDORS).decide(us_police("2020-06-11"))
    assert {"vendor.amazon.2020", "vendor.microsoft.2020"} <= refused_by(decision)
    assert all(reason.reopens for reason in decision.reasons)
    microsoft = next(reason for reason in decision.reasons if reason.id == "vendor.microsoft.2020")
    assert microsoft.pack == "microsoft-2020@announced"
    assert "national law grounded in human rights" in (microsoft.reopens or "")


def test_an_organisation_that_looks_for_missing_children_is_exempt_from_amazons_moratorium() -> None:
    question = on("2020-06-12", customer_kind=CustomerKind.NGO, places="US", purpose=Purpose.MISSING_CHILDREN)
    assert permitted(asked("amazon-2020").decide(question))


def test_an_organisation_that_acts_for_the_police_is_not_exempt() -> None:
    question = on(
        "2020-06-12",
        customer_kind=CustomerKind.NGO,
        acts_for=frozenset({POLICE}),
        places="US",
        purpose=Purpose.MISSING_CHILDREN,
    )
    assert refused_by(asked("amazon-2020").decide(question)) == {"vendor.amazon.2020"}


def test_amazons_first_text_lapses_after_a_year_and_its_second_has_no_end() -> None:
    day = us_police("2021-06-11")
    assert permitted(asked("amazon-2020@announced").decide(day))
    assert refused_by(asked("amazon-2020@binding").decide(day)) == {"vendor.amazon.2021"}
    assert refused_by(asked("amazon-2020").decide(day)) == {"vendor.amazon.2021"}
    assert refused_by(asked("amazon-2020").decide(us_police("2030-01-01"))) == {"vendor.amazon.2021"}


@pytest.mark.parametrize(
    ("day", "refused"),
    [
        ("2021-05-17", {"vendor.amazon.2020"}),
        ("2021-05-18", {"vendor.amazon.2020", "vendor.amazon.2021"}),
        ("2021-06-09", {"vendor.amazon.2020", "vendor.amazon.2021"}),
        ("2021-06-10", {"vendor.amazon.2021"}),
    ],
)
def test_amazons_two_texts_overlap_for_some_weeks(day: str, refused: set[str]) -> None:
    assert refused_by(asked("amazon-2020").decide(us_police(day))) == refused


@pytest.mark.parametrize(
    ("purpose", "allowed"),
    [
        (Purpose.MISSING_PERSONS, True),
        (Purpose.MISSING_CHILDREN, True),
        (Purpose.ACCESS_CONTROL, True),
        (Purpose.CRIMINAL_INVESTIGATION, False),
        (Purpose.APPREHENDED_SUSPECT, False),
        (None, False),
    ],
)
def test_amazons_second_text_is_narrower_than_its_first(purpose: Purpose | None, *, allowed: bool) -> None:
    question = us_police("2022-01-01", purpose=purpose)
    assert permitted(asked("amazon-2020@binding").decide(question)) is allowed
    early = us_police("2020-07-01", purpose=purpose)
    assert not permitted(asked("amazon-2020@announced").decide(early))


@pytest.mark.parametrize(
    ("day", "rule"),
    [
        ("2019-12-31", None),
        ("2020-01-01", "us-ca-ab1215"),
        ("2022-12-31", "us-ca-ab1215"),
        ("2023-01-01", None),
    ],
)
def test_california_forbade_officers_cameras_for_three_years(day: str, rule: str | None) -> None:
    question = on(day, customer_kind=POLICE, places="US-CA", camera=Camera.BODY_WORN)
    assert refused_by(laws_alone().decide(question)) == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("day", "rule"),
    [
        ("2021-06-30", None),
        ("2021-07-01", "us-va-2021"),
        ("2022-06-30", "us-va-2021"),
        ("2026-07-01", "us-va-2026"),
    ],
)
def test_virginia_forbids_before_and_after_its_permission(day: str, rule: str | None) -> None:
    question = on(day, customer_kind=POLICE, places="US-VA", purpose=Purpose.MISSING_PERSONS)
    assert refused_by(laws_alone().decide(question)) == ({rule} if rule else set())


@pytest.mark.parametrize("day", ["2022-07-01", "2026-06-30"])
def test_virginia_permits_a_listed_use_on_conditions(day: str) -> None:
    question = on(day, customer_kind=POLICE, places="US-VA", purpose=Purpose.MISSING_PERSONS)
    decision = laws_alone().decide(question)
    assert permitted(decision)
    assert "us-va-2022" in rules(decision)
    assert {"us-va-2022:nist_evaluation", "us-va-2022:model_policy"} <= unmet(decision)
    other = replace(question, purpose=Purpose.ATTENDANCE)
    refusal = laws_alone().decide(other)
    assert refused_by(refusal) == {"us-va-2022"}
    assert "us-va-2022:purpose" in unmet(refusal)


@pytest.mark.parametrize(("day", "refused"), [("2020-12-31", False), ("2021-01-01", True)])
def test_a_shop_in_portland_may_not_identify(day: str, *, refused: bool) -> None:
    question = on(
        day,
        customer_kind=CustomerKind.PUBLIC_ACCOMMODATION,
        places="US-OR-PDX",
        space=Space.PUBLIC_ACCOMMODATION,
    )
    assert refused_by(laws_alone().decide(question)) == ({"us-or-pdx-priv"} if refused else set())


@pytest.mark.parametrize(
    ("space", "camera"),
    [
        (Space.OWN_DEVICE, None),
        (Space.PUBLIC_ACCOMMODATION, Camera.OWN_DEVICE),
        (Space.OWN_DEVICE, Camera.OWN_DEVICE),
    ],
)
def test_portland_lets_users_unlock_their_own_device(space: Space, camera: Camera | None) -> None:
    question = on(
        "2021-01-01",
        act=Act.VERIFY,
        customer_kind=CustomerKind.PUBLIC_ACCOMMODATION,
        places="US-OR-PDX",
        space=space,
        camera=camera,
    )
    assert permitted(laws_alone().decide(question))


def test_illinois_names_the_three_things_that_an_employer_lacks_before_enrolling() -> None:
    missing = {
        "us-il-bipa:written_notice_of_collection",
        "us-il-bipa:written_notice_of_purpose_and_term",
        "us-il-bipa:written_release",
    }
    question = on(
        "2008-10-04", act=Act.ENROL, customer_kind=CustomerKind.EMPLOYER, places="US-IL", consent=False
    )
    refusal = laws_alone().decide(question)
    assert refused_by(refusal) == {"us-il-bipa"}
    assert missing <= unmet(refusal)
    partly = replace(question, instruments=frozenset({"written_notice_of_collection", "written_release"}))
    assert unmet(laws_alone().decide(partly)) & missing == {"us-il-bipa:written_notice_of_purpose_and_term"}
    assert permitted(laws_alone().decide(replace(question, consent=True)))
    earlier = on("2008-10-02", act=Act.ENROL, customer_kind=CustomerKind.EMPLOYER, places="US-IL")
    assert permitted(laws_alone().decide(earlier))


@pytest.mark.parametrize(("day", "refused"), [("2025-02-01", False), ("2025-02-02", True)])
@pytest.mark.parametrize("place", ["EU", "DE", "IE"])
def test_the_eu_refuses_a_gallery_built_by_scraping(day: str, place: str, *, refused: bool) -> None:
    question = on(
        day,
        act=Act.ENROL,
        customer_kind=CustomerKind.PRIVATE,
        places=place,
        consent=True,
        gallery=GalleryFacts(
            id="g", purpose=Purpose.ACCESS_CONTROL, model_digest=MODEL, subjects=0, scraped=True
        ),
    )
    assert refused_by(laws_alone().decide(question)) == ({"eu-aia-5-1-e"} if refused else set())


@pytest.mark.parametrize(
    "flag",
    [
        "federal_law",
        "federal_law_in_force",
        "us-national-law",
        "reopening:house.us-police",
        "house.us-police",
    ],
)
def test_a_flag_that_a_federal_law_is_in_force_reopens_nothing(
    flag: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTENANCE_FEDERAL_LAW", "1")
    question = us_police(
        "2026-11-21",
        purpose=Purpose.MISSING_PERSONS,
        space=Space.CONTROLLED,
        camera=Camera.FILE,
        consent=True,
        instruments=frozenset({flag, "statute_authorises", "warrant", "court_order"}),
    )
    refusal = installed().decide(question)
    assert refused_by(refusal) == {"house.us-police"}
    assert refusal.reasons[0].pack == "house"
    assert "house.us-police:reopening" in unmet(refusal)


def test_the_law_of_the_local_calendar_holds_not_that_of_greenwich() -> None:
    pacific = timezone(timedelta(hours=-8))
    question = replace(
        on("2020-01-01", customer_kind=POLICE, places="US-CA", camera=Camera.BODY_WORN),
        on=datetime(2019, 12, 31, 23, 30, tzinfo=pacific),
    )
    assert permitted(laws_alone().decide(question))
    later = replace(question, on=datetime(2020, 1, 1, 0, 30, tzinfo=pacific))
    assert refused_by(laws_alone().decide(later)) == {"us-ca-ab1215"}


def test_an_ngo_that_acts_for_us_police_is_refused_like_it() -> None:
    question = replace(IDENTIFY, acts_for=frozenset({POLICE}))
    assert permitted(installed().decide(IDENTIFY))
    assert refused_by(installed().decide(question)) == {"house.us-police"}


def test_what_refuses_in_any_case_is_shown_before_what_an_answer_could_satisfy() -> None:
    decision = asked("house", *VENDORS).decide(us_police("2020-06-11"))
    shown = rules(decision)
    certain = ["house.us-police", "vendor.microsoft.2020", "vendor.microsoft.byorfor", "vendor.amazon.2020"]
    assert shown[:4] == certain
    assert "house.purpose" in shown[4:]
