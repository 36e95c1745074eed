"""Requests for pages in the access log and the counts, without personal data; and mistyped addresses."""

from __future__ import annotations

import json
import logging

import pytest
from starlette.testclient import TestClient

from countenance.server import all_ways_in
from public_stage import ORIGIN, PublicStage

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def everything(public: PublicStage) -> TestClient:
    """The server whole, as it is put together."""
    app = all_ways_in(public.stage.countenance)
    return TestClient(app, base_url=ORIGIN, follow_redirects=False)


def test_a_reader_is_one_line_and_one_count_without_what_was_looked_for(
    everything: TestClient, public: PublicStage, caplog: pytest.LogCaptureFixture
) -> None:
    secrets = ("subject-dave", "mallory", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "198.51.100.7")
    with caplog.at_level(logging.INFO):
        register = everything.get("/register?q=subject-dave", headers={"X-Forwarded-For": "198.51.100.7"})
        everything.get("/ledger/proof/1")
        everything.get("/ledger/nothing-of-mallory")
        everything.get(f"/console/join/{secrets[2]}")
        everything.post("/console/login", data={"login": "mallory"}, headers={"Origin": ORIGIN})
        everything.get("/public/static/nothing.css")
    lines = [json.loads(one.message) for one in caplog.records if one.name == "countenance.access"]
    assert [(one["method"], one["route"], one["status"]) for one in lines] == [
        ("GET", "/register", 200),
        ("GET", "/ledger/proof/{index}", 200),
        ("GET", "/ledger/{rest:path}", 404),
        ("GET", "/console/join/{token}", 404),
        ("POST", "/console/login", 401),
        ("GET", "/public/static/{address:str}", 404),
    ]
    assert lines[0]["bytes"] == len(register.content)
    assert lines[0]["ms"] > 0
    assert set(lines[0]) == {"request", "status", "bytes", "decision", "method", "route", "ms", "actor"}
    counts = everything.get("/metrics", headers=public.stage.headers("olivia")).text
    assert 'countenance_requests_total{method="GET",route="/register",status="200"} 1.0' in counts
    assert 'route="/console/join/{token}"' in counts
    told = counts + "".join(record.getMessage() for record in caplog.records if "countenance" in record.name)
    for word in secrets:
        assert word not in told


@pytest.mark.parametrize("path", ["/registr", "/model/", "/.well-known/nothing", "/index.html"])
def test_a_mistyped_address_is_a_page_for_a_browser_and_a_problem_for_a_machine(
    everything: TestClient, path: str
) -> None:
    page = everything.get(path, headers={"Accept": BROWSER})
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "There is nothing here for you" in page.text
    assert 'href="/register"' in page.text
    assert "'unsafe" not in page.headers["content-security-policy"]
    for accept in ("*/*", "application/json", "application/json, text/html;q=0.9", "text/html;q=x", ""):
        machine = everything.get(path, headers={"Accept": accept})
        assert machine.status_code == 404
        assert machine.headers["content-type"].startswith("application/problem+json"), accept


def test_what_is_a_machines_stays_a_problem_even_for_a_browser(everything: TestClient) -> None:
    answer = everything.get("/v1/nothing", headers={"Accept": BROWSER})
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert everything.get("/v1/health", headers={"Accept": BROWSER}).status_code == 200
    assert everything.post("/registr", headers={"Accept": BROWSER}).status_code == 404
