"""mallory has a key and no right: whatever she names, forbidden and unknown are one answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest

from countenance.entrypoints.azure_face.routes import ROUTES
from integration.azure_face.examples import NOTHING, PATHS, PERFORMED, Sent, request_of
from integration.azure_face.stage import Stage, picture

UNTOLD = ("apim-request-id", "date", "x-request-id", "content-length")
"""Headers that differ from one answer to the next, whoever asks."""


@pytest.fixture
def theirs(stage: Stage) -> Mapping[str, str]:
    """Everything that the archivist has, by the variables of paths."""
    kinds = {
        "faceListId": ("facelists", "old-one"),
        "largeFaceListId": ("largefacelists", "sketches"),
        "personGroupId": ("persongroups", "third"),
        "largePersonGroupId": ("largepersongroups", "portraits"),
    }
    for kind, name in kinds.values():
        assert stage.send("archivist", "PUT", f"/{kind}/{name}", json={"name": name}).status_code == 200
        stage.agree("archivist", name, "dave")
        if kind in {"persongroups", "largepersongroups"}:
            path = f"/{kind}/{name}/persons"
            person = stage.send("archivist", "POST", path, json={"name": "dave"}).json()["personId"]
            face = stage.image("archivist", f"{path}/{person}/persistedfaces", picture("dave")).json()
        else:
            path = f"/{kind}/{name}/persistedfaces"
            face = stage.image("archivist", path, picture("dave"), userData="dave").json()
        if kind != "facelists":
            assert stage.send("archivist", "POST", f"/{kind}/{name}/train").status_code == 202
    made = stage.send("archivist", "POST", "/persons", json={"name": "erin"})
    member = {"name": "night", "addPersonIds": [made.json()["personId"]]}
    assert stage.send("archivist", "PUT", "/dynamicpersongroups/night", json=member).status_code == 202
    return {
        **PATHS,
        **{variable: name for variable, (_, name) in kinds.items()},
        "dynamicPersonGroupId": "night",
        "personId": person,
        "persistedFaceId": face["persistedFaceId"],
        "operationId": made.headers["operation-location"].rsplit("/", 1)[1],
    }


def named(sent: Sent, names: Mapping[str, str], face: str) -> Sent:
    """The request with the names and the face that are given, in path and body."""
    if not isinstance(sent.body, dict):
        return replace(sent, names=names)
    known: dict[str, Any] = {**names, "faceId": face, "faceId1": face, "faceId2": face}
    body = {name: known.get(name, value) for name, value in sent.body.items()}
    for member in ("faceIds", "personIds", "addPersonIds", "removePersonIds"):
        if member in body:
            one = face if member == "faceIds" else names["personId"]
            body[member] = [one, *body[member][1:]]
    return replace(sent, names=names, body=body)


def answered(stage: Stage, client: httpx.Client, who: str, sent: Sent) -> tuple[int, str, dict[str, str]]:
    """Status, body and headers of an answer, without what differs from one to the next."""
    more = sent.arguments()
    headers = {"Ocp-Apim-Subscription-Key": stage.keys[who], **more.pop("headers", {})}
    answer = client.request(sent.route.method, f"{stage.url}/face/v1.0{sent.path}", headers=headers, **more)
    told = {name: value for name, value in answer.headers.items() if name not in UNTOLD}
    return answer.status_code, answer.text, told


def neutral(answer: tuple[int, str, dict[str, str]], *names: str) -> tuple[int, str, dict[str, str]]:
    """The answer without the names that were asked for, and without the record of a refusal."""
    status, text, headers = answer
    decision = headers.pop("x-countenance-decision", None)
    headers.pop("x-countenance-entry", None)
    for name in sorted({*names, *([decision] if decision else [])}, key=len, reverse=True):
        text = text.replace(name, "*")
    return status, text, headers


def variants() -> Iterator[Sent]:
    """Every operation that names something of somebody's; those with scopes in each of them."""
    for route in PERFORMED:
        sent = request_of(route)
        body = sent.body if isinstance(sent.body, dict) else {}
        if route.path == "/identify":
            for scope in ("personGroupId", "largePersonGroupId", "dynamicPersonGroupId"):
                yield replace(sent, body={"faceIds": body["faceIds"], scope: "nothing"})
            yield replace(sent, body={"faceIds": body["faceIds"], "personIds": [NOTHING]})
        elif route.path == "/findsimilars":
            for scope in ("faceListId", "largeFaceListId"):
                yield replace(sent, body={"faceId": NOTHING, scope: "nothing"})
            yield replace(sent, body={"faceId": NOTHING, "faceIds": [NOTHING]})
        elif route.path == "/verify":
            for scope in ("personGroupId", "largePersonGroupId"):
                yield replace(sent, body={"faceId": NOTHING, "personId": NOTHING, scope: "nothing"})
            yield replace(sent, body={"faceId1": NOTHING, "faceId2": NOTHING})
            yield replace(sent, body={"faceId": NOTHING, "personId": NOTHING})
        elif "{" in route.path or route.path == "/group":
            yield sent


