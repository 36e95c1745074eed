"""Verifying, identifying, finding similar faces, grouping."""

from __future__ import annotations

from typing import Any, Final

from countenance.entrypoints.azure_face.calls import Answer, Asked, Call
from countenance.entrypoints.azure_face.faults import AzureError, bad_argument, not_found
from countenance.entrypoints.azure_face.fields import FACE_ID, PERSON_ID
from countenance.entrypoints.azure_face.parameters import Fields, Ids, Text
from countenance.errors import FaceGoneError
from countenance.recognition.loose_face_model import LooseFaceId
from countenance.recognition.verification import VerificationResult

_LENGTH: Final = "The length of faceIds is not in a valid range."
_NAME: Final = 128

VERIFY: Final = Fields(
    {
        "faceId1": FACE_ID,
        "faceId2": FACE_ID,
        "faceId": FACE_ID,
        "personId": PERSON_ID,
        "personGroupId": Text("Person group ID is invalid.", least=1, most=_NAME),
        "largePersonGroupId": Text("Large person group ID is invalid.", least=1, most=_NAME),
    }
)
GROUP: Final = Fields(
    {"faceIds": Ids("Face ID is invalid.", _LENGTH, 2, 1000)}, required=frozenset({"faceIds"})
)


def verify(call: Call, asked: Asked) -> Answer:
    """Compare two faces, or a face with a person."""
    if "faceId1" in asked and "faceId2" in asked:
        first, second = LooseFaceId(asked["faceId1"]), LooseFaceId(asked["faceId2"])
        try:
            return _verified(call, call.cases.compare_loose(call.actor, first, second))
        except FaceGoneError as error:
            raise no_such_face(call) from error
    raise bad_argument("Request body is invalid.")


def group(call: Call, asked: Asked) -> Answer:
    """Group faces by whom they show."""
    result = call.cases.group_loose(call.actor, [LooseFaceId(name) for name in asked["faceIds"]])
    call.told(result.decision_id, result.entry)
    return Answer({"groups": [list(one) for one in result.groups], "messyGroup": list(result.messy)})


def _verified(call: Call, result: VerificationResult) -> Answer:
    call.told(result.decision_id, result.entry)
    content: dict[str, Any] = {"isIdentical": result.outcome.value == "match"}
    if result.score is None:
        call.withheld()
    else:
        content["confidence"] = call.confidence(result.threshold, result.score)
    return Answer(content)


def no_such_face(call: Call) -> AzureError:
    """Return the answer of verifying: elsewhere the service answers 400."""
    error = not_found("FaceNotFound", "Face is not found.")
    error.headers.update(call.headers)
    return error
