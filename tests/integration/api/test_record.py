from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from countenance.ledger import merkle
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.note import open_note
from countenance.ledger.proof import InclusionProof
from countenance.policy.codec import decision_document
from countenance.policy.gate import explaining_policy
from countenance.policy.model import Act, Camera, CustomerKind, Jurisdiction, Purpose, Question, Space
from fakes_engine import photograph
from integration.api.stage import SIGNER, Stage


@pytest.fixture
def bank(stage: Stage) -> Stage:
    stage.furnish("alice", "staff", "identity_verification", ("dave", photograph("dave", 1)))
    return stage


def decision_of(stage: Stage) -> str:
    told = stage.verify("alice", "staff", "dave", photograph("dave", 2)).json()
    return str(told["decision_id"])


def test_a_decision_is_shown_with_its_question_and_everything_that_explains_it(bank: Stage) -> None:
    decision = decision_of(bank)
    record = bank.call("alice", "GET", f"/v1/decisions/{decision}").json()
    assert record["decision_id"] == decision
    assert record["customer_id"] == "bank"
    assert (record["question"]["act"], record["question"]["gallery_id"]) == ("verify", "staff")
    assert record["question"]["consent"] is True
    assert record["question"]["lease_id"] == "bank-doors"
    answer = record["answer"]
    assert answer["decision"] == "permit"
    assert {reason["id"] for reason in answer["reasons"]} == {"lease.permit"}
    assert {"house", "laws", "schema"} <= set(answer["digests"])
    assert all(len(digest) == 64 for digest in answer["digests"].values())
    assert "dave" not in json.dumps(record)


@pytest.mark.parametrize("who", ["alice", "carol", "olivia"])
def test_a_decision_is_shown_to_its_customer_and_to_auditors(bank: Stage, who: str) -> None:
    assert bank.call(who, "GET", f"/v1/decisions/{decision_of(bank)}").status_code == 200


@pytest.mark.parametrize("who", ["bob", "nina", "mallory"])
def test_a_decision_is_not_shown_to_others(bank: Stage, who: str) -> None:
    assert bank.call(who, "GET", f"/v1/decisions/{decision_of(bank)}").status_code == 404


def test_a_decision_comes_out_the_same_a_year_later(bank: Stage) -> None:
    decision = decision_of(bank)
    bank.parts.clock.advance(timedelta(days=365))
    answer = bank.call("carol", "POST", f"/v1/decisions/{decision}/replay")
    assert answer.json() == {"decision_id": decision, "same": True, "recorded_rules": True, "changed": []}


GOLDEN = [
    ({"on": "2020-06-09", "packs": ["microsoft-2020"]}, "permit", None),
    ({"on": "2020-06-11", "packs": ["microsoft-2020"]}, "deny", "vendor.microsoft.2020"),
    ({"on": "2020-06-10", "packs": ["amazon-2020"]}, "deny", "vendor.amazon.2020"),
    ({"on": "2019-12-31", "laws": True, "jurisdictions": ["US-CA"], "camera": "body_worn"}, "permit", None),
    (
        {"on": "2020-01-01", "laws": True, "jurisdictions": ["US-CA"], "camera": "body_worn"},
        "deny",
        "us-ca-ab1215",
    ),
]


@pytest.mark.parametrize(("content", "decision", "rule"), GOLDEN)
def test_packs_and_laws_can_be_asked_by_themselves_for_any_day(
    stage: Stage, content: dict[str, object], decision: str, rule: str | None
) -> None:
    question = {
        "act": "identify",
        "customer_kind": "police",
        "jurisdictions": ["US"],
        "purpose": "criminal_investigation",
        "space": "public",
        "camera": "fixed",
        "consent": False,
        **content,
    }
    told = stage.post("mallory", "/v1/decisions/explain", question).json()
    assert told["decision"] == decision, told
    if rule is not None:
        assert rule in {reason["id"] for reason in told["reasons"]}
        assert all(reason["reopens"] for reason in told["reasons"])
    else:
        assert {reason["id"] for reason in told["reasons"]} == {"question.unrefused"}


