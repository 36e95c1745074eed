from __future__ import annotations

import asyncio
import json
import tracemalloc
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from countenance.entrypoints.api import bodies
from countenance.ledger import EventType
from fakes_engine import LARGEST, FakeEngine, photograph
from integration.api.stage import Stage, StageParts, encoded

VERIFY = "/v1/galleries/staff/verifications"
DETECT = "/v1/detections"
GALLERY = {"gallery_id": "staff", "purpose": "identity_verification", "scraped": False}


@pytest.fixture
def bank(stage: Stage) -> Stage:
    stage.furnish("alice", "staff", "identity_verification", ("dave", photograph("dave", 1)))
    return stage


MALFORMED = {
    "nothing": b"",
    "no JSON": b"{",
    "an array": b"[]",
    "a number": b"17",
    "null": b"null",
    "no UTF-8": b'{"image": "\xff"}',
    "half a character": b'{"image": "\\ud800"}',
    "two documents": b"{}{}",
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "deep arrays": b"[" * 50_000,
    "a huge number": b'{"limit": ' + b"9" * 5_000 + b"}",
    "not a number": b'{"limit": NaN}',
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_document_is_refused_as_such(stage: Stage, body: bytes) -> None:
    answer = stage.call("alice", "POST", DETECT, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert answer.json()["errors"]


FIELDS: dict[str, tuple[dict[str, object], str]] = {
    "unknown field": ({"image": encoded(b"x"), "colour": "red"}, "body.colour"),
    "missing image": ({"limit": 3}, "body.image"),
    "image is a number": ({"image": 7}, "body.image"),
    "limit is text": ({"image": encoded(b"x"), "limit": "3"}, "body.limit"),
    "limit too small": ({"image": encoded(b"x"), "limit": 0}, "body.limit"),
    "limit too large": ({"image": encoded(b"x"), "limit": 101}, "body.limit"),
    "unknown word": ({"image": encoded(b"x"), "space": "moon"}, "body.space"),
    "unknown purpose": ({"image": encoded(b"x"), "purpose": "general"}, "body.purpose"),
}


@pytest.mark.parametrize(("content", "field"), FIELDS.values(), ids=FIELDS.keys())
def test_a_field_that_is_wrong_is_named(stage: Stage, content: dict[str, object], field: str) -> None:
    problem = stage.post("alice", DETECT, content).json()
    assert (problem["status"], problem["code"]) == (422, "invalid_input")
    assert field in {error["field"] for error in problem["errors"]}
    assert f"`{field}`" in problem["detail"]


def test_of_very_many_wrong_fields_some_are_named_and_the_rest_counted(stage: Stage) -> None:
    content = {"image": encoded(b"x"), **{f"field-{number}": 1 for number in range(100)}}
    problem = stage.post("alice", DETECT, content).json()
    assert (problem["status"], len(problem["errors"])) == (422, 20)
    assert problem["detail"].endswith("; and 80 more")


def test_a_million_unknown_fields_cost_no_more_than_counting_them(stage: Stage) -> None:
    """Each would be an error with its own place: ten megabytes of them took a gigabyte and twenty seconds."""
    stage.app.state.bounds = bodies.Bounds.of(20_000_000)
    document = ("{" + ",".join(f'"{number:x}":1' for number in range(1_000_000)) + "}").encode()
    tracemalloc.start()
    answer = stage.call(
        "alice", "POST", DETECT, content=document, headers={"Content-Type": "application/json"}
    )
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "body", "message": "too many fields"}]
    assert peak < 6 * len(document)


BASE64 = {
    "no base64": "?!",
    "padding missing": "YWJj" + "YQ",
    "url alphabet": "-_-_",
    "line break": "YWJj\nYWJj",
    "data url": "data:image/jpeg;base64,YWJj",
    "beyond ascii": "\u00fcYWJ",
    "trailing": "YQ==YQ==",
}


@pytest.mark.parametrize("text", BASE64.values(), ids=BASE64.keys())
def test_base64_is_exact_or_an_error_that_does_not_repeat_it(stage: Stage, text: str) -> None:
    answer = stage.post("alice", DETECT, {"image": text})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "body.image")
    assert text not in answer.json()["detail"]
    assert stage.engine.seen == []


IDS = ["UPPER!", "a b", "..", "%2e%2e", "-x", "x" * 129, "a%00b", "caf\u00e9", "a%0ab"]


@pytest.mark.parametrize("gallery", IDS)
def test_an_id_that_could_not_be_one_is_refused_before_anything_is_asked(stage: Stage, gallery: str) -> None:
    before = len(stage.events())
    answer = stage.call("alice", "GET", f"/v1/galleries/{gallery}")
    assert answer.status_code in {404, 422}
    assert len(stage.events()) == before


