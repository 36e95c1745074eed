"""The house rules, and the obligations that permits carry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from countenance.policy.model import (
    Act,
    Camera,
    CustomerKind,
    GalleryFacts,
    Jurisdiction,
    ObligationKind,
    Permit,
    Purpose,
    Space,
)
from policy_cases import (
    IDENTIFY,
    MODEL,
    SEARCHING,
    VERIFY,
    asked,
    installed,
    laws_alone,
    on,
    permitted,
    refused_by,
    unmet,
)

HOUSE = asked("house")
CRIME = Purpose.CRIMINAL_INVESTIGATION


def question(**fields: Any) -> Any:  # noqa: ANN401  a question
    complete: dict[str, Any] = {
        "customer_kind": CustomerKind.PRIVATE,
        "places": "DE",
        "purpose": Purpose.ACCESS_CONTROL,
        "space": Space.CONTROLLED,
        "camera": Camera.FIXED,
        "consent": True,
    }
    return on("2026-01-01", **{**complete, **fields})


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"customer_kind": CustomerKind.SHERIFF, "places": "US-TX"}, "house.us-police"),
        ({"customer_kind": CustomerKind.CAMPUS_POLICE, "places": "US-TX", "act": Act.SEARCH_STORED}, "house.us-police"),  # noqa: E501  a row of a table
        ({"acts_for": frozenset({CustomerKind.POLICE}), "places": "US"}, "house.us-police"),
        ({"act": Act.WATCH, "space": Space.PUBLIC}, "house.watch"),
        ({"act": Act.WATCH, "space": Space.WORKPLACE, "purpose": Purpose.MEDIA_ARCHIVE}, "house.watch"),
        ({"act": Act.WATCH, "space": Space.PUBLIC_ACCOMMODATION, "instruments": frozenset({"court_order"})}, "house.watch"),  # noqa: E501  a row of a table
        ({"customer_kind": CustomerKind.FEDERAL_AGENCY, "camera": Camera.DRONE, "space": Space.PUBLIC}, "house.mobile-cameras"),  # noqa: E501  a row of a table
        ({"space": Space.PROTECTED}, "house.protected-space"),
        ({"act": Act.DETECT, "space": Space.PROTECTED}, "house.protected-space"),
        ({"consent": False}, "house.consent"),
        ({"act": Act.ENROL, "consent": None}, "house.consent"),
        ({"customer_kind": CustomerKind.EMPLOYER}, "house.free-choice"),
        ({"space": Space.SCHOOL}, "house.free-choice"),
        ({"purpose": Purpose.ATTENDANCE}, "house.free-choice"),
        ({"minor": True}, "house.minors"),
        ({"purpose": CRIME}, "house.investigation"),
    ],
)  # fmt: skip
def test_each_house_rule_refuses_by_its_own_name(fields: dict[str, Any], rule: str) -> None:
    assert permitted(HOUSE.decide(question()))
    assert refused_by(HOUSE.decide(question(**fields))) == {rule}


def test_a_purpose_that_is_not_said_is_refused() -> None:
    assert "house.purpose" in refused_by(HOUSE.decide(question(purpose=None)))
    assert permitted(HOUSE.decide(question(act=Act.DETECT, purpose=None)))


def test_a_scraped_gallery_is_not_used_anywhere() -> None:
    gallery = GalleryFacts(
        id="g", purpose=Purpose.ACCESS_CONTROL, model_digest=MODEL, subjects=1, scraped=True
    )
    assert refused_by(HOUSE.decide(question(places="ZZ", gallery=gallery))) == {"house.scraped-gallery"}


@pytest.mark.parametrize(
    ("fields", "paper"),
    [
        ({"consent": False}, "legal_basis"),
        ({"customer_kind": CustomerKind.EMPLOYER}, "alternative_offered"),
        ({"minor": True}, "guardian_consent"),
        ({"purpose": CRIME}, "warrant"),
        ({"purpose": CRIME}, "judicial_authorisation"),
    ],
)
def test_the_paper_that_a_house_rule_asks_for_satisfies_it(fields: dict[str, Any], paper: str) -> None:
    refusal = HOUSE.decide(question(**fields))
    assert not permitted(refusal)
    assert any(":" in name for name in unmet(refusal))
    assert permitted(HOUSE.decide(question(**fields, instruments=frozenset({paper}))))


def test_minors_are_looked_for_and_never_searched_for_as_suspects() -> None:
    everything = frozenset({"guardian_consent", "warrant"})
    child = question(minor=True, purpose=Purpose.MISSING_CHILDREN, consent=False)
    assert permitted(HOUSE.decide(child))
    suspect = question(minor=True, purpose=Purpose.APPREHENDED_SUSPECT, instruments=everything)
    assert refused_by(HOUSE.decide(suspect)) == {"house.minors-accused"}


@pytest.mark.parametrize("camera", [Camera.BODY_WORN, Camera.DASH, Camera.DRONE, Camera.HANDHELD])
@pytest.mark.parametrize("place", ["US-CA", "DE", "GB", "ZZ"])
def test_the_model_case_of_2019_is_refused_everywhere(camera: Camera, place: str) -> None:
    request = question(
        customer_kind=CustomerKind.POLICE, places=place, camera=camera, space=Space.PUBLIC, purpose=CRIME
    )
    assert "house.mobile-cameras" in refused_by(HOUSE.decide(request))


def test_no_rule_refuses_to_erase_or_to_blur() -> None:
    every = asked("house", "microsoft-2020", "amazon-2020", "ibm-2020", "axon-2019", laws=True)
    for act in (Act.ERASE, Act.REDACT):
        assert permitted(every.decide(on("2026-01-01", act=act)))


def obligations(decision: Any) -> dict[ObligationKind, int | None]:  # noqa: ANN401  a decision
    assert isinstance(decision, Permit)
    return {one.kind: one.value for one in decision.obligations}


def test_a_consequential_search_is_held_for_two_people_without_scores_and_is_only_a_lead() -> None:
    assert obligations(installed().decide(IDENTIFY)) == {
        ObligationKind.HOLD_FOR_EXAMINERS: 2,
        ObligationKind.NO_SCORES: None,
        ObligationKind.LEAD_ONLY: None,
        ObligationKind.LOG_ART12: None,
    }


@pytest.mark.parametrize(
    "purpose",
    [
        Purpose.MISSING_PERSONS,
        Purpose.MISSING_CHILDREN,
        Purpose.TRAFFICKING_VICTIMS,
        Purpose.HUMANITARIAN_AID,
        Purpose.EMERGENCY_LIFE,
        Purpose.CRIMINAL_INVESTIGATION,
        Purpose.APPREHENDED_SUSPECT,
        Purpose.BORDER,
        None,
    ],
)
def test_every_consequential_purpose_is_held(purpose: Purpose | None) -> None:
    decision = laws_alone().decide(question(purpose=purpose))
    assert obligations(decision)[ObligationKind.HOLD_FOR_EXAMINERS] == 2
    assert ObligationKind.LEAD_ONLY in obligations(decision)


@pytest.mark.parametrize(("examiners", "held"), [(0, 2), (1, 2), (2, 2), (5, 5)])
def test_a_lease_can_ask_for_more_examiners_never_for_fewer(examiners: int, held: int) -> None:
    lease = replace(SEARCHING, examiners=examiners)
    decision = installed().decide(replace(IDENTIFY, lease=lease))
    assert obligations(decision)[ObligationKind.HOLD_FOR_EXAMINERS] == held


@pytest.mark.parametrize(("examiners", "expected"), [(0, None), (1, 1), (3, 3)])
@pytest.mark.parametrize(
    "purpose",
    [Purpose.ACCESS_CONTROL, Purpose.PERSONALISATION, Purpose.DUPLICATE_CHECK, Purpose.MEDIA_ARCHIVE],
)
def test_an_everyday_search_is_held_as_its_lease_says(
    purpose: Purpose, examiners: int, expected: int | None
) -> None:
    lease = replace(SEARCHING, purposes=frozenset({purpose}), examiners=examiners)
    gallery = GalleryFacts(id="missing", purpose=purpose, model_digest=MODEL, subjects=4)
    decision = installed().decide(replace(IDENTIFY, purpose=purpose, lease=lease, gallery=gallery))
    found = obligations(decision)
    assert found.get(ObligationKind.HOLD_FOR_EXAMINERS) == expected
    assert ObligationKind.LOG_ART12 in found
    assert ObligationKind.LEAD_ONLY not in found


def test_a_search_for_a_minor_is_judged_by_people() -> None:
    minor = question(minor=True, instruments=frozenset({"guardian_consent"}))
    assert obligations(HOUSE.decide(minor))[ObligationKind.HOLD_FOR_EXAMINERS] == 2


def test_a_verification_carries_no_obligation_unless_much_hangs_on_it() -> None:
    assert obligations(installed().decide(VERIFY)) == {}
    assert ObligationKind.LEAD_ONLY in obligations(
        laws_alone().decide(question(act=Act.VERIFY, purpose=CRIME))
    )


@pytest.mark.parametrize(
    ("paper", "hours"), [("exigent_circumstances", 48), ("urgency", 48), ("warrant", None)]
)
def test_urgent_use_runs_on_a_clock(paper: str, hours: int | None) -> None:
    decision = laws_alone().decide(question(instruments=frozenset({paper})))
    assert obligations(decision).get(ObligationKind.EXPIRE_RESULT) == hours


def test_a_place_that_is_none_is_an_error_not_a_place_without_laws() -> None:
    from countenance.errors import InvalidInputError  # noqa: PLC0415  only one test needs it

    wrong = replace(question(), jurisdictions=frozenset({Jurisdiction("Illinois")}))
    with pytest.raises(InvalidInputError, match="`Illinois` is no jurisdiction"):
        HOUSE.decide(wrong)
