"""The law register, row by row: silent before, binding from that day, silent again after."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from countenance.policy.model import (
    Act,
    Camera,
    CustomerKind,
    ObligationKind,
    Permit,
    Purpose,
    Question,
    Space,
)
from countenance.policy.register import LawStatus, cedar_text, shipped_register
from policy_cases import BANK, laws_alone, on, permitted, refused_by, rules, unmet

POLICE = CustomerKind.POLICE
AGENCY = CustomerKind.STATE_AGENCY
SHOP = CustomerKind.PUBLIC_ACCOMMODATION
CRIME = Purpose.CRIMINAL_INVESTIGATION
ALWAYS = date(2400, 1, 1)


def case(law: str, start: str, end: str | None = None, **fields: Any) -> Any:  # noqa: ANN401  pytest's own type
    return pytest.param(
        law, date.fromisoformat(start), date.fromisoformat(end) if end else None, fields, id=law
    )


PROHIBITED = [
    case("us-il-bipa", "2008-10-03", act=Act.VERIFY, customer_kind=CustomerKind.EMPLOYER, places="US-IL"),
    case("us-tx-cubi", "2009-04-01", act=Act.VERIFY, customer_kind=SHOP, places="US-TX", consent=False),
    case("us-wa-43386", "2021-07-01", act=Act.WATCH, customer_kind=POLICE, places="US-WA", purpose=CRIME),
    case("us-ca-ab1215", "2020-01-01", "2023-01-01", customer_kind=POLICE, places="US-CA", camera=Camera.DASH),  # noqa: E501  a row of a table
    case("us-ca-sf", "2019-07-15", customer_kind=CustomerKind.CITY_BUREAU, places="US-CA-SF", camera=Camera.FILE),  # noqa: E501  a row of a table
    case("us-ca-oak", "2019-09-01", customer_kind=CustomerKind.CITY_BUREAU, places="US-CA-OAK"),
    case("us-ma-bos", "2020-06-30", customer_kind=CustomerKind.CITY_BUREAU, places="US-MA-BOS", purpose=CRIME),  # noqa: E501  a row of a table
    case("us-or-pdx-pub", "2020-09-09", act=Act.VERIFY, customer_kind=CustomerKind.CITY_BUREAU, places="US-OR-PDX"),  # noqa: E501  a row of a table
    case("us-or-pdx-priv", "2021-01-01", customer_kind=SHOP, places="US-OR-PDX", space=Space.PUBLIC_ACCOMMODATION),  # noqa: E501  a row of a table
    case("us-me-ld1585", "2021-10-01", customer_kind=CustomerKind.SCHOOL_DISTRICT, places="US-ME"),
    case("us-va-2021", "2021-07-01", "2022-07-01", customer_kind=CustomerKind.CAMPUS_POLICE, places="US-VA", purpose=CRIME),  # noqa: E501  a row of a table
    case("us-va-2022", "2022-07-01", "2026-07-01", customer_kind=POLICE, places="US-VA", act=Act.WATCH),
    case("us-va-2026", "2026-07-01", customer_kind=CustomerKind.SHERIFF, places="US-VA", purpose=CRIME),
    case("us-co-sb113", "2022-08-10", act=Act.WATCH, customer_kind=AGENCY, places="US-CO", purpose=CRIME),
    case("us-co-hb1130", "2025-07-01", act=Act.ENROL, customer_kind=CustomerKind.EMPLOYER, places="US-CO"),
    case("us-md-sb182", "2024-10-01", customer_kind=POLICE, places="US-MD", purpose=Purpose.ATTENDANCE),
    case("us-mt-sb397", "2023-07-01", customer_kind=AGENCY, places="US-MT", purpose=CRIME),
    case("us-ma-220", "2021-07-01", customer_kind=POLICE, places="US-MA", purpose=Purpose.MEDIA_ARCHIVE),
    case("eu-aia-5-1-h", "2025-02-02", act=Act.WATCH, customer_kind=POLICE, places="FR", space=Space.PUBLIC, consent=True),  # noqa: E501  a row of a table
    case("eu-gdpr-9", "2018-05-25", act=Act.VERIFY, customer_kind=CustomerKind.PRIVATE, places="DE"),
    case("us-ftc-riteaid", "2023-12-19", "2029-01-01", customer_kind=SHOP, places="US-PA", instruments=frozenset({"order:us-ftc-riteaid"})),  # noqa: E501  a row of a table
    case("us-il-clearview", "2022-05-11", customer_kind=CustomerKind.VENDOR, places="US-IL", consent=True, instruments=frozenset({"order:us-il-clearview"})),  # noqa: E501  a row of a table
]  # fmt: skip

DUTIES = [
    case("us-wa-43386", "2021-07-01", customer_kind=AGENCY, places="US-WA"),
    case("us-co-sb113", "2022-08-10", customer_kind=AGENCY, places="US-CO"),
    case("us-co-hb1130", "2025-07-01", act=Act.ENROL, customer_kind=CustomerKind.EMPLOYER, places="US-CO"),
    case("us-md-sb182", "2024-10-01", customer_kind=POLICE, places="US-MD", purpose=CRIME),
    case("us-ma-220", "2021-07-01", customer_kind=POLICE, places="US-MA", purpose=CRIME),
    case("us-va-2022", "2022-07-01", "2026-07-01", customer_kind=POLICE, places="US-VA", purpose=CRIME),
    case("eu-aia-12-3", "2027-12-02", customer_kind=CustomerKind.PRIVATE, places="IT"),
    case("eu-aia-14-5", "2027-12-02", customer_kind=CustomerKind.PRIVATE, places="IT", space=Space.PUBLIC),
    case("eu-aia-26-10", "2027-12-02", customer_kind=POLICE, places="IT"),
    case("eu-aia-annex3-1", "2027-12-02", customer_kind=CustomerKind.PRIVATE, places="IT"),
    case("eu-gdpr-9", "2018-05-25", customer_kind=CustomerKind.PRIVATE, places="IT"),
    case("uk-bridges", "2020-08-11", act=Act.WATCH, customer_kind=POLICE, places="GB"),
    case("us-mi-detroit", "2024-06-28", "2028-07-01", customer_kind=POLICE, places="US-MI-DET"),
]

BILLS = {"us-s4084", "us-s2878", "us-hr9061"}
SILENT = {"eu-aia-5-1-f-g", "eu-aia-omnibus"}
SCRAPED = {"eu-aia-5-1-e"}


@pytest.mark.parametrize(("law", "start", "end", "fields"), PROHIBITED)
def test_a_prohibition_binds_from_its_first_day_and_ends_with_its_last(
    law: str, start: date, end: date | None, fields: dict[str, Any]
) -> None:
    def refused(day: date) -> bool:
        return law in refused_by(laws_alone().decide(on(day.isoformat(), **fields)))

    assert not refused(start - timedelta(days=1))
    assert refused(start)
    assert refused(end - timedelta(days=1) if end else ALWAYS)
    assert end is None or not refused(end)


@pytest.mark.parametrize(("law", "start", "end", "fields"), DUTIES)
def test_a_duty_comes_with_a_permit_from_its_first_day_and_ends_with_its_last(
    law: str, start: date, end: date | None, fields: dict[str, Any]
) -> None:
    def imposed(day: date) -> bool:
        decision = laws_alone().decide(on(day.isoformat(), consent=True, **fields))
        return isinstance(decision, Permit) and law in rules(decision)

    assert not imposed(start - timedelta(days=1))
    assert imposed(start)
    assert end is None or (imposed(end - timedelta(days=1)) and not imposed(end))


def test_every_row_of_the_register_is_asked_by_a_test() -> None:
    asked = {parameters.values[0] for parameters in (*PROHIBITED, *DUTIES)}
    assert {law.id for law in shipped_register().laws} == asked | BILLS | SILENT | SCRAPED


def test_the_register_has_the_34_rows_of_the_reference_with_their_dates(project_root: Path) -> None:
    reference = project_root.parent / "shared" / "reference" / "laws.json"
    if not reference.is_file():
        pytest.skip("the reference table of laws is not beside this checkout")
    rows = {row["id"]: row for row in json.loads(reference.read_text(encoding="utf-8"))}
    laws = {law.id: law for law in shipped_register().laws}
    assert laws.keys() == rows.keys()
    assert len(laws) == 34
    for name, row in rows.items():
        start = laws[name].valid_from.isoformat() if laws[name].valid_from else None
        assert (start or "").startswith(row["effective_from"] or "")
        assert (laws[name].valid_until is None) == (row["effective_to"] is None)


@pytest.mark.parametrize("bill", sorted(BILLS))
def test_a_bill_never_binds(bill: str) -> None:
    law = next(law for law in shipped_register().laws if law.id == bill)
    assert law.status is LawStatus.PROPOSED
    assert not law.in_force(ALWAYS)
    assert bill in cedar_text([law], effect="forbid")
    for act in (Act.WATCH, Act.IDENTIFY):
        for kind in (CustomerKind.FEDERAL_AGENCY, POLICE):
            decision = laws_alone().decide(on("2027-01-01", act=act, customer_kind=kind, places="US"))
            assert permitted(decision)
            assert bill not in rules(decision)


def test_an_order_binds_the_party_that_it_names_and_nobody_else() -> None:
    shop = on("2025-01-01", customer_kind=SHOP, places="US-PA")
    assert permitted(laws_alone().decide(shop))
    party = replace(shop, instruments=frozenset({"order:us-ftc-riteaid"}))
    assert refused_by(laws_alone().decide(party)) == {"us-ftc-riteaid"}
    other = replace(shop, instruments=frozenset({"order:us-il-clearview"}))
    assert permitted(laws_alone().decide(other))


def watching(place: str, purpose: Purpose, *instruments: str, day: str = "2026-01-01") -> Question:
    return on(
        day,
        act=Act.WATCH,
        customer_kind=POLICE,
        places=place,
        purpose=purpose,
        space=Space.PUBLIC,
        consent=True,
        instruments=frozenset(instruments),
    )


REAL_TIME = (
    "targeted_person",
    "limits_of_use",
    "fria",
    "eu_database_registration",
    "national_law_opt_in",
    "notified_authorities",
)


@pytest.mark.parametrize(
    ("question", "allowed"),
    [
        (watching("US-WA", CRIME), False),
        (watching("US-WA", CRIME, "warrant"), True),
        (watching("US-WA", Purpose.MISSING_PERSONS), False),
        (watching("US-WA", Purpose.MISSING_PERSONS, "court_order"), True),
        (watching("US-WA", CRIME, "federal_mandate"), True),
        (watching("US-CO", CRIME), False),
        (watching("US-CO", CRIME, "exigent_circumstances"), True),
        (watching("US-CO", Purpose.MISSING_CHILDREN), True),
        (watching("US-MD", CRIME, "warrant", "enumerated_crime"), False),
        (watching("US-MT", Purpose.MISSING_PERSONS, "warrant"), False),
        (watching("US-MA", CRIME, "court_order", "written_request"), False),
        (watching("US-VA", CRIME, "warrant", day="2023-01-01"), False),
        (watching("DE", CRIME, *REAL_TIME, "judicial_authorisation"), False),
        (watching("DE", CRIME, *REAL_TIME, "judicial_authorisation", "annex_ii_offence"), True),
        (watching("DE", Purpose.MISSING_CHILDREN, *REAL_TIME, "judicial_authorisation"), True),
        (watching("DE", Purpose.MISSING_CHILDREN, *REAL_TIME), False),
        (watching("DE", Purpose.EMERGENCY_LIFE, *REAL_TIME, "urgency"), True),
        (watching("DE", Purpose.ATTENDANCE, *REAL_TIME, "judicial_authorisation"), False),
        (watching("DE", Purpose.BORDER, *REAL_TIME, "judicial_authorisation"), False),
    ],
)
def test_surveillance_takes_the_order_that_the_law_asks_for(question: Question, *, allowed: bool) -> None:
    assert permitted(laws_alone().decide(question)) is allowed


def test_urgent_surveillance_in_the_eu_runs_on_a_clock_of_24_hours() -> None:
    urgent = laws_alone().decide(watching("DE", Purpose.EMERGENCY_LIFE, *REAL_TIME, "urgency"))
    assert isinstance(urgent, Permit)
    hours = {one.kind: one.value for one in urgent.obligations}[ObligationKind.EXPIRE_RESULT]
    assert hours == 24


def test_the_eus_ban_on_live_identification_binds_those_who_act_for_the_police_too() -> None:
    vendor = replace(watching("ES", CRIME), customer_kind=CustomerKind.VENDOR)
    assert "eu-aia-5-1-h" not in refused_by(laws_alone().decide(vendor))
    for_police = replace(vendor, acts_for=frozenset({POLICE}))
    assert "eu-aia-5-1-h" in refused_by(laws_alone().decide(for_police))
    inside = replace(for_police, space=Space.CONTROLLED)
    assert "eu-aia-5-1-h" not in refused_by(laws_alone().decide(inside))


def test_the_eus_duties_for_high_risk_ai_wait_for_the_day_to_which_they_were_moved() -> None:
    for day, expected in (("2026-08-02", set()), ("2027-12-01", set()), ("2027-12-02", {2})):
        question = on(day, customer_kind=CustomerKind.PRIVATE, places="NL", space=Space.PUBLIC, consent=True)
        decision = laws_alone().decide(replace(question, purpose=Purpose.MEDIA_ARCHIVE))
        assert isinstance(decision, Permit)
        held = {one.value for one in decision.obligations if one.kind is ObligationKind.HOLD_FOR_EXAMINERS}
        assert held == expected


def test_searches_after_the_event_in_the_eu_expire_unless_authorised_within_48_hours() -> None:
    question = on("2028-01-01", customer_kind=POLICE, places="BE", purpose=CRIME, consent=True)
    decision = laws_alone().decide(question)
    assert isinstance(decision, Permit)
    assert ObligationKind.EXPIRE_RESULT in {one.kind for one in decision.obligations}
    authorised = replace(question, instruments=frozenset({"judicial_authorisation"}))
    decision = laws_alone().decide(authorised)
    assert isinstance(decision, Permit)
    assert ObligationKind.EXPIRE_RESULT not in {one.kind for one in decision.obligations}


@pytest.mark.parametrize(
    ("place", "kind", "purpose", "instruments", "allowed"),
    [
        ("US-ME", POLICE, CRIME, (), False),
        ("US-ME", POLICE, CRIME, ("probable_cause",), True),
        ("US-ME", POLICE, Purpose.MISSING_PERSONS, (), True),
        ("US-ME", POLICE, Purpose.BORDER, ("probable_cause",), False),
        ("US-ME", POLICE, Purpose.BORDER, ("deceased_person",), True),
        ("US-ME", AGENCY, Purpose.DUPLICATE_CHECK, (), True),
        ("US-ME", POLICE, Purpose.DUPLICATE_CHECK, (), False),
        ("US-ME", CustomerKind.FEDERAL_AGENCY, CRIME, (), True),
        ("US-MT", POLICE, CRIME, (), False),
        ("US-MT", POLICE, CRIME, ("warrant",), True),
        ("US-MT", POLICE, Purpose.TRAFFICKING_VICTIMS, (), True),
        ("US-MT", CustomerKind.PRIVATE, CRIME, (), True),
        ("US-MD", POLICE, CRIME, (), True),
        ("US-MD", POLICE, Purpose.MISSING_PERSONS, (), True),
        ("US-MD", POLICE, Purpose.ACCESS_CONTROL, (), True),
        ("US-MD", POLICE, Purpose.MEDIA_ARCHIVE, (), False),
        ("US-MA", POLICE, CRIME, (), True),
        ("US-MA", POLICE, Purpose.EMERGENCY_LIFE, (), True),
        ("US-MA", POLICE, Purpose.ACCESS_CONTROL, (), False),
        ("US-MA", POLICE, Purpose.BORDER, ("deceased_person",), True),
        ("US-CA-SF", CustomerKind.PRIVATE, Purpose.ACCESS_CONTROL, (), True),
        ("US-CA-SF", CustomerKind.FEDERAL_AGENCY, CRIME, (), True),
        ("US-CA-OAK", POLICE, Purpose.MISSING_PERSONS, (), False),
        ("US-OR-PDX", CustomerKind.CITY_BUREAU, Purpose.MISSING_PERSONS, (), False),
        ("US-OR", SHOP, Purpose.PERSONALISATION, (), True),
        ("US-CO", CustomerKind.SCHOOL_DISTRICT, Purpose.ACCESS_CONTROL, (), True),
    ],
)
def test_the_exemptions_and_limits_of_each_law(
    place: str, kind: CustomerKind, purpose: Purpose, instruments: tuple[str, ...], *, allowed: bool
) -> None:
    question = on(
        "2025-03-01",
        customer_kind=kind,
        places=place,
        purpose=purpose,
        consent=True,
        space=Space.PUBLIC_ACCOMMODATION,
        camera=Camera.FIXED,
        instruments=frozenset(instruments),
    )
    assert permitted(laws_alone().decide(question)) is allowed


def test_colorado_barred_schools_until_2025() -> None:
    fields: dict[str, Any] = {
        "customer_kind": CustomerKind.SCHOOL_DISTRICT,
        "places": "US-CO",
        "consent": True,
    }
    assert "us-co-sb113" in refused_by(laws_alone().decide(on("2024-12-31", **fields)))
    assert permitted(laws_alone().decide(on("2025-01-01", **fields)))


def test_boston_lets_its_officials_unlock_their_own_devices_and_binds_who_acts_for_it() -> None:
    official = on(
        "2021-01-01",
        act=Act.VERIFY,
        customer_kind=CustomerKind.CITY_BUREAU,
        places="US-MA-BOS",
        purpose=Purpose.ACCESS_CONTROL,
        camera=Camera.OWN_DEVICE,
    )
    assert permitted(laws_alone().decide(official))
    assert not permitted(laws_alone().decide(replace(official, camera=Camera.FIXED)))
    contractor = on(
        "2021-01-01",
        customer_kind=CustomerKind.VENDOR,
        acts_for=frozenset({CustomerKind.CITY_BUREAU}),
        places="US-MA-BOS",
    )
    assert refused_by(laws_alone().decide(contractor)) == {"us-ma-bos"}


def test_a_law_of_a_city_does_not_bind_its_state_and_that_of_a_state_binds_its_cities() -> None:
    assert permitted(laws_alone().decide(on("2020-10-01", customer_kind=POLICE, places="US-OR")))
    city = on("2020-06-01", customer_kind=POLICE, places="US-CA-SF", camera=Camera.BODY_WORN)
    assert refused_by(laws_alone().decide(city)) == {"us-ca-sf", "us-ca-ab1215"}


def test_california_binds_officers_cameras_and_what_they_recorded_and_no_fixed_ones() -> None:
    for camera, refused in (
        (Camera.BODY_WORN, True),
        (Camera.DASH, True),
        (Camera.FIXED, False),
        (Camera.FILE, False),
        (None, True),
    ):
        question = on(
            "2021-06-01", act=Act.SEARCH_STORED, customer_kind=POLICE, places="US-CA", camera=camera
        )
        assert permitted(laws_alone().decide(question)) is not refused
    redaction = on(
        "2021-06-01", act=Act.REDACT, customer_kind=POLICE, places="US-CA", camera=Camera.BODY_WORN
    )
    assert permitted(laws_alone().decide(redaction))


@pytest.mark.parametrize(
    "kind",
    [CustomerKind.PROSECUTOR, CustomerKind.PROBATION, CustomerKind.CAMPUS_POLICE, CustomerKind.SHERIFF],
)
def test_californias_law_binds_every_kind_of_officer(kind: CustomerKind) -> None:
    question = on("2021-06-01", customer_kind=kind, places="US-CA", camera=Camera.BODY_WORN)
    assert refused_by(laws_alone().decide(question)) == {"us-ca-ab1215"}


def test_illinois_does_not_bind_government_and_texas_only_commerce() -> None:
    assert permitted(laws_alone().decide(on("2020-01-01", customer_kind=AGENCY, places="US-IL")))
    assert permitted(laws_alone().decide(on("2020-01-01", customer_kind=CustomerKind.NGO, places="US-TX")))


def test_a_lease_waits_for_what_a_law_asks_for_before_use() -> None:
    agency = on(
        "2026-06-01",
        act=Act.VERIFY,
        customer_kind=AGENCY,
        places="US-WA",
        purpose=Purpose.ACCESS_CONTROL,
        space=Space.CONTROLLED,
        camera=Camera.FIXED,
        consent=True,
    )
    assert permitted(laws_alone().decide(agency))
    lease = replace(
        BANK,
        not_before=agency.on,
        purposes=frozenset({Purpose.ACCESS_CONTROL}),
        spaces=frozenset({Space.CONTROLLED}),
        cameras=frozenset({Camera.FIXED}),
    )
    leased = replace(agency, lease=lease)
    refusal = laws_alone().decide(leased)
    assert refused_by(refusal) == {"us-wa-43386"}
    assert "us-wa-43386:accountability_report" in unmet(refusal)
    before = {"notice_of_intent", "accountability_report", "operational_testing"}
    complete = before | {"independent_test_interface", "operator_training"}
    assert permitted(laws_alone().decide(replace(leased, instruments=frozenset(complete))))
    on_lease = replace(leased, lease=replace(lease, instruments=frozenset(complete)))
    assert permitted(laws_alone().decide(on_lease))


def test_every_law_says_how_sure_it_is_and_names_its_citation_in_cedar() -> None:
    register = shipped_register()
    assert all(law.confidence and law.citation and law.summary for law in register.laws)
    text = cedar_text(register.laws, effect="forbid")
    for annotation in ("@id", "@citation", "@from", "@until", "@confidence", "@verified_on"):
        assert annotation in text


def test_law_enforcement_in_the_eu_has_a_law_of_its_own_for_investigating_and_not_for_its_staff() -> None:
    investigating = on("2024-01-01", customer_kind=POLICE, places="DE", purpose=CRIME)
    assert permitted(laws_alone().decide(investigating))
    for other in (
        replace(investigating, purpose=Purpose.ACCESS_CONTROL),
        replace(investigating, purpose=None),
        replace(investigating, customer_kind=CustomerKind.VENDOR, acts_for=frozenset({POLICE})),
    ):
        assert refused_by(laws_alone().decide(other)) == {"eu-gdpr-9"}


def test_a_listed_use_needs_its_papers_on_record_once_there_is_a_lease() -> None:
    explained = on(
        "2026-06-01",
        customer_kind=POLICE,
        places="US-VA",
        purpose=Purpose.MISSING_PERSONS,
        space=Space.CONTROLLED,
        camera=Camera.FILE,
        consent=True,
        act=Act.SEARCH_STORED,
    )
    assert permitted(laws_alone().decide(explained))
    lease = replace(
        BANK,
        acts=frozenset({Act.SEARCH_STORED}),
        not_before=explained.on,
        purposes=frozenset({Purpose.MISSING_PERSONS}),
        spaces=frozenset({Space.CONTROLLED}),
        cameras=frozenset({Camera.FILE}),
    )
    leased = replace(explained, lease=lease)
    refusal = laws_alone().decide(leased)
    assert refused_by(refusal) == {"us-va-2022"}
    papers = {"nist_evaluation", "model_policy", "corroboration", "annual_report"}
    assert unmet(refusal) == {f"us-va-2022:{paper}" for paper in papers}
    assert permitted(laws_alone().decide(replace(leased, instruments=frozenset(papers))))
    assert not permitted(
        laws_alone().decide(replace(leased, instruments=frozenset(papers - {"model_policy"})))
    )