@pytest.mark.parametrize("subject", ["", "a b", "Dave Miller", "dave@example.org", "x" * 129, "-", "\n"])
def test_a_subject_is_a_pseudonym_not_a_name_or_an_address(bank: Stage, subject: str) -> None:
    answer = bank.verify("alice", "staff", subject, photograph("dave", 2))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body.subject_id"


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("application/xml", 415),
        ("", 415),
        ("application/json; charset=utf-8", 200),
        ("APPLICATION/JSON", 200),
    ],
)
def test_a_body_says_what_it_is(stage: Stage, media_type: str, status: int) -> None:
    body = json.dumps({"image": encoded(photograph("x"))}).encode()
    answer = stage.call("alice", "POST", DETECT, content=body, headers={"Content-Type": media_type})
    assert answer.status_code == status
    if status == 415:
        assert answer.json()["code"] == "media_type_unsupported"


def test_two_images_do_not_travel_raw(stage: Stage) -> None:
    answer = stage.call(
        "tester", "POST", "/v1/comparisons", content=b"x", headers={"Content-Type": "image/jpeg"}
    )
    assert answer.status_code == 415


RAW = {
    "subject missing": "",
    "unknown field": "?subject_id=dave&colour=red",
    "twice": "?subject_id=dave&subject_id=erin",
    "image in the query": "?subject_id=dave&image=YWJj",
    "unknown word": "?subject_id=dave&camera=eye",
}


@pytest.mark.parametrize("query", RAW.values(), ids=RAW.keys())
def test_the_fields_beside_a_raw_image_are_checked_like_any_other(bank: Stage, query: str) -> None:
    answer = bank.call(
        "alice",
        "POST",
        f"{VERIFY}{query}",
        content=photograph("dave", 2),
        headers={"Content-Type": "image/png"},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert answer.json()["errors"][0]["field"].startswith("query.")


def test_with_a_json_body_no_field_stands_in_the_query(bank: Stage) -> None:
    content = {"subject_id": "dave", "image": encoded(photograph("dave", 2))}
    answer = bank.post("alice", f"{VERIFY}?subject_id=erin", content)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "query.subject_id")


def test_an_image_over_the_limit_is_too_large_and_not_decoded(bank: Stage) -> None:
    problem = bank.verify("alice", "staff", "dave", b"x" * (LARGEST + 1)).json()
    assert (problem["status"], problem["code"]) == (413, "image_too_large")


