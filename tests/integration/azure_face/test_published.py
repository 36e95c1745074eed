"""The examples that Microsoft publishes beside its REST specification, as requests to a live server.

`published_examples.json` names, for each, what the request carries and what the answer holds; the
values are ours. Source: Azure/azure-rest-api-specs, `Face/stable/v1.0/examples` (cognitiveservices)
and `Face/stable/v1.2/examples` (ai). Two of them differ from the text beside them, which is followed:
landmarks come only if asked for, and a face of a list has a `persistedFaceId`. Examples that
differ in nothing but the kind of list are represented by those of one or two kinds.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from countenance.entrypoints.azure_face.routes import ROUTES, Route
from integration.azure_face.stage import Stage, picture

EXAMPLES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "published_examples.json").read_text(encoding="utf-8")
)
NAMES = [f"{example['version']} {example['example']}" for example in EXAMPLES]
ADDRESS = "https://photos.example/dave.png"
ROSTERS = {
    "facelists": ("faceListId", "old-one"),
    "largefacelists": ("largeFaceListId", "sketches"),
    "persongroups": ("personGroupId", "third"),
    "largepersongroups": ("largePersonGroupId", "portraits"),
}
VALUES: dict[str, Any] = {
    "url": ADDRESS,
    "name": "dave",
    "userData": "your_user_data",
    "recognitionModel": "recognition_01",
    "returnRecognitionModel": True,
    "detectionModel": "detection_01",
    "returnFaceAttributes": "headPose,blur,exposure",
    "returnFaceLandmarks": True,
    "start": "00000000-0000-0000-0000-000000000000",
    "top": 20,
    "targetFace": "10,20,110,140",
    "maxNumOfCandidatesReturned": 1,
    "confidenceThreshold": 0.5,
    "mode": "matchPerson",
}


class Furnished:
    """A server with one list or group of every kind, each with the face of one person in it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.values = dict(VALUES)
        bucket, name = ADDRESS.removeprefix("https://").split("/", 1)
        stage.put_object(bucket, name, picture("dave"))
        probes = [stage.keep("archivist", picture("dave", number))[0] for number in (8, 9)]
        self.values |= {"faceId": probes[0], "faceIds": probes}
        for kind, (member, roster) in ROSTERS.items():
            self.values[member] = roster
            self.furnish(kind, roster)
        compared = [stage.keep("tester", picture("dave", number))[0] for number in (8, 9)]
        self.compared = {"faceId1": compared[0], "faceId2": compared[1], "faceIds": compared}

    def put(self, method: str, path: str, body: object = None, *, who: str = "archivist") -> Any:  # noqa: ANN401  whatever JSON holds
        more: dict[str, Any] = {"json": body} if body is not None else {}
        if isinstance(body, bytes):
            more = {"content": body, "headers": {"Content-Type": "application/octet-stream"}}
        answer = self.stage.send(who, method, path, **more)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def furnish(self, kind: str, roster: str, who: str = "archivist") -> None:
        self.stage.agree_beforehand(roster, "dave", "your_user_data")
        one, named = f"/{kind}/{roster}", {"name": "dave", "userData": "your_user_data"}
        self.put("PUT", one, named, who=who)
        place = one
        if "person" in kind:
            self.values[f"{kind} personId"] = self.put("POST", f"{one}/persons", named, who=who)["personId"]
            place = f"{one}/persons/{self.values[f'{kind} personId']}"
        face = self.put("POST", f"{place}/persistedfaces?userData=your_user_data", picture("dave"), who=who)
        self.values[f"{kind} persistedFaceId"] = face["persistedFaceId"]
        if kind != "facelists":
            self.put("POST", f"{one}/train", who=who)

    def ask(self, example: dict[str, Any]) -> Any:  # noqa: ANN401  as above
        """Send the example's request with values of this server; return what was answered."""
        who, kind = "archivist", example["path"].split("/")[1]
        values = dict(self.values)
        for name in ("personId", "persistedFaceId"):
            values[name] = values.get(f"{kind} {name}")
        if example["path"] == "/verify" or example["path"] == "/group":
            who, values = "tester", values | self.compared
        if example["method"] == "PUT":
            self.put("DELETE", f"/{kind}/{values[ROSTERS[kind][0]]}")
        if example["path"].endswith("/persons") and example["method"] == "POST":
            values["userData"] = "someone else"  # one name is one subject, and the first one is there
        if "personId" in example["body"]:
            who, values = "alice", values | self.at_the_bank()
        if kind == "operations":
            values["operationId"] = self.operation()
        path = re.sub(r"\{(\w+)\}", lambda found: str(values[found[1]]), example["path"])
        more: dict[str, Any] = {"params": {name: self.text(values[name]) for name in example["query"]}}
        if example["body"]:
            more["json"] = {name: values[name] for name in example["body"]}
        elif "targetFace" in example["query"]:
            more |= {"content": picture("dave"), "headers": {"Content-Type": "application/octet-stream"}}
        answer = self.stage.send(who, example["method"], path, version=example["version"], **more)
        if example["method"] == "PUT":
            self.put("DELETE", path)
            self.furnish(kind, values[ROSTERS[kind][0]])
        return answer

    def at_the_bank(self) -> dict[str, Any]:
        """Whom the bank, which may verify and not identify, compares a probe with."""
        self.furnish("persongroups", "staff", who="alice")
        probe = self.stage.keep("alice", picture("dave", 7))[0]
        return {
            "faceId": probe,
            "personGroupId": "staff",
            "personId": self.values["persongroups personId"],
        }

    def operation(self) -> str:
        """Begin what the service does in its own time; return its id."""
        started = self.stage.send("archivist", "POST", "/persons", json={"name": "erin"}, version="v1.2")
        return started.headers["operation-location"].rsplit("/", 1)[1]

    @staticmethod
    def text(value: object) -> str:
        return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.fixture
def furnished(stage: Stage) -> Furnished:
    return Furnished(stage)


@pytest.mark.parametrize("version", ["v1.0", "v1.2"])
def test_every_published_example_is_answered_with_the_published_members(
    furnished: Furnished, version: str
) -> None:
    for example in EXAMPLES:
        if example["version"] != version:
            continue
        answer = furnished.ask(example)
        assert answer.status_code == example["status"], (example["example"], answer.text)
        told = answer.json() if answer.content else None
        assert told != [], example["example"]
        first = told[0] if isinstance(told, list) else told or {}
        members = set(example["members"])
        if example["example"] == "FaceRecognitionOperations_FindSimilarFromLargeFaceList":
            members = (members - {"faceId"}) | {"persistedFaceId"}
        extra = {"persistedFaces"} if "/facelists/" in example["path"] else set()
        assert set(first) - extra == members - extra, example["example"]


def _route(example: dict[str, Any]) -> Route:
    (found,) = (
        route for route in ROUTES if (route.method, route.path) == (example["method"], example["path"])
    )
    return found


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_what_a_published_example_sends_is_read_and_not_passed_over(example: dict[str, Any]) -> None:
    route = _route(example)
    assert set(example["query"]) <= set(route.query.members)
    if route.image:
        assert set(example["body"]) <= {"url"}
    else:
        assert set(example["body"]) <= set(route.body.members if route.body is not None else ())
