"""A review over HTTP, from the first draft to the call under the lease, and what strangers are told."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from applying import FILE, GATE, WHY
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.keys import KeyRequest
from countenance.vetting.model import CustomerId, PersonId, Role
from fakes_engine import photograph
from integration.api.dossier import (
    APPROVAL,
    CONFIRMATION,
    CUSTOMER,
    MARKS,
    PROPOSAL,
    REFUSAL,
    UNKNOWN_DOSSIER,
    dossier,
    drafted,
    ok,
    submitted,
    written,
)
from integration.api.stage import START, Stage


def approved(stage: Stage) -> dict[str, Any]:
    """Return an application that ruth and rudi have approved."""
    name = submitted(stage)
    ok(stage.post("ruth", f"/v1/applications/{name}/marks", MARKS))
    ok(stage.post("ruth", f"/v1/applications/{name}/approvals", APPROVAL))
    whole: dict[str, Any] = ok(stage.post("rudi", f"/v1/applications/{name}/approvals", APPROVAL))
    return whole


def key_under(stage: Stage, lease: str, who: str) -> str:
    """Issue an operator's key under a lease, and let `who` hold it."""
    asked = {"role": "operator", "lease_id": lease, "label": who}
    issued = ok(stage.post("olivia", "/v1/keys", asked), 201)
    stage.keys = {**stage.keys, who: issued["key"]}
    key: str = issued["key_id"]
    return key


def test_apply_refuse_amend_approve_by_two_call_stop_and_be_refused(stage: Stage) -> None:
    name = submitted(stage)
    refused = ok(stage.post("rudi", f"/v1/applications/{name}/refusals", REFUSAL))
    assert refused["ruling"]["reopening"] == REFUSAL["reopening"]
    better = {"based_on": 1, "use": written(title="Staff door, amended")}
    assert ok(stage.call("ada", "PUT", f"/v1/applications/{name}", json=better))["version"] == 2
    changed = ok(stage.call("ada", "GET", f"/v1/applications/{name}/differences?old=1&new=2"))
    assert changed == [{"field": "title", "before": "Staff door", "after": "Staff door, amended"}]
    ok(stage.call("ada", "POST", f"/v1/applications/{name}/submission"))
    ok(stage.post("ruth", f"/v1/applications/{name}/marks", MARKS))
    half = ok(stage.post("ruth", f"/v1/applications/{name}/approvals", APPROVAL))
    assert stage.call("olivia", "GET", f"/v1/leases/{half['lease_id']}").status_code == 404
    whole = ok(stage.post("rudi", f"/v1/applications/{name}/approvals", APPROVAL))
    lease = ok(stage.call("ada", "GET", f"/v1/leases/{whole['lease_id']}"))
    assert (whole["state"], lease["origin"], lease["version"]) == ("approved", "application", 1)
    key_under(stage, lease["lease_id"], "gina")
    stage.furnish("gina", "gate-staff", "identity_verification", ("dave", photograph("dave", 1)))
    assert stage.verify("gina", "gate-staff", "dave", photograph("dave", 2)).json()["outcome"] == "match"
    ok(stage.post("ruth", f"/v1/leases/{lease['lease_id']}/suspension", {"reason": WHY}))
    answer = stage.verify("gina", "gate-staff", "dave", photograph("dave", 2))
    assert (answer.status_code, answer.json()["reasons"]) == (403, ["lease.suspended"])
    own = stage.post("ruth", f"/v1/leases/{lease['lease_id']}/resumption", {"reason": WHY})
    assert (own.status_code, own.json()["code"]) == (403, "separation_of_duties")
    ok(stage.post("rudi", f"/v1/leases/{lease['lease_id']}/resumption", {"reason": WHY}))
    assert stage.verify("gina", "gate-staff", "dave", photograph("dave", 2)).json()["outcome"] == "match"
    versions = ok(stage.call("carol", "GET", f"/v1/leases/{lease['lease_id']}/versions"))["versions"]
    assert [one["change"] for one in versions] == ["granted", "suspended", "resumed"]
    assert ok(stage.call("ruth", "DELETE", f"/v1/leases/{lease['lease_id']}"))["revoked"]


