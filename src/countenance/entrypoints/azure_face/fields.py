"""The members that requests share, with the sentences that the service has for each."""

from __future__ import annotations

from typing import Final

from countenance.entrypoints.azure_face.parameters import (
    Data,
    Fields,
    Flag,
    Id,
    Ids,
    Rectangle,
    Text,
    Whole,
    Words,
)

DETECTORS: Final = ("detection_01", "detection_02", "detection_03")
RECOGNISERS: Final = ("recognition_01", "recognition_02", "recognition_03", "recognition_04")
PAGE: Final = 1000
NAME_LENGTH: Final = 128
LIST_DATA: Final = 16 * 1024
FACE_DATA: Final = 1024
ID_LENGTH: Final = 64
LIST_ID: Final = r"[a-z0-9_-]{1,64}"

DETECTOR: Final = Text("'detectionModel' is invalid.", words=DETECTORS)
RECOGNISER: Final = Text("'recognitionModel' is invalid.", words=RECOGNISERS)
RETURN_MODEL: Final = Flag("Invalid argument returnRecognitionModel.")
NAME: Final = Text("'name' is empty.", least=1, most=NAME_LENGTH, too_long="'name' is too long.")
USER_DATA: Final = Data("'userData' is invalid.", LIST_DATA)
FACE_ID: Final = Id("Face ID is invalid.")
PERSON_ID: Final = Id("Person ID is invalid.")

_START: Final = Text("'start' is too long.", most=ID_LENGTH)
_TOP: Final = Whole("'top' is invalid.", 1, PAGE)
PAGING: Final = Fields({"start": _START, "top": _TOP}, defaults={"top": PAGE})
LISTING: Final = Fields(
    {"start": _START, "top": _TOP, "returnRecognitionModel": RETURN_MODEL},
    defaults={"top": PAGE, "returnRecognitionModel": False},
)
MODEL_QUERY: Final = Fields(
    {"returnRecognitionModel": RETURN_MODEL}, defaults={"returnRecognitionModel": False}
)
NEW_ROSTER: Final = Fields(
    {"name": NAME, "userData": USER_DATA, "recognitionModel": RECOGNISER},
    required=frozenset({"name"}),
    defaults={"recognitionModel": "recognition_01"},
)
NEW_PERSON: Final = Fields({"name": NAME, "userData": USER_DATA}, required=frozenset({"name"}))
CHANGE: Final = Fields({"name": NAME, "userData": USER_DATA})
_MEMBERS: Final = "The length of personIds is not in a valid range."
_JOIN: Final = Ids("Person ID is invalid.", _MEMBERS, 0, PAGE)
NEW_GROUP: Final = Fields(
    {"name": NAME, "userData": USER_DATA, "addPersonIds": _JOIN}, required=frozenset({"name"})
)
GROUP_CHANGE: Final = Fields(
    {"name": NAME, "userData": USER_DATA, "addPersonIds": _JOIN, "removePersonIds": _JOIN}
)
NOTE: Final = Fields({"userData": Data("'userData' is invalid.", FACE_DATA)})
ADD_FACE: Final = Fields(
    {
        "targetFace": Rectangle("Invalid argument targetFace."),
        "detectionModel": DETECTOR,
        "userData": Data("'userData' is invalid.", FACE_DATA),
    },
    defaults={"detectionModel": "detection_01"},
)
DETECT: Final = Fields(
    {
        "returnFaceId": Flag("Invalid argument returnFaceId."),
        "returnFaceLandmarks": Flag("Invalid argument returnFaceLandmarks."),
        "returnFaceAttributes": Words("Invalid argument returnFaceAttributes."),
        "recognitionModel": RECOGNISER,
        "returnRecognitionModel": RETURN_MODEL,
        "detectionModel": DETECTOR,
        "faceIdTimeToLive": Whole(
            "Invalid faceIdTimeToLive specified. Must be within 60 to 86400.", 60, 86400
        ),
    },
    defaults={
        "returnFaceId": True,
        "returnFaceLandmarks": False,
        "returnFaceAttributes": (),
        "recognitionModel": "recognition_01",
        "returnRecognitionModel": False,
        "detectionModel": "detection_01",
        "faceIdTimeToLive": 86400,
    },
)
URL: Final = Fields({"url": Text("Invalid image URL.", least=1)}, required=frozenset({"url"}))