@pytest.mark.parametrize("path", [DETECT, "/v1/comparisons", "/v1/keys", "/v1/decisions/explain"])
def test_a_body_over_the_limit_is_too_large(stage: Stage, path: str) -> None:
    most = {DETECT: LARGEST * 4 // 3, "/v1/comparisons": LARGEST * 8 // 3}.get(path, 0) + 70_000
    answer = stage.call(
        "tester", "POST", path, content=b" " * most, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_a_body_that_lies_about_its_length_is_counted_as_it_comes(stage: Stage) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 100 * LARGEST:
            sent += 65_536
            yield b" " * 65_536

    answer = stage.call(
        "alice", "POST", DETECT, content=endless(), headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@dataclass
class Sender:
    """Somebody who speaks ASGI by hand: a body that never ends, stalls, or breaks off."""

    stage: Stage
    who: str | None
    messages: Sequence[dict[str, object]]
    read: int = 0
    answered: list[dict[str, object]] = field(default_factory=list)

    async def receive(self) -> dict[str, object]:
        message = self.messages[min(self.read, len(self.messages) - 1)]
        self.read += 1
        if message is STALLED:
            await asyncio.sleep(30)
        return dict(message)

    async def send(self, message: dict[str, object]) -> None:
        self.answered.append(message)

    def ask(self) -> object:
        """Send the request and return the status of the answer, None where there is none."""
        headers = {"Content-Type": "application/json", **self.stage.headers(self.who)}
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "path": DETECT,
            "root_path": "",
            "scheme": "http",
            "query_string": b"",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        asyncio.run(self.stage.app(scope, self.receive, self.send))  # type: ignore[arg-type]  # plain mappings
        return self.answered[0]["status"] if self.answered else None


MORE: dict[str, object] = {"type": "http.request", "body": b" ", "more_body": True}
STALLED: dict[str, object] = {"type": "http.request", "body": b"", "more_body": True}
GONE: dict[str, object] = {"type": "http.disconnect"}


def test_a_stranger_is_turned_away_before_a_byte_of_the_body_is_read(stage: Stage) -> None:
    sender = Sender(stage, None, [MORE])
    assert sender.ask() == 401
    assert sender.read == 0


def test_a_body_that_does_not_come_is_given_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "ARRIVAL_SECONDS", 0.05)
    sender = Sender(stage, "alice", [MORE, STALLED])
    assert sender.ask() == 408
    assert stage.app.state.bounds.budget.held == 0


def test_a_caller_who_goes_away_while_sending_leaves_nothing_behind(stage: Stage) -> None:
    sender = Sender(stage, "alice", [MORE, GONE])
    assert sender.ask() is None
    assert stage.app.state.bounds.budget.held == 0


def test_what_large_bodies_hold_together_is_bounded_and_given_back(stage: Stage) -> None:
    budget = stage.app.state.bounds.budget
    image = {"image": encoded(photograph("x"))}
    free = budget.most
    budget.take(free)
    turned_away = stage.post("alice", DETECT, image)
    assert (turned_away.status_code, turned_away.json()["code"]) == (429, "busy")
    assert turned_away.headers["Retry-After"] == "1"
    budget.give(free)
    assert stage.post("alice", DETECT, image).status_code == 200
    assert budget.held == 0


def test_a_full_queue_answers_429_at_once_and_nothing_is_asked(stage: Stage) -> None:
    parts = StageParts(stage.parts.path, FakeEngine(places=2))
    small = Stage(parts, stage.keys)
    small.furnish("alice", "staff", "identity_verification", ("dave", photograph("dave", 1)))
    while small.engine.arrived.acquire(blocking=False):
        pass
    small.engine.pause.clear()
    with ThreadPoolExecutor(2) as pool:
        held = [pool.submit(small.verify, "alice", "staff", "dave", photograph("dave", 2)) for _ in range(2)]
        for _ in held:
            assert small.engine.arrived.acquire(timeout=10)
        before = len(small.events())
        answer = small.verify("alice", "staff", "dave", photograph("dave", 3))
        after = len(small.events())
        metrics = small.call("carol", "GET", "/metrics").text
        small.engine.pause.set()
        assert [one.result(timeout=10).status_code for one in held] == [200, 200]
    assert (answer.status_code, answer.json()["code"]) == (429, "busy")
    assert answer.headers["Retry-After"] == "2"
    assert before == after
    assert "countenance_acts_in_progress 2.0" in metrics
    assert 'countenance_acts_total{act="verify",outcome="turned_away"} 1.0' in metrics
    parts.close()


def test_an_enrolment_that_fails_is_a_failure_on_the_ledger_and_leaves_no_reference(bank: Stage) -> None:
    answer = bank.enrol("alice", "staff", "dave", b"cut off")
    assert (answer.status_code, answer.json()["code"]) == (422, "image_corrupt")
    assert bank.events()[-1]["type"] == EventType.ENROLMENT_FAILED
    assert bank.call("alice", "GET", "/v1/galleries/staff").json()["subjects"] == 1


@pytest.mark.parametrize("method", ["PATCH", "PUT", "POST", "TRACE"])
def test_a_method_that_a_path_does_not_take_says_which_it_takes(stage: Stage, method: str) -> None:
    answer = stage.call("alice", method, "/v1/galleries/staff")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "DELETE, GET"


@pytest.mark.parametrize("path", ["/", "/v1", "/v2/galleries", "/v1/galleries/", "/docs", "/redoc", "/admin"])
def test_a_path_that_is_not_there_is_a_problem_too(stage: Stage, path: str) -> None:
    answer = stage.call("alice", "GET", path)
    assert (answer.status_code, answer.json()["code"]) == (404, "route_not_found")
    assert answer.headers["Content-Type"] == "application/problem+json"


KEYS: dict[str, dict[str, object]] = {
    "operator without a lease": {"role": "operator", "label": "x"},
    "auditor with a lease": {"role": "auditor", "lease_id": "bank-doors", "label": "x"},
    "in the past": {"role": "auditor", "label": "x", "expires": "2020-01-01T00:00:00Z"},
    "no zone": {"role": "auditor", "label": "x", "expires": "2030-01-01T00:00:00"},
    "no label": {"role": "auditor", "label": ""},
    "long label": {"role": "auditor", "label": "x" * 101},
    "label of two lines": {"role": "auditor", "label": "gate\nadministrator"},
    "label with a zero": {"role": "auditor", "label": "gate\x00"},
    "unknown role": {"role": "king", "label": "x"},
}


@pytest.mark.parametrize("content", KEYS.values(), ids=KEYS.keys())
def test_a_key_that_makes_no_sense_is_not_issued(stage: Stage, content: dict[str, object]) -> None:
    answer = stage.post("olivia", "/v1/keys", content)
    assert answer.status_code == 422
    code = "naive_datetime" if content.get("expires") == "2030-01-01T00:00:00" else "invalid_input"
    assert answer.json()["code"] == code


def test_a_key_for_a_lease_that_is_not_there_is_not_issued(stage: Stage) -> None:
    content = {"role": "operator", "lease_id": "nowhere", "label": "x"}
    assert stage.post("olivia", "/v1/keys", content).status_code == 404
