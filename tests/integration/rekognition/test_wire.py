"""What is said below the operations: signatures, names, bodies, and what passes by."""

from __future__ import annotations

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from countenance.entrypoints.rekognition.application import LARGEST_BODY
from integration.rekognition.stage import Stage


def post(stage: Stage, target: str, body: bytes, through: httpx.Client | None = None) -> httpx.Response:
    """Send a signed request as no client would make it; `through` keeps its connection."""
    held = stage.credentials["archivist"]
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    request = AWSRequest(method="POST", url=f"{stage.url}/", data=body, headers=headers)
    SigV4Auth(Credentials(held.access_key_id, held.secret), "rekognition", "eu-west-1").add_auth(request)
    sent = {
        name: value if isinstance(value, str) else value.decode() for name, value in request.headers.items()
    }
    send = httpx.post if through is None else through.post
    return send(f"{stage.url}/", content=body, headers=sent, timeout=30)


@pytest.mark.parametrize(
    ("target", "body", "code"),
    [
        ("RekognitionService.NoSuchThing", b"{}", "UnknownOperationException"),
        ("Other.ListCollections", b"{}", "UnknownOperationException"),
        ("RekognitionService.ListCollections", b"{", "SerializationException"),
        ("RekognitionService.ListCollections", b"[]", "SerializationException"),
        ("RekognitionService.ListCollections", b"[" * 100_000, "SerializationException"),
        ("RekognitionService.DescribeCollection", b"{}", "ValidationException"),
    ],
)
def test_what_cannot_be_understood_is_told_in_the_services_words(
    stage: Stage, target: str, body: bytes, code: str
) -> None:
    answer = post(stage, target, body)
    assert answer.status_code == 400
    told = answer.json()
    assert told["__type"] == told["Code"] == answer.headers["x-amzn-errortype"] == code
    assert told["Logref"] == answer.headers["x-amzn-requestid"]
    assert told["Message"]
    assert answer.headers["content-type"].startswith("application/x-amz-json-1.1")


def test_an_empty_body_is_an_empty_request(stage: Stage) -> None:
    assert post(stage, "RekognitionService.ListCollections", b"").json()["CollectionIds"] == []


def test_a_body_that_nobody_signed_or_that_is_too_large_is_not_read_to_its_end(stage: Stage) -> None:
    target = {"X-Amz-Target": "RekognitionService.ListCollections"}
    unsigned = httpx.post(f"{stage.url}/", content=b"{}", headers=target)
    assert unsigned.json()["__type"] == "MissingAuthenticationTokenException"
    with stage.service.parts.unit_of_work() as work:
        assert b"request:refused" in work.ledger.leaf(work.ledger.size() - 1)
    large = post(stage, target["X-Amz-Target"], bytes(LARGEST_BODY + 1))
    assert (large.status_code, large.json()["__type"]) == (413, "RequestEntityTooLargeException")


def test_everything_else_goes_to_the_native_api(stage: Stage) -> None:
    assert httpx.get(f"{stage.url}/v1/health").status_code == 200
    assert httpx.post(f"{stage.url}/", content=b"{}").status_code == 404
    elsewhere = httpx.post(f"{stage.url}/v1", content=b"{}", headers={"X-Amz-Target": "Other"})
    assert elsewhere.headers["content-type"] == "application/problem+json"
