"""What an operator sees of the protocol's requests: the access log and the counts."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest

from access_log import lines
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.keys import KeyRequest
from countenance.vetting.model import Role
from fakes_engine import NO_FACE
from integration.rekognition.stage import PNG, Stage, picture


def samples(stage: Stage) -> str:
    """What the metrics say, read with an auditor's key."""
    issued = stage.service.issue_key(
        LOCAL_ADMINISTRATOR, KeyRequest(role=Role.AUDITOR, lease_id=None, label="m")
    )
    answer = httpx.get(f"{stage.url}/metrics", headers={"Authorization": f"Bearer {issued.text}"})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_access_log_names_operation_key_and_decision_and_nobody(
    stage: Stage,
    museum: Any,  # noqa: ANN401  made at run time
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "countenance.access")
    stage.furnish(museum, "portraits", "dave")
    found = museum.search_faces_by_image(CollectionId="portraits", Image={"Bytes": picture("dave")})
    with pytest.raises(museum.exceptions.ResourceNotFoundException):
        museum.describe_collection(CollectionId="nowhere")
    told = [(line["route"], line["status"]) for line in lines(caplog, 4)]
    assert told == [
        ("rekognition:CreateCollection", 200),
        ("rekognition:IndexFaces", 200),
        ("rekognition:SearchFacesByImage", 200),
        ("rekognition:DescribeCollection", 400),
    ]
    search = lines(caplog, 4)[2]
    assert search["actor"] == stage.credentials["archivist"].key_id
    assert search["decision"] == found["ResponseMetadata"]["HTTPHeaders"]["x-countenance-decision"]
    assert "dave" not in caplog.text
    assert "portraits" not in caplog.text


def test_a_request_that_nobody_signed_is_logged_under_no_name_of_its_own(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "countenance.access")
    for target in ("RekognitionService.ListFaces", "RekognitionService.dave"):
        httpx.post(f"{stage.url}/", content=b"{}", headers={"X-Amz-Target": target})
    told = [(line["route"], line["status"], line["actor"]) for line in lines(caplog, 2)]
    assert told == [("rekognition:ListFaces", 400, None), ("rekognition:another operation", 400, None)]


def test_acts_are_counted_by_what_they_came_to(stage: Stage, museum: Any) -> None:  # noqa: ANN401  as above
    stage.furnish(museum, "portraits", "dave")
    for name in ("dave", "mallory"):
        museum.search_faces_by_image(CollectionId="portraits", Image={"Bytes": picture(name, 2)})
    with pytest.raises(museum.exceptions.AccessDeniedException):
        museum.index_faces(CollectionId="portraits", Image={"Bytes": picture("erin")}, ExternalImageId="erin")
    with pytest.raises(museum.exceptions.InvalidParameterException):
        museum.search_faces_by_image(CollectionId="portraits", Image={"Bytes": PNG + NO_FACE})
    with stage.client("nina") as ngo:
        stage.furnish(ngo, "children", "dave", who="nina")
        with pytest.raises(ngo.exceptions.AccessDeniedException):
            ngo.search_faces_by_image(CollectionId="children", Image={"Bytes": picture("dave", 3)})
    text = samples(stage)
    for act, outcome, count in (
        ("identify", "match", 1),
        ("identify", "no_match", 1),
        ("identify", "held", 1),
        ("identify", "failed", 1),
        ("enrol", "done", 2),
        ("enrol", "refused", 1),
    ):
        assert f'countenance_acts_total{{act="{act}",outcome="{outcome}"}} {count}.0' in text
    searched = (
        'countenance_requests_total{method="POST",route="rekognition:SearchFacesByImage",status="200"} 2.0'
    )
    assert searched in text
    assert "countenance_acts_in_progress 0.0" in text


def test_answers_carry_an_id_that_the_log_has_too(
    museum: Any,  # noqa: ANN401  as above
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "countenance.access")
    answer = museum.list_collections()["ResponseMetadata"]
    assert answer["HTTPHeaders"]["x-request-id"] == lines(caplog, 1)[0]["request"]
    assert answer["RequestId"] == answer["HTTPHeaders"]["x-amzn-requestid"]