def test_an_explanation_without_packs_asks_the_usual_ones_and_the_laws(stage: Stage) -> None:
    question = {"act": "identify", "customer_kind": "police", "jurisdictions": ["US"], "on": "2020-06-11"}
    told = stage.post("mallory", "/v1/decisions/explain", question).json()
    packs = {reason["pack"].split("@")[0] for reason in told["reasons"]}
    assert {"house", "microsoft-2020", "amazon-2020"} <= packs
    assert {"house", "microsoft-2020", "amazon-2020", "laws"} <= set(told["digests"])


def test_an_explanation_is_what_the_command_line_prints(stage: Stage) -> None:
    question = Question(
        act=Act.IDENTIFY,
        on=datetime(2020, 6, 11, tzinfo=UTC),
        customer_kind=CustomerKind.POLICE,
        jurisdictions=frozenset({Jurisdiction("US-CA")}),
        purpose=Purpose.CRIMINAL_INVESTIGATION,
    )
    printed = decision_document(explaining_policy(("amazon-2020", "house"), laws=True).decide(question))
    asked = {
        "act": "identify",
        "on": "2020-06-11",
        "customer_kind": "police",
        "jurisdictions": ["US-CA"],
        "purpose": "criminal_investigation",
        "packs": ["amazon-2020", "house"],
        "laws": True,
    }
    assert stage.post("carol", "/v1/decisions/explain", asked).json() == printed


def test_a_scraped_gallery_and_an_order_of_a_court_can_be_asked_about(stage: Stage) -> None:
    question = {"act": "identify", "scraped": True, "instruments": ["warrant", "order:us-ftc-riteaid"]}
    told = stage.post("carol", "/v1/decisions/explain", {**question, "packs": ["house"]}).json()
    assert "house.scraped-gallery" in {reason["id"] for reason in told["reasons"]}


def test_an_explanation_records_nothing(stage: Stage) -> None:
    before = len(stage.events())
    assert stage.post("carol", "/v1/decisions/explain", {"act": "detect"}).status_code == 200
    assert len(stage.events()) == before


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "no act": ({}, "invalid_input"),
    "unknown act": ({"act": "stare"}, "invalid_input"),
    "no zone": ({"act": "identify", "on": "2020-06-11T12:00:00"}, "naive_datetime"),
    "no date": ({"act": "identify", "on": "June"}, "invalid_input"),
    "no such day": ({"act": "identify", "on": "2020-02-30"}, "invalid_input"),
    "unknown pack": ({"act": "identify", "packs": ["google-2020"]}, "invalid_input"),
    "a path as pack": ({"act": "identify", "packs": ["/etc/passwd"]}, "invalid_input"),
    "a file as pack": ({"act": "identify", "packs": ["x.cedar"]}, "invalid_input"),
    "no place": ({"act": "identify", "jurisdictions": ["California"]}, "invalid_input"),
}


@pytest.mark.parametrize(("content", "code"), WRONG.values(), ids=WRONG.keys())
def test_a_question_that_cannot_be_one_is_refused(
    stage: Stage, content: dict[str, object], code: str
) -> None:
    answer = stage.post("alice", "/v1/decisions/explain", content)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_the_closed_lists_are_told_in_full(stage: Stage) -> None:
    told = stage.call("mallory", "GET", "/v1/policy/vocabulary").json()
    for name, words in (
        ("kinds", CustomerKind),
        ("acts", Act),
        ("purposes", Purpose),
        ("spaces", Space),
        ("cameras", Camera),
    ):
        assert told[name] == [word.value for word in words]
    assert {"house", "microsoft-2020", "amazon-2020", "ibm-2020"} <= set(told["packs"])


