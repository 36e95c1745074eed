"""Requests as scripts without a client send them, in the forms of v1.0 and v1.2; members of every answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from countenance.entrypoints.azure_face.routes import ROUTES, route_of
from integration.azure_face.stage import Stage, crowd, picture

EXAMPLES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "rest_examples.json").read_text(encoding="utf-8")
)


def filled(value: Any, kept: dict[str, str]) -> Any:  # noqa: ANN401  whatever JSON holds
    """The value with what earlier answers gave in the place of its name."""
    text = json.dumps(value)
    for name, given in kept.items():
        text = text.replace(f"{{{name}}}", given)
    return json.loads(text)


@pytest.mark.parametrize("version", ["v1.0", "v1.2"])
def test_the_services_documented_requests_are_answered_in_its_form(stage: Stage, version: str) -> None:
    kept: dict[str, str] = {}
    for gallery in ("portraits", "sketches", "third", "persons"):
        stage.agree_beforehand(gallery, "dave", "your_user_data")
    for example in EXAMPLES:
        if example["version"] != version:
            continue
        path, body = filled(example["path"], kept), filled(example.get("body"), kept)
        more: dict[str, Any] = {"json": body} if body is not None else {}
        if "image" in example:
            raw = {"Content-Type": "application/octet-stream"}
            more = {"content": picture(example["image"]), "headers": raw}
        answer = stage.send("archivist", example["method"], path, version=version, **more)
        assert answer.status_code == example["status"], (example["operation"], answer.text)
        content = answer.json() if answer.content else None
        first = content[0] if isinstance(content, list) else content
        if "error" in example:
            assert first["error"]["code"] == example["error"], example["operation"]
        elif "members" in example:
            assert sorted(first) == example["members"], (example["operation"], content)
        else:
            assert content is None, example["operation"]
        if example["status"] == 202:
            told = stage.send("archivist", "GET", answer.headers["operation-location"].split(version)[1])
            assert told.json()["status"] == "succeeded", example["operation"]
        for name, member in example.get("keep", {}).items():
            kept[name] = first[member]


def test_every_operation_stands_among_the_documented_requests() -> None:
    """An operation that no example performs is proved by nobody: large groups are Azure's own client's."""
    performed = set()
    for example in EXAMPLES:
        parts = example["path"].split("?")[0].strip("/").split("/")
        found = route_of(example["method"], tuple(parts))
        assert found is not None, example["operation"]
        performed.add((found[0].method, found[0].path))
    missing = {
        (route.method, route.path)
        for route in ROUTES
        if not route.refused and (route.method, route.path) not in performed
    }
    assert {path for _, path in missing if not path.startswith("/largepersongroups")} == {
        "/verify",
        "/group",
        "/persons/{personId}",
        "/operations/{operationId}",
    }


class Walk:
    """Asks for operation after operation, and keeps which members each was answered with."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.told: dict[tuple[str, str], set[str]] = {}

    def ask(self, method: str, path: str, body: object = None, *, who: str = "archivist") -> Any:  # noqa: ANN401  as above
        """Send JSON, or an image where the body is bytes; return what was answered."""
        more: dict[str, Any] = {"json": body} if body is not None else {}
        if isinstance(body, bytes):
            more = {"content": body, "headers": {"Content-Type": "application/octet-stream"}}
        answer = self.stage.send(who, method, path, **more)
        assert answer.status_code < 300, (method, path, answer.text)
        found = route_of(method, tuple(path.split("?", maxsplit=1)[0].strip("/").split("/")))
        assert found is not None
        content = answer.json() if answer.content else None
        members = self.told.setdefault((method, found[0].path), set())
        for one in content if isinstance(content, list) else [content or {}]:
            members.update(one)
        return content if content is not None else answer.headers.get("operation-location")

    def loose(self) -> None:
        """Operations on kept faces."""
        detect = "/detect?returnFaceLandmarks=true&returnFaceAttributes=headPose&returnRecognitionModel=true"
        found = self.ask("POST", detect, crowd("dave", "erin"), who="tester")
        first, second = (one["faceId"] for one in found)
        self.ask("POST", "/verify", {"faceId1": first, "faceId2": second}, who="tester")
        self.ask("POST", "/group", {"faceIds": [first, second]}, who="tester")
        self.ask("POST", "/findsimilars", {"faceId": first, "faceIds": [first]}, who="tester")

    def of_kind(self, kind: str, name: str) -> None:
        """Operations on a list or group of a kind, from beginning to end."""
        one, named = f"/{kind}/{name}", {"name": "dave", "userData": "noted"}
        self.ask("PUT", one, named)
        self.stage.agree("archivist", name, "noted", "dave")
        place = self.faces(one) if kind.endswith("lists") else self.persons(one)
        self.ask("GET", f"{one}?returnRecognitionModel=true")
        self.ask("GET", f"/{kind}?returnRecognitionModel=true")
        self.ask("PATCH", one, named)
        probe = self.ask("POST", "/detect", picture("dave", 9))[0]["faceId"]
        if kind != "facelists":
            self.ask("POST", f"{one}/train")
            self.ask("GET", f"{one}/training")
            self.ask("GET", place)
            self.ask("PATCH", place, {"userData": "y"})
        member = {"facelists": "faceListId", "largefacelists": "largeFaceListId"}.get(kind)
        if member is not None:
            self.ask("POST", "/findsimilars", {"faceId": probe, member: name})
        elif kind == "largepersongroups":
            self.ask("POST", "/identify", {"faceIds": [probe], "largePersonGroupId": name})
        if kind == "largefacelists":
            self.ask("GET", f"{one}/persistedfaces")
        self.ask("DELETE", place)
        if not kind.endswith("lists"):
            self.ask("DELETE", place.rsplit("/", 2)[0])
        self.ask("DELETE", one)

    def faces(self, one: str) -> str:
        """Add a face to a list; return its address."""
        face = self.ask("POST", f"{one}/persistedfaces?userData=dave", picture("dave"))["persistedFaceId"]
        return f"{one}/persistedfaces/{face}"

    def persons(self, one: str) -> str:
        """Make a person of a group with a face; return the face's address."""
        named = {"name": "dave", "userData": "a note"}
        who = f"{one}/persons/{self.ask('POST', f'{one}/persons', named)['personId']}"
        face = self.ask("POST", f"{who}/persistedfaces?userData=x", picture("dave"))["persistedFaceId"]
        for path in (f"{one}/persons", who):
            self.ask("GET", path)
        self.ask("PATCH", who, named)
        return f"{who}/persistedfaces/{face}"

    def directory(self) -> None:
        """Operations on the directory and its groups."""
        named = {"name": "dave", "userData": "a note"}
        person = self.ask("POST", "/persons", named)["personId"]
        self.stage.agree("archivist", "persons", "dave")
        who = f"/persons/{person}"
        faces = f"{who}/recognitionmodels/recognition_01/persistedfaces"
        face = f"{faces}/{self.ask('POST', f'{faces}?userData=x', picture('dave'))['persistedFaceId']}"
        group = "/dynamicpersongroups/night"
        self.ask("PUT", group, {**named, "addPersonIds": [person]})
        for path in (
            "/persons", who, faces, face, f"{who}/dynamicpersongroupreferences",
            "/dynamicpersongroups", group, f"{group}/persons",
        ):  # fmt: skip
            self.ask("GET", path)
        for path, body in ((who, named), (face, {"userData": "y"}), (group, named)):
            self.ask("PATCH", path, body)
        ended = self.ask("DELETE", group)
        self.ask("GET", ended.split("v1.0")[1])
        self.ask("DELETE", face)
        self.ask("DELETE", who)


def test_every_member_that_the_documentation_promises_is_answered_and_no_other(stage: Stage) -> None:
    """One walk through every operation; what it is answered is what the tables say."""
    walk = Walk(stage)
    walk.loose()
    for kind, name in (
        ("facelists", "old-one"),
        ("largefacelists", "sketches"),
        ("persongroups", "third"),
        ("largepersongroups", "portraits"),
    ):
        walk.of_kind(kind, name)
    walk.directory()
    promised = {(route.method, route.path): set(route.members) for route in ROUTES if not route.refused}
    assert walk.told == promised
