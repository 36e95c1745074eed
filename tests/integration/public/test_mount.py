"""The public pages among the other ways in, and whatever address somebody makes up."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from countenance.server import all_ways_in
from public_stage import PAGES, PublicStage

NAMES = ("q", "kind", "purpose", "act", "sort", "page", "format", "day", "place", "instrument", "minor", "x")
queries = st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=12)), max_size=5)
FILES = ("/ledger/tile/", "/ledger/proof/", "/ledger/files/", "/ledger/", "/public/static/")


def test_readers_and_callers_of_every_protocol_share_one_port(lived: PublicStage) -> None:
    client = TestClient(all_ways_in(lived.stage.countenance), follow_redirects=False)
    for path in PAGES:
        assert client.get(path).headers["content-type"] == "text/html; charset=utf-8"
    assert client.get("/console").headers["location"] == "/console/login"
    assert client.get("/v1/health").json()["status"] == "ok"
    assert client.get("/metrics").status_code == 401
    signed = client.post("/", headers={"X-Amz-Target": "RekognitionService.ListCollections"}, json={})
    assert signed.json()["__type"] == "MissingAuthenticationTokenException"
    assert client.get("/face/v1.0/facelists").status_code == 401


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(PAGES), queries)
def test_no_made_up_question_breaks_a_page(
    lived: PublicStage, path: str, pairs: list[tuple[str, str]]
) -> None:
    answer = lived.get(f"{path}?{urlencode(pairs, errors='surrogatepass')}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"].startswith("public")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(FILES), st.text(max_size=20))
def test_no_made_up_file_is_anything_but_there_or_not(lived: PublicStage, folder: str, name: str) -> None:
    answer = lived.get(folder + quote(name.encode("utf-8", "surrogatepass")))
    assert answer.status_code in {200, 404}
