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

STRUCTURES: Final[Mapping[str, tuple[str, ...]]] = {
    "AssociatedFace": ("FaceId",),
    "BoundingBox": ("Width", "Height", "Left", "Top"),
    "CompareFacesMatch": ("Similarity", "Face"),
    "ComparedFace": ("BoundingBox", "Confidence", "Landmarks", "Pose", "Quality"),
    "ComparedSourceImageFace": ("BoundingBox", "Confidence"),
    "DisassociatedFace": ("FaceId",),
    "Face": (
        "FaceId",
        "BoundingBox",
        "ImageId",
        "ExternalImageId",
        "Confidence",
        "IndexFacesModelVersion",
        "UserId",
    ),
    "FaceDetail": ("BoundingBox", "Landmarks", "Pose", "Quality", "Confidence"),
    "FaceMatch": ("Similarity", "Face"),
    "FaceRecord": ("Face", "FaceDetail"),
    "ImageQuality": ("Brightness", "Sharpness"),
    "Landmark": ("Type", "X", "Y"),
    "MatchedUser": ("UserId", "UserStatus"),
    "Pose": ("Roll", "Yaw", "Pitch"),
    "SearchedFace": ("FaceId",),
    "SearchedFaceDetails": ("FaceDetail",),
    "SearchedUser": ("UserId",),
    "UnindexedFace": ("Reasons", "FaceDetail"),
    "UnsearchedFace": ("FaceDetails", "Reasons"),
    "UnsuccessfulFaceAssociation": ("FaceId", "UserId", "Confidence", "Reasons"),
    "UnsuccessfulFaceDeletion": ("FaceId", "UserId", "Reasons"),
    "UnsuccessfulFaceDisassociation": ("FaceId", "UserId", "Reasons"),
    "User": ("UserId", "UserStatus"),
    "UserMatch": ("Similarity", "User"),
}
"""Members of the structures within answers, as far as they are ever sent."""
