from __future__ import annotations

import pytest

from countenance.errors import StorageError
from countenance.ledger import EventType
from countenance.recognition.ports import UnitOfWork
from fakes_engine import photograph
from integration.api.stage import Stage, StageParts, encoded

DAVE = ("dave", photograph("dave", 1))


@pytest.fixture
def bank(stage: Stage) -> Stage:
    stage.furnish("alice", "staff", "identity_verification", DAVE)
    return stage


def test_a_refusal_names_rules_conditions_decision_and_entry(stage: Stage) -> None:
    answer = stage.identify("officer", "suspects", photograph("somebody"))
    problem = answer.json()
    assert answer.status_code == 403
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (problem["type"], problem["code"]) == ("urn:countenance:error:refused", "refused")
    assert (problem["outcome"], problem["status"]) == ("refused", 403)
    rules = {rule["id"]: rule for rule in problem["rules"]}
    assert set(rules) == set(problem["reasons"])
    police = rules["house.us-police"]
    assert set(police) == {"id", "pack", "text", "source", "from", "until", "reopens"}
    assert "human rights" in police["reopens"]
    assert problem["conditions"]
    assert not any(condition["met"] for condition in problem["conditions"])
    assert answer.headers["Countenance-Decision"] == problem["decision_id"]
    assert answer.headers["Countenance-Entry"] == str(problem["entry"])


def test_a_refused_probe_is_on_the_ledger_and_never_looked_at(stage: Stage) -> None:
    problem = stage.identify("officer", "suspects", photograph("somebody")).json()
    event = stage.events()[problem["entry"]]
    assert event["type"] == EventType.IDENTIFICATION_REFUSED
    assert event["decision"] == problem["decision_id"]
    assert event["rules"] == problem["reasons"]
    assert stage.engine.seen == []


def test_a_refusal_can_be_read_again_by_whoever_was_refused(stage: Stage) -> None:
    problem = stage.identify("officer", "suspects", photograph("somebody")).json()
    record = stage.call("officer", "GET", f"/v1/decisions/{problem['decision_id']}").json()
    assert (record["entry"], record["answer"]["decision"]) == (problem["entry"], "deny")
    assert record["answer"]["reasons"] == problem["rules"]
    assert record["question"]["customer_kind"] == "police"


def test_an_act_that_the_lease_does_not_cover_is_refused(bank: Stage) -> None:
    problem = bank.identify("alice", "staff", photograph("dave", 2)).json()
    assert (problem["status"], problem["reasons"]) == (403, ["lease.act"])


def test_without_consent_nobody_is_enrolled(bank: Stage) -> None:
    seen = len(bank.engine.seen)
    problem = bank.enrol("alice", "staff", "erin", photograph("erin")).json()
    assert "house.consent" in problem["reasons"]
    assert len(bank.engine.seen) == seen


def test_a_gallery_of_scraped_images_is_used_for_nothing(stage: Stage) -> None:
    content = {"gallery_id": "portraits", "purpose": "media_archive", "scraped": True}
    assert stage.post("archivist", "/v1/galleries", content).status_code == 201
    stage.consent("archivist", "portraits", "ada")
    problem = stage.enrol("archivist", "portraits", "ada", photograph("ada")).json()
    assert "house.scraped-gallery" in problem["reasons"]


def test_a_revoked_key_is_refused_at_the_next_request(bank: Stage) -> None:
    key = bank.keys["alice"].split("_")[1]
    revoked = bank.call("olivia", "DELETE", f"/v1/keys/{key}")
    assert (revoked.status_code, revoked.content) == (204, b"")
    assert bank.verify("alice", "staff", "dave", photograph("dave", 2)).status_code == 401
    assert bank.call("alice", "GET", "/v1/galleries").status_code == 401


def test_a_revoked_lease_refuses_the_next_act_in_every_process(bank: Stage) -> None:
    elsewhere = Stage(StageParts(bank.parts.path), bank.keys)
    assert elsewhere.verify("alice", "staff", "dave", photograph("dave", 2)).status_code == 200
    told = bank.call("olivia", "DELETE", "/v1/leases/bank-doors")
    assert (told.status_code, told.json()["revoked"]) == (200, True)
    for process in (bank, elsewhere):
        problem = process.verify("alice", "staff", "dave", photograph("dave", 2)).json()
        assert (problem["status"], problem["outcome"]) == (403, "refused")
        assert any(reason.startswith("lease.") for reason in problem["reasons"])
        assert process.call("alice", "GET", "/v1/galleries").status_code == 403
    elsewhere.parts.close()


def test_with_every_lease_revoked_no_act_is_possible_and_the_record_stays_open(bank: Stage) -> None:
    """The kill switch: revoking the leases ends every act; what happened can still be checked."""
    for lease in bank.call("olivia", "GET", "/v1/leases").json()["leases"]:
        assert bank.call("olivia", "DELETE", f"/v1/leases/{lease['lease_id']}").status_code == 200
    seen = len(bank.engine.seen)
    image = encoded(photograph("dave", 2))
    acts = [
        ("/v1/galleries/staff/enrolments", {"subject_id": "dave", "image": image}),
        ("/v1/galleries/staff/verifications", {"subject_id": "dave", "image": image}),
        ("/v1/galleries/staff/identifications", {"image": image}),
        ("/v1/detections", {"image": image}),
        ("/v1/comparisons", {"reference": image, "probe": image}),
    ]
    for who in ("alice", "nina", "archivist", "tester", "officer"):
        for path, content in acts:
            assert stage_outcome(bank, who, path, content) == (403, "refused")
    assert len(bank.engine.seen) == seen
    assert bank.call("carol", "GET", "/v1/ledger/checkpoint").status_code == 200
    assert bank.call("carol", "GET", "/v1/keys").status_code == 200


def stage_outcome(stage: Stage, who: str, path: str, content: object) -> tuple[int, str]:
    answer = stage.post(who, path, content)
    return answer.status_code, answer.json()["outcome"]


def test_a_refusal_stands_even_if_its_record_cannot_be_read_again(stage: Stage) -> None:
    """The database goes away between the refusal and its explanation: still 403, with what is known."""
    whole = stage.parts.unit_of_work
    left = iter([True, True])  # the key, then the question; the explanation finds no database

    def failing() -> UnitOfWork:
        if next(left, False):
            return whole()
        raise StorageError("the database is away")

    stage.parts.unit_of_work = failing
    answer = Stage(stage.parts, stage.keys).identify("alice", "staff", photograph("dave"))
    stage.parts.unit_of_work = whole
    problem = answer.json()
    assert (problem["status"], problem["rules"], problem["conditions"]) == (403, [], [])
    assert "lease.act" in problem["reasons"]
    assert stage.events()[problem["entry"]]["type"] == EventType.IDENTIFICATION_REFUSED


def test_what_a_lease_allows_is_listed_in_full(stage: Stage) -> None:
    leases = {lease["lease_id"]: lease for lease in stage.call("carol", "GET", "/v1/leases").json()["leases"]}
    bank = leases["bank-doors"]
    assert bank["acts"] == ["detect", "enrol", "verify"]
    assert (bank["fmr_ppb"], bank["n_max"], bank["revoked"]) == (100_000, 1000, False)
    assert bank["approved_by"] == ["first", "second"]
