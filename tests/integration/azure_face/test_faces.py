"""Detecting, verifying and grouping with Azure's own client, unchanged but for the address."""

from __future__ import annotations

import re
import time
from functools import partial
from pathlib import Path

import pytest
from azure.ai.vision.face import FaceClient, FaceSessionClient
from azure.ai.vision.face.models import (
    CreateLivenessSessionContent,
    CreateLivenessWithVerifySessionContent,
    FaceAttributeTypeDetection01,
    FaceAttributeTypeRecognition04,
    FaceDetectionModel,
    FaceRecognitionModel,
    LivenessOperationMode,
    QualityForRecognition,
)
from azure.core.credentials import AccessToken, AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError

from countenance.biometrics.model import GalleryId
from countenance.entrypoints.azure_face import application
from countenance.policy.model import Purpose
from fakes_engine import BLURRED, MANY_FACES, NO_FACE
from integration.azure_face.stage import Stage, crowd, padded, picture, stages

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
MODELS = {
    "detection_model": FaceDetectionModel.DETECTION03,
    "recognition_model": FaceRecognitionModel.RECOGNITION04,
}


def test_faces_are_found_the_largest_first_with_ids_rectangles_and_five_points(stage: Stage) -> None:
    with stage.faces() as client:
        found = client.detect(
            crowd("dave", "erin"),
            **MODELS,
            return_face_id=True,
            return_face_landmarks=True,
            return_recognition_model=True,
        )
    assert [UUID.fullmatch(face.face_id or "") is not None for face in found] == [True, True]
    assert found[0].face_id != found[1].face_id
    assert found[0].recognition_model == "recognition_04"
    box = found[0].face_rectangle
    assert (box.left, box.top, box.width, box.height) == (10, 20, 110, 140)
    assert found[0].face_landmarks is not None
    assert found[0].face_landmarks.pupil_left.x == 40.0
    assert found[0].face_landmarks.eyebrow_left_outer is None
    assert found[0].face_attributes is None


def test_without_ids_nothing_is_kept_and_a_lease_to_look_is_enough(stage: Stage) -> None:
    with stage.faces("looker") as client:
        (face,) = client.detect(picture("dave"), **MODELS, return_face_id=False)
        assert face.face_id is None
        with pytest.raises(HttpResponseError, match="missing approval") as caught:
            client.detect(picture("dave"), **MODELS, return_face_id=True)
    assert caught.value.error is not None
    assert caught.value.error.innererror["code"] == "UnsupportedFeature"
    assert stage.events()[-1]["type"] == "verification:refused"
    assert len(stage.engine.seen) == 1


def test_what_is_computed_is_told_and_follows_the_services_scales(stage: Stage) -> None:
    with stage.faces() as client:
        (face,) = client.detect(
            picture("dave"),
            detection_model=FaceDetectionModel.DETECTION01,
            recognition_model=FaceRecognitionModel.RECOGNITION04,
            return_face_id=False,
            return_face_attributes=[
                FaceAttributeTypeDetection01.HEAD_POSE,
                FaceAttributeTypeDetection01.BLUR,
                FaceAttributeTypeDetection01.EXPOSURE,
                FaceAttributeTypeRecognition04.QUALITY_FOR_RECOGNITION,
            ],
        )
    told = face.face_attributes
    assert told is not None
    assert told.head_pose is not None
    assert (told.head_pose.yaw, told.head_pose.pitch, told.head_pose.roll) == (1.5, 2.0, -0.5)
    assert told.blur is not None
    assert (told.blur.blur_level, told.blur.value) == ("low", 0.1)
    assert told.exposure is not None
    assert (told.exposure.exposure_level, told.exposure.value) == ("goodExposure", 0.52)
    assert told.quality_for_recognition == QualityForRecognition.HIGH
    assert told.age is None
    blurred = stage.image(
        "tester",
        "/detect",
        padded(BLURRED),
        returnFaceId="false",
        recognitionModel="recognition_04",
        returnFaceAttributes="blur,qualityForRecognition",
    )
    (shown,) = blurred.json()
    assert shown["faceAttributes"] == {
        "blur": {"blurLevel": "high", "value": 0.8},
        "qualityForRecognition": "low",
    }


