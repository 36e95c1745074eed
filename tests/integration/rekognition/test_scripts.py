"""What a user's boto3 script does, unchanged but for the address."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.entrypoints.rekognition import pagination
from countenance.entrypoints.rekognition.faults import AwsError
from countenance.entrypoints.rekognition.pagination import LIFETIME, page_token, place_after
from countenance.recognition.collections.model import Binding
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.model import LeaseId
from fakes_engine import BLURRED, MANY_FACES, NARROW, NO_FACE
from integration.rekognition.stage import PNG, Stage, full_of_bodies, group, picture

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def headers(answer: Any) -> dict[str, str]:  # noqa: ANN401  boto3's answers are dictionaries
    found: dict[str, str] = answer["ResponseMetadata"]["HTTPHeaders"]
    return found


def test_a_collection_from_beginning_to_end(stage: Stage, museum: Any) -> None:  # noqa: ANN401  made at run time
    made = museum.create_collection(CollectionId="portraits", Tags={"team": "archive"})
    assert made["StatusCode"] == 200
    assert re.fullmatch(r"arn:aws:rekognition:eu-west-1:\d{12}:collection/portraits", made["CollectionArn"])
    assert re.fullmatch(r"[0-9.]+", made["FaceModelVersion"])
    with pytest.raises(museum.exceptions.ResourceAlreadyExistsException):
        museum.create_collection(CollectionId="portraits")
    stage.agree("archivist", "portraits", "dave", "erin")
    for name in ("dave", "erin"):
        indexed = museum.index_faces(
            CollectionId="portraits",
            Image={"Bytes": picture(name)},
            ExternalImageId=name,
            DetectionAttributes=["ALL"],
        )
        (record,) = indexed["FaceRecords"]
        assert record["Face"]["ExternalImageId"] == name
        assert UUID.fullmatch(record["Face"]["FaceId"])
        assert UUID.fullmatch(record["Face"]["ImageId"])
        assert "GENDER" in headers(indexed)["x-countenance-not-inferred"]
        assert "Gender" not in record["FaceDetail"]
        assert headers(indexed)["x-countenance-decision"].startswith("dec_")
    told = museum.describe_collection(CollectionId="portraits")
    assert (told["FaceCount"], told["UserCount"]) == (2, 0)
    assert told["CollectionARN"] == made["CollectionArn"]
    assert museum.list_tags_for_resource(ResourceArn=made["CollectionArn"])["Tags"] == {"team": "archive"}
    museum.tag_resource(ResourceArn=made["CollectionArn"], Tags={"stage": "test"})
    museum.untag_resource(ResourceArn=made["CollectionArn"], TagKeys=["team"])
    assert museum.list_tags_for_resource(ResourceArn=made["CollectionArn"])["Tags"] == {"stage": "test"}
    assert museum.delete_collection(CollectionId="portraits")["StatusCode"] == 200
    with pytest.raises(museum.exceptions.ResourceNotFoundException, match="portraits does not exist"):
        museum.describe_collection(CollectionId="portraits")


def test_a_search_finds_the_person_of_the_image_and_says_how_alike(stage: Stage, museum: Any) -> None:  # noqa: ANN401  made at run time
    dave, _ = stage.furnish(museum, "portraits", "dave", "erin")
    found = museum.search_faces_by_image(CollectionId="portraits", Image={"Bytes": picture("dave", 9)})
    (match,) = found["FaceMatches"]
    assert match["Face"]["FaceId"] == dave
    assert 99 < match["Similarity"] <= 100
    assert found["SearchedFaceConfidence"] == pytest.approx(98.0)
    assert found["SearchedFaceBoundingBox"]["Width"] == pytest.approx(110.5 / 640, abs=1e-6)
    assert float(headers(found)["x-countenance-threshold-raised"]) == pytest.approx(89.5)
    nobody = museum.search_faces_by_image(CollectionId="portraits", Image={"Bytes": picture("mallory")})
    assert nobody["FaceMatches"] == []
    high = museum.search_faces_by_image(
        CollectionId="portraits", Image={"Bytes": picture("dave", 9)}, FaceMatchThreshold=99
    )
    assert len(high["FaceMatches"]) == 1
    assert "x-countenance-threshold-raised" not in headers(high)


def test_a_search_tells_of_no_more_faces_than_it_was_asked_for(stage: Stage, museum: Any) -> None:  # noqa: ANN401  made at run time
    (first,) = stage.furnish(museum, "portraits", "dave")
    place = {"CollectionId": "portraits"}
    for number in (2, 3):
        museum.index_faces(**place, Image={"Bytes": picture("dave", number)}, ExternalImageId="dave")
    search = {**place, "Image": {"Bytes": picture("dave")}}
    every = museum.search_faces_by_image(**search)["FaceMatches"]
    assert len(every) == 3
    assert every[0]["Face"]["FaceId"] == first
    assert [match["Similarity"] for match in every] == sorted(
        (match["Similarity"] for match in every), reverse=True
    )
    assert museum.search_faces_by_image(**search, MaxFaces=1)["FaceMatches"] == every[:1]
    assert len(museum.search_faces(**place, FaceId=first, MaxFaces=1)["FaceMatches"]) == 1


def test_an_enrolled_face_finds_the_others_of_its_subject_and_not_itself(stage: Stage, museum: Any) -> None:  # noqa: ANN401  made at run time
    dave, erin = stage.furnish(museum, "portraits", "dave", "erin")
    second = museum.index_faces(
        CollectionId="portraits", Image={"Bytes": picture("dave", 2)}, ExternalImageId="dave"
    )["FaceRecords"][0]["Face"]["FaceId"]
    found = museum.search_faces(CollectionId="portraits", FaceId=dave)
    assert found["SearchedFaceId"] == dave
    assert [match["Face"]["FaceId"] for match in found["FaceMatches"]] == [second]
    assert museum.search_faces(CollectionId="portraits", FaceId=erin)["FaceMatches"] == []
    with pytest.raises(museum.exceptions.InvalidParameterException, match="was not found in the collection"):
        museum.search_faces(CollectionId="portraits", FaceId="0" * 8 + "-0000-0000-0000-" + "0" * 12)


def test_the_same_image_again_is_the_same_face(stage: Stage, museum: Any) -> None:  # noqa: ANN401  made at run time
    (dave,) = stage.furnish(museum, "portraits", "dave")
    again = museum.index_faces(
        CollectionId="portraits", Image={"Bytes": picture("dave")}, ExternalImageId="dave"
    )
    assert again["FaceRecords"][0]["Face"]["FaceId"] == dave
    assert museum.describe_collection(CollectionId="portraits")["FaceCount"] == 1


def test_bystanders_are_told_of_and_never_enrolled(stage: Stage, museum: Any) -> None:  # noqa: ANN401  made at run time
    museum.create_collection(CollectionId="portraits")
    stage.agree("archivist", "portraits", "dave")
    indexed = museum.index_faces(
        CollectionId="portraits", Image={"Bytes": group("dave", "erin")}, ExternalImageId="dave", MaxFaces=9
    )
    assert len(indexed["FaceRecords"]) == 1
    assert [face["Reasons"] for face in indexed["UnindexedFaces"]] == [["EXCEEDS_MAX_FACES"]]
    assert headers(indexed)["x-countenance-not-enrolled"].startswith("1;")
    blurred = museum.index_faces(
        CollectionId="portraits", Image={"Bytes": group("dave") + b"+" + BLURRED}, ExternalImageId="dave"
    )
    assert [face["Reasons"] for face in blurred["UnindexedFaces"]] == [["EXCEEDS_MAX_FACES", "LOW_SHARPNESS"]]
    found = museum.search_faces_by_image(CollectionId="portraits", Image={"Bytes": picture("erin")})
    assert found["FaceMatches"] == []


def test_a_face_of_low_quality_is_not_indexed_whatever_the_filter(stage: Stage, museum: Any) -> None:  # noqa: ANN401  made at run time
    museum.create_collection(CollectionId="portraits")
    stage.agree("archivist", "portraits", "dave")
    for image, unindexed in ((PNG + BLURRED, [["LOW_SHARPNESS"]]), (PNG + NO_FACE, [])):
        indexed = museum.index_faces(
            CollectionId="portraits",
            Image={"Bytes": image},
            ExternalImageId="dave",
            QualityFilter="NONE",
        )
        assert indexed["FaceRecords"] == []
        assert [face["Reasons"] for face in indexed["UnindexedFaces"]] == unindexed
    assert museum.describe_collection(CollectionId="portraits")["FaceCount"] == 0


def test_pages_of_collections_faces_and_users(stage: Stage, museum: Any) -> None:  # noqa: ANN401  made at run time
    faces = stage.furnish(museum, "portraits", *(f"subject-{number}" for number in range(5)))
    for name in ("sketches", "third"):
        museum.create_collection(CollectionId=name)
    for number in range(3):
        museum.create_user(CollectionId="portraits", UserId=f"u{number}")
    pages = museum.get_paginator("list_collections").paginate(PaginationConfig={"PageSize": 2})
    assert [name for page in pages for name in page["CollectionIds"]] == ["portraits", "sketches", "third"]
    pages = museum.get_paginator("list_faces").paginate(
        CollectionId="portraits", PaginationConfig={"PageSize": 2}
    )
    listed = [face["FaceId"] for page in pages for face in page["Faces"]]
    assert listed == sorted(faces)
    pages = museum.get_paginator("list_users").paginate(
        CollectionId="portraits", PaginationConfig={"PageSize": 2}
    )
    assert [user["UserId"] for page in pages for user in page["Users"]] == ["u0", "u1", "u2"]


def test_pages_go_on_where_a_collection_is_gone_since(museum: Any) -> None:  # noqa: ANN401  made at run time
    for name in ("portraits", "sketches", "third"):
        museum.create_collection(CollectionId=name)
    first = museum.list_collections(MaxResults=2)
    museum.delete_collection(CollectionId=first["CollectionIds"][-1])
    assert museum.list_collections(NextToken=first["NextToken"])["CollectionIds"] == ["third"]


def test_pages_go_on_after_the_longest_names(stage: Stage) -> None:
    long = [f"{letter * 254}{number}" for letter in "abc" for number in range(2)]
    bindings = [
        Binding(
            lease_id=LeaseId("archive"), collection_id=name, gallery_id=gallery, purpose=None, scraped=False
        )
        for name, gallery in zip(long, map(GalleryId, ("portraits", "sketches", "third")), strict=False)
    ]
    stage.service.bind_collections(LOCAL_ADMINISTRATOR, LeaseId("archive"), bindings)
    with stage.client() as museum:
        for binding in bindings:
            museum.create_collection(CollectionId=binding.collection_id)
        pages = museum.get_paginator("list_collections").paginate(PaginationConfig={"PageSize": 1})
        assert [name for page in pages for name in page["CollectionIds"]] == long[:3]


def test_a_token_of_another_list_or_of_yesterday_is_not_valid(stage: Stage, museum: Any) -> None:  # noqa: ANN401  made at run time
    stage.furnish(museum, "portraits", "dave", "erin")
    museum.create_collection(CollectionId="sketches")
    token = museum.list_faces(CollectionId="portraits", MaxResults=1)["NextToken"]
    with pytest.raises(museum.exceptions.InvalidPaginationTokenException):
        museum.list_faces(CollectionId="sketches", NextToken=token)
    with pytest.raises(museum.exceptions.InvalidPaginationTokenException):
        museum.list_faces(CollectionId="portraits", NextToken=token[:-2] + "AA")
    assert len(museum.list_faces(CollectionId="portraits", NextToken=token)["Faces"]) == 1
    parts = stage.parts
    scope, now = "scope", parts.clock()
    kept = page_token("after", scope, now, parts.commit_to)
    assert place_after(kept, scope, now, parts.commit_to) == "after"
    assert len(page_token("u" * 160, scope, now, parts.commit_to)) <= 255
    with pytest.raises(AwsError):
        place_after(kept, scope, now + LIFETIME, parts.commit_to)


def test_a_token_that_has_expired_is_not_valid(
    stage: Stage,
    museum: Any,  # noqa: ANN401  made at run time
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage.furnish(museum, "portraits", "dave", "erin")
    monkeypatch.setattr(pagination, "LIFETIME", timedelta(seconds=-1))
    token = museum.list_faces(CollectionId="portraits", MaxResults=1)["NextToken"]
    with pytest.raises(museum.exceptions.InvalidPaginationTokenException):
        museum.list_faces(CollectionId="portraits", NextToken=token)


def test_faces_of_one_person_under_one_user(stage: Stage, museum: Any) -> None:  # noqa: ANN401  made at run time
    dave, erin = stage.furnish(museum, "portraits", "dave", "erin")
    second = museum.index_faces(
        CollectionId="portraits", Image={"Bytes": picture("dave", 2)}, ExternalImageId="dave"
    )["FaceRecords"][0]["Face"]["FaceId"]
    museum.create_user(CollectionId="portraits", UserId="u1")
    with pytest.raises(museum.exceptions.ConflictException):
        museum.create_user(CollectionId="portraits", UserId="u1")
    nowhere = "00000000-0000-0000-0000-000000000000"
    told = museum.associate_faces(
        CollectionId="portraits", UserId="u1", FaceIds=[dave, second, erin, nowhere]
    )
    assert [face["FaceId"] for face in told["AssociatedFaces"]] == [dave, second]
    reasons = {face["FaceId"]: face["Reasons"] for face in told["UnsuccessfulFaceAssociations"]}
    assert reasons == {erin: ["LOW_MATCH_CONFIDENCE"], nowhere: ["FACE_NOT_FOUND"]}
    assert told["UserStatus"] == "ACTIVE"
    found = museum.search_users_by_image(CollectionId="portraits", Image={"Bytes": picture("dave", 5)})
    assert [match["User"]["UserId"] for match in found["UserMatches"]] == ["u1"]
    by_face = museum.search_users(CollectionId="portraits", FaceId=dave)
    assert [match["User"]["UserId"] for match in by_face["UserMatches"]] == ["u1"]
    assert museum.search_users(CollectionId="portraits", UserId="u1")["UserMatches"] == []
    kept = museum.delete_faces(CollectionId="portraits", FaceIds=[dave, erin, nowhere])
    assert kept["DeletedFaces"] == [erin]
    assert {face["FaceId"]: face["Reasons"] for face in kept["UnsuccessfulFaceDeletions"]} == {
        dave: ["ASSOCIATED_TO_AN_EXISTING_USER"],
        nowhere: ["FACE_NOT_FOUND"],
    }
    of_user = museum.list_faces(CollectionId="portraits", UserId="u1")["Faces"]
    assert {face["UserId"] for face in of_user} == {"u1"}
    left = museum.disassociate_faces(CollectionId="portraits", UserId="u1", FaceIds=[dave, nowhere])
    assert [face["FaceId"] for face in left["DisassociatedFaces"]] == [dave]
    museum.delete_user(CollectionId="portraits", UserId="u1")
    assert museum.describe_collection(CollectionId="portraits")["UserCount"] == 0
    assert museum.describe_collection(CollectionId="portraits")["FaceCount"] == 2


def test_an_image_without_a_face_is_an_error_for_faces_and_an_empty_list_for_users(
    stage: Stage,
    museum: Any,  # noqa: ANN401  made at run time
) -> None:
    stage.furnish(museum, "portraits", "dave")
    image = {"Bytes": PNG + NO_FACE}
    with pytest.raises(museum.exceptions.InvalidParameterException, match="There are no faces in the image"):
        museum.search_faces_by_image(CollectionId="portraits", Image=image)
    assert museum.search_users_by_image(CollectionId="portraits", Image=image)["UserMatches"] == []
    assert museum.detect_faces(Image=image)["FaceDetails"] == []


def test_faces_that_nobody_was_searched_with_are_described_with_the_reason(stage: Stage, museum: Any) -> None:  # noqa: ANN401  made at run time
    stage.furnish(museum, "portraits", "dave")
    place = {"CollectionId": "portraits"}
    several = museum.search_users_by_image(**place, Image={"Bytes": PNG + MANY_FACES})
    assert [face["Reasons"] for face in several["UnsearchedFaces"]] == [["FACE_NOT_LARGEST"]] * 2
    assert several["SearchedFace"]["FaceDetail"] == several["UnsearchedFaces"][0]["FaceDetails"]
    assert headers(several)["x-countenance-unsearched"] == "2"
    blurred = museum.search_users_by_image(**place, Image={"Bytes": PNG + BLURRED})
    assert [face["Reasons"] for face in blurred["UnsearchedFaces"]] == [["LOW_SHARPNESS"]]
    assert (blurred["UserMatches"], headers(blurred)["x-countenance-quality"]) == ([], "blurred")
    alone = museum.search_users_by_image(**place, Image={"Bytes": picture("dave")})
    assert "UnsearchedFaces" not in alone


def test_faces_beside_the_searched_one_are_counted_only_where_the_lease_does_not_detect(stage: Stage) -> None:
    with stage.client("seeker") as client:
        stage.furnish(client, "blind", "dave", who="seeker")
        several = client.search_users_by_image(CollectionId="blind", Image={"Bytes": PNG + MANY_FACES})
        assert headers(several)["x-countenance-unsearched"] == "2"
        assert "UnsearchedFaces" not in several


def test_comparing_tells_every_face_of_the_target_apart(stage: Stage) -> None:
    with stage.client("tester") as lab:
        told = lab.compare_faces(
            SourceImage={"Bytes": picture("dave", 7)}, TargetImage={"Bytes": group("erin", "dave", "frank")}
        )
        assert len(told["FaceMatches"]) == 1
        assert told["FaceMatches"][0]["Similarity"] > 99
        assert len(told["UnmatchedFaces"]) == 2
        assert {mark["Type"] for mark in told["UnmatchedFaces"][0]["Landmarks"]} == {
            "eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight",
        }  # fmt: skip
        with pytest.raises(lab.exceptions.InvalidParameterException, match="There are no faces"):
            lab.compare_faces(SourceImage={"Bytes": PNG + NO_FACE}, TargetImage={"Bytes": picture("dave")})


def test_comparing_faces_of_people_of_whom_nothing_is_known_is_refused(stage: Stage) -> None:
    with (
        stage.client("alice") as bank,
        pytest.raises(bank.exceptions.AccessDeniedException, match=r"house\.consent"),
    ):
        bank.compare_faces(SourceImage={"Bytes": picture("a")}, TargetImage={"Bytes": picture("b")})


def test_a_refusal_names_its_rules_and_its_record(stage: Stage, museum: Any) -> None:  # noqa: ANN401  made at run time
    museum.create_collection(CollectionId="portraits")
    asked = {"CollectionId": "portraits", "Image": {"Bytes": picture("dave")}}
    for more in ({"ExternalImageId": "dave"}, {}):
        with pytest.raises(museum.exceptions.AccessDeniedException) as caught:
            museum.index_faces(**asked, **more)
        answer = caught.value.response
        decision = headers(answer)["x-countenance-decision"]
        assert decision in answer["Error"]["Message"]
        assert "rules:" in answer["Error"]["Message"]
        assert int(headers(answer)["x-countenance-entry"]) > 0
        assert stage.service.read_decisions(stage.actor("archivist"), decision).decision.reasons
    assert stage.engine.seen == []


def test_a_held_search_is_an_error_with_its_case_and_never_an_empty_list(stage: Stage) -> None:
    with stage.client("nina") as ngo:
        stage.furnish(ngo, "children", "dave", who="nina")
        with pytest.raises(ngo.exceptions.AccessDeniedException) as caught:
            ngo.search_faces_by_image(CollectionId="children", Image={"Bytes": picture("dave", 3)})
        case = headers(caught.value.response)["x-countenance-case"]
        assert case in caught.value.response["Error"]["Message"]
        nobody = ngo.search_faces_by_image(CollectionId="children", Image={"Bytes": picture("mallory")})
        assert nobody["FaceMatches"] == []


def test_somebody_elses_collection_is_not_there(stage: Stage, museum: Any) -> None:  # noqa: ANN401  made at run time
    (dave,) = stage.furnish(museum, "portraits", "dave")
    with stage.client("alice") as mallory:
        for name in ("portraits", "unknown"):
            with pytest.raises(mallory.exceptions.ResourceNotFoundException):
                mallory.list_faces(CollectionId=name)
            with pytest.raises(mallory.exceptions.ResourceNotFoundException):
                mallory.search_faces(CollectionId=name, FaceId=dave)
            with pytest.raises(mallory.exceptions.AccessDeniedException, match="no lease covers"):
                mallory.create_collection(CollectionId=name)
        assert mallory.list_collections()["CollectionIds"] == []


def test_a_withdrawal_takes_the_face_and_its_user_away(stage: Stage, museum: Any) -> None:  # noqa: ANN401  made at run time
    (dave,) = stage.furnish(museum, "portraits", "dave")
    museum.create_user(CollectionId="portraits", UserId="u1")
    museum.associate_faces(CollectionId="portraits", UserId="u1", FaceIds=[dave])
    stage.service.withdraw(stage.actor("archivist"), GalleryId("portraits"), SubjectId("dave"))
    assert museum.list_faces(CollectionId="portraits")["Faces"] == []
    assert museum.list_users(CollectionId="portraits")["Users"] == []
    found = museum.search_faces_by_image(CollectionId="portraits", Image={"Bytes": picture("dave", 2)})
    assert found["FaceMatches"] == []


def test_a_revoked_key_a_wrong_secret_and_a_wrong_clock(stage: Stage, museum: Any) -> None:  # noqa: ANN401  made at run time
    with stage.client(secret="wrong") as thief, pytest.raises(ClientError) as caught:  # noqa: S106  a wrong one
        thief.list_collections()
    assert caught.value.response["Error"]["Code"] == "InvalidSignatureException"
    with stage.client(key="AKCN0000000000000000") as stranger, pytest.raises(ClientError) as caught:
        stranger.list_collections()
    assert caught.value.response["Error"]["Code"] == "UnrecognizedClientException"
    stage.parts.clock.ahead = timedelta(minutes=6)  # type: ignore[attr-defined]  # the wall clock of this stage
    with pytest.raises(ClientError, match="Signature expired"):
        museum.list_collections()
    stage.parts.clock.ahead = timedelta(0)  # type: ignore[attr-defined]  # as above
    stage.service.revoke_key(LOCAL_ADMINISTRATOR, stage.credentials["archivist"].key_id)
    with pytest.raises(ClientError) as caught:
        museum.list_collections()
    assert caught.value.response["Error"]["Code"] == "UnrecognizedClientException"


@pytest.mark.parametrize(
    ("operation", "asked"),
    [
        ("start_face_detection", {"Video": {"S3Object": {"Bucket": "videos", "Name": "a.mp4"}}}),
        ("get_face_detection", {"JobId": "job"}),
        ("recognize_celebrities", {"Image": {"Bytes": b"x"}}),
        ("start_person_tracking", {"Video": {"S3Object": {"Bucket": "videos", "Name": "a.mp4"}}}),
    ],
)
def test_what_is_not_done_is_refused_with_the_reason(museum: Any, operation: str, asked: Any) -> None:  # noqa: ANN401  made at run time
    with pytest.raises(museum.exceptions.AccessDeniedException) as caught:
        getattr(museum, operation)(**asked)
    assert len(caught.value.response["Error"]["Message"]) > 40


def test_the_same_token_does_it_once_and_with_another_request_is_a_mismatch(museum: Any) -> None:  # noqa: ANN401  made at run time
    museum.create_collection(CollectionId="portraits")
    for _ in range(2):
        museum.create_user(CollectionId="portraits", UserId="u1", ClientRequestToken="once")
    with pytest.raises(museum.exceptions.IdempotentParameterMismatchException):
        museum.create_user(CollectionId="portraits", UserId="u2", ClientRequestToken="once")
    assert [user["UserId"] for user in museum.list_users(CollectionId="portraits")["Users"]] == ["u1"]


def test_many_at_once_enrol_the_same_person(stage: Stage, museum: Any) -> None:  # noqa: ANN401  made at run time
    museum.create_collection(CollectionId="portraits")
    stage.agree("archivist", "portraits", "dave")

    def index(number: int) -> str:
        answer = museum.index_faces(
            CollectionId="portraits",
            Image={"Bytes": picture("dave", number % 3)},
            ExternalImageId="dave",
        )
        face: str = answer["FaceRecords"][0]["Face"]["FaceId"]
        return face

    with ThreadPoolExecutor(6) as pool:
        faces = list(pool.map(index, range(9)))
    assert len(set(faces)) == 3
    assert museum.describe_collection(CollectionId="portraits")["FaceCount"] == 3


def test_a_full_queue_is_told_so_that_clients_try_again(stage: Stage) -> None:
    places = [stage.engine.admission() for _ in range(32)]
    for place in places:
        place.__enter__()
    with (
        stage.client() as hasty,
        pytest.raises(hasty.exceptions.ProvisionedThroughputExceededException) as caught,
    ):
        hasty.detect_faces(Image={"Bytes": picture("dave")})
    assert headers(caught.value.response)["retry-after"] == "2"
    retrying = {"retries": {"max_attempts": 8, "mode": "standard"}}
    with stage.client(config=retrying) as patient, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: patient.detect_faces(Image={"Bytes": picture("dave")}))
        for place in places:
            place.__exit__(None, None, None)
        assert len(waiting.result(timeout=60)["FaceDetails"]) == 1


def test_a_script_that_polls_until_its_work_is_there(stage: Stage, museum: Any) -> None:  # noqa: ANN401  made at run time
    """As the service's guide has it, where no waiter exists: ask, sleep, ask again, give up in the end."""
    place = {"CollectionId": "portraits"}
    museum.create_collection(**place)
    stage.agree("archivist", "portraits", "dave")
    museum.create_user(**place, UserId="u1")

    def enrol() -> None:
        faces = [
            museum.index_faces(**place, Image={"Bytes": picture("dave", number)}, ExternalImageId="dave")
            for number in range(4)
        ]
        ids = [face["FaceRecords"][0]["Face"]["FaceId"] for face in faces]
        museum.associate_faces(**place, UserId="u1", FaceIds=ids)

    with ThreadPoolExecutor(1) as pool:
        enrolling = pool.submit(enrol)
        for _ in range(500):
            statuses = {user["UserId"]: user["UserStatus"] for user in museum.list_users(**place)["Users"]}
            assert statuses["u1"] in {"CREATED", "ACTIVE"}
            if statuses["u1"] == "ACTIVE":
                break
            time.sleep(0.01)
        enrolling.result(timeout=30)
    assert museum.describe_collection(**place)["FaceCount"] == 4


