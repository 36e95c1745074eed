"""mallory at the console: without an account, with the wrong role, with a form from elsewhere."""

from __future__ import annotations

import re

import pytest

from console_stage import ORIGIN, PEOPLE, ConsoleStage
from countenance.entrypoints.console.application import PAGES
from countenance.entrypoints.console.visits import Page
from countenance.staff.model import Stage
from countenance.staff.sessions import csrf_token

CLOSED = [page for page in PAGES if page.roles is not None]


def place(page: Page) -> str:
    """The page's address, with parts that name nothing."""
    return re.sub(r"\{\w+(:\w+)?\}", "nothing-of-this-name", page.path)


def named(page: Page) -> str:
    return f"{page.method} {page.path}"


@pytest.mark.parametrize("page", CLOSED, ids=named)
def test_a_stranger_is_sent_to_the_login_from_every_page(lived: ConsoleStage, page: Page) -> None:
    answer = lived.client().request(page.method, place(page))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console/login")


def test_a_stranger_cannot_tell_which_pages_exist(lived: ConsoleStage) -> None:
    for path in ("/console/nothing", "/console/staff", "/console/decisions/dec_1", "/console/a/b/c"):
        assert lived.get(None, path).status_code == 303


GUARDED = [
    (who, page)
    for page in CLOSED
    for who, role in PEOPLE.items()
    if page.roles is not None and role not in page.roles and Stage.FULL in page.stages
]


@pytest.mark.parametrize(
    ("who", "page"), GUARDED, ids=lambda value: value if isinstance(value, str) else named(value)
)
def test_a_page_of_another_role_is_the_page_of_nothing(lived: ConsoleStage, who: str, page: Page) -> None:
    nothing = lived.get(who, "/console/nothing-of-this-name")
    answer = lived.get(who, place(page)) if page.method == "GET" else lived.post(who, place(page))
    assert answer.status_code == nothing.status_code == 404
    assert without_menu(answer.text) == without_menu(nothing.text)


def without_menu(text: str) -> str:
    """The page without the mark of where in the menu one is."""
    here = r' aria-current="page"|<span class="quiet rooms-here">[^<]*</span>'
    return re.sub(here, "", text)


def test_what_was_refused_to_a_role_is_on_the_record(console: ConsoleStage) -> None:
    console.get("bob", "/console/decisions")
    last = console.stage.events()[-1]
    assert (last["type"], last["actor"]) == ("request:refused", console.people["bob"].member.id)


WRITES = [page for page in CLOSED if page.method == "POST" and page.stages == frozenset({Stage.FULL})]


@pytest.mark.parametrize("page", WRITES, ids=named)
def test_no_form_is_taken_from_elsewhere_or_without_its_token(lived: ConsoleStage, page: Page) -> None:
    assert page.roles is not None
    who = next(name for name, role in PEOPLE.items() if role in page.roles)
    token = csrf_token(lived.sessions[who].token)
    client = lived.client(who)
    for fields, headers in (
        ({"form_token": token}, {"Origin": "https://evil.example"}),
        ({"form_token": token}, {"Origin": "null"}),
        ({"form_token": token}, {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"}),
        ({"form_token": "0" * 64}, {"Origin": ORIGIN}),
        ({}, {"Origin": ORIGIN}),
    ):
        answer = client.post(place(page), data=fields, headers=headers)
        assert answer.status_code == 403
        assert "Nothing was done" in answer.text


def test_a_login_sent_from_elsewhere_is_not_taken(lived: ConsoleStage) -> None:
    answer = lived.client().post(
        "/console/login", data={"login": "rita"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403


def test_a_form_that_is_too_large_is_a_page_and_no_crash(lived: ConsoleStage) -> None:
    answer = lived.client().post("/console/login", data={"login": "x" * 70_000})
    assert answer.status_code == 400
    assert "That cannot be done" in answer.text


def test_a_crash_is_a_page_that_tells_nothing(console: ConsoleStage) -> None:
    client = console.client("carol")
    console.service.__dict__["console"] = None
    answer = client.get("/console/ledger")
    del console.service.__dict__["console"]
    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert "NoneType" not in answer.text


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example",
        "//evil.example",
        "/console//evil.example",
        "/v1/keys",
        "/console/\\evil",
        "/consolex",
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(lived: ConsoleStage, wanted: str) -> None:
    answer = lived.client().get("/console/login", params={"next": wanted})
    assert 'name="next" value="/console"' in answer.text


def test_no_page_runs_or_styles_anything_inline(lived: ConsoleStage) -> None:
    for page in PAGES:
        if (
            page.method == "GET"
            and page.roles is not None
            and Stage.FULL in page.stages
            and "{" not in page.path
        ):
            who = next(name for name, role in PEOPLE.items() if role in page.roles)
            answer = lived.get(who, page.path)
            unasked = page.path.endswith("/provider") or page.path.startswith("/console/audit/")
            assert answer.status_code in {200, 303} or unasked, page.path
            assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", answer.text), page.path
            assert "'unsafe" not in answer.headers["content-security-policy"]
            assert answer.headers["cache-control"] == "no-store"
