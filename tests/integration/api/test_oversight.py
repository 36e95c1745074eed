"""A held identification over the API: two examiners, a release, a lead, an appeal, a bundle."""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from datetime import timedelta

import pytest

from countenance.oversight.rules import OversightRules
from countenance.recognition.acts.identification import Search
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.keys import KeyRequest
from countenance.vetting.model import PersonId, Role
from fakes_engine import photograph
from integration.api.oversight_bodies import REASONS, SHEET, TRAINING
from integration.api.stage import Stage, encoded

OTHER = {**SHEET, "verdict": -3}


@pytest.fixture
def bench(stage: Stage) -> Stage:
    """Examiners eve and bo, reviewers ruth and rudi of the stage, olive who administers as a person."""
    stage.parts.oversight_rules = OversightRules(fillers=2, known_share=0)
    people = {"eve": Role.EXAMINER, "bo": Role.EXAMINER, "fay": Role.EXAMINER, "olive": Role.ADMINISTRATOR}
    people |= {"rosa": Role.REVIEWER, "carl": Role.AUDITOR}
    held = dict(stage.keys)
    for name, role in people.items():
        request = KeyRequest(role=role, lease_id=None, label=name, person=PersonId(name))
        held[name] = stage.countenance.issue_key(LOCAL_ADMINISTRATOR, request).text
    stage.keys = held
    for name in ("v1", "v2"):
        body = {"person": name, "image": encoded(photograph(name))}
        assert stage.post("olive", "/v1/known-faces", body).status_code == 201
    for name in ("eve", "bo"):
        authorised = stage.call("olive", "PUT", f"/v1/examiners/{name}", json=TRAINING)
        assert authorised.status_code == 200, authorised.text
    missing = [(name, photograph(name)) for name in ("lena", "mia")]
    stage.furnish("nina", "missing", "missing_children", *missing)
    return stage


def held(stage: Stage) -> str:
    told = stage.identify("nina", "missing", photograph("lena", 2)).json()
    assert (told["outcome"], told["candidates"]) == ("held", None)
    return str(told["case_id"])


def judge(stage: Stage, who: str) -> None:
    """Take the next list, support lena on it alone, and conclude when it can be."""
    taken = stage.call(who, "POST", "/v1/examinations").json()["assignment_id"]
    path = f"/v1/examinations/{taken}"
    view = stage.call(who, "GET", path).json()
    assert [place["sheet"] for place in view["places"]] == [None] * 3
    for place in view["places"]:
        image = stage.call(who, "GET", f"{path}/places/{place['slot']}/image")
        assert (image.headers["Content-Type"], image.headers["Cache-Control"]) == ("image/jpeg", "no-store")
        sheet = SHEET if b"lena" in image.content else OTHER
        told = stage.call(who, "PUT", f"{path}/places/{place['slot']}", json=sheet)
        assert told.status_code == 200, told.text
    early = stage.call(who, "POST", f"{path}/conclusion")
    assert (early.status_code, early.json()["code"]) == (409, "too_soon")
    stage.parts.clock.advance(timedelta(minutes=1))
    done = stage.call(who, "POST", f"{path}/conclusion")
    assert (done.status_code, done.json()["state"]) == (200, "concluded")


def test_two_examiners_a_release_and_the_lead_that_comes_of_it(bench: Stage) -> None:
    case_id = held(bench)
    path = f"/v1/cases/{case_id}"
    assert bench.call("eve", "GET", "/v1/examinations/queue").json()["waiting"] == 1
    judge(bench, "eve")
    assert bench.call("nina", "GET", path).json()["state"] == "held"
    judge(bench, "bo")
    told = bench.call("nina", "GET", path).json()
    assert (told["state"], told["lead"]) == ("held", False)
    assert bench.call("nina", "GET", f"{path}/lead").json()["code"] == "wrong_state"
    (listed,) = bench.call("rosa", "GET", "/v1/cases?state=agreed").json()
    assert (listed["id"], listed["candidates"]) == (case_id, [])
    dossier = bench.call("rosa", "GET", f"{path}/dossier").json()
    assert [one["examiner"] for one in dossier["judged"]] == ["bo", "eve"] or len(dossier["judged"]) == 2
    assert bench.call("rosa", "GET", f"{path}/dossier/probe").content.startswith(b"portrait: ")
    released = bench.post("rosa", f"{path}/release", REASONS)
    assert released.status_code == 200, released.text
    told = bench.call("nina", "GET", path).json()
    assert (told["state"], told["lead"]) == ("released", True)
    lead = bench.call("nina", "GET", f"{path}/lead").json()
    assert (lead["subjects"], lead["no_sole_basis"]) == (["lena"], True)
    paper = bench.call("nina", "GET", f"{path}/lead.pdf")
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")
    bundle = bench.call("carl", "GET", f"{path}/disclosure")
    assert bundle.headers["Content-Disposition"] == f'attachment; filename="{case_id}.zip"'
    with zipfile.ZipFile(io.BytesIO(bundle.content)) as parts:
        assert json.loads(parts.read("lead.json"))["subjects"] == ["lena"]
    (figures,) = bench.call("olivia", "GET", "/v1/oversight/figures").json()
    assert (figures["released"], figures["judged"], figures["non_mated"]) == (1, 1, 0)