@pytest.mark.parametrize("who", ["alice", "tester"])
def test_mallory_cannot_tell_what_is_somebody_elses_from_what_is_not_there(
    stage: Stage, theirs: Mapping[str, str], who: str
) -> None:
    (face,) = stage.keep("archivist", picture("dave", 9))
    seen, count = len(stage.engine.seen), 0
    with httpx.Client(timeout=30) as client:
        for sent in variants():
            real = neutral(answered(stage, client, who, named(sent, theirs, face)), *theirs.values(), face)
            none = neutral(
                answered(stage, client, who, named(sent, PATHS, NOTHING)), *PATHS.values(), NOTHING
            )
            assert real == none, (sent.route.method, sent.route.path, real[:2], none[:2])
            assert real[0] in {400, 403, 404}, (sent.route.path, real)
            count += 1
    assert count > 60
    assert len(stage.engine.seen) == seen


def test_what_mallory_asked_for_is_still_there(stage: Stage, theirs: Mapping[str, str]) -> None:
    with httpx.Client(timeout=30) as client:
        for sent in variants():
            if sent.route.method in {"DELETE", "PUT", "PATCH"}:
                answered(stage, client, "alice", named(sent, theirs, NOTHING))
    person = f"/largepersongroups/portraits/persons/{theirs['personId']}"
    assert stage.send("archivist", "GET", person).json()["name"] == "dave"
    assert stage.send("archivist", "GET", "/facelists/old-one").json()["persistedFaces"] != []
    assert stage.send("archivist", "GET", "/dynamicpersongroups/night").status_code == 200


def test_whoever_has_no_key_learns_nothing_not_even_what_there_is(stage: Stage) -> None:
    seen = set()
    with httpx.Client(timeout=30) as client:
        for route in ROUTES:
            path = route.path.format_map(PATHS)
            for headers in ({}, {"Ocp-Apim-Subscription-Key": "wrong"}, {"Authorization": "Basic eDp5"}):
                answer = client.request(route.method, f"{stage.url}/face/v1.0{path}", headers=headers)
                seen.add((answer.status_code, answer.text, answer.headers["www-authenticate"]))
        unknown = client.get(f"{stage.url}/face/v9/nothing")
        seen.add((unknown.status_code, unknown.text, unknown.headers["www-authenticate"]))
    assert len(seen) == 1
    ((status, text, _),) = seen
    assert status == 401
    assert '"code":"401"' in text


@pytest.mark.parametrize("who", ["bob", "carol"])
def test_whoever_does_not_operate_performs_nothing(stage: Stage, who: str) -> None:
    before = len(stage.engine.seen)
    with httpx.Client(timeout=30) as client:
        for route in ROUTES:
            sent = request_of(route)
            status, text, _ = answered(stage, client, who, sent)
            assert (status, "UnsupportedFeature" in text) == (403, True), (route.path, text)
    assert len(stage.engine.seen) == before


def test_a_key_is_good_in_either_header_and_two_that_differ_are_none(stage: Stage) -> None:
    key, other = stage.keys["archivist"], stage.keys["alice"]
    good: tuple[dict[str, str], ...] = (
        {"Ocp-Apim-Subscription-Key": key},
        {"Authorization": f"Bearer {key}"},
        {"authorization": f"bearer {key}"},
        {"Ocp-Apim-Subscription-Key": key, "Authorization": f"Bearer {key}"},
    )
    bad: tuple[dict[str, str], ...] = (
        {"Ocp-Apim-Subscription-Key": key, "Authorization": f"Bearer {other}"},
        {"Ocp-Apim-Subscription-Key": key, "Authorization": f"Basic {key}"},
        {"Ocp-Apim-Subscription-Key": f"{key}x"},
        {"Ocp-Apim-Subscription-Key": ""},
    )
    for headers in good:
        assert stage.send(None, "GET", "/facelists", headers=headers).status_code == 200
    for headers in bad:
        assert stage.send(None, "GET", "/facelists", headers=headers).status_code == 401
    assert stage.send(None, "GET", f"/facelists?subscription-key={key}").status_code == 401


def test_no_answer_holds_a_key_a_template_or_a_traceback(stage: Stage, theirs: Mapping[str, str]) -> None:
    with httpx.Client(timeout=30) as client:
        for sent in variants():
            for who in ("archivist", "alice"):
                _, text, headers = answered(stage, client, who, named(sent, theirs, NOTHING))
                assert "Traceback" not in text
                assert not [key for key in stage.keys.values() if key in text or key in str(headers)]
                assert headers["cache-control"] == "no-store"
                assert headers["x-content-type-options"] == "nosniff"
