"""Whoever agrees no more takes part in nothing that boto3 can ask for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.recognition.erasure.withdrawal import Agreement
from integration.rekognition.stage import Stage, picture

PORTRAITS = GalleryId("portraits")
DAVE = SubjectId("dave")


@pytest.fixture
def faces(stage: Stage, museum: Any) -> dict[str, str]:  # noqa: ANN401  made at run time
    """Dave and erin, each with a user; dave's consent ends in two minutes."""
    names = ("dave", "erin")
    found = dict(zip(names, stage.furnish(museum, PORTRAITS, *names), strict=True))
    for name, face in found.items():
        museum.create_user(CollectionId=PORTRAITS, UserId=f"u-{name}")
        museum.associate_faces(CollectionId=PORTRAITS, UserId=f"u-{name}", FaceIds=[face])
    agreement = Agreement(
        gallery_id=PORTRAITS,
        subject_id=DAVE,
        notice="v1",
        method="form",
        expires=stage.parts.clock() + timedelta(minutes=2),
    )
    stage.service.give_consent(stage.actor("archivist"), agreement)
    return found


def found(museum: Any, name: str) -> tuple[list[str], list[str]]:  # noqa: ANN401  as above
    """Return the faces and the users that a photograph of somebody finds."""
    asked = {"CollectionId": PORTRAITS, "Image": {"Bytes": picture(name, 5)}}
    by_face = museum.search_faces_by_image(**asked)["FaceMatches"]
    by_user = museum.search_users_by_image(**asked)["UserMatches"]
    return [one["Face"]["FaceId"] for one in by_face], [one["User"]["UserId"] for one in by_user]


def refuses_as_a_probe(museum: Any, face: str) -> None:  # noqa: ANN401  as above
    with pytest.raises(museum.exceptions.InvalidParameterException, match="was not found"):
        museum.search_faces(CollectionId=PORTRAITS, FaceId=face)
    with pytest.raises(museum.exceptions.ResourceNotFoundException):
        museum.search_users(CollectionId=PORTRAITS, FaceId=face)


def test_whose_consent_has_lapsed_is_found_by_no_search_and_searched_with_by_none(
    stage: Stage,
    museum: Any,  # noqa: ANN401  as above
    faces: dict[str, str],
) -> None:
    assert found(museum, "dave") == ([faces["dave"]], ["u-dave"])
    stage.parts.clock.ahead = timedelta(minutes=3)  # type: ignore[attr-defined]  # the wall clock of this stage
    assert found(museum, "dave") == ([], [])
    assert found(museum, "erin") == ([faces["erin"]], ["u-erin"])
    refuses_as_a_probe(museum, faces["dave"])
    with pytest.raises(museum.exceptions.ResourceNotFoundException):
        museum.search_users(CollectionId=PORTRAITS, UserId="u-dave")
    with pytest.raises(museum.exceptions.AccessDeniedException, match=r"consent\.missing"):
        museum.index_faces(
            CollectionId=PORTRAITS, Image={"Bytes": picture("dave", 6)}, ExternalImageId="dave"
        )


def test_who_objects_is_left_out_at_once_and_who_withdraws_is_gone(
    stage: Stage,
    museum: Any,  # noqa: ANN401  as above
    faces: dict[str, str],
) -> None:
    with stage.parts.unit_of_work() as work:
        work.consents.stop_use(PORTRAITS, DAVE, stage.parts.clock())
        work.commit()
    assert found(museum, "dave") == ([], [])
    refuses_as_a_probe(museum, faces["dave"])
    stage.service.withdraw(stage.actor("archivist"), PORTRAITS, DAVE)
    assert found(museum, "dave") == ([], [])
    refuses_as_a_probe(museum, faces["dave"])
    assert [one["FaceId"] for one in museum.list_faces(CollectionId=PORTRAITS)["Faces"]] == [faces["erin"]]
