"""The protocol against botocore's model, over the wire: what is taken, what is answered, member by member."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from countenance.entrypoints.rekognition.requests import REQUESTS
from countenance.entrypoints.rekognition.responses import RESPONSES, STRUCTURES
from fakes_engine import BLURRED, MANY_FACES
from integration.rekognition.stage import PNG, Stage, group, picture
from integration.rekognition.test_wire import post
from unit.entrypoints.rekognition.model import SERVICE, breaches, right

NOWHERE = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def wire() -> Iterator[httpx.Client]:
    """One connection for many requests."""
    with httpx.Client() as client:
        yield client


def told(stage: Stage, wire: httpx.Client, operation: str, asked: object) -> tuple[int, str, str]:
    answer = post(stage, f"RekognitionService.{operation}", json.dumps(asked).encode(), wire)
    content = answer.json()
    return answer.status_code, content.get("__type", ""), content.get("Message", "")


def test_each_required_member_that_is_missing_is_told_by_every_operation(
    stage: Stage, wire: httpx.Client
) -> None:
    missed = 0
    for operation in REQUESTS:
        shape = SERVICE.operation_model(operation).input_shape
        asked = right(shape)
        for name in shape.required_members:
            status, code, message = told(
                stage, wire, operation, {k: v for k, v in asked.items() if k != name}
            )
            assert (status, code) == (400, "ValidationException"), (operation, name)
            assert f"'{name[:1].lower()}{name[1:]}' failed to satisfy constraint" in message
            missed += 1
    assert missed == 39


def test_each_bound_that_is_broken_is_told_by_every_operation(stage: Stage, wire: httpx.Client) -> None:
    """The largest images are broken in the unit tests: forty of five megabytes say no more."""
    broken = 0
    for operation in REQUESTS:
        shape = SERVICE.operation_model(operation).input_shape
        for where, breach, asked in breaches(shape, right(shape)):
            if where.endswith("ImageBlob") and breach == "max" and operation != "DetectFaces":
                continue
            status, code, message = told(stage, wire, operation, asked)
            assert (status, code) == (400, "ValidationException"), (operation, where, breach)
            assert "failed to satisfy constraint" in message
            broken += 1
    assert broken > 200


def test_every_member_that_the_documentation_promises_is_answered_and_no_other(stage: Stage) -> None:
    """One walk through every operation; what it is answered is what the tables say."""
    with stage.client() as museum:
        walk(stage, museum)
    with stage.client("tester") as lab:
        lab.compare_faces(
            SourceImage={"Bytes": picture("dave")}, TargetImage={"Bytes": group("dave", "erin")}
        )
    assert {name: set(members) for name, members in RESPONSES.items()} == stage.answered
    assert {name: set(members) for name, members in STRUCTURES.items()} == stage.structures


def walk(stage: Stage, museum: Any) -> None:  # noqa: ANN401  made at run time
    dave, erin = stage.furnish(museum, "portraits", "dave", "erin")
    place = {"CollectionId": "portraits"}
    museum.index_faces(**place, Image={"Bytes": PNG + BLURRED}, ExternalImageId="dave")
    museum.create_collection(CollectionId="sketches")
    arn = museum.describe_collection(**place)["CollectionARN"]
    museum.tag_resource(ResourceArn=arn, Tags={"a": "b"})
    museum.list_tags_for_resource(ResourceArn=arn)
    museum.untag_resource(ResourceArn=arn, TagKeys=["a"])
    museum.list_collections(MaxResults=1)
    for user in ("u1", "u2"):
        museum.create_user(**place, UserId=user)
    museum.list_users(**place, MaxResults=1)
    museum.associate_faces(**place, UserId="u1", FaceIds=[dave, erin, NOWHERE])
    museum.associate_faces(**place, UserId="u2", FaceIds=[dave])
    museum.list_faces(**place, MaxResults=1)
    museum.search_users(**place, UserId="u1")
    museum.search_users(**place, FaceId=dave)
    museum.search_users_by_image(**place, Image={"Bytes": PNG + MANY_FACES})
    museum.search_users_by_image(**place, Image={"Bytes": picture("dave", 3)})
    museum.search_faces(**place, FaceId=dave)
    museum.search_faces_by_image(**place, Image={"Bytes": picture("dave", 3)})
    museum.detect_faces(Image={"Bytes": picture("dave")})
    museum.delete_faces(**place, FaceIds=[erin, dave, NOWHERE])
    museum.disassociate_faces(**place, UserId="u2", FaceIds=[dave])
    museum.disassociate_faces(**place, UserId="u1", FaceIds=[dave, NOWHERE])
    museum.delete_user(**place, UserId="u1")
    museum.delete_collection(**place)


@pytest.mark.parametrize("structure", sorted(STRUCTURES))
def test_structures_of_answers_are_the_models(structure: str) -> None:
    members = set(SERVICE.shape_for(structure).members)
    assert set(STRUCTURES[structure]) <= members
