"""Notices, consent, receipts and retention over HTTP, and receipts checked by a program of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import receipt_verifier
from fakes_engine import photograph
from integration.api import agreeing
from integration.api.stage import SIGNER, START, Stage

NOTICE = {**agreeing.NOTICE, "gallery_id": "staff"}
SUBJECT = "/v1/galleries/staff/subjects/dave"
VERIFIER = Path(receipt_verifier.__file__)


@pytest.fixture
def bank(stage: Stage) -> Stage:
    """A gallery with a notice that was published a minute ago."""
    gallery = {"gallery_id": "staff", "purpose": "identity_verification", "scraped": False}
    assert stage.post("alice", "/v1/galleries", gallery).status_code == 201
    made = stage.post("alice", "/v1/notices", NOTICE)
    assert (made.status_code, made.json()["notice"]) == (201, "doors/1")
    stage.parts.clock.advance(timedelta(minutes=1))
    return stage


def agree(stage: Stage, **more: object) -> Any:  # noqa: ANN401  the client's answer
    now = stage.parts.clock().isoformat()
    capture = {
        "language": "de-CH",
        "purposes": ["identity_verification"],
        "shown": (stage.parts.clock() - timedelta(seconds=30)).isoformat(),
        "release": {"signed_by": "Dävid", "signed": now},
    }
    return stage.consent(
        "alice", "staff", "dave", notice="doors/1", method="electronic_signature", capture=capture, **more
    )


def test_a_notice_is_published_once_shown_and_rendered(bank: Stage) -> None:
    again = bank.post("alice", "/v1/notices", NOTICE)
    assert (again.status_code, again.json()["code"]) == (409, "already_exists")
    (told,) = bank.call("alice", "GET", "/v1/notices").json()["notices"]
    assert told == bank.call("alice", "GET", "/v1/notices/doors/versions/1").json()
    assert told["texts"] == NOTICE["texts"]
    sheet = "/v1/notices/doors/versions/1/sheet"
    page = bank.call("alice", "GET", sheet, params={"language": "de-CH"})
    assert '<section class="notice" lang="de-CH"' in page.text
    printed = bank.call("alice", "GET", sheet, params={"form": "pdf"})
    assert (printed.headers["content-type"], printed.content[:5]) == ("application/pdf", b"%PDF-")
    missing = bank.call("alice", "GET", sheet, params={"language": "fr"})
    assert missing.status_code == 404
    nowhere = bank.call("alice", "GET", sheet, params={"form": "qr_svg"})
    assert (nowhere.status_code, nowhere.json()["code"]) == (409, "wrong_state")


def test_everything_that_is_missing_comes_in_one_answer(bank: Stage) -> None:
    poor = {**NOTICE, "texts": [{**NOTICE["texts"][0], "who": "", "alternative": " "}]}
    lacking = bank.post("alice", "/v1/notices", poor)
    assert (lacking.status_code, lacking.json()["code"]) == (422, "notice_incomplete")
    assert lacking.json()["reasons"] == ["en.who:missing", "en.alternative:missing"]
    plain = bank.consent("alice", "staff", "dave")
    assert (plain.status_code, plain.json()["reasons"]) == (422, ["notice"])


def test_a_refused_enrolment_says_what_is_missing_and_was_recorded_before(bank: Stage) -> None:
    refused = bank.enrol("alice", "staff", "dave", photograph("dave"))
    told = refused.json()
    assert (refused.status_code, told["missing"]) == (403, ["consent"])
    assert bank.events()[told["entry"]]["type"] == "enrolment:refused"
    check = bank.call("alice", "GET", f"{SUBJECT}/consent/check").json()
    assert (check["permitted"], check["missing"]) == (False, ["consent"])
    assert agree(bank).status_code == 200
    assert bank.call("alice", "GET", f"{SUBJECT}/consent/check").json()["permitted"]
    assert bank.enrol("alice", "staff", "dave", photograph("dave")).status_code == 201


def test_a_receipt_is_checked_by_another_program_and_any_change_is_noticed(
    bank: Stage, tmp_path: Path
) -> None:
    given = agree(bank).json()
    receipt = bank.call("alice", "GET", f"{SUBJECT}/consent/receipt").json()
    file, key = tmp_path / "receipt.json", str(SIGNER.vkey)
    file.write_text(json.dumps(receipt), "utf-8")
    arguments = [sys.executable, "-I", str(VERIFIER), str(file), key]
    done = subprocess.run(arguments, check=True, capture_output=True, text=True)  # noqa: S603  our own program
    assert done.stdout == f"ok {given['record_id']}\n"
    for place in ("dpv:hasJurisdiction", "dpv:hasConsentStatus", "countenance:capture"):
        changed = json.loads(json.dumps(receipt))
        changed["dpv:hasRecordOfActivity"][place] = []
        with pytest.raises(receipt_verifier.WrongError, match="another record"):
            receipt_verifier.verify(changed, key)
    other = SIGNER.vkey.name + "+00000000+" + key.split("+", 2)[2]
    with pytest.raises(receipt_verifier.WrongError, match="hash"):
        receipt_verifier.verify(receipt, other)
    signed = json.loads(json.dumps(receipt))
    signed["countenance:proof"]["tlog_proof"] = receipt["countenance:proof"]["tlog_proof"].replace(
        "localhost/stage\n", "localhost/other\n", 1
    )
    with pytest.raises(receipt_verifier.WrongError, match="signature"):
        receipt_verifier.verify(signed, key)


def test_a_receipt_has_every_mandatory_field_and_comes_on_paper_and_as_a_proof(bank: Stage) -> None:
    agree(bank)
    answer = bank.call("alice", "GET", f"{SUBJECT}/consent/receipt")
    assert answer.headers["content-type"] == "application/ld+json"
    told = answer.json()
    assert told["dct:conformsTo"].endswith("#receipt-eu-gdpr")
    record = told["dpv:hasRecordOfActivity"]
    assert record["dct:conformsTo"].endswith("#record-eu-gdpr")
    assert record["dpv:hasProcess"][0]["dpv:hasLegalBasis"] == [
        "dpv:ExplicitlyExpressedConsent",
        "eu-gdpr:A9-2-a",
    ]
    assert record["dpv:hasNotice"]["dct:language"] == "de-CH"
    (listed,) = bank.call("alice", "GET", f"{SUBJECT}/consent/records").json()["records"]
    assert listed["record"] == record
    paper = bank.call("alice", "GET", f"{SUBJECT}/consent/receipt", params={"form": "pdf"})
    assert paper.content[:5] == b"%PDF-"
    proof = bank.call("alice", "GET", f"{SUBJECT}/consent/receipt", params={"form": "proof"}).text
    assert proof == told["countenance:proof"]["tlog_proof"]


def test_a_deadline_is_shown_with_its_reason_and_the_pass_destroys_at_it(bank: Stage) -> None:
    agree(bank)
    bank.enrol("alice", "staff", "dave", photograph("dave"))
    told = bank.call("alice", "GET", f"{SUBJECT}/retention").json()
    assert (told["deadline"]["source"], told["deadline"]["rule"]) == ("policy", "doors/1")
    page = bank.call("alice", "GET", "/v1/galleries/staff/retention").json()
    assert page == {"subjects": [told], "next": None}
    bank.parts.clock.set(START + timedelta(days=101))
    assert bank.post("alice", "/v1/retention/run", {}).status_code == 403
    swept = bank.call("olivia", "POST", "/v1/retention/run")
    assert swept.json() == {"destroyed": 1, "held": 0, "busy": 0}
    assert bank.call("alice", "GET", f"{SUBJECT}/retention").status_code == 404


def test_contact_is_recorded_and_a_hold_is_placed_listed_and_released_by_another(bank: Stage) -> None:
    agree(bank)
    bank.enrol("alice", "staff", "dave", photograph("dave"))
    told = bank.post("alice", f"{SUBJECT}/retention", {"kind": "interaction"}).json()
    assert told["last_interaction"] == bank.parts.clock().isoformat().replace("+00:00", "Z")
    until = (START + timedelta(days=200)).isoformat()
    asked = {"subject_id": "dave", "reason": "litigation", "matter": "2027-CV-0815", "until": until}
    placed = bank.post("alice", "/v1/galleries/staff/holds", asked)
    assert placed.status_code == 201
    held = bank.call("alice", "DELETE", f"{SUBJECT}/consent")
    assert (held.status_code, held.json()["code"]) == (409, "legal_hold")
    assert bank.call("alice", "DELETE", "/v1/galleries/staff").status_code == 409
    place = placed.headers["location"]
    assert bank.call("alice", "DELETE", place).json()["code"] == "separation_of_duties"
    assert bank.call("olivia", "DELETE", place).json()["released_by"] is not None
    (listed,) = bank.call("alice", "GET", "/v1/galleries/staff/holds").json()["holds"]
    assert listed["matter"] == "2027-CV-0815"
    assert "CV-0815" not in json.dumps(bank.events())
    assert bank.call("olivia", "POST", "/v1/retention/run").json()["destroyed"] == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/notices/doors/versions/1"),
        ("GET", "/v1/notices/doors/versions/1/sheet"),
        ("GET", f"{SUBJECT}/consent/check"),
        ("GET", f"{SUBJECT}/consent/records"),
        ("GET", f"{SUBJECT}/consent/receipt"),
        ("GET", f"{SUBJECT}/retention"),
        ("GET", "/v1/galleries/staff/retention"),
        ("GET", "/v1/galleries/staff/holds"),
        ("DELETE", f"/v1/galleries/staff/holds/hold_{'0' * 32}"),
    ],
)
def test_mallory_is_told_nothing(bank: Stage, method: str, path: str) -> None:
    agree(bank)
    assert bank.call("mallory", method, path).status_code == 404
    assert bank.call(None, method, path).status_code == 401
