"""Images named as `S3Object`: from the operator's folder or store, of the customer's own buckets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from countenance.entrypoints.rekognition.requests import LARGEST_OBJECT
from countenance.storage.object_folder import FolderObjects
from countenance.storage.object_store import Credentials, StoreObjects
from integration.rekognition.stage import PNG, Stage, picture
from object_server import ACCESS_KEY, REGION, SECRET, ObjectServer, object_server


def detected(client: Any, bucket: str, name: str, **more: str) -> int:  # noqa: ANN401  made at run time
    found = client.detect_faces(Image={"S3Object": {"Bucket": bucket, "Name": name, **more}})
    return len(found["FaceDetails"])


@pytest.fixture
def folder(stage: Stage) -> Path:
    """Buckets as folders, with something beside them that is nobody's to read."""
    root = stage.parts.path.parent / "objects"
    (root / "photos" / "deep").mkdir(parents=True)
    (root / "photos" / "deep" / "dave.png").write_bytes(picture("dave"))
    (root / "secret.png").write_bytes(picture("erin"))
    (root / "photos" / "link.png").symlink_to(root / "secret.png")
    stage.parts.objects = FolderObjects(root)
    return root


@pytest.fixture
def store(stage: Stage) -> Iterator[ObjectServer]:
    """A store on loopback with a bucket for everybody and one of the bank's."""
    with object_server() as server:
        server.objects |= {"photos/dave.png": picture("dave"), "vault/erin.png": picture("erin")}
        credentials = Credentials(access_key_id=ACCESS_KEY, secret=SECRET)
        stage.parts.objects = StoreObjects(server.url, region=REGION, credentials=credentials, seconds=2.0)
        stage.parts.object_buckets = {"photos": None, "vault": "bank"}
        yield server


def test_without_a_place_there_are_no_objects(museum: Any) -> None:  # noqa: ANN401  made at run time
    with pytest.raises(museum.exceptions.InvalidS3ObjectException):
        detected(museum, "photos", "dave.png")


@pytest.mark.usefixtures("folder")
def test_an_object_comes_from_the_operators_folder_and_from_nowhere_else(museum: Any) -> None:  # noqa: ANN401  as above
    assert detected(museum, "photos", "deep/dave.png") == 1
    for bucket, name in (
        ("photos", "../secret.png"),
        ("photos", "link.png"),
        ("photos", "deep"),
        ("photos", "none.png"),
        ("photos", "a\0b"),
        ("...", "secret.png"),
        ("other", "dave.png"),
    ):
        with pytest.raises(museum.exceptions.InvalidS3ObjectException):
            detected(museum, bucket, name)
    with pytest.raises(museum.exceptions.InvalidS3ObjectException):
        detected(museum, "photos", "deep/dave.png", Version="1")


def test_an_object_comes_from_the_store_and_is_enrolled_and_found(
    stage: Stage,
    museum: Any,  # noqa: ANN401  as above
    store: ObjectServer,
) -> None:
    museum.create_collection(CollectionId="portraits")
    stage.agree("archivist", "portraits", "dave")
    image = {"S3Object": {"Bucket": "photos", "Name": "dave.png"}}
    indexed = museum.index_faces(CollectionId="portraits", Image=image, ExternalImageId="dave")
    assert len(indexed["FaceRecords"]) == 1
    found = museum.search_faces_by_image(CollectionId="portraits", Image=image)
    assert [match["Face"]["ExternalImageId"] for match in found["FaceMatches"]] == ["dave"]
    assert len(store.asked) == 2


@pytest.mark.parametrize(
    "name", ["none.png", "redirected.png", "endless.png", "broken.png", "../vault/erin.png"]
)
def test_what_the_store_does_not_give_in_time_is_an_invalid_object(
    museum: Any,  # noqa: ANN401  as above
    store: ObjectServer,
    name: str,
) -> None:
    store.objects["photos/a.png"] = picture("dave")
    with pytest.raises(museum.exceptions.InvalidS3ObjectException, match="Unable to get object metadata"):
        detected(museum, "photos", name)


def test_a_bucket_of_another_customer_is_no_bucket_and_nobody_is_asked_for_it(
    stage: Stage,
    museum: Any,  # noqa: ANN401  as above
    store: ObjectServer,
) -> None:
    with stage.client("alice") as bank:
        assert detected(bank, "vault", "erin.png") == 1
    before = len(store.asked)
    for bucket in ("vault", "unknown"):
        with pytest.raises(museum.exceptions.InvalidS3ObjectException):
            detected(museum, bucket, "erin.png")
    assert len(store.asked) == before
    assert stage.engine.seen == [picture("erin").removeprefix(PNG)]


def test_an_object_that_is_too_large_is_not_read_to_its_end(museum: Any, store: ObjectServer) -> None:  # noqa: ANN401  as above
    store.objects["photos/large.png"] = PNG + bytes(LARGEST_OBJECT)
    with pytest.raises(museum.exceptions.ImageTooLargeException):
        detected(museum, "photos", "large.png")
