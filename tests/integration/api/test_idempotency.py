from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from httpx2 import Response

from countenance.ledger import EventType
from fakes_engine import photograph
from integration.api.stage import Stage, encoded

GALLERY = {"gallery_id": "staff", "purpose": "identity_verification", "scraped": False}
CONSENT = "/v1/galleries/staff/subjects/dave/consent"


@pytest.fixture
def bank(stage: Stage) -> Stage:
    stage.furnish("alice", "staff", "identity_verification", ("dave", photograph("dave", 1)))
    return stage


def count(stage: Stage, event: EventType) -> int:
    return sum(told["type"] == event for told in stage.events())


def enrol(stage: Stage, key: str, *, who: str = "alice", number: int = 2) -> Response:
    return stage.enrol(who, "staff", "dave", photograph("dave", number), Idempotency_Key=key)


def test_an_enrolment_sent_twice_happens_once_and_gets_the_same_answer(bank: Stage) -> None:
    before = count(bank, EventType.ENROLMENT_COMPLETED)
    first, again = enrol(bank, "e-1"), enrol(bank, "e-1")
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Countenance-Decision"] == first.headers["Countenance-Decision"]
    assert count(bank, EventType.ENROLMENT_COMPLETED) == before + 1


@pytest.mark.parametrize("other", ["image", "path", "media type"])
def test_the_same_key_with_another_request_is_a_mismatch(bank: Stage, other: str) -> None:
    enrol(bank, "e-1")
    path = "/v1/galleries/staff/enrolments"
    changed: dict[str, Callable[[], Response]] = {
        "image": lambda: enrol(bank, "e-1", number=3),
        "path": lambda: bank.call("alice", "DELETE", CONSENT, headers={"Idempotency-Key": "e-1"}),
        "media type": lambda: bank.call(
            "alice",
            "POST",
            f"{path}?subject_id=dave",
            content=photograph("dave", 2),
            headers={"Idempotency-Key": "e-1", "Content-Type": "image/jpeg"},
        ),
    }
    answer = changed[other]()
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_mismatch")


def test_two_callers_may_use_the_same_key(bank: Stage) -> None:
    content = {"gallery_id": "missing", "purpose": "missing_children", "scraped": False}
    assert bank.post("nina", "/v1/galleries", content, Idempotency_Key="k").status_code == 201
    assert enrol(bank, "k").status_code == 201


def test_a_request_that_is_at_work_is_not_performed_beside_itself(bank: Stage) -> None:
    bank.engine.pause.clear()
    while bank.engine.arrived.acquire(blocking=False):
        pass
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(enrol, bank, "e-2")
        assert bank.engine.arrived.acquire(timeout=10)
        second = pool.submit(enrol, bank, "e-2").result(timeout=10)
        bank.engine.pause.set()
        told = first.result(timeout=10)
    assert (second.status_code, second.json()["code"]) == (409, "concurrent_write")
    assert second.headers["Retry-After"] == "1"
    assert told.status_code == 201
    assert enrol(bank, "e-2").content == told.content


def test_many_threads_with_one_key_make_one_gallery(stage: Stage) -> None:
    ready = threading.Barrier(6)

    def create(_: int) -> Response:
        ready.wait(timeout=10)
        return stage.post("alice", "/v1/galleries", GALLERY, Idempotency_Key="g-1")

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(create, range(6)))
    made = [answer for answer in answers if answer.status_code == 201]
    others = {answer.json()["code"] for answer in answers if answer.status_code != 201}
    assert made
    assert len({answer.content for answer in made}) == 1
    assert others <= {"concurrent_write"}
    assert count(stage, EventType.GALLERY_CREATED) == 1


def test_a_refusal_is_not_stored_so_it_is_asked_again(bank: Stage) -> None:
    def attempt() -> Response:
        return bank.enrol("alice", "staff", "erin", photograph("erin"), Idempotency_Key="e-3")

    refused = attempt()
    assert refused.status_code == 403
    bank.consent("alice", "staff", "erin")
    assert attempt().status_code == 201
    assert count(bank, EventType.ENROLMENT_REFUSED) == 1


def test_an_act_that_failed_may_be_sent_again(bank: Stage) -> None:
    assert enrol(bank, "e-4", who="alice").status_code == 201
    bank.engine.pause.set()
    broken = bank.enrol("alice", "staff", "dave", b"cut off", Idempotency_Key="e-5")
    again = bank.enrol("alice", "staff", "dave", b"cut off", Idempotency_Key="e-5")
    assert broken.status_code == again.status_code == 422
    assert count(bank, EventType.ENROLMENT_FAILED) == 2