def test_what_is_missing_is_told_with_why_it_matters_and_where_to_put_it_right(stage: Stage) -> None:
    begun = ok(stage.post("ada", f"/v1/customers/{GATE}/applications", {"use": {"title": "A door"}}), 201)
    told = ok(stage.call("ada", "GET", f"/v1/applications/{begun['id']}"))
    missing = [one for one in told["findings"] if one["blocks"]]
    assert {"attestation", "acts", "legal_basis", "appeals"} <= {one["field"] for one in missing}
    assert all(one["why"] and re.fullmatch(r"RF\d+", one["number"]) for one in missing)
    answer = stage.call("ada", "POST", f"/v1/applications/{begun['id']}/submission")
    assert (answer.status_code, answer.json()["code"]) == (409, "application_incomplete")
    assert "appeals:missing:appeals" in answer.json()["reasons"]


def test_customers_and_reviewers_ask_each_other_and_nobody_else_reads_it(stage: Stage) -> None:
    path = f"/v1/applications/{submitted(stage)}/messages"
    question = ok(stage.post("ruth", path, {"text": "Who holds the list at night?"}), 201)
    assert (question["number"], question["side"], question["by"]) == (1, "reviewers", "ruth")
    answer = ok(stage.post("ada", path, {"text": "The night porter.", "answers": 1}), 201)
    assert (answer["number"], answer["answers"], answer["side"]) == (2, 1, "customer")
    told = ok(stage.call("ada", "GET", path))["messages"]
    assert [(one["number"], one["by"], one["answered"]) for one in told] == [
        (1, None, True),
        (2, "ada", False),
    ]
    assert ok(stage.call("rudi", "GET", path))["messages"][0]["by"] == "ruth"
    assert stage.call("carol", "GET", path).status_code == 403
    assert stage.call("olivia", "GET", path).status_code == 404
    assert stage.post("ruth", path, {"text": "And?", "answers": 2}).status_code == 404
    asked, answered = [one for one in stage.events() if one["type"].startswith("application:a")][-2:]
    assert (asked["type"], answered["type"]) == ("application:asked", "application:answered")
    assert re.fullmatch(r"[0-9a-f]{64}", asked["commitment"])
    assert "porter" not in json.dumps([asked, answered])


