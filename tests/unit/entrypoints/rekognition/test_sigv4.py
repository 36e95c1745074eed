"""Signatures, against botocore's own signer and against AWS's published example."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from countenance.entrypoints.rekognition.faults import AwsError
from countenance.entrypoints.rekognition.sigv4 import (
    Authorization,
    SignedRequest,
    canonical_request,
    made_with,
    read_authorization,
    signature_of,
)

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"  # noqa: S105  AWS's documented example
BODY = b'{"CollectionId": "doors"}'


def signed(
    body: bytes = BODY, service: str = "rekognition", query: str = ""
) -> tuple[SignedRequest, datetime]:
    """A request as botocore signs it, and the moment at which it did."""
    url = "http://127.0.0.1:8753/" + (f"?{query}" if query else "")
    headers = {"X-Amz-Target": "RekognitionService.ListFaces", "Content-Type": "application/x-amz-json-1.1"}
    request = AWSRequest(method="POST", url=url, data=body, headers=headers)
    SigV4Auth(Credentials("AKCN0011223344556677", SECRET), service, "eu-west-1").add_auth(request)
    prepared = request.prepare()
    sent = {name.lower(): text_of(value) for name, value in prepared.headers.items()}
    made = datetime.strptime(sent["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return SignedRequest("POST", "/", query, {"host": "127.0.0.1:8753", **sent}, body), made


def text_of(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def refused(request: SignedRequest, now: datetime) -> AwsError:
    with pytest.raises(AwsError) as caught:
        read_authorization(request, now)
    assert caught.value.status == 400
    return caught.value


@pytest.mark.parametrize("body", [b"", BODY, bytes(range(256)) * 100])
@pytest.mark.parametrize("query", ["", "b=2&a=1", "a=x%20y&empty="])
def test_what_botocore_signs_is_accepted(body: bytes, query: str) -> None:
    request, now = signed(body, query=query)
    found = read_authorization(request, now)
    assert (found.access_key_id, found.region) == ("AKCN0011223344556677", "eu-west-1")
    assert made_with(SECRET, request, found)


def test_the_published_example_gives_the_published_signature() -> None:
    """The `get-vanilla` case of AWS's signature test suite, whose service is named `service`."""
    headers = {"host": "example.amazonaws.com", "x-amz-date": "20150830T123600Z"}
    request = SignedRequest("GET", "/", "", headers, b"")
    digest = "bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63"
    import hashlib  # noqa: PLC0415  for this one line

    canonical = canonical_request(request, ("host", "x-amz-date"))
    assert hashlib.sha256(canonical.encode()).hexdigest() == digest


def test_any_change_of_what_was_signed_is_noticed() -> None:
    request, now = signed()
    found = read_authorization(request, now)
    others = [
        replace(request, body=BODY + b" "),
        replace(request, method="PUT"),
        replace(request, path="/other"),
        replace(request, query="a=1"),
        replace(request, headers={**request.headers, "x-amz-target": "RekognitionService.DeleteCollection"}),
        replace(request, headers={**request.headers, "host": "elsewhere"}),
    ]
    assert [made_with(SECRET, other, found) for other in others] == [False] * len(others)
    assert not made_with(SECRET + "x", request, found)
    assert not made_with(SECRET, request, replace(found, region="us-east-1"))
    assert not made_with(SECRET, request, replace(found, signature=found.signature.upper()))


def test_spaces_in_headers_do_not_matter() -> None:
    request, now = signed()
    found = read_authorization(request, now)
    spaced = {**request.headers, "x-amz-target": "  RekognitionService.ListFaces "}
    assert signature_of(replace(request, headers=spaced), found, SECRET) == found.signature


def test_a_request_without_a_signature_lacks_its_token() -> None:
    request, now = signed()
    headers = {name: value for name, value in request.headers.items() if name != "authorization"}
    assert refused(replace(request, headers=headers), now).code == "MissingAuthenticationTokenException"


@pytest.mark.parametrize("part", ["Credential", "SignedHeaders", "Signature"])
def test_a_signature_with_a_part_missing_is_incomplete(part: str) -> None:
    request, now = signed()
    cut = request.headers["authorization"].replace(f"{part}=", "Other=")
    error = refused(replace(request, headers={**request.headers, "authorization": cut}), now)
    assert error.code == "IncompleteSignatureException"
    assert f"'{part}'" in error.message


@pytest.mark.parametrize(
    "header", ["Bearer ck_0", "AWS3 Credential=a, SignedHeaders=b, Signature=c", "AWS4-HMAC-SHA256"]
)
def test_another_kind_of_authorization_is_incomplete(header: str) -> None:
    request, now = signed()
    error = refused(replace(request, headers={**request.headers, "authorization": header}), now)
    assert error.code == "IncompleteSignatureException"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("/aws4_request", "/aws4_request/more", "IncompleteSignatureException"),
        ("/aws4_request", "/other", "InvalidSignatureException"),
        ("/rekognition/", "/s3/", "InvalidSignatureException"),
        ("host;", "", "InvalidSignatureException"),
        (";x-amz-target", "", "InvalidSignatureException"),
    ],
)
def test_a_scope_or_a_list_of_headers_that_is_not_as_it_must_be(old: str, new: str, code: str) -> None:
    request, now = signed()
    header = request.headers["authorization"].replace(old, new)
    assert refused(replace(request, headers={**request.headers, "authorization": header}), now).code == code


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_clock_that_is_off_by_more_than_five_minutes_is_told(minutes: int) -> None:
    request, now = signed()
    error = refused(request, now + timedelta(minutes=minutes))
    assert error.code == "InvalidSignatureException"
    assert "5 min." in error.message
    assert ("earlier than" if minutes > 0 else "later than") in error.message
    read_authorization(request, now + timedelta(minutes=4))


@pytest.mark.parametrize("stamp", ["", "2026-01-01T00:00:00Z", "20261301T000000Z"])
def test_a_moment_that_is_none_is_incomplete(stamp: str) -> None:
    request, now = signed()
    headers = {**request.headers, "x-amz-date": stamp}
    header = headers["authorization"].replace(now.strftime("%Y%m%d"), stamp[:8])
    error = refused(replace(request, headers={**headers, "authorization": header}), now)
    assert error.code == "IncompleteSignatureException"


def test_a_digest_that_is_not_the_bodys_is_refused() -> None:
    request, now = signed()
    headers = {**request.headers, "x-amz-content-sha256": "0" * 64}
    header = headers["authorization"].replace("host;", "host;x-amz-content-sha256;")
    error = refused(replace(request, headers={**headers, "authorization": header}), now)
    assert error.code == "InvalidSignatureException"


def test_a_session_token_is_not_one_of_ours() -> None:
    request, now = signed()
    headers = {**request.headers, "x-amz-security-token": "token"}
    assert refused(replace(request, headers=headers), now).code == "UnrecognizedClientException"


def test_the_secret_is_in_no_repr() -> None:
    request, now = signed()
    assert isinstance(read_authorization(request, now), Authorization)
    assert SECRET not in repr(read_authorization(request, now))