def test_a_claim_that_was_never_answered_lapses_after_a_minute(bank: Stage) -> None:
    bank.engine.pause.clear()
    while bank.engine.arrived.acquire(blocking=False):
        pass
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(enrol, bank, "e-6")
        assert bank.engine.arrived.acquire(timeout=10)
        bank.parts.clock.advance(timedelta(seconds=61))
        second = pool.submit(enrol, bank, "e-6")
        assert bank.engine.arrived.acquire(timeout=10)
        bank.engine.pause.set()
        answers = [first.result(timeout=10), second.result(timeout=10)]
    assert sorted(answer.status_code for answer in answers) == [200, 201]
    assert len({answer.json()["reference_id"] for answer in answers}) == 1


def test_withdrawing_twice_with_one_key_tells_of_the_same_erasure(bank: Stage) -> None:
    headers = {"Idempotency-Key": "w-1"}
    first = bank.call("alice", "DELETE", CONSENT, headers=headers)
    again = bank.call("alice", "DELETE", CONSENT, headers=headers)
    assert first.content == again.content
    assert again.json()["references"] == 1
    assert count(bank, EventType.SUBJECT_ERASED) == 1


def test_deleting_a_gallery_twice_with_one_key_is_done_once(bank: Stage) -> None:
    headers = {"Idempotency-Key": "d-1"}
    path = "/v1/galleries/staff"
    answers = [bank.call("alice", "DELETE", path, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    assert bank.call("alice", "DELETE", path).status_code == 404


def test_the_text_of_a_key_is_not_given_twice_and_no_second_key_is_made(stage: Stage) -> None:
    content = {"role": "operator", "lease_id": "bank-doors", "label": "gate 3"}
    first = stage.post("olivia", "/v1/keys", content, Idempotency_Key="k-1")
    again = stage.post("olivia", "/v1/keys", content, Idempotency_Key="k-1")
    assert first.status_code == 201
    assert (again.status_code, again.json()["code"]) == (409, "key_shown_once")
    assert first.json()["key_id"] in again.json()["detail"]
    assert first.json()["key"] not in again.text
    keys = stage.call("olivia", "GET", "/v1/keys").json()["keys"]
    assert sum(key["label"] == "gate 3" for key in keys) == 1


def test_neither_a_keys_text_nor_a_photographs_digest_is_in_the_database(stage: Stage) -> None:
    stage.furnish("alice", "staff", "identity_verification", ("dave", photograph("dave", 1)))
    content = {"role": "operator", "lease_id": "bank-doors", "label": "gate 3"}
    text = stage.post("olivia", "/v1/keys", content, Idempotency_Key="k-1").json()["key"]
    told = enrol(stage, "e-7").json()
    stage.parts.close()
    stored = b"".join(path.read_bytes() for path in stage.parts.path.parent.glob("countenance.db*"))
    assert text.encode() not in stored
    assert bytes.fromhex(text.split("_")[2]) not in stored
    assert f'"{told["reference_id"]}","duplicate"'.encode() not in stored
    assert b"Sharpness" not in stored


def test_a_held_answer_is_given_again_and_opens_one_case(stage: Stage) -> None:
    stage.furnish("nina", "missing", "missing_children", ("kim", photograph("kim", 1)))
    path = "/v1/galleries/missing/identifications"
    content = {"image": encoded(photograph("kim", 2))}
    answers = [stage.post("nina", path, content, Idempotency_Key="i-1") for _ in range(2)]
    assert answers[0].json()["outcome"] == "held"
    assert answers[0].content == answers[1].content
    assert count(stage, EventType.IDENTIFICATION_HELD) == 1


def test_an_answer_with_candidates_is_never_stored_so_it_is_searched_anew(stage: Stage) -> None:
    stage.furnish("archivist", "portraits", "media_archive", ("ada", photograph("ada", 1)))
    path = "/v1/galleries/portraits/identifications"
    content = {"image": encoded(photograph("ada", 2))}
    first = stage.post("archivist", path, content, Idempotency_Key="i-2")
    stage.call("archivist", "DELETE", "/v1/galleries/portraits/subjects/ada/consent")
    again = stage.post("archivist", path, content, Idempotency_Key="i-2")
    assert first.json()["outcome"] == "match"
    assert again.json()["outcome"] == "no_match"
    assert "Idempotency-Replayed" not in again.headers


@pytest.mark.parametrize("key", ["", "a b", "x" * 201, "schl\u00fcssel".encode("latin-1").decode("latin-1")])
def test_a_malformed_idempotency_key_is_refused_and_nothing_done(stage: Stage, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")}
    answer = stage.call("alice", "POST", "/v1/galleries", json=GALLERY, headers=headers)
    assert answer.status_code == 422
    assert count(stage, EventType.GALLERY_CREATED) == 0
