"""The operations and what each request may hold: the service's published bounds, in our own tables.

Source: the API reference of Amazon Rekognition, version 2016-06-27. A test compares every row
with the model that clients are made from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from countenance.entrypoints.rekognition.shapes import Blob, Number, Pairs, Sequence, Shape, Structure, Text

LARGEST_IMAGE: Final = 5_242_880
LARGEST_OBJECT: Final = 15_728_640

_ATTRIBUTES: Final = (
    "DEFAULT", "ALL", "AGE_RANGE", "BEARD", "EMOTIONS", "EYE_DIRECTION", "EYEGLASSES", "EYES_OPEN", "GENDER",
    "MOUTH_OPEN", "MUSTACHE", "FACE_OCCLUDED", "SMILE", "SUNGLASSES",
)  # fmt: skip
NOT_INFERRED: Final = tuple(word for word in _ATTRIBUTES if word not in {"DEFAULT", "ALL"})
"""Attributes that nothing here computes, so that they are left out of answers."""

COLLECTION: Final = Text(1, 255, r"[a-zA-Z0-9_.\-]+")
EXTERNAL: Final = Text(1, 255, r"[a-zA-Z0-9_.\-:]+")
USER: Final = Text(1, 128, r"[a-zA-Z0-9_.\-:]+")
FACE: Final = Text(pattern=r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
FACES: Final = Sequence(FACE, 1, 4096)
FACES_OF_USER: Final = Sequence(FACE, 1, 100)
TOKEN: Final = Text(1, 64, r"^[a-zA-Z0-9-_]+$")
PAGE: Final = Text(0, 255)
PERCENT: Final = Number(0, 100)
QUALITY: Final = Text(words=("NONE", "AUTO", "LOW", "MEDIUM", "HIGH"))
ATTRIBUTES: Final = Sequence(Text(words=_ATTRIBUTES))
TAG: Final = Text(1, 128, r"^(?!aws:).*$", tag=True)
TAGS: Final = Pairs(TAG, Text(0, 256, tag=True), 200)
ARN: Final = Text(20, 2048)
OBJECT: Final = Structure(
    {"Bucket": Text(3, 255, r"[0-9A-Za-z\.\-_]*"), "Name": Text(1, 1024), "Version": Text(1, 1024)}
)
IMAGE: Final = Structure({"Bytes": Blob(1, LARGEST_IMAGE), "S3Object": OBJECT})
VIDEO: Final = Structure({"S3Object": OBJECT})
CHANNEL: Final = Structure(
    {
        "SNSTopicArn": Text(pattern=r"(^arn:aws:sns:.*:\w{12}:.+$)"),
        "RoleArn": Text(pattern=r"arn:aws:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"),
    },
    frozenset({"SNSTopicArn", "RoleArn"}),
)
JOB_TAG: Final = Text(1, 1024, r"[a-zA-Z0-9_.\-:+=\/]+")
_STORED_VIDEO: Final[Mapping[str, Shape]] = {
    "Video": VIDEO,
    "ClientRequestToken": TOKEN,
    "NotificationChannel": CHANNEL,
    "JobTag": JOB_TAG,
}
_JOB: Final[Mapping[str, Shape]] = {
    "JobId": Text(1, 64, r"^[a-zA-Z0-9-_]+$"),
    "MaxResults": Number(1, whole=True),
    "NextToken": PAGE,
}


def _request(required: str = "", /, **members: Shape) -> Structure:
    return Structure(members, frozenset(required.split()))


REQUESTS: Final[Mapping[str, Structure]] = {
    "CreateCollection": _request("CollectionId", CollectionId=COLLECTION, Tags=TAGS),
    "DescribeCollection": _request("CollectionId", CollectionId=COLLECTION),
    "ListCollections": _request(NextToken=PAGE, MaxResults=Number(0, 4096, whole=True)),
    "DeleteCollection": _request("CollectionId", CollectionId=COLLECTION),
    "IndexFaces": _request(
        "CollectionId Image",
        CollectionId=COLLECTION,
        Image=IMAGE,
        ExternalImageId=EXTERNAL,
        DetectionAttributes=ATTRIBUTES,
        MaxFaces=Number(1, whole=True),
        QualityFilter=QUALITY,
    ),
    "ListFaces": _request(
        "CollectionId",
        CollectionId=COLLECTION,
        NextToken=PAGE,
        MaxResults=Number(0, 4096, whole=True),
        UserId=USER,
        FaceIds=FACES,
    ),
    "DeleteFaces": _request("CollectionId FaceIds", CollectionId=COLLECTION, FaceIds=FACES),
    "SearchFaces": _request(
        "CollectionId FaceId",
        CollectionId=COLLECTION,
        FaceId=FACE,
        MaxFaces=Number(1, 4096, whole=True),
        FaceMatchThreshold=PERCENT,
    ),
    "SearchFacesByImage": _request(
        "CollectionId Image",
        CollectionId=COLLECTION,
        Image=IMAGE,
        MaxFaces=Number(1, 4096, whole=True),
        FaceMatchThreshold=PERCENT,
        QualityFilter=QUALITY,
    ),
    "CompareFaces": _request(
        "SourceImage TargetImage",
        SourceImage=IMAGE,
        TargetImage=IMAGE,
        SimilarityThreshold=PERCENT,
        QualityFilter=QUALITY,
    ),
    "DetectFaces": _request("Image", Image=IMAGE, Attributes=ATTRIBUTES),
    "CreateUser": _request(
        "CollectionId UserId", CollectionId=COLLECTION, UserId=USER, ClientRequestToken=TOKEN
    ),
    "DeleteUser": _request(
        "CollectionId UserId", CollectionId=COLLECTION, UserId=USER, ClientRequestToken=TOKEN
    ),
    "ListUsers": _request(
        "CollectionId", CollectionId=COLLECTION, MaxResults=Number(1, 500, whole=True), NextToken=PAGE
    ),
    "AssociateFaces": _request(
        "CollectionId UserId FaceIds",
        CollectionId=COLLECTION,
        UserId=USER,
        FaceIds=FACES_OF_USER,
        UserMatchThreshold=PERCENT,
        ClientRequestToken=TOKEN,
    ),
    "DisassociateFaces": _request(
        "CollectionId UserId FaceIds",
        CollectionId=COLLECTION,
        UserId=USER,
        ClientRequestToken=TOKEN,
        FaceIds=FACES_OF_USER,
    ),
    "SearchUsers": _request(
        "CollectionId",
        CollectionId=COLLECTION,
        UserId=USER,
        FaceId=FACE,
        UserMatchThreshold=PERCENT,
        MaxUsers=Number(1, 500, whole=True),
    ),
    "SearchUsersByImage": _request(
        "CollectionId Image",
        CollectionId=COLLECTION,
        Image=IMAGE,
        UserMatchThreshold=PERCENT,
        MaxUsers=Number(1, 500, whole=True),
        QualityFilter=QUALITY,
    ),
    "TagResource": _request("ResourceArn Tags", ResourceArn=ARN, Tags=TAGS),
    "UntagResource": _request("ResourceArn TagKeys", ResourceArn=ARN, TagKeys=Sequence(TAG, 0, 200)),
    "ListTagsForResource": _request("ResourceArn", ResourceArn=ARN),
    "StartFaceDetection": _request("Video", FaceAttributes=Text(words=("DEFAULT", "ALL")), **_STORED_VIDEO),
    "GetFaceDetection": _request("JobId", **_JOB),
    "StartFaceSearch": _request(
        "Video CollectionId", CollectionId=COLLECTION, FaceMatchThreshold=PERCENT, **_STORED_VIDEO
    ),
    "GetFaceSearch": _request("JobId", SortBy=Text(words=("INDEX", "TIMESTAMP")), **_JOB),
}
"""Every operation that is answered or refused with its own reason."""