def test_an_entry_and_its_proof_can_be_checked_by_an_outsider(bank: Stage) -> None:
    told = bank.verify("alice", "staff", "dave", photograph("dave", 2)).json()
    entry = bank.call("mallory", "GET", f"/v1/ledger/entries/{told['entry']}").json()
    leaf = base64.b64decode(entry["leaf"])
    assert json.loads(leaf) == entry["entry"]
    text, _ = open_note(entry["checkpoint"], [SIGNER.vkey])
    checkpoint = Checkpoint.parse(text)
    assert checkpoint.size == entry["size"]
    proof = [base64.b64decode(node) for node in entry["proof"]]
    root = merkle.root_from_inclusion(merkle.leaf_hash(leaf), entry["index"], entry["size"], proof)
    assert root == checkpoint.root


def test_a_proof_can_be_taken_away_as_a_file(bank: Stage) -> None:
    told = bank.verify("alice", "staff", "dave", photograph("dave", 2)).json()
    path = f"/v1/ledger/entries/{told['entry']}"
    leaf = base64.b64decode(bank.call("carol", "GET", path).json()["leaf"])
    file = bank.call("carol", "GET", path, headers={"Accept": "text/plain"})
    assert file.headers["Content-Type"] == "text/plain; charset=utf-8"
    proof = InclusionProof.parse(file.text)
    assert proof.index == told["entry"]
    assert proof.verify(leaf, [SIGNER.vkey]).size > told["entry"]


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "application/json, text/plain", "text/html", ""]
)
def test_an_entry_is_json_unless_text_is_asked_for(stage: Stage, accept: str) -> None:
    answer = stage.call("carol", "GET", "/v1/ledger/entries/0", headers={"Accept": accept})
    assert answer.headers["Content-Type"] == "application/json"


def test_consistency_of_two_sizes_can_be_checked_by_an_outsider(bank: Stage) -> None:
    def head() -> Checkpoint:
        answer = bank.call("carol", "GET", "/v1/ledger/checkpoint")
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        return Checkpoint.parse(open_note(answer.text, [SIGNER.vkey])[0])

    old = head()
    decision_of(bank)
    new = head()
    told = bank.call("carol", "GET", f"/v1/ledger/consistency?old={old.size}&new={new.size}").json()
    proof = [base64.b64decode(node) for node in told["proof"]]
    assert new.size > old.size
    assert merkle.verify_consistency((old.size, new.size), (old.root, new.root), proof)


@pytest.mark.parametrize(
    ("query", "status"),
    [("?old=1&new=99999", 404), ("?old=3&new=2", 422), ("?old=0&new=2", 422), ("?new=2", 422), ("", 422)],
)
def test_sizes_that_the_log_does_not_have_prove_nothing(stage: Stage, query: str, status: int) -> None:
    assert stage.call("carol", "GET", f"/v1/ledger/consistency{query}").status_code == status


@pytest.mark.parametrize(
    ("index", "status"), [("99999", 404), ("9007199254740991", 404), ("9007199254740992", 422), ("-1", 422)]
)
def test_an_entry_that_is_not_there_is_not_found(stage: Stage, index: str, status: int) -> None:
    assert stage.call("carol", "GET", f"/v1/ledger/entries/{index}").status_code == status


def test_keys_are_listed_without_their_secrets(stage: Stage) -> None:
    content = {"role": "examiner", "lease_id": "ngo-missing", "label": "desk 2"}
    issued = stage.post("olivia", "/v1/keys", content).json()
    assert issued["key"].startswith(f"ck_{issued['key_id']}_")
    listed = stage.call("carol", "GET", "/v1/keys")
    (one,) = [key for key in listed.json()["keys"] if key["key_id"] == issued["key_id"]]
    assert one == {name: value for name, value in issued.items() if name in one}
    assert set(issued) - set(one) == {"key", "access_key_id", "secret_access_key"}
    assert issued["key"].split("_")[2] not in listed.text
    headers = {"X-Api-Key": issued["key"]}
    assert stage.call(None, "GET", "/v1/ledger/checkpoint", headers=headers).status_code == 200


def test_revoking_a_key_or_lease_that_is_not_there_is_not_found(stage: Stage) -> None:
    assert stage.call("olivia", "DELETE", f"/v1/keys/{'0' * 16}").status_code == 404
    assert stage.call("olivia", "DELETE", "/v1/leases/nowhere").status_code == 404
