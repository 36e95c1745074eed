"""Manifests, erasures and receipts over HTTP."""

from __future__ import annotations

import json

import pytest

from countenance.ledger.erasure_receipt import check_receipt
from countenance.recognition.erasure.model import Searcher
from fakes_engine import photograph
from integration.api.stage import SIGNER, START, Stage
from receipt_checker import check

SUBJECT = "/v1/galleries/staff/subjects/dave/consent"


@pytest.fixture
def staff(stage: Stage) -> Stage:
    stage.furnish(
        "alice", "staff", "identity_verification", *((n, photograph(n, 1)) for n in ("dave", "erin"))
    )
    return stage


def test_a_withdrawal_names_its_erasure_whose_receipt_holds_for_both_programs(staff: Stage) -> None:
    before = staff.call("alice", "GET", "/v1/galleries/staff/manifest").json()
    told = staff.call("alice", "DELETE", SUBJECT).json()
    assert (told["references"], told["completed"]) == (1, True)
    path = f"/v1/erasures/{told['erasure_id']}"
    shown = staff.call("alice", "GET", path).json()
    assert (shown["cause"], shown["entry"], shown["references"]) == ("consent_withdrawn", told["entry"], 1)
    receipt = staff.call("alice", "GET", f"{path}/receipt")
    assert check_receipt(receipt.content, [SIGNER.vkey]).faults == ()
    assert check(receipt.text, str(SIGNER.vkey)) == "holds"
    body = receipt.json()["receipt"]
    assert body["manifest"]["before"] == {"root": before["root"], "size": before["references"]}
    after = staff.call("alice", "GET", "/v1/galleries/staff/manifest").json()
    assert body["manifest"]["after"] == {"root": after["root"], "size": after["references"]}
    printed = staff.call("alice", "GET", f"{path}/receipt.pdf")
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF-")
    assert b"dave" not in printed.content


def test_a_receipt_that_waits_for_another_process_is_a_conflict_until_it_has_followed(staff: Stage) -> None:
    with staff.parts.unit_of_work() as work:
        work.searchers.seen(Searcher(id="prc_other", label="pid 2", seen=START, sequence=0))
        work.commit()
    told = staff.call("alice", "DELETE", SUBJECT).json()
    assert told["completed"] is False
    waiting = staff.call("alice", "GET", f"/v1/erasures/{told['erasure_id']}/receipt")
    assert (waiting.status_code, waiting.json()["code"]) == (409, "wrong_state")
    with staff.parts.unit_of_work() as work:
        newest = work.searchers.newest_change()
        work.searchers.seen(Searcher(id="prc_other", label="pid 2", seen=START, sequence=newest))
        work.commit()
    assert staff.countenance.erasure.caretaker() == 1
    given = staff.call("alice", "GET", f"/v1/erasures/{told['erasure_id']}/receipt")
    assert json.loads(given.text)["receipt"]["processes"] == {"followed": 2, "silent": 0}


def test_erasures_come_in_pages_the_newest_first(staff: Stage) -> None:
    ids = [
        staff.call("alice", "DELETE", f"/v1/galleries/staff/subjects/{name}/consent").json()["erasure_id"]
        for name in ("dave", "erin", "dave")
    ]
    path = "/v1/galleries/staff/erasures"
    first = staff.call("alice", "GET", f"{path}?limit=2").json()["erasures"]
    assert [one["erasure_id"] for one in first] == [ids[2], ids[1]]
    rest = staff.call("alice", "GET", f"{path}?limit=2&before={first[-1]['entry']}").json()["erasures"]
    assert [one["erasure_id"] for one in rest] == [ids[0]]
    assert staff.call("carol", "GET", path).status_code == 200
    assert staff.call("alice", "GET", f"{path}?limit=0").status_code == 422


def test_a_withdrawal_sent_twice_happens_once_and_names_one_erasure(staff: Stage) -> None:
    answers = [
        staff.call("alice", "DELETE", SUBJECT, headers={"Idempotency-Key": "once"}).json() for _ in range(2)
    ]
    assert answers[0] == answers[1]
