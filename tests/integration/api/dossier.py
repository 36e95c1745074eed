"""A customer's dossier over the API: right bodies for its routes, and ids of things that exist."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from applying import FILE, GATE, WHY, marks, use
from countenance.policy.reopening import HumanRightsPoint
from countenance.vetting.documents import document_of
from integration.api.stage import START, Stage

RULE = "house.us-police"
SUSPENSION = {"reason": WHY}
ACCEPTANCE = {"version": "1"}
CUSTOMER = {"name": "Gatehouse Ltd", "kind": "private", "jurisdictions": ["CH"]}
EVIDENCE = {"name": "all.txt", "content": base64.b64encode(FILE).decode()}
APPROVAL = {
    "reasons": WHY,
    "expires": (START + timedelta(days=200)).isoformat(),
    "reverify": (START + timedelta(days=100)).isoformat(),
}
REFUSAL = {"reasons": WHY, "reopening": "Say in the notice who looks, and why."}
MARKS = {"marks": [document_of(mark) for mark in marks()]}
PROPOSAL = {
    "rule": RULE,
    "citation": "An Act to govern face recognition, Pub. L. 120-1",
    "answers": [
        {"point": point.value, "how": f"Section 4 says in words: {point}."} for point in HumanRightsPoint
    ],
    "expires": "2027-06-01",
    "name": "Ada Lovelace",
    "reasons": WHY,
}
CONFIRMATION = {"name": "Grace Hopper", "reasons": WHY}

AUDIT = {
    "party": "A university",
    "contact": "audit@example.com",
    "protocol": "0" * 64,
    "test_days": 10,
    "window_days": 30,
    "calls_a_minute": 2,
    "most_calls": 100,
    "reason": WHY,
}

_A = "/v1/applications/{application_id}"
VETTING_BODIES: Mapping[tuple[str, str], dict[str, Any]] = {
    ("POST", "/v1/keys/{key_id}/rotation"): {"grace_seconds": 60},
    ("POST", "/v1/leases/{lease_id}/suspension"): SUSPENSION,
    ("POST", "/v1/leases/{lease_id}/resumption"): SUSPENSION,
    ("POST", "/v1/leases/{lease_id}/terms"): ACCEPTANCE,
    ("POST", "/v1/customers"): {"customer_id": "{customer_id}", **CUSTOMER},
    ("PUT", "/v1/customers/{customer_id}"): CUSTOMER,
    ("PUT", "/v1/customers/{customer_id}/members/{person}"): {"name": "Mallory"},
    ("PUT", "/v1/customers/{customer_id}/contacts/{contact_id}"): {"name": "Me", "purpose": "everything"},
    ("POST", "/v1/customers/{customer_id}/applications"): {"use": {"title": "A door"}},
    ("PUT", _A): {"based_on": 1, "use": {"title": "Another door"}},
    ("POST", f"{_A}/evidence"): EVIDENCE,
    ("POST", f"{_A}/messages"): {"text": "Whose door is it?"},
    ("POST", f"{_A}/marks"): MARKS,
    ("POST", f"{_A}/approvals"): APPROVAL,
    ("POST", f"{_A}/refusals"): REFUSAL,
    ("POST", f"{_A}/appeals"): {"grounds": WHY},
    ("POST", "/v1/appeals/{appeal_id}/judgements"): {"uphold": True, "reasons": WHY},
    ("POST", "/v1/conditions"): PROPOSAL,
    ("POST", "/v1/conditions/{condition_id}/confirmation"): CONFIRMATION,
    ("POST", "/v1/conditions/{condition_id}/unmeeting"): CONFIRMATION,
    ("POST", "/v1/audits"): AUDIT,
    ("POST", "/v1/audits/{audit_id}/approval"): {"reason": WHY},
    ("POST", "/v1/audits/{audit_id}/response"): {"reason": WHY},
    ("POST", "/v1/incidents"): {"kind": "other", "reason": WHY},
    ("POST", "/v1/incidents/{incident_id}/resolution"): {"reason": WHY},
    ("POST", "/v1/fairness/evidence"): {"entry": 1, "uses": ["one_to_one"], "reason": WHY},
    ("POST", "/v1/fairness/reports"): {"report": "{}", "key": "none", "uses": ["one_to_one"], "reason": WHY},
    ("POST", "/v1/fairness/evidence/{evidence_id}/confirmation"): {"reason": WHY},
    ("POST", "/v1/fairness/evidence/{evidence_id}/retraction"): {"reason": WHY},
}
"""A right body for every route of a review that takes one."""

UNKNOWN_DOSSIER = {
    "customer_id": "nobody",
    "application_id": "app_" + "0" * 32,
    "appeal_id": "appeal_" + "0" * 32,
    "condition_id": "cond_" + "0" * 32,
    "audit_id": "aud_" + "0" * 32,
    "incident_id": "inc_" + "0" * 32,
    "evidence_id": "evi_" + "0" * 32,
    "person": "nobody",
    "contact_id": "none",
    "digest": "0" * 64,
    "number": "1",
}


def written(now: datetime = START, **changes: Any) -> Any:  # noqa: ANN401  any field, any document
    """Return a use with which a machine finds nothing wrong, as it is sent."""
    return document_of(use(now, **changes))


def ok(answer: Any, status: int = 200) -> Any:  # noqa: ANN401  whatever the document is
    assert answer.status_code == status, answer.text
    return answer.json()


def drafted(stage: Stage) -> str:
    """Return an application of ada's with its file, not submitted."""
    begun = ok(stage.post("ada", f"/v1/customers/{GATE}/applications", {"use": written()}), 201)
    ok(stage.post("ada", f"/v1/applications/{begun['id']}/evidence", EVIDENCE), 201)
    name: str = begun["id"]
    return name


def submitted(stage: Stage) -> str:
    """Return an application under review."""
    name = drafted(stage)
    ok(stage.call("ada", "POST", f"/v1/applications/{name}/submission"))
    return name


def dossier(stage: Stage) -> dict[str, str]:
    """Return ids of things that exist, none of which is mallory's."""
    name = submitted(stage)
    ok(stage.post("ruth", f"/v1/applications/{name}/refusals", REFUSAL))
    appeal = ok(stage.post("ada", f"/v1/applications/{name}/appeals", {"grounds": WHY}), 201)
    condition = ok(stage.post("ruth", "/v1/conditions", PROPOSAL), 201)
    odd = {"kind": "other", "reason": WHY, "scope": "customer", "of": GATE}
    incident = ok(stage.post("ruth", "/v1/incidents", odd), 201)
    contact = {"name": "Complaints", "purpose": "complaints"}
    ok(stage.call("ada", "PUT", f"/v1/customers/{GATE}/contacts/complaints", json=contact))
    (evidence,) = ok(stage.call("ada", "GET", f"/v1/applications/{name}"))["evidence"]
    return {
        "customer_id": GATE,
        "application_id": name,
        "appeal_id": appeal["id"],
        "condition_id": condition["id"],
        "audit_id": "aud_" + "1" * 32,
        "incident_id": incident["id"],
        "evidence_id": "evi_" + "1" * 32,
        "person": "ada",
        "contact_id": "complaints",
        "digest": evidence["digest"],
        "number": "1",
    }
