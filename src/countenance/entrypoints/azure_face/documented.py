"""Every error code that the service documents: with which status it is given here, and when, or why never."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

GIVEN: Final[Mapping[tuple[str, int], str]] = {
    ("BadArgument", 400): "a member of path, query or body is not in its form",
    ("InvalidURL", 400): "the address of an image is no object of the operator's",
    (
        "InvalidImage",
        400,
    ): "the bytes are no image that is read, or it shows no face, too many, or one of low quality",
    ("InvalidImageSize", 400): "the image has under 1 KB, over 6 MB, or under 36 pixels of a side",
    ("401", 401): "the key is missing, wrong, expired or revoked",
    ("UnsupportedFeature", 403): "the gate refuses, no lease covers it, or it is not offered",
    ("QuotaExceeded", 403): "there is no room for one more list, person, face or kept face",
    ("ConcurrentOperationConflict", 409): "another writer was first, or the consent ended meanwhile",
    ("429", 429): "the queue is full, or there is no memory for another body",
    ("FaceNotFound", 400): "a kept face is unknown, expired or another lease's",
    ("FaceNotFound", 404): "the same, when verifying",
    ("PersonNotFound", 404): "there is no such person",
    ("PersonNotFound", 400): "there is no such person to identify among, or no directory",
    ("PersistedFaceNotFound", 404): "there is no such face, or the person to verify has none",
    ("PersonGroupNotFound", 404): "there is no such group, or not under this lease",
    ("PersonGroupNotFound", 400): "the same, when identifying or verifying",
    ("LargePersonGroupNotFound", 404): "there is no such group, or not under this lease",
    ("LargePersonGroupNotFound", 400): "the same, when identifying or verifying",
    ("DynamicPersonGroupNotFound", 404): "there is no such group, or no directory",
    ("DynamicPersonGroupNotFound", 400): "the same, when identifying",
    ("FaceListNotFound", 404): "there is no such list, or not under this lease",
    ("FaceListNotFound", 400): "the same, when finding similar faces",
    ("LargeFaceListNotFound", 404): "there is no such list, or not under this lease",
    ("LargeFaceListNotFound", 400): "the same, when finding similar faces",
    ("PersonGroupNotTrained", 404): "the training status of a group that was never trained",
    ("PersonGroupNotTrained", 400): "identifying in a group that was never trained",
    ("LargePersonGroupNotTrained", 404): "the training status of a group that was never trained",
    ("LargePersonGroupNotTrained", 400): "identifying in a group that was never trained",
    ("LargeFaceListNotTrained", 404): "the training status of a list that was never trained",
    ("LargeFaceListNotTrained", 400): "searching a list that was never trained",
    ("FaceListNotReady", 400): "searching a face list without a face",
    ("PersonGroupExists", 409): "its gallery is there",
    ("LargePersonGroupExists", 409): "its gallery is there",
    ("FaceListExists", 409): "its gallery is there",
    ("LargeFaceListExists", 409): "its gallery is there",
    ("DynamicPersonGroupExists", 409): "there is a group of this id",
    ("MissingIdentificationScopeParameters", 400): "identifying in nothing",
    ("IncompatibleIdentificationScopeParametersCombination", 400): "identifying in two places at once",
    ("PersonGroupIdAndLargePersonGroupIdBothNotNull", 400): "verifying in two groups at once",
}
"""Code and status, and when."""

_TRAINED: Final = "never: a training has ended when it is answered"
_LIVENESS: Final = "never: liveness is refused as `UnsupportedFeature`"
NEVER: Final[Mapping[str, str]] = {
    "PersonGroupIdAndLargePersonGroupIdBothNull": "never: without a group it is the directory",
    "PersonGroupTrainingNotFinished": _TRAINED,
    "LargePersonGroupTrainingNotFinished": _TRAINED,
    "LargeFaceListTrainingNotFinished": _TRAINED,
    "InvalidRequestBody": _LIVENESS,
    "InvalidTokenLifetime": _LIVENESS,
    "InvalidLivenessOperationMode": _LIVENESS,
    "InvalidDeviceCorrelationId": _LIVENESS,
    "SessionNotFound": _LIVENESS,
}
"""What the service documents and is not given here, with the reason."""

OWN: Final[Mapping[tuple[str, int], str]] = {
    ("PersonExists", 409): "the subject is a person of the group: one name is one subject",
    ("OperationNotFound", 404): "there is no such operation, or its 48 hours are over",
    ("404", 404): "there is no such operation or version",
    ("BadArgument", 415): "the body is neither JSON nor, where one is taken, an image",
    ("RequestTimeout", 408): "the body took over a minute",
    ("ServiceUnavailable", 503): "the database cannot be reached or is full",
    ("InternalServerError", 500): "a fault of the program; the operator finds it in the log",
}
"""What is given here beside it."""
