"""Every error that the service documents for an operation, reached by a client or listed as never given."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from countenance.entrypoints.rekognition.documented import NEVER, WHEN, never_given
from countenance.entrypoints.rekognition.operations import OPERATIONS, REFUSED
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.model import LeaseId
from fakes_engine import LARGEST, NO_FACE
from integration.rekognition.stage import HOLDERS, PNG, Stage, full_of_bodies, picture
from unit.entrypoints.rekognition.model import SERVICE

Asked = dict[str, Any]
Reached = Iterator[tuple[str, Callable[[], object]]]

NOWHERE = "00000000-0000-0000-0000-000000000000"
PLACE = {"CollectionId": "portraits"}
VIDEO = {"Video": {"S3Object": {"Bucket": "videos", "Name": "a.mp4"}}}
IMAGE = {"Bytes": picture("dave", 5)}


class Clients:
    """A furnished stage: requests that would be answered, and clients that send them."""

    def __init__(self, stage: Stage, stack: ExitStack) -> None:
        self.stage = stage
        once = {"retries": {"total_max_attempts": 1}}
        self.museum, self.lab, self.several = (
            stack.enter_context(stage.client(who, config=once)) for who in ("archivist", "tester", "several")
        )
        (self.face,) = stage.furnish(self.museum, "portraits", "dave")
        self.museum.create_user(**PLACE, UserId="u1")
        self.arn = self.museum.describe_collection(**PLACE)["CollectionARN"]
        stage.engine.seen.clear()

    def right(self) -> dict[str, Asked]:
        """Requests that nothing is wrong with, by operation."""
        user, faces = {**PLACE, "UserId": "u1"}, {"FaceIds": [self.face]}
        return {
            "CreateCollection": {"CollectionId": "sketches"},
            "DescribeCollection": PLACE,
            "ListCollections": {},
            "DeleteCollection": {"CollectionId": "portraits"},
            "IndexFaces": {**PLACE, "Image": IMAGE, "ExternalImageId": "dave"},
            "ListFaces": PLACE,
            "DeleteFaces": {**PLACE, **faces},
            "SearchFaces": {**PLACE, "FaceId": self.face},
            "SearchFacesByImage": {**PLACE, "Image": IMAGE},
            "CompareFaces": {"SourceImage": IMAGE, "TargetImage": IMAGE},
            "DetectFaces": {"Image": IMAGE},
            "CreateUser": {**PLACE, "UserId": "u2"},
            "DeleteUser": user,
            "ListUsers": PLACE,
            "AssociateFaces": {**user, **faces},
            "DisassociateFaces": {**user, **faces},
            "SearchUsers": {**PLACE, "FaceId": self.face},
            "SearchUsersByImage": {**PLACE, "Image": IMAGE},
            "TagResource": {"ResourceArn": self.arn, "Tags": {"a": "b"}},
            "UntagResource": {"ResourceArn": self.arn, "TagKeys": ["a"]},
            "ListTagsForResource": {"ResourceArn": self.arn},
            "StartFaceDetection": VIDEO,
            "GetFaceDetection": {"JobId": "job"},
            "StartFaceSearch": {**VIDEO, **PLACE},
            "GetFaceSearch": {"JobId": "job"},
            "RecognizeCelebrities": {"Image": IMAGE},
            "GetCelebrityInfo": {"Id": "1XJ5dK1a"},
            "StartCelebrityRecognition": VIDEO,
            "GetCelebrityRecognition": {"JobId": "job"},
            "StartPersonTracking": VIDEO,
            "GetPersonTracking": {"JobId": "job"},
        }

    def send(self, operation: str, **changed: object) -> Callable[[], object]:
        """Return what sends the right request, with some members changed; None leaves one out."""
        asked = {k: v for k, v in {**self.right()[operation], **changed}.items() if v is not None}
        client = self.lab if operation == "CompareFaces" else self.museum
        return partial(getattr(client, xform_name(operation)), **asked)


@pytest.fixture
def clients(stage: Stage) -> Iterator[Clients]:
    with ExitStack() as stack:
        yield Clients(stage, stack)


def images() -> list[tuple[str, str]]:
    """Operations with an image, and the member that it is."""
    return [
        ("IndexFaces", "Image"),
        ("SearchFacesByImage", "Image"),
        ("DetectFaces", "Image"),
        ("SearchUsersByImage", "Image"),
        ("CompareFaces", "TargetImage"),
    ]


def with_image(clients: Clients, image: Asked) -> Reached:
    for operation, member in images():
        yield operation, clients.send(operation, **{member: image})


def denied(clients: Clients) -> Reached:
    """Every lease is revoked."""
    for lease in HOLDERS.values():
        clients.stage.service.revoke_lease(LOCAL_ADMINISTRATOR, LeaseId(lease))
    for operation in clients.right():
        yield operation, clients.send(operation)


def broken(clients: Clients) -> Reached:
    """The keys cannot be read."""
    with closing(sqlite3.connect(clients.stage.parts.path)) as database:
        database.execute("ALTER TABLE api_keys RENAME TO gone")
        database.commit()
        for operation in clients.right():
            yield operation, clients.send(operation)
        database.execute("ALTER TABLE gone RENAME TO api_keys")
        database.commit()


def throttled(clients: Clients) -> Reached:
    """There is no memory for another body."""
    with pytest.MonkeyPatch.context() as patch, full_of_bodies(clients.stage, patch):
        for operation in clients.right():
            yield operation, clients.send(operation)


def full(clients: Clients) -> Reached:
    """Every place before the engine is taken."""
    with ExitStack() as stack:
        for _ in range(32):
            stack.enter_context(clients.stage.engine.admission())
        for operation in ("DetectFaces", "CompareFaces", "IndexFaces"):
            yield operation, clients.send(operation)
        for operation in ("SearchFaces", "SearchFacesByImage", "SearchUsers", "SearchUsersByImage"):
            yield operation, clients.send(operation)


def missing(clients: Clients) -> Reached:
    for operation, asked in clients.right().items():
        if operation in OPERATIONS and "ResourceArn" in asked:
            yield operation, clients.send(operation, ResourceArn=clients.arn + "x")
        elif operation in OPERATIONS and "CollectionId" in asked and operation != "CreateCollection":
            yield operation, clients.send(operation, CollectionId="nowhere")


def not_usable(clients: Clients) -> Reached:
    for empty in (
        {},
        {"Bytes": b"x", "S3Object": {"Bucket": "photos", "Name": "a"}},
        {"S3Object": {"Name": "a"}},
    ):
        yield from with_image(clients, empty)
    for operation in ("SearchFacesByImage", "CompareFaces"):
        member = "Image" if operation == "SearchFacesByImage" else "SourceImage"
        yield operation, clients.send(operation, **{member: {"Bytes": PNG + NO_FACE}})
    yield "SearchFaces", clients.send("SearchFaces", FaceId=NOWHERE)
    yield "SearchUsers", clients.send("SearchUsers", UserId="u1")
    yield "SearchUsers", clients.send("SearchUsers", FaceId=None)
    yield "CreateCollection", partial(clients.several.create_collection, CollectionId="two-purposes")


def mismatched(clients: Clients) -> Reached:
    for operation, other in (
        ("CreateUser", {"UserId": "u3"}),
        ("AssociateFaces", {"UserMatchThreshold": 99.0}),
        ("DisassociateFaces", {"FaceIds": [NOWHERE]}),
        ("DeleteUser", {"UserId": "u2"}),
    ):
        clients.send(operation, ClientRequestToken=operation)()
        yield operation, clients.send(operation, ClientRequestToken=operation, **other)


def beyond(clients: Clients) -> Reached:
    clients.send("TagResource", Tags={f"key{number}": "value" for number in range(200)})()
    yield "TagResource", clients.send("TagResource", Tags={"one": "more"})
    clients.stage.agree("archivist", "portraits", "erin", "frank")
    index, faces = partial(clients.send, "IndexFaces"), []
    for subject, first in (
        ("erin", 0),
        ("frank", 50),
    ):  # who look alike, or the faces were no user's together
        for number in range(first, first + 50):
            told: Any = index(Image={"Bytes": picture("erin", number)}, ExternalImageId=subject)()
            faces.append(told["FaceRecords"][0]["Face"]["FaceId"])
        yield "IndexFaces", index(Image={"Bytes": picture("erin", 200)}, ExternalImageId=subject)
    clients.send("AssociateFaces", FaceIds=faces)()
    told = index(Image={"Bytes": picture("erin", 100)})()
    one_more = told["FaceRecords"][0]["Face"]["FaceId"]
    yield "AssociateFaces", clients.send("AssociateFaces", FaceIds=[one_more])


REACHED: dict[str, Callable[[Clients], Reached]] = {
    "AccessDeniedException": denied,
    "InternalServerError": broken,
    "ThrottlingException": throttled,
    "ProvisionedThroughputExceededException": full,
    "ResourceNotFoundException": missing,
    "InvalidParameterException": not_usable,
    "IdempotentParameterMismatchException": mismatched,
    "ServiceQuotaExceededException": beyond,
    "InvalidImageFormatException": lambda on: with_image(on, {"Bytes": b"GIF89a"}),
    "ImageTooLargeException": lambda on: with_image(on, {"Bytes": PNG + bytes(LARGEST + 1)}),
    "InvalidS3ObjectException": lambda on: with_image(on, {"S3Object": {"Bucket": "photos", "Name": "none"}}),
    "InvalidPaginationTokenException": lambda on: (
        (name, on.send(name, NextToken="made up")) for name in ("ListCollections", "ListFaces", "ListUsers")
    ),
    "ConflictException": lambda on: iter([("CreateUser", on.send("CreateUser", UserId="u1"))]),
    "ResourceAlreadyExistsException": lambda on: iter(
        [("CreateCollection", on.send("CreateCollection", CollectionId="portraits"))]
    ),
    "LimitExceededException": lambda _: iter(()),
    "VideoTooLargeException": lambda _: iter(()),
}


def documented(operation: str) -> set[str]:
    return {shape.name for shape in SERVICE.operation_model(operation).error_shapes}


@pytest.mark.parametrize("error", sorted(WHEN))
def test_each_documented_error_is_reached_or_known_not_to_be(clients: Clients, error: str) -> None:
    reached = set()
    for operation, send in REACHED[error](clients):
        with pytest.raises(ClientError) as caught:
            pytest.fail(f"{operation} answered {send()}")
        told = caught.value.response
        assert (operation, told["Error"]["Code"]) == (operation, error)
        assert isinstance(caught.value, getattr(clients.museum.exceptions, error))
        assert told["ResponseMetadata"]["HTTPStatusCode"] == (500 if error == "InternalServerError" else 400)
        assert told["Error"]["Message"]
        reached.add(operation)
    promised = {
        operation
        for operation in (*OPERATIONS, *REFUSED)
        if error in documented(operation) - never_given(operation)
    }
    assert promised <= reached
    assert {one for one in reached if error in never_given(one)} == set()


def test_every_documented_error_is_in_the_table_and_none_is_made_up() -> None:
    every = {error for operation in (*OPERATIONS, *REFUSED) for error in documented(operation)}
    assert every == set(WHEN) == set(REACHED)
    for never in NEVER:
        known = {operation for operation in never.operations if never.error in documented(operation)}
        assert known or never.operations == frozenset(REFUSED), never


def test_what_breaks_inside_is_told_without_a_word_of_it(
    clients: Clients, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(clients.stage.engine, "detect", fail)
    with (
        caplog.at_level(logging.DEBUG),
        pytest.raises(clients.museum.exceptions.InternalServerError, match="Internal server error") as caught,
    ):
        clients.send("DetectFaces")()
    assert "secret of the house" not in str(caught.value.response)
    told = [record for record in caplog.records if record.name == "countenance.rekognition"]
    assert [record.levelname for record in told] == ["ERROR"]
    assert "RuntimeError in DetectFaces" in told[0].message
    assert told[0].exc_info is None
    assert "secret of the house" not in caplog.text
