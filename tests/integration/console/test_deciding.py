"""Those who decide on held results: cases, release, appeals, disclosure, examiners, incidents."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from applying import WHY
from console_stage import ConsoleStage
from countenance.entrypoints.console.cases import REASONS, STATES
from countenance.entrypoints.console.incidents import KINDS, SCOPES, STOPS
from countenance.oversight.incidents import IncidentKind, ScopeKind
from countenance.oversight.model import CaseId, CaseState, CloseReason, Emergency, EmergencyReason
from countenance.policy.model import Stop
from countenance.staff.model import StaffRole
from countenance.staff.sessions import csrf_token
from examining_stage import drawn, examining_stage, held_case, judged, state_of, taken
from fakes_engine import photograph


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ConsoleStage]:
    console = examining_stage(tmp_path)
    yield console
    console.stage.check_ledger()
    console.stage.parts.close()


def agreed(office: ConsoleStage) -> str:
    """A case on which bob and fay agree; where its page is."""
    case_id = held_case(office)
    for who in ("bob", "fay"):
        judged(office, who, taken(office, who), drawn(photograph("lena")))
    assert state_of(office, case_id) is CaseState.AGREED
    return f"/console/cases/{case_id}"


def fresh(office: ConsoleStage, *names: str) -> None:
    """Let people be signed in anew: judging took longer than a confirmation lasts."""
    for name in names:
        office.sessions[name] = office.staffing.sign_in(office.people[name])


def test_every_word_of_the_closed_lists_is_told() -> None:
    assert set(STATES) == set(CaseState)
    assert set(REASONS) == set(CloseReason)
    assert set(KINDS) == set(IncidentKind)
    assert set(STOPS) == set(Stop)
    assert set(SCOPES) == set(ScopeKind)


def test_a_case_shows_nothing_of_what_is_said_while_examiners_are_at_work(office: ConsoleStage) -> None:
    case_id = held_case(office)
    place = f"/console/cases/{case_id}"
    assert "waits for examiners" in office.get("carol", "/console/cases").text
    judged(office, "bob", taken(office, "bob"), drawn(photograph("lena")))
    for who in ("rita", "carol", "olivia"):
        text = office.get(who, place).text
        assert "What they say is theirs" in text
        assert "What examiners said" not in text
        assert "lena" not in text
    assert office.get("rita", f"{place}/probe").status_code == 409
    assert "Release" not in office.get("rita", place).text


def test_a_lead_is_released_by_a_reviewer_and_disclosed_with_all_behind_it(office: ConsoleStage) -> None:
    place = agreed(office)
    assert "A lead waits for its release" in office.get("rita", "/console").text
    fresh(office, "rita", "carol")
    told = office.get("rita", place).text
    for said in (
        "What examiners said",
        "lena",
        "+3",
        "Strong support that both show one person",
        "Fay",
        "Rank",
    ):
        assert said in told
    assert office.get("rita", f"{place}/probe").content == drawn(photograph("lena", 2))
    assert "What examiners said" not in office.get("olivia", place).text
    assert "A reason has 10 to" in office.post("rita", f"{place}/release", reasons="yes").text
    done = office.post("rita", f"{place}/release", reasons=WHY)
    assert done.headers["location"].endswith("done=case-released")
    lead = office.get("carol", place).text
    for said in ("The lead certificate", "Investigative lead only", "Still needed", "line up", WHY):
        assert said in lead
    bundle = office.post("carol", f"{place}/disclosure")
    assert bundle.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(bundle.content)) as parts:
        assert json.loads(parts.read("lead.json"))["no_sole_basis"] is True
    assert office.stage.events()[-1]["type"] == "case:disclosed"


def test_a_release_is_refused_and_nothing_is_kept(office: ConsoleStage) -> None:
    place = agreed(office)
    fresh(office, "rita")
    office.post("rita", f"{place}/refuse", reasons=WHY)
    told = office.get("carol", place).text
    assert "The release was refused, whatever examiners agreed on." in told
    assert "What examiners said" not in told
    assert "100.0 %" in office.get("carol", "/console/cases").text
    assert "no lead" in office.get("carol", "/console/cases?state=no_lead").text
    assert "No case stands like that" in office.get("carol", "/console/cases?state=released").text
    assert "no_lead" in office.get("carol", "/console/cases?format=csv").text


def test_an_appeal_is_judged_by_two_who_took_no_part(office: ConsoleStage) -> None:
    place = agreed(office)
    office.add("ruth", StaffRole.REVIEWER)
    fresh(office, "rita", "ruben", "ruth")
    office.post("rita", f"{place}/release", reasons=WHY)
    assert office.post("carol", f"{place}/appeal", reasons=WHY).headers["location"].endswith("case-appealed")
    assert "A lead was appealed against" in office.get("ruben", "/console").text
    own = office.post("rita", f"{place}/judge", uphold="yes", reasons=WHY)
    assert "judged by people who took no part" in own.text
    for who in ("ruben", "ruth"):
        done = office.post(who, f"{place}/judge", uphold="yes", reasons=WHY)
        assert done.headers["location"].endswith("case-judged")
    told = office.get("carol", place).text
    assert "upheld: the lead is overturned" in told
    assert "Everybody who had been given the lead was told" in told


def test_the_clock_of_an_emergency_is_shown_and_stopped_by_its_paper(office: ConsoleStage) -> None:
    case_id = held_case(office)
    place, now = f"/console/cases/{case_id}", office.stage.parts.clock()
    with office.stage.parts.unit_of_work() as work:
        case = work.cases.get(CaseId(case_id))
        assert case is not None
        clock = Emergency(reason=EmergencyReason.MISSING_CHILD, authorise_by=now + timedelta(hours=24))
        work.cases.put(replace(case, emergency=clock))
        work.commit()
    assert "everything is undone in 24 hours" in office.get("rita", place).text
    assert "emergency" in office.get("carol", "/console/cases").text
    fields = {"paper": "court_order", "reference": "12/2026"}
    assert "Choose which paper" in office.post("rita", f"{place}/authorise", reference="x").text
    assert office.post("rita", f"{place}/authorise", **fields).headers["location"].endswith("authorised")
    assert "Emergency use, authorised" in office.get("rita", place).text


def test_examiners_are_authorised_and_kept_from_whom_they_know(office: ConsoleStage) -> None:
    gus = office.people["gus"].member.id
    fields = {"person": gus, "kinds": "missing_children", "training": "course 13"}
    days = {"trained": "2026-06-01", "expires": "2027-06-01"}
    path = "/console/examiners"
    assert "too few to say" in office.get("carol", path).text
    assert "needs a day" in office.post("olivia", path, **fields).text
    assert (
        "within two years" in office.post("olivia", path, **fields, **{**days, "expires": "2040-01-01"}).text
    )
    done = office.post("olivia", path, **fields, **days)
    assert done.headers["location"].endswith("examiner-authorised")
    assert "course 13" in office.get("rita", path).text
    assert "You may judge until" in office.get("gus", "/console/examine").text
    held_case(office)
    assert "1 list waits" in office.get("gus", "/console/examine").text
    office.post("olivia", f"{path}/conflicts", person=gus, customer="ngo")
    assert "Nothing waits for you now" in office.get("gus", "/console/examine").text
    assert (
        "no customer `none`" in office.post("olivia", f"{path}/conflicts", person=gus, customer="none").text
    )
    assert "nothing of ngo" in office.get("carol", path).text
    assert gus in office.get("carol", f"{path}?format=csv").text


def test_known_faces_are_added_and_removed_and_never_shown(office: ConsoleStage) -> None:
    path, client = "/console/known-faces", office.client("olivia")
    token = csrf_token(office.sessions["olivia"].token)
    added = client.post(
        path, data={"form_token": token, "person": "lou"}, files={"image": ("a.jpg", photograph("lou"))}
    )
    assert added.headers["location"].endswith("face-added")
    wrong = client.post(
        path, data={"form_token": token, "person": "Lou Reed"}, files={"image": ("a.jpg", photograph("lou"))}
    )
    assert wrong.status_code == 400
    listed = office.get("carol", path).text
    assert "4 photographs of 4 people" in listed
    assert "<img" not in listed
    remove = re.search(rf"{path}/known_\w+/remove", office.get("olivia", path).text)
    assert remove is not None
    assert office.post("olivia", remove[0]).headers["location"].endswith("face-removed")
    assert "3 photographs of 3 people" in office.get("carol", path).text


def test_an_incident_stops_acts_until_another_person_has_looked(office: ConsoleStage) -> None:
    path = "/console/incidents"
    assert "No incident yet" in office.get("carol", path).text
    fields = {"kind": "other", "scope": "lease", "of": "ngo-missing", "stops": "consequential_acts"}
    for changed, said in (
        ({"reason": "no"}, "Say what happened"),
        ({"reason": WHY, "kind": ""}, "Choose what went wrong"),
        ({"reason": WHY, "scope": ""}, "Choose where it counts"),
        ({"reason": WHY, "of": "nowhere"}, "No lease `nowhere`"),
        ({"reason": WHY, "of": ""}, "names which one"),
    ):
        assert said in office.post("rita", path, **{**fields, **changed}).text
    opened = office.post("rita", path, **fields, reason=WHY).headers["location"]
    place = opened.partition("?")[0]
    assert "Incident: something else" in office.get("ruben", "/console").text
    assert office.stage.identify("nina", "missing", photograph("lena", 2)).status_code == 403
    assert "another one looks" in office.post("rita", f"{place}/resolution", reason=WHY).text
    assert "A reviewer who did not open it" in office.get("rita", place).text
    assert office.post("ruben", f"{place}/resolution", reason=WHY).headers["location"].endswith("resolved")
    assert office.stage.identify("nina", "missing", photograph("lena", 2)).status_code == 200
    assert "Nothing is open" in office.get("carol", f"{path}?standing=open").text
    assert "resolved" in office.get("carol", f"{path}?format=csv").text
    assert office.get("rita", f"{path}/inc_nothing").status_code == 404
