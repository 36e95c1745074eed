"""The members of each answer, as far as they are ever sent; whatever else the protocol knows is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

RESPONSES: Final[Mapping[str, tuple[str, ...]]] = {
    "CreateCollection": ("StatusCode", "CollectionArn", "FaceModelVersion"),
    "DescribeCollection": (
        "FaceCount", "FaceModelVersion", "CollectionARN", "CreationTimestamp", "UserCount",
    ),
    "ListCollections": ("CollectionIds", "NextToken", "FaceModelVersions"),
    "DeleteCollection": ("StatusCode",),
    "IndexFaces": ("FaceRecords", "FaceModelVersion", "UnindexedFaces"),
    "ListFaces": ("Faces", "NextToken", "FaceModelVersion"),
    "DeleteFaces": ("DeletedFaces", "UnsuccessfulFaceDeletions"),
    "SearchFaces": ("SearchedFaceId", "FaceMatches", "FaceModelVersion"),
    "SearchFacesByImage": (
        "SearchedFaceBoundingBox", "SearchedFaceConfidence", "FaceMatches", "FaceModelVersion",
    ),
    "CompareFaces": ("SourceImageFace", "FaceMatches", "UnmatchedFaces"),
    "DetectFaces": ("FaceDetails",),
    "CreateUser": (),
    "DeleteUser": (),
    "ListUsers": ("Users", "NextToken"),
    "AssociateFaces": ("AssociatedFaces", "UnsuccessfulFaceAssociations", "UserStatus"),
    "DisassociateFaces": ("DisassociatedFaces", "UnsuccessfulFaceDisassociations", "UserStatus"),
    "SearchUsers": ("UserMatches", "FaceModelVersion", "SearchedFace", "SearchedUser"),
    "SearchUsersByImage": ("UserMatches", "FaceModelVersion", "SearchedFace", "UnsearchedFaces"),
    "TagResource": (),
    "UntagResource": (),
    "ListTagsForResource": ("Tags",),
}  # fmt: skip
"""Members by operation, in the protocol's order."""
