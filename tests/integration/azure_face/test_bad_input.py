"""Bad input of every kind for every operation of the table: told as the service tells it, nothing breaks."""

from __future__ import annotations

import httpx
import pytest

from countenance.entrypoints.azure_face.routes import ROUTES, VERSIONS
from integration.azure_face.examples import PERFORMED, RAW, Sent, breaches, request_of
from integration.azure_face.stage import Stage, picture

METHODS = ("GET", "PUT", "POST", "PATCH", "DELETE")


def send(stage: Stage, client: httpx.Client, who: str, sent: Sent) -> httpx.Response:
    more = sent.arguments()
    headers = {"Ocp-Apim-Subscription-Key": stage.keys[who], **more.pop("headers", {})}
    return client.request(sent.route.method, f"{stage.url}/face/v1.2{sent.path}", headers=headers, **more)


def test_whatever_is_wrong_with_a_request_is_a_bad_argument_and_nothing_is_looked_at(stage: Stage) -> None:
    """More than six hundred requests, each with one thing wrong."""
    count, faults = 0, []
    with httpx.Client(timeout=30) as client:
        for route in PERFORMED:
            for what, sent in breaches(route):
                answer = send(stage, client, "tester", sent)
                count += 1
                error = answer.json().get("error", {}) if answer.content else {}
                fine = answer.status_code == 400 and error.get("code") == "BadArgument" and error["message"]
                if not fine:
                    faults.append((route.method, route.path, what, answer.status_code, answer.text[:120]))
    assert faults == []
    assert count > 600
    assert stage.engine.seen == []
    assert {event["type"] for event in stage.events()} <= {
        "lease:granted", "key:issued", "customer:registered",
    }  # fmt: skip


def test_a_right_request_is_understood_by_every_operation(stage: Stage) -> None:
    """The counterpart: what the breaches break was right before."""
    with httpx.Client(timeout=30) as client:
        for route in PERFORMED:
            sent = request_of(route)
            answer = send(stage, client, "archivist", sent)
            error = answer.json().get("error", {}) if answer.content and answer.status_code >= 400 else {}
            assert error.get("code") != "BadArgument", (route.path, answer.text)
            assert answer.status_code < 500, (route.path, answer.text)


@pytest.mark.parametrize("media_type", ["text/plain", "multipart/form-data; boundary=x", "image/png", "xml"])
def test_a_body_of_another_kind_is_not_read(stage: Stage, media_type: str) -> None:
    for path in ("/detect", "/verify"):
        answer = stage.send(
            "tester", "POST", path, content=picture("dave"), headers={"Content-Type": media_type}
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (415, "BadArgument")
    assert stage.engine.seen == []


def test_an_image_is_no_json_and_json_is_no_image(stage: Stage) -> None:
    raw = stage.send("tester", "POST", "/verify", content=b"{}", headers={"Content-Type": RAW})
    assert raw.status_code == 415
    json = stage.send(
        "tester", "POST", "/detect", content=b"{}", headers={"Content-Type": "application/json"}
    )
    assert json.json()["error"]["message"] == "'url' is empty."


def test_a_query_is_read_once_and_within_bounds(stage: Stage) -> None:
    for query in ("top=1&top=2", "&".join("a=b" for _ in range(100)), "top=%ff"):
        answer = stage.send("archivist", "GET", f"/largefacelists?{query}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadArgument"), query
    assert stage.send("archivist", "GET", "/largefacelists?unknown=1").json() == []


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/detect/more", "", "/facelists/a/b", "/persons/x/recognitionModels", "/..", "/%00"],
)  # fmt: skip
def test_an_operation_that_is_not_there_is_not_found(stage: Stage, path: str) -> None:
    for method in METHODS:
        answer = stage.send("archivist", method, path)
        assert answer.status_code == 404, (method, answer.text)


def test_a_version_that_is_not_there_is_not_found_and_the_others_are_one(stage: Stage) -> None:
    for version in ("v2.0", "v1", "latest", "v1.0%20"):
        assert stage.send("archivist", "GET", "/facelists", version=version).status_code == 404
    for version in VERSIONS:
        assert stage.send("archivist", "GET", "/facelists", version=version).json() == []


def test_an_operation_is_not_found_under_another_method(stage: Stage) -> None:
    known = {(route.method, route.path) for route in ROUTES}
    with httpx.Client(timeout=30) as client:
        for route in PERFORMED:
            for method in METHODS:
                if (method, route.path) in known:
                    continue
                headers = {"Ocp-Apim-Subscription-Key": stage.keys["archivist"]}
                address = f"{stage.url}/face/v1.0{request_of(route).path}"
                assert client.request(method, address, headers=headers).status_code == 404


def test_identifiers_of_another_form_are_told_by_what_is_done(stage: Stage) -> None:
    for name in ("UPPER", "a" * 65, "with space", "dot.ted"):
        made = stage.send("archivist", "PUT", f"/largepersongroups/{name}", json={"name": "x"})
        assert made.json()["error"] == {"code": "BadArgument", "message": "Large person group ID is invalid."}
        read = stage.send("archivist", "GET", f"/largepersongroups/{name}")
        assert read.status_code == 404
        assert read.json()["error"] == {
            "code": "LargePersonGroupNotFound",
            "message": "Large person group ID is invalid.",
        }


def test_every_liveness_operation_is_refused_and_nothing_is_made_up(stage: Stage) -> None:
    before = len(stage.events())
    for route in ROUTES:
        if not route.refused:
            continue
        path = route.path.format(sessionId="s", sessionImageId="i")
        body = {"livenessOperationMode": "Passive"} if route.method == "POST" else None
        answer = stage.send("archivist", route.method, path, version="v1.2", json=body)
        error = answer.json()["error"]
        assert answer.status_code == 403
        assert error["innererror"]["code"] == "UnsupportedFeature"
        assert "liveness" in error["message"]
    assert len(stage.events()) == before
