from __future__ import annotations

import asyncio
import json
import logging
import re

import pytest
from anyio.to_thread import current_default_thread_limiter

import countenance
from countenance.entrypoints.api.application import SPARE_THREADS
from countenance.entrypoints.api.middleware import HEADERS
from fakes_engine import photograph
from integration.api.stage import Stage, encoded


@pytest.fixture
def bank(stage: Stage) -> Stage:
    stage.furnish("alice", "staff", "identity_verification", ("dave", photograph("dave", 1)))
    return stage


def test_health_needs_no_key_and_tells_no_more_than_it_must(stage: Stage) -> None:
    answer = stage.call(None, "GET", "/v1/health")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ok", "version": countenance.__version__},
    )


def test_metrics_count_requests_acts_and_outcomes(bank: Stage) -> None:
    bank.verify("alice", "staff", "dave", photograph("dave", 2))
    bank.verify("alice", "staff", "dave", photograph("erin"))
    bank.identify("alice", "staff", photograph("dave", 2))
    bank.verify("alice", "staff", "dave", b"cut off")
    answer = bank.call("carol", "GET", "/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    lines = set(answer.text.splitlines())
    assert {
        'countenance_acts_total{act="verify",outcome="match"} 1.0',
        'countenance_acts_total{act="verify",outcome="no_match"} 1.0',
        'countenance_acts_total{act="verify",outcome="failed"} 1.0',
        'countenance_acts_total{act="identify",outcome="refused"} 1.0',
        'countenance_acts_total{act="enrol",outcome="done"} 1.0',
        "countenance_acts_in_progress 0.0",
        "countenance_body_bytes 0.0",
        f'countenance_build_info{{version="{countenance.__version__}"}} 1.0',
        'countenance_requests_total{method="POST",route="/v1/galleries",status="201"} 1.0',
    } <= lines


def test_no_label_of_a_metric_holds_an_id_of_anybody(bank: Stage) -> None:
    bank.call("alice", "GET", "/v1/galleries/staff/subjects/dave/consent")
    bank.call("alice", "GET", "/v1/somewhere/dave")
    bank.call("alice", "DAVE", "/v1/health")
    text = bank.call("olivia", "GET", "/metrics").text
    labels = set(re.findall(r'(\w+)="', text))
    assert labels <= {"method", "route", "status", "act", "outcome", "version", "le"}
    for word in ("dave", "staff", "bank", "DAVE", *[key.split("_")[1] for key in bank.keys.values()]):
        assert word not in text.replace('outcome="', "")


@pytest.mark.parametrize("who", ["alice", "bob", "mallory"])
def test_metrics_are_for_administrators_and_auditors(stage: Stage, who: str) -> None:
    answer = stage.call(who, "GET", "/metrics")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert stage.events()[-1]["type"] == "request:refused"


def test_a_request_is_one_log_line_without_personal_data(
    bank: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        answer = bank.verify("alice", "staff", "dave", photograph("dave", 2))
        bank.call("alice", "GET", "/v1/galleries/staff/subjects/dave/consent?x=dave")
        bank.call(None, "GET", "/v1/galleries/staff/subjects/dave/consent")
    lines = [json.loads(record.message) for record in caplog.records if record.name == "countenance.access"]
    assert len(lines) == 3
    first = lines[0]
    assert first["request"] == answer.headers["X-Request-Id"]
    assert (first["method"], first["status"]) == ("POST", 200)
    assert first["route"] == "/v1/galleries/{gallery_id}/verifications"
    assert first["actor"] == bank.keys["alice"].split("_")[1]
    assert first["decision"] == answer.json()["decision_id"]
    assert first["bytes"] == len(answer.content)
    assert first["ms"] > 0
    assert (lines[2]["status"], lines[2]["actor"]) == (401, None)
    ours = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("countenance"))
    for word in ("dave", "staff", bank.keys["alice"], encoded(photograph("dave", 2))):
        assert word not in ours


@pytest.mark.parametrize(
    ("who", "path"),
    [(None, "/v1/health"), (None, "/nowhere"), (None, "/v1/galleries"), ("alice", "/v1/galleries")],
)
def test_every_answer_carries_the_headers_that_protect_it(stage: Stage, who: str | None, path: str) -> None:
    answer = stage.call(who, "GET", path, headers={"Origin": "https://elsewhere.example"})
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert re.fullmatch(r"req_[0-9a-f]{16}", answer.headers["X-Request-Id"])
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_page_of_another_origin_gets_no_permission_to_ask(stage: Stage) -> None:
    headers = {
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    answer = stage.call(None, "OPTIONS", "/v1/detections", headers=headers)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_over_tls_browsers_are_told_to_stay_there(stage: Stage) -> None:
    plain = stage.call(None, "GET", "/v1/health")
    assert "Strict-Transport-Security" not in plain.headers
    secure = stage.call(None, "GET", "https://testserver/v1/health")
    assert "max-age=" in secure.headers["Strict-Transport-Security"]


def test_there_are_more_threads_than_acts_can_take(stage: Stage) -> None:
    """Otherwise a full queue would be waited for, and not told."""
    stage.parts.queue = 500

    async def threads() -> float:
        async with stage.app.router.lifespan_context(stage.app):
            return current_default_thread_limiter().total_tokens

    assert asyncio.run(threads()) == 500 + SPARE_THREADS


def test_nothing_is_told_to_anybody_elsewhere(stage: Stage) -> None:
    """FastAPI's telemetry would send what exceptions say, once an exporter is set in the environment."""
    assert stage.app._telemetry == {
        **stage.app._telemetry,
        "tracing": False,
        "metrics": False,
        "logs": False,
        "auto_configure": False,
    }
