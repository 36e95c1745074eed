from __future__ import annotations

import re
from datetime import timedelta

import pyotp
from starlette.testclient import TestClient

from console_stage import ConsoleStage
from countenance.staff.invitations import Newcomer
from countenance.staff.model import LOCAL, StaffRole
from staffing import PASSWORD


def token_in(text: str) -> str:
    """The token of the forms of a page."""
    found = re.search(r'name="form_token" value="([0-9a-f]*)"', text)
    assert found is not None
    return found[1]


def enter(client: TestClient, login: str) -> str:
    """Send login and password, and return where one is sent."""
    answer = client.post(
        "/console/login", data={"login": login, "password": PASSWORD, "next": "/console/ledger"}
    )
    return str(answer.headers.get("location", answer.status_code))


def test_somebody_signs_in_with_password_and_code_and_lands_where_they_wanted(console: ConsoleStage) -> None:
    client = console.client()
    step = enter(client, "rita")
    assert step.startswith("/console/login/step")
    half = client.cookies["countenance"]
    assert client.get("/console").headers["location"].startswith("/console/login")
    page = client.get(step).text
    console.stage.parts.clock.advance(timedelta(seconds=30))  # type: ignore[attr-defined]  # the fake clock
    code = console.people["rita"].code(console.stage.parts.clock())
    fields = {"form_token": token_in(page), "code": code, "next": "/console/ledger"}
    wrong = client.post("/console/login/code", data={**fields, "code": "000000x"})
    assert wrong.status_code == 401
    answer = client.post("/console/login/code", data=fields)
    assert answer.headers["location"] == "/console/ledger"
    assert client.cookies["countenance"] != half
    assert "What needs you now" in client.get("/console").text


def test_a_cookie_is_out_of_reach_of_scripts_other_sites_and_clear_text(console: ConsoleStage) -> None:
    answer = console.client().post("/console/login", data={"login": "rita", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "domain" not in cookie
    secure = TestClient(
        console.app,
        base_url="https://localhost",
        follow_redirects=False,
        headers={"Origin": "https://localhost"},
    )
    answer = secure.post("/console/login", data={"login": "rita", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-countenance=")
    assert "secure" in cookie.lower()
    assert answer.headers["strict-transport-security"]


def test_a_wrong_login_and_a_wrong_password_read_the_same(console: ConsoleStage) -> None:
    answers = [
        console.client().post("/console/login", data={"login": login, "password": password}).text
        for login, password in (("rita", "wrong horse battery"), ("nobody", PASSWORD))
    ]
    shown = [text.replace('"rita"', "").replace('"nobody"', "") for text in answers]
    assert shown[0] == shown[1]


def test_an_invitation_leads_to_an_account_with_codes_shown_once(console: ConsoleStage) -> None:
    newcomer = Newcomer(login="dora", name="Dora", role=StaffRole.AUDITOR)
    invited = console.service.staff.invite(LOCAL, newcomer)
    client = console.client()
    address = f"/console/join/{invited.token}"
    assert "Welcome, Dora" in client.get(address).text
    differ = client.post(address, data={"password": PASSWORD, "again": "another"})
    assert "The two passwords differ." in differ.text
    weak = client.post(address, data={"password": "short", "again": "short"})
    assert "12 to 256 characters" in weak.text
    joined = client.post(address, data={"password": PASSWORD, "again": PASSWORD})
    assert joined.headers["location"] == "/console/enrol"
    page = client.get("/console/enrol").text
    secret = re.search(r"Secret: <span[^>]*>([A-Z2-7]+)<", page.replace("\n", ""))
    assert secret is not None
    assert "data:image/svg+xml" in page
    code = pyotp.TOTP(secret[1]).at(console.stage.parts.clock())
    again = client.post("/console/enrol/code", data={"form_token": token_in(page), "code": "1"})
    assert "not the one that the app shows now" in again.text
    codes = client.post("/console/enrol/code", data={"form_token": token_in(page), "code": code})
    assert len(re.findall(r"<li>[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}</li>", codes.text)) == 10
    assert "What needs you now" in client.get("/console").text
    assert client.get(address).status_code == 404


def test_a_recovery_code_opens_the_account_once(console: ConsoleStage) -> None:
    code = console.people["rita"].recovery_codes[0]
    for outcome in ("/console", None):
        client = console.client()
        page = client.get(enter(client, "rita")).text
        answer = client.post("/console/login/recovery", data={"form_token": token_in(page), "recovery": code})
        assert answer.headers.get("location") == outcome


def test_signing_out_ends_the_session_and_takes_the_cookie(console: ConsoleStage) -> None:
    answer = console.post("rita", "/console/logout")
    assert answer.headers["location"] == "/console/login?done=signed-out"
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert console.get("rita", "/console").status_code == 303
    assert "You have signed out." in console.get(None, "/console/login?done=signed-out").text
    assert "evil" not in console.get(None, "/console/login?done=evil").text


def test_nothing_that_was_typed_is_run(console: ConsoleStage) -> None:
    sent = '"><script>alert(1)</script>'
    answer = console.client().post("/console/login", data={"login": sent, "password": "x"})
    assert sent not in answer.text
    assert "&lt;script&gt;" in answer.text