@pytest.mark.parametrize(
    "names", ["age", "gender", "emotion", "smile", "facialHair", "hair", "makeup", "headPose,age",
              "glasses", "occlusion", "accessories", "noise", "mask"]
)  # fmt: skip
def test_what_is_retired_or_not_computed_is_refused_before_anything_is_looked_at(
    stage: Stage, names: str
) -> None:
    answer = stage.image("tester", "/detect", picture("dave"), returnFaceAttributes=names)
    assert answer.status_code == 403
    error = answer.json()["error"]
    assert (error["code"], error["innererror"]["code"]) == ("InvalidRequest", "UnsupportedFeature")
    assert names.rsplit(",", maxsplit=1)[-1] in error["message"]
    assert stage.engine.seen == []


def test_two_faces_of_one_person_are_identical_and_of_two_are_not(stage: Stage) -> None:
    with stage.faces() as client:
        first, second, other = (
            client.detect(image, **MODELS, return_face_id=True)[0].face_id or ""
            for image in (picture("dave"), picture("dave", 2), picture("erin"))
        )
        same = client.verify_face_to_face(face_id1=first, face_id2=second)
        assert same.is_identical
        assert 0.5 <= same.confidence <= 1.0
        different = client.verify_face_to_face(face_id1=first, face_id2=other)
        assert not different.is_identical
        assert 0.0 <= different.confidence < 0.5
    assert [event["type"] for event in stage.events()[-4:]] == [
        "verification:permitted",
        "verification:completed",
    ] * 2


def test_a_refusal_names_its_rules_how_they_are_reopened_and_the_record(stage: Stage) -> None:
    first, second = "00112233-4455-4677-8899-aabbccddeeff", "00112233-4455-4677-8899-aabbccddee00"
    answer = stage.send("archivist", "POST", "/verify", json={"faceId1": first, "faceId2": second})
    assert answer.status_code == 403
    error = answer.json()["error"]
    assert error["innererror"]["code"] == "UnsupportedFeature"
    assert "lease.act" in error["message"]
    assert "Re-opening: lease.act: Apply for a lease" in error["message"]
    decision = answer.headers["x-countenance-decision"]
    assert decision in error["message"]
    event = stage.events()[int(answer.headers["x-countenance-entry"])]
    assert (event["type"], event["decision"]) == ("verification:refused", decision)


def test_groups_are_faces_of_one_person_and_two_of_one_photograph_are_two_people(stage: Stage) -> None:
    with stage.faces() as client:
        kept = {
            name: [face.face_id or "" for face in client.detect(image, **MODELS, return_face_id=True)]
            for name, image in (
                ("a", crowd("dave", "erin")),
                ("b", crowd("dave", "erin", number=2)),
                ("c", picture("dave", 3)),
                ("d", picture("mallory")),
            )
        }
        twins = [
            face.face_id or "" for face in client.detect(padded(MANY_FACES), **MODELS, return_face_id=True)
        ]
        named = [face for faces in kept.values() for face in faces]
        result = client.group(face_ids=[*named, *twins])
    assert [set(group) for group in result.groups] == [
        {kept["a"][0], kept["b"][0], kept["c"][0]},
        {kept["a"][1], kept["b"][1]},
    ]
    assert set(result.messy_group) == {kept["d"][0], *twins}


def test_a_face_is_forgotten_when_its_time_is_over_and_is_no_other_leases(stage: Stage) -> None:
    (mine,) = stage.keep("tester", picture("dave"), faceIdTimeToLive=60)
    (again,) = stage.keep("tester", picture("dave", 2))
    stage.service.create_gallery(
        stage.actor("alice"), GalleryId("staff"), Purpose.IDENTITY_VERIFICATION, scraped=False
    )
    (theirs,) = stage.keep("alice", picture("dave"))
    asked = {"faceId1": mine, "faceId2": again}
    assert stage.send("tester", "POST", "/verify", json=asked).status_code == 200
    unknown = "00112233-4455-4677-8899-aabbccddeeff"
    answers = [
        stage.send("tester", "POST", "/verify", json={"faceId1": mine, "faceId2": face})
        for face in (theirs, unknown)
    ]
    stage.later(seconds=61)
    answers.append(stage.send("tester", "POST", "/verify", json=asked))
    assert {answer.status_code for answer in answers} == {404}
    assert {answer.text for answer in answers} == {
        '{"error":{"code":"FaceNotFound","message":"Face is not found."}}'
    }
    assert stage.service.azure_face.destroy_expired() == 1
    assert stage.events()[-1] == {**stage.events()[-1], "type": "loose_faces:destroyed", "faces": 1}
    stage.later(days=1)
    assert stage.service.azure_face.destroy_expired() == 2
    with stage.faces() as client, pytest.raises(ResourceNotFoundError):
        client.verify_face_to_face(face_id1=mine, face_id2=again)