def test_a_client_that_is_throttled_tries_again_until_it_is_answered(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    retrying = {"retries": {"total_max_attempts": 8, "mode": "adaptive"}}
    with (
        full_of_bodies(stage, monkeypatch) as held,
        stage.client(config=retrying) as patient,
        ThreadPoolExecutor(1) as pool,
    ):
        waiting = pool.submit(patient.list_collections)
        time.sleep(0.1)
        held.close()
        answer = waiting.result(timeout=60)
    assert answer["CollectionIds"] == []
    assert answer["ResponseMetadata"]["RetryAttempts"] >= 1


def test_forty_clients_at_once_are_answered_where_there_is_room(stage: Stage, museum: Any) -> None:  # noqa: ANN401  made at run time
    stage.furnish(museum, "portraits", "dave")
    once = {"retries": {"total_max_attempts": 1}, "max_pool_connections": 40}
    with stage.client(config=once) as client, ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _: client.list_faces(CollectionId="portraits"), range(80)))
    assert {len(answer["Faces"]) for answer in answers} == {1}


def test_what_is_no_picture_is_told(museum: Any) -> None:  # noqa: ANN401  made at run time
    with pytest.raises(museum.exceptions.InvalidImageFormatException):
        museum.detect_faces(Image={"Bytes": b"GIF89a"})
    with pytest.raises(museum.exceptions.InvalidParameterException, match="at least 80 x 80 pixels"):
        museum.detect_faces(Image={"Bytes": PNG + NARROW})
    with pytest.raises(museum.exceptions.InvalidParameterException):
        museum.detect_faces(Image={})