def test_lists_are_found_and_paged_by_the_database(stage: Stage) -> None:
    names = [drafted(stage) for _ in range(3)]
    sent = submitted(stage)
    (only,) = ok(stage.call("ruth", "GET", "/v1/applications?state=submitted"))["applications"]
    assert only["id"] == sent
    found: list[str] = []
    cursor = ""
    while True:
        page = ok(stage.call("ruth", "GET", f"/v1/applications?limit=2&customer={GATE}{cursor}"))
        found += [one["id"] for one in page["applications"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert sorted(found) == sorted([*names, sent])
    assert ok(stage.call("ruth", "GET", "/v1/applications?customer=nobody"))["applications"] == []
    (gate,) = ok(stage.call("olivia", "GET", "/v1/customers?q=GATEHOUSE"))["customers"]
    assert gate["id"] == GATE
    kinds = {one["kind"] for one in ok(stage.call("olivia", "GET", "/v1/customers?kind=police"))["customers"]}
    assert kinds == {"police"}
    assert stage.call("olivia", "GET", "/v1/customers?cursor=MTo").status_code == 422
    for letter in "ab":
        long = {**CUSTOMER, "customer_id": letter * 128, "name": "An institution of a long name"}
        ok(stage.post("olivia", "/v1/customers", long), 201)
    first = ok(stage.call("olivia", "GET", "/v1/customers?q=institution&limit=1"))
    assert [one["id"] for one in first["customers"]] == ["a" * 128]
    last = ok(stage.call("olivia", "GET", f"/v1/customers?q=institution&limit=1&cursor={first['next']}"))
    assert [one["id"] for one in last["customers"]] == ["b" * 128]
    assert last["next"] is None


def test_the_dry_run_says_what_the_gate_would_permit_until_when(stage: Stage) -> None:
    told = ok(stage.call("ruth", "GET", f"/v1/applications/{submitted(stage)}"))
    assert [(one["act"], one["permitted"]) for one in told["foreseen"]] == [("enrol", True), ("verify", True)]
    assert told["foreseen"][0]["until"] == (START + timedelta(days=300)).isoformat()


def test_a_file_is_fetched_as_it_was_sent_and_never_shown_in_place(stage: Stage) -> None:
    name = drafted(stage)
    (held,) = ok(stage.call("ada", "GET", f"/v1/applications/{name}"))["evidence"]
    answer = stage.call("ruth", "GET", f"/v1/applications/{name}/evidence/{held['digest']}")
    assert answer.content == FILE
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/octet-stream"
    page = {"name": "page.pdf", "content": "PGh0bWw+PHNjcmlwdD4xPC9zY3JpcHQ+"}
    refused = stage.post("ada", f"/v1/applications/{name}/evidence", page)
    assert (refused.status_code, refused.json()["code"]) == (415, "evidence_unsupported")
    broken = stage.post("ada", f"/v1/applications/{name}/evidence", {"name": "x", "content": "AAAAA"})
    assert broken.status_code == 422


def test_a_field_that_there_is_not_is_told_by_its_place(stage: Stage) -> None:
    answer = stage.post("ada", f"/v1/customers/{GATE}/applications", {"use": {"oversight": {"colour": 1}}})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert "use.oversight.colour" in answer.json()["detail"]


def test_somebody_elses_version_is_not_written_over(stage: Stage) -> None:
    name = drafted(stage)
    ok(stage.call("ada", "PUT", f"/v1/applications/{name}", json={"based_on": 1, "use": written(title="2")}))
    late = stage.call(
        "ada", "PUT", f"/v1/applications/{name}", json={"based_on": 1, "use": written(title="3")}
    )
    assert (late.status_code, late.json()["code"]) == (409, "concurrent_write")
    assert ok(stage.call("ada", "GET", f"/v1/applications/{name}/versions/2"))["use"]["title"] == "2"


def test_a_vote_sent_twice_is_cast_once_and_a_second_one_is_refused(stage: Stage) -> None:
    name = submitted(stage)
    ok(stage.post("ruth", f"/v1/applications/{name}/marks", MARKS))
    path = f"/v1/applications/{name}/approvals"
    first = stage.post("ruth", path, APPROVAL, Idempotency_Key="vote-1")
    again = stage.post("ruth", path, APPROVAL, Idempotency_Key="vote-1")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    own = stage.post("ruth", path, APPROVAL)
    assert (own.status_code, own.json()["code"]) == (403, "separation_of_duties")


def test_a_ruling_is_appealed_to_others(stage: Stage) -> None:
    ids = dossier(stage)
    path = f"/v1/appeals/{ids['appeal_id']}"
    involved = stage.post("ruth", f"{path}/judgements", {"uphold": True, "reasons": WHY})
    assert (involved.status_code, involved.json()["code"]) == (403, "separation_of_duties")
    half = ok(stage.post("rudi", f"{path}/judgements", {"uphold": True, "reasons": WHY}))
    assert half["state"] == "open"
    assert ok(stage.call("ada", "GET", path))["votes"] == []
    assert [one["id"] for one in ok(stage.call("carol", "GET", "/v1/appeals"))["appeals"]] == [half["id"]]


def test_officers_meet_a_condition_by_two_and_it_is_told(stage: Stage) -> None:
    proposed = ok(stage.post("ruth", "/v1/conditions", PROPOSAL), 201)
    path = f"/v1/conditions/{proposed['id']}"
    assert stage.post("ruth", f"{path}/confirmation", CONFIRMATION).status_code == 403
    assert ok(stage.post("rudi", f"{path}/confirmation", CONFIRMATION))["state"] == "met"
    told = ok(stage.call("carol", "GET", "/v1/conditions"))
    assert "house.us-police" in told["rules"]
    assert [one["state"] for one in told["decisions"]] == ["met"]
    assert ok(stage.post("ruth", f"{path}/unmeeting", CONFIRMATION))["state"] == "unmeeting"
    assert (
        ok(stage.post("rudi", f"{path}/unmeeting", {**CONFIRMATION, "name": "A. Turing"}))["state"] == "unmet"
    )


def test_a_key_rotates_and_both_are_valid_for_the_grace(stage: Stage) -> None:
    old = stage.keys["alice"].split("_")[1]
    path = f"/v1/keys/{old}/rotation"
    issued = stage.post("olivia", path, {"grace_seconds": 60}, Idempotency_Key="rotate-1")
    stage.keys = {**stage.keys, "alice2": ok(issued, 201)["key"]}
    for who in ("alice", "alice2"):
        assert stage.call(who, "GET", "/v1/galleries").status_code == 200
    stage.parts.clock.advance(timedelta(seconds=60))
    assert stage.call("alice", "GET", "/v1/galleries").status_code == 401
    assert stage.call("alice2", "GET", "/v1/galleries").status_code == 200
    again = stage.post("olivia", path, {"grace_seconds": 60}, Idempotency_Key="rotate-1")
    assert (again.status_code, again.json()["code"]) == (409, "key_shown_once")


def test_customers_their_members_and_contacts_are_kept(stage: Stage) -> None:
    made = {"customer_id": "mill", **CUSTOMER, "name": "The Mill"}
    assert stage.post("olivia", "/v1/customers", made).headers["location"] == "/v1/customers/mill"
    assert stage.post("olivia", "/v1/customers", made).json()["code"] == "already_exists"
    ok(stage.call("olivia", "PUT", "/v1/customers/mill", json={**CUSTOMER, "acts_for": ["police"]}))
    ok(stage.call("olivia", "PUT", "/v1/customers/mill/members/mia", json={"name": "Mia"}))
    contact = {"name": "Desk", "purpose": "complaints", "email": "desk@mill.example"}
    ok(stage.call("olivia", "PUT", "/v1/customers/mill/contacts/desk", json=contact))
    told = ok(stage.call("carol", "GET", "/v1/customers/mill"))
    assert told["customer"]["acts_for"] == ["police"]
    assert [one["person"] for one in told["members"]] == ["mia"]
    assert [one["email"] for one in told["contacts"]] == ["desk@mill.example"]
    assert ok(stage.call("olivia", "DELETE", "/v1/customers/mill/members/mia"))["until"]
    assert stage.call("olivia", "DELETE", "/v1/customers/mill/contacts/desk").status_code == 204
    assert stage.call("olivia", "DELETE", "/v1/customers/mill/contacts/desk").status_code == 404
    assert "mill" in {one["id"] for one in ok(stage.call("ruth", "GET", "/v1/customers"))["customers"]}


def test_the_terms_of_use_are_there_to_be_read(stage: Stage) -> None:
    (terms,) = ok(stage.call("alice", "GET", "/v1/terms"))["terms"]
    assert "discriminat" in terms["text"]
    lease = approved(stage)["lease_id"]
    accepted = ok(stage.post("ada", f"/v1/leases/{lease}/terms", {"version": terms["version"]}))
    assert accepted["terms_of_use"] == terms["version"]
    assert stage.post("olivia", f"/v1/leases/{lease}/terms", {"version": "1"}).status_code == 403


READ = (
    "/v1/customers/{customer_id}",
    "/v1/applications/{application_id}",
    "/v1/applications/{application_id}/messages",
    "/v1/applications/{application_id}/versions/{number}",
    "/v1/applications/{application_id}/differences?old=1&new=1",
    "/v1/applications/{application_id}/evidence/{digest}",
    "/v1/appeals/{appeal_id}",
    "/v1/leases/{lease_id}",
    "/v1/leases/{lease_id}/versions",
)


def test_an_applicant_of_another_customer_cannot_tell_what_is_there(stage: Stage) -> None:
    real: Mapping[str, str] = {**dossier(stage), "lease_id": "bank-doors"}
    unknown = {**UNKNOWN_DOSSIER, "lease_id": "no-such-lease"}
    vetting = stage.countenance.vetting
    rival = CustomerId("rival")
    vetting.members.add(LOCAL_ADMINISTRATOR, rival, PersonId("mira"), "Mira")
    request = KeyRequest(
        role=Role.APPLICANT, lease_id=None, label="mira", person=PersonId("mira"), customer_id=rival
    )
    issued = stage.countenance.issue_key(LOCAL_ADMINISTRATOR, request)
    stage.keys = {**stage.keys, "mira": issued.text}
    for path in READ:
        answers = []
        for ids in (real, unknown):
            answer = stage.call("mira", "GET", path.format(**ids))
            text = answer.text
            for value in ids.values():
                text = text.replace(f"`{value}`", "`ID`")
            answers.append((answer.status_code, text))
        assert answers[0] == answers[1], path
        assert answers[0][0] == 404
    assert ok(stage.call("mira", "GET", "/v1/applications")) == {"applications": [], "next": None}
    assert ok(stage.call("mira", "GET", "/v1/appeals")) == {"appeals": []}
    assert [one["lease_id"] for one in ok(stage.call("mira", "GET", "/v1/leases"))["leases"]] == [
        "rival-doors"
    ]


def test_nothing_that_people_wrote_is_on_the_ledger(stage: Stage) -> None:
    dossier(stage)
    approved(stage)
    told = "\n".join(json.dumps(event) for event in stage.events())
    for written_words in (WHY, "Staff door", "Gatehouse Ltd", "Ada Lovelace", "porter", "complaints@"):
        assert written_words not in told


def test_the_key_of_an_applicant_is_issued_with_the_person(stage: Stage) -> None:
    bare = stage.post("olivia", "/v1/keys", {"role": "applicant", "label": "x"})
    assert (bare.status_code, bare.json()["code"]) == (422, "invalid_input")
    asked = {"role": "applicant", "label": "x", "person": "ada", "customer_id": GATE}
    issued = ok(stage.post("olivia", "/v1/keys", asked), 201)
    assert (issued["person"], issued["customer_id"]) == ("ada", GATE)


def test_customers_and_applications_come_in_pages_that_others_do_not_move(stage: Stage) -> None:
    for name in ("mill", "quarry", "tower"):
        ok(stage.post("olivia", "/v1/customers", {"customer_id": name, **CUSTOMER}), 201)
    begun = []
    for _ in range(3):
        begun.append(drafted(stage))
        stage.parts.clock.advance(timedelta(seconds=1))  # type: ignore[attr-defined]  # the fake clock
    for path, rows, more in (
        ("/v1/customers", "customers", "aaa"),
        ("/v1/applications", "applications", None),
    ):
        whole = [one["id"] for one in ok(stage.call("ruth", "GET", path))[rows]]
        assert ok(stage.call("ruth", "GET", path))["next"] is None
        first = ok(stage.call("ruth", "GET", f"{path}?limit=2"))
        if more is not None:
            ok(stage.post("olivia", "/v1/customers", {"customer_id": more, **CUSTOMER}), 201)
        seen, following = [one["id"] for one in first[rows]], first["next"]
        while following is not None:
            page = ok(stage.call("ruth", "GET", f"{path}?limit=2&cursor={following}"))
            seen, following = [*seen, *(one["id"] for one in page[rows])], page["next"]
        assert seen == whole
        assert stage.call("ruth", "GET", f"{path}?limit=0").status_code == 422
        assert stage.call("ruth", "GET", f"{path}?cursor=AAAA").status_code == 422
    assert set(begun) <= set(whole)


def test_no_administrator_issues_or_rotates_the_key_of_a_reviewer(stage: Stage) -> None:
    asked = {"role": "reviewer", "label": "x", "person": "nora"}
    key_id = stage.keys["ruth"].split("_")[1]
    for path, body in (("/v1/keys", asked), (f"/v1/keys/{key_id}/rotation", {"grace_seconds": 0})):
        refused = stage.post("olivia", path, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "separation_of_duties")
        assert stage.events()[-1]["what"] == "separation"
