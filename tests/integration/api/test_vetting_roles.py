"""Every route of a review, asked in every role: who may, and that everybody else is refused on the record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.keys import KeyRequest
from countenance.vetting.model import PersonId, Role
from integration.api.dossier import UNKNOWN_DOSSIER, VETTING_BODIES
from integration.api.stage import Stage, stages
from integration.api.test_strangers import ROUTES, named

PEOPLE = {
    "administrator": "otto",
    "reviewer": "ruth",
    "applicant": "ada",
    "auditor": "cleo",
    "operator": "alice",
    "examiner": "bob",
}
STAFF = {"administrator", "reviewer", "auditor"}
READERS = STAFF | {"applicant"}
WRITERS = {"administrator", "applicant"}
TALKERS = WRITERS | {"reviewer"}
A = "/v1/applications/{application_id}"
C = "/v1/customers/{customer_id}"
L = "/v1/leases/{lease_id}"
MAY: Mapping[tuple[str, str], set[str]] = {
    ("POST", "/v1/keys/{key_id}/rotation"): {"administrator"},
    ("GET", "/v1/leases"): READERS,
    ("GET", L): READERS,
    ("DELETE", L): {"administrator", "reviewer"},
    ("GET", f"{L}/versions"): READERS,
    ("POST", f"{L}/suspension"): {"administrator", "reviewer"},
    ("POST", f"{L}/resumption"): {"reviewer"},
    ("POST", f"{L}/terms"): WRITERS,
    ("POST", "/v1/customers"): {"administrator"},
    ("GET", "/v1/customers"): STAFF,
    ("GET", C): READERS,
    ("PUT", C): {"administrator"},
    ("PUT", f"{C}/members/{{person}}"): {"administrator"},
    ("DELETE", f"{C}/members/{{person}}"): {"administrator"},
    ("PUT", f"{C}/contacts/{{contact_id}}"): WRITERS,
    ("DELETE", f"{C}/contacts/{{contact_id}}"): WRITERS,
    ("POST", f"{C}/applications"): WRITERS,
    ("GET", "/v1/applications"): READERS,
    ("GET", A): READERS,
    ("PUT", A): WRITERS,
    ("GET", f"{A}/versions/{{number}}"): READERS,
    ("GET", f"{A}/differences"): READERS,
    ("POST", f"{A}/submission"): WRITERS,
    ("POST", f"{A}/withdrawal"): WRITERS,
    ("POST", f"{A}/evidence"): WRITERS,
    ("GET", f"{A}/evidence/{{digest}}"): READERS,
    ("GET", f"{A}/messages"): TALKERS,
    ("POST", f"{A}/messages"): TALKERS,
    ("POST", f"{A}/marks"): {"reviewer"},
    ("POST", f"{A}/approvals"): {"reviewer"},
    ("POST", f"{A}/refusals"): {"reviewer"},
    ("POST", f"{A}/appeals"): WRITERS | {"auditor"},
    ("GET", "/v1/appeals"): READERS,
    ("GET", "/v1/appeals/{appeal_id}"): READERS,
    ("POST", "/v1/appeals/{appeal_id}/judgements"): {"reviewer"},
    ("GET", "/v1/conditions"): STAFF,
    ("POST", "/v1/conditions"): {"reviewer"},
    ("POST", "/v1/conditions/{condition_id}/confirmation"): {"reviewer"},
    ("POST", "/v1/conditions/{condition_id}/unmeeting"): {"reviewer"},
    ("GET", "/v1/incidents"): set(PEOPLE),
    ("GET", "/v1/incidents/{incident_id}"): set(PEOPLE),
    ("POST", "/v1/incidents"): {"administrator", "reviewer"},
    ("POST", "/v1/incidents/{incident_id}/resolution"): {"reviewer"},
    ("GET", "/v1/audits"): STAFF,
    ("POST", "/v1/audits"): {"administrator"},
    ("POST", "/v1/audits/{audit_id}/approval"): {"reviewer"},
    ("POST", "/v1/audits/{audit_id}/response"): {"administrator"},
    ("GET", "/v1/fairness/evidence"): STAFF,
    ("GET", "/v1/fairness/monitor"): STAFF,
    ("POST", "/v1/fairness/evidence"): {"reviewer"},
    ("POST", "/v1/fairness/reports"): {"administrator"},
    ("POST", "/v1/fairness/evidence/{evidence_id}/confirmation"): {"reviewer"},
    ("POST", "/v1/fairness/evidence/{evidence_id}/retraction"): {"reviewer"},
}
"""Which roles get past the first question. `terms` to read is for any key."""

IDS = {**UNKNOWN_DOSSIER, "lease_id": "no-such-lease", "key_id": "0" * 16}


@pytest.fixture(scope="module")
def world(
    furnished: tuple[Path, Mapping[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    template, keys = furnished
    for stage in stages(template, {**keys}, tmp_path_factory.mktemp("roles")):
        for name, role in (("otto", Role.ADMINISTRATOR), ("cleo", Role.AUDITOR)):
            request = KeyRequest(role=role, lease_id=None, label=name, person=PersonId(name))
            issued = stage.countenance.issue_key(LOCAL_ADMINISTRATOR, request)
            stage.keys = {**stage.keys, name: issued.text}
        yield stage


def test_every_route_of_a_review_is_in_the_table() -> None:
    reviewed = re.compile(
        r"^/v1/(customers|applications|appeals|conditions|leases|incidents|fairness|audits|keys/.*/rotation)"
    )
    assert {route for route in ROUTES if reviewed.search(route[1])} == set(MAY)


@pytest.mark.parametrize("route", MAY, ids=named)
def test_each_role_gets_as_far_as_it_may(world: Stage, route: tuple[str, str]) -> None:
    method, path = route
    body = json.dumps(VETTING_BODIES[route]) if route in VETTING_BODIES else None
    content = json.loads(re.sub(r"\{(\w+)\}", lambda one: IDS[one[1]], body)) if body is not None else None
    query = "?old=1&new=1" if path.endswith("/differences") else ""
    for role, who in PEOPLE.items():
        before = len(world.events())
        answer = world.call(who, method, path.format(**IDS) + query, json=content)
        told = [event["type"] for event in world.events()[before:]]
        refused = answer.status_code == 403
        assert refused == (role not in MAY[route]), (role, answer.status_code, answer.text)
        if refused:
            assert answer.json()["code"] == "forbidden"
            assert told == ["request:refused"]


def test_a_key_that_stands_for_nobody_writes_nothing_that_somebody_answers_for(world: Stage) -> None:
    body = {"use": {"title": "A door"}}
    answer = world.post("olivia", "/v1/customers/gatehouse/applications", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "stands for none" in answer.json()["detail"]