def test_a_lead_that_is_overturned_is_taken_back(bench: Stage) -> None:
    case_id = held(bench)
    path = f"/v1/cases/{case_id}"
    judge(bench, "eve")
    judge(bench, "bo")
    bench.post("rosa", f"{path}/release", REASONS)
    bench.call("nina", "GET", f"{path}/lead")
    grounds = {"grounds": "This is my sister, and she is at home."}
    assert bench.post("nina", f"{path}/appeals", grounds).status_code == 200
    vote = {"uphold": True, **REASONS}
    apart = bench.post("rosa", f"{path}/appeals/judgements", vote)
    assert (apart.status_code, apart.json()["code"]) == (403, "separation_of_duties")
    for who in ("ruth", "rudi"):
        told = bench.post(who, f"{path}/appeals/judgements", vote)
        assert told.status_code == 200, told.text
    assert bench.call("nina", "GET", path).json()["state"] == "overturned"
    assert bench.call("nina", "GET", f"{path}/lead").status_code == 409


def test_who_is_not_authorised_is_told_why_and_may_give_nothing_back_that_is_not_theirs(
    bench: Stage,
) -> None:
    held(bench)
    refused = bench.call("fay", "POST", "/v1/examinations")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_qualified")
    assert refused.json()["reasons"] == ["not_authorised"]
    taken = bench.call("eve", "POST", "/v1/examinations").json()["assignment_id"]
    path = f"/v1/examinations/{taken}"
    assert bench.call("bo", "GET", path).status_code == 404
    assert bench.post("bo", f"{path}/return", {"reason": "unwell"}).status_code == 404
    assert bench.call("eve", "GET", f"{path}/probe").content == b"portrait: " + photograph("lena", 2)
    assert bench.post("eve", f"{path}/return", {"reason": "knows_a_person"}).status_code == 204
    assert bench.call("eve", "POST", "/v1/examinations").json() == {"assignment_id": None}


def test_a_checklist_that_lacks_a_component_is_told_so(bench: Stage) -> None:
    held(bench)
    taken = bench.call("eve", "POST", "/v1/examinations").json()["assignment_id"]
    features = {name: said for name, said in SHEET["features"].items() if name != "ears"}
    path = f"/v1/examinations/{taken}/places/1"
    told = bench.call("eve", "PUT", path, json={"features": features, "verdict": 1})
    assert (told.status_code, told.json()["code"]) == (422, "invalid_input")
    assert "`ears`" in told.json()["detail"]
    unsure = {**SHEET, "verdict": "cannot_determine"}
    view = bench.call("eve", "PUT", path, json=unsure).json()
    assert view["places"][0]["sheet"]["verdict"] == "cannot_determine"
    assert bench.call("eve", "PUT", path, json={**SHEET, "verdict": 4}).status_code == 422


def test_known_faces_and_conflicts_are_administered(bench: Stage) -> None:
    faces = bench.call("olivia", "GET", "/v1/known-faces").json()["faces"]
    assert [face["person"] for face in faces] in (["v1", "v2"], ["v2", "v1"])
    assert bench.call("olivia", "DELETE", f"/v1/known-faces/{faces[0]['face_id']}").status_code == 204
    told = bench.call("eve", "PUT", "/v1/examiners/eve/conflicts/ngo")
    assert (told.status_code, told.json()["customer_id"]) == (200, "ngo")
    held(bench)
    assert bench.call("eve", "GET", "/v1/examinations/queue").json()["waiting"] == 0
    (eve,) = bench.call("eve", "GET", "/v1/examiners").json()
    assert [one["customer_id"] for one in eve["conflicts"]] == ["ngo"]
    assert len(bench.call("olive", "GET", "/v1/examiners").json()) == 2


def test_a_gallery_keeps_images_where_its_lease_demands_examiners_and_else_when_asked(bench: Stage) -> None:
    bench.furnish("alice", "staff", "identity_verification")
    assert bench.call("nina", "GET", "/v1/galleries/missing").json()["keeps_images"] is True
    assert bench.call("alice", "GET", "/v1/galleries/staff").json()["keeps_images"] is False
    told = bench.call("nina", "PUT", "/v1/galleries/missing/images", json={"keep": False})
    assert told.json()["keeps_images"] is False
    refused = bench.identify("nina", "missing", photograph("lena", 2))
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_examine")


def test_a_customer_takes_its_case_back(bench: Stage) -> None:
    case_id = held(bench)
    assert bench.call("alice", "POST", f"/v1/cases/{case_id}/withdrawal").status_code == 404
    told = bench.call("nina", "POST", f"/v1/cases/{case_id}/withdrawal").json()
    assert (told["state"], told["reason"]) == ("withdrawn", "by_requester")


def test_who_asked_is_known_by_the_person_behind_the_key(bench: Stage) -> None:
    with bench.parts.unit_of_work() as work:
        key = next(one for one in work.keys.all() if one.label == "nina")
    actor = dataclasses.replace(
        LOCAL_ADMINISTRATOR, id=key.id, role=Role.OPERATOR, lease_id=key.lease_id, person=PersonId("eve")
    )
    search = Search(gallery_id="missing", probe=photograph("mia", 2))  # type: ignore[arg-type]  # an id as text
    bench.countenance.identify(actor, search)
    assert bench.call("eve", "GET", "/v1/examinations/queue").json()["waiting"] == 0
    assert bench.call("bo", "GET", "/v1/examinations/queue").json()["waiting"] == 1
