"""Every error that the service documents is reached, or said never to be given; no other is answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from countenance.entrypoints.azure_face import application
from countenance.entrypoints.azure_face.documented import GIVEN, NEVER, OWN
from countenance.entrypoints.azure_face.telling import CODES
from countenance.recognition.loose_faces import keeping as face_keeping
from integration.azure_face.stage import Stage, crowd, picture

FACE = "00112233-4455-4677-8899-aabbccddeeff"
KINDS = ("facelists", "largefacelists", "persongroups", "largepersongroups")
GALLERIES = dict(zip(KINDS, ("old-one", "sketches", "third", "portraits"), strict=True))


def missing(method: str = "GET") -> Iterator[tuple[str, str, Any]]:
    """Requests for what is not there, and where something is searched for in what is not there."""
    for kind in KINDS:
        yield method, f"/{kind}/nothing", None
    yield method, f"/dynamicpersongroups/{FACE}", None
    yield method, f"/persons/{FACE}", None
    yield method, f"/operations/{FACE}", None
    yield method, "/nothing", None
    for scope in ("personGroupId", "largePersonGroupId", "dynamicPersonGroupId"):
        yield "POST", "/identify", {"faceIds": [FACE], scope: "nothing"}
    yield "POST", "/identify", {"faceIds": [FACE], "personIds": [FACE]}
    for scope in ("faceListId", "largeFaceListId"):
        yield "POST", "/findsimilars", {"faceId": FACE, scope: "nothing"}
    yield "POST", "/identify", {"faceIds": [FACE]}
    yield "POST", "/identify", {"faceIds": [FACE], "personGroupId": "a", "personIds": [FACE]}
    both = {"faceId": FACE, "personId": FACE, "personGroupId": "a", "largePersonGroupId": "b"}
    yield "POST", "/verify", both
    yield "POST", "/detect", {"url": "https://photos.example/dave.png"}


def present() -> Iterator[tuple[str, str, Any]]:
    """Requests that need lists and groups, from their making on."""
    for kind, name in GALLERIES.items():
        for _ in range(2):
            yield "PUT", f"/{kind}/{name}", {"name": name}
        if kind != "facelists":
            yield "GET", f"/{kind}/{name}/training", None
    yield "POST", "/findsimilars", {"faceId": FACE, "faceListId": "old-one"}
    yield "POST", "/findsimilars", {"faceId": FACE, "largeFaceListId": "sketches"}
    yield "POST", "/identify", {"faceIds": [FACE], "personGroupId": "third"}
    yield "POST", "/identify", {"faceIds": [FACE], "largePersonGroupId": "portraits"}
    yield "POST", "/persongroups/third/train", None
    yield "POST", "/identify", {"faceIds": [FACE], "personGroupId": "third"}
    yield "GET", f"/largefacelists/sketches/persistedfaces/{FACE}", None
    for _ in range(2):
        yield "PUT", "/dynamicpersongroups/night", {"name": "Night"}
        yield "POST", "/persongroups/third/persons", {"name": "dave"}


def test_every_documented_error_is_reached_and_no_other_is_answered(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[tuple[str, int]] = set()

    def note(answer: Any) -> None:  # noqa: ANN401  httpx's answers
        if answer.status_code >= 400:
            error = answer.json()["error"]
            code = error.get("innererror", error)["code"]
            assert answer.headers["x-ms-error-code"] == code
            seen.add((code, answer.status_code))

    for method, path, body in (*missing(), *present()):
        note(stage.send("archivist", method, path, json=body))
    note(stage.send("tester", "POST", "/verify", json={"faceId1": FACE, "faceId2": FACE}))
    note(stage.send(None, "GET", "/facelists"))
    note(stage.send("tester", "POST", "/verify", json={}))
    note(stage.send("tester", "POST", "/verify", content=b"x", headers={"Content-Type": "text/plain"}))
    note(stage.image("archivist", "/persongroups/third/persons", picture("dave")))
    stage.agree("archivist", "sketches", "dave")
    note(stage.image("archivist", "/largefacelists/sketches/persistedfaces", crowd(), userData="dave"))
    note(stage.image("archivist", "/largefacelists/sketches/persistedfaces", b"BM", userData="dave"))
    note(stage.image("archivist", "/largefacelists/sketches/persistedfaces", b"x" * 2000, userData="dave"))
    note(stage.image("archivist", "/largefacelists/sketches/persistedfaces", picture("dave")))
    places = [stage.engine.admission() for _ in range(32)]
    for place in places:
        place.__enter__()
    note(stage.image("tester", "/detect", picture("dave")))
    for place in places:
        place.__exit__(None, None, None)
    monkeypatch.setattr(face_keeping, "MOST_KEPT", 0)
    note(stage.image("tester", "/detect", picture("dave")))
    # a conflict needs two writers at one moment: `test_telling.py` has it
    assert seen <= set(GIVEN) | set(OWN)
    assert set(GIVEN) - seen == {("ConcurrentOperationConflict", 409)}


def test_what_a_code_stands_for_is_said_once() -> None:
    assert not {code for code, _ in GIVEN} & set(NEVER)
    assert not set(GIVEN) & set(OWN)
    told = {(code, status.value) for status, code, _ in CODES.values() if code != "InvalidRequest"}
    assert told <= set(GIVEN) | set(OWN)


def test_bodies_are_counted_by_their_bytes_and_one_too_many_is_told_to_come_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "MOST_HELD", 1500)
    assert stage.image("tester", "/detect", picture("dave"), returnFaceId="false").status_code == 200
    large = picture("dave") + b"~" * 1000
    answer = stage.image("tester", "/detect", large, returnFaceId="false")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert stage.image("tester", "/detect", picture("dave"), returnFaceId="false").status_code == 200
