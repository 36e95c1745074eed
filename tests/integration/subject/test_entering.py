"""Coming in with a one-time code, and what somebody without one is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from countenance.app.subject_cases import WRONG_TRIES_OF_ONE
from countenance.entrypoints.subject.application import PAGES
from countenance.entrypoints.subject.visits import Page
from countenance.recognition.subjects.access import IDLE, LONGEST
from subject_stage import ALICE, DAVE, EVE, STAFF, SubjectStage

NONE = "XXXXX-XXXXX-XXXXX-XXXXX"


def test_a_code_opens_the_page_however_it_is_typed_and_only_once(own: SubjectStage) -> None:
    code = own.code()
    reader = own.stranger()
    typed = f" {code.replace('-', ' ').lower()} ".replace("0", "o").replace("1", "l")
    assert reader.post("/subject/enter", code=typed).headers["location"] == "/subject"
    assert DAVE in reader.get("/subject").text
    assert own.stranger().post("/subject/enter", code=code).status_code == 401


def test_a_link_fills_the_code_in_and_does_not_use_it_up(own: SubjectStage) -> None:
    code = own.code()
    first = own.stranger().get(f"/subject/enter?code={code}")
    assert f'value="{code}"' in first.text
    assert own.stranger().get(f"/subject/enter?code={code}").status_code == 200
    assert own.stranger().post("/subject/enter", code=code).status_code == 303


def test_unknown_used_expired_and_replaced_codes_are_one_answer(own: SubjectStage) -> None:
    replaced = own.code()
    used = own.code()
    own.stranger().post("/subject/enter", code=used)
    expired = own.code(EVE)
    own.clock.advance(timedelta(days=1))
    answers = {
        own.stranger().post("/subject/enter", code=code).text for code in (NONE, "", replaced, used, expired)
    }
    assert len(answers) == 1
    assert "was never made" in answers.pop()


def test_after_too_many_wrong_tries_an_address_waits_even_with_a_right_code(own: SubjectStage) -> None:
    code, stranger = own.code(), own.stranger()
    tries = [stranger.post("/subject/enter", code=NONE).status_code for _ in range(WRONG_TRIES_OF_ONE)]
    assert tries == [401] * WRONG_TRIES_OF_ONE
    refused = stranger.post("/subject/enter", code=code)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    own.clock.advance(timedelta(minutes=15))
    assert stranger.post("/subject/enter", code=code).status_code == 303


def test_wrong_tries_stand_on_the_ledger_and_codes_do_not(own: SubjectStage) -> None:
    code = own.code()
    own.stranger().post("/subject/enter", code=NONE)
    own.stranger().post("/subject/enter", code=code)
    log = str(own.stage.events())
    assert [event["type"] for event in own.stage.events()][-3:] == [
        "subject_code:issued",
        "request:refused",
        "subject_session:opened",
    ]
    assert code not in log
    assert code.replace("-", "") not in log


def test_what_is_stored_opens_nothing(own: SubjectStage) -> None:
    code = own.code()
    stored = (
        own.stage.parts.path.read_bytes() + own.stage.parts.path.with_name("template.db-wal").read_bytes()
    )
    assert code.encode() not in stored
    assert code.replace("-", "").encode() not in stored


@pytest.mark.parametrize("step", [IDLE, LONGEST])
def test_a_session_ends_unused_and_at_the_latest_after_an_hour(own: SubjectStage, step: timedelta) -> None:
    reader = own.reader()
    while step > IDLE:
        own.clock.advance(timedelta(minutes=10))
        step -= timedelta(minutes=10)
        reader.get("/subject")
    own.clock.advance(step)
    assert reader.get("/subject").headers["location"] == "/subject/enter?done=ended"


def test_signing_out_ends_the_session_at_once(own: SubjectStage) -> None:
    reader = own.reader()
    assert reader.post("/subject/leave").headers["location"] == "/subject/enter?done=left"
    assert reader.get("/subject").status_code == 303


@pytest.mark.parametrize("page", [page for page in PAGES if page.closed], ids=lambda page: page.path)
def test_a_stranger_is_shown_nothing_but_the_way_in(lived: SubjectStage, page: Page) -> None:
    path = page.path.replace("{number}", "1")
    method = page.method
    stranger = lived.stranger()
    answer = stranger.get(path) if method == "GET" else stranger.post(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/subject/enter")
    assert answer.text == ""


def test_no_form_is_taken_from_elsewhere_or_without_its_token(own: SubjectStage) -> None:
    reader = own.reader()
    token, reader.token = reader.token, "0" * 64
    assert reader.post("/subject/withdraw").status_code == 403
    reader.token = token
    reader.client.headers["Origin"] = "https://elsewhere.example"
    assert reader.post("/subject/withdraw").status_code == 403
    assert own.stage.countenance.read_consent(ALICE, STAFF, DAVE).withdrawn is None


def test_the_cookie_is_out_of_reach_and_no_page_is_kept_anywhere(own: SubjectStage) -> None:
    reader = own.stranger()
    entered = reader.post("/subject/enter", code=own.code())
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert reader.get("/subject").headers["cache-control"] == "no-store"


def test_mallory_gets_no_code_for_the_subjects_of_another_customer(own: SubjectStage) -> None:
    path = f"/v1/galleries/{STAFF}/subjects/{DAVE}/access-codes"
    unknown = f"/v1/galleries/nowhere/subjects/{DAVE}/access-codes"
    answers = {own.stage.post("mallory", place, {}).json()["title"] for place in (path, unknown)}
    assert own.stage.post("mallory", path, {}).status_code == 404
    assert len(answers) == 1
    assert (
        own.stage.post("alice", f"/v1/galleries/{STAFF}/subjects/nobody/access-codes", {}).status_code == 404
    )


def test_the_api_gives_code_and_link_once(own: SubjectStage) -> None:
    path = f"/v1/galleries/{STAFF}/subjects/{DAVE}/access-codes"
    told = own.stage.post("alice", path, {"good_for_seconds": 600})
    assert told.status_code == 201
    assert told.json()["link"].endswith(f"/subject/enter?code={told.json()['code']}")
    assert own.stranger().post("/subject/enter", code=told.json()["code"]).status_code == 303
    assert own.stage.post("alice", path, {"good_for_seconds": 10}).status_code == 422