def test_the_running_server_destroys_expired_faces_by_itself(
    azure_template: tuple[Path, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "SWEEP_SECONDS", 0.05)
    for stage in stages(*azure_template, tmp_path):
        stage.keep("tester", picture("dave"), faceIdTimeToLive=60)
        stage.later(seconds=61)
        until = time.monotonic() + 20
        while stage.events()[-1]["type"] != "loose_faces:destroyed":
            assert time.monotonic() < until
            time.sleep(0.02)


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (padded(NO_FACE), None),
        (b"\x89PNG short", "InvalidImageSize"),
        (b"RIFF" + bytes(2000), "InvalidImage"),
        (b"\xff\xd8\xff" + bytes(6 * 1024 * 1024), "InvalidImageSize"),
        (padded(b"cut off"), "InvalidImage"),
    ],
)
def test_an_image_of_another_size_or_kind_is_told_as_the_service_does(
    stage: Stage, image: bytes, code: str | None
) -> None:
    answer = stage.image("tester", "/detect", image)
    if code is None:
        assert answer.json() == []
    else:
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_a_wrong_key_is_an_authentication_error(stage: Stage) -> None:
    with FaceClient(stage.url, AzureKeyCredential(f"ck_{'0' * 16}_{'0' * 64}"), retry_total=0) as stranger:
        with pytest.raises(ClientAuthenticationError, match="invalid subscription key"):
            stranger.detect(picture("dave"), **MODELS, return_face_id=False)
        assert stage.engine.seen == []


def test_decision_and_entry_are_read_from_an_answer_as_the_guide_does(stage: Stage) -> None:
    first, second = stage.keep("tester", picture("dave")), stage.keep("tester", picture("dave", 2))
    with stage.faces() as client:
        decision = client.verify_face_to_face(
            face_id1=first[0],
            face_id2=second[0],
            cls=lambda response, _, __: response.http_response.headers["x-countenance-decision"],
        )
    assert str(decision).startswith("dec_")


def test_a_refused_face_id_says_how_to_ask_for_detection_alone(stage: Stage) -> None:
    answer = stage.image("looker", "/detect", picture("dave"))
    assert answer.json()["error"]["message"].endswith("returnFaceId=false.")
    assert stage.image("looker", "/detect", picture("dave"), returnFaceId="false").status_code == 200


def test_a_liveness_session_is_a_typed_refusal_for_azures_own_client(stage: Stage) -> None:
    credential = AzureKeyCredential(stage.keys["tester"])
    content = CreateLivenessSessionContent(
        liveness_operation_mode=LivenessOperationMode.PASSIVE, device_correlation_id="a-device"
    )
    verifying = CreateLivenessWithVerifySessionContent(
        liveness_operation_mode=LivenessOperationMode.PASSIVE, device_correlation_id="a-device"
    )
    with FaceSessionClient(stage.url, credential, retry_total=0) as client:
        for ask in (
            lambda: client.create_liveness_session(content),
            lambda: client.get_liveness_session_result("session"),
            client.get_liveness_sessions,
            lambda: client.delete_liveness_session("session"),
            lambda: client.create_liveness_with_verify_session(verifying, verify_image=picture("dave")),
        ):
            with pytest.raises(HttpResponseError) as caught:
                ask()
            assert caught.value.status_code == 403
            assert caught.value.error is not None
            assert caught.value.error.innererror["code"] == "UnsupportedFeature"
    assert stage.engine.seen == []


class Token:
    """A credential that has the key as its token, as an identity provider's would have one."""

    def __init__(self, key: str) -> None:
        self.key = key

    def get_token(self, *_: str, **__: object) -> AccessToken:
        return AccessToken(self.key, int(time.time()) + 3600)


def test_the_key_is_good_as_a_bearer_token_of_azures_own_client(stage: Stage) -> None:
    for who, known in (("tester", True), ("nobody", False)):
        credential = Token(stage.keys.get(who, "a token of somebody else"))
        with FaceClient(stage.url, credential, retry_total=0) as client:
            # the client sends tokens over TLS only, unless it is told otherwise, as here on loopback
            ask = partial(client.detect, picture("dave"), **MODELS, return_face_id=False, enforce_https=False)
            if known:
                assert len(ask()) == 1
            else:
                with pytest.raises(ClientAuthenticationError):
                    ask()
