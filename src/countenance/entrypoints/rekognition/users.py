"""Operations on users: one name for several faces of one person."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Final

from countenance.entrypoints.rekognition.calls import Answer, Asked, Call
from countenance.entrypoints.rekognition.collections import status_of
from countenance.entrypoints.rekognition.faces import face_id, reference_id
from countenance.entrypoints.rekognition.faults import AwsError
from countenance.errors import AlreadyExistsError
from countenance.recognition.collections.users import AssociationResult, NotAssociated
from countenance.recognition.idempotency import Performed

DEFAULT_THRESHOLD: Final = 75.0
"""What faces of one user must be alike where a request names no threshold."""


def create_user(call: Call, asked: Asked) -> Answer:
    """Make a user."""

    def act() -> Answer:
        gallery_id = call.gallery(asked["CollectionId"])
        try:
            call.service.users.create(call.actor, gallery_id, asked["UserId"])
        except AlreadyExistsError as error:
            message = f"The user id: {asked['UserId']} already exists"
            raise AwsError("ConflictException", message) from error
        return {}

    return _once(call, asked, act)


def delete_user(call: Call, asked: Asked) -> Answer:
    """Remove a user; its faces stay."""

    def act() -> Answer:
        gallery_id = call.gallery(asked["CollectionId"])
        call.service.users.delete(call.actor, gallery_id, asked["UserId"])
        return {}

    return _once(call, asked, act)


def associate_faces(call: Call, asked: Asked) -> Answer:
    """Put faces under a user, where they are alike."""

    def act() -> Answer:
        gallery_id = call.gallery(asked["CollectionId"])
        named = [reference_id(face) for face in asked["FaceIds"]]
        least = call.at_least(asked.get("UserMatchThreshold", DEFAULT_THRESHOLD))
        result = call.service.associate(call.actor, (gallery_id, asked["UserId"]), named, at_least=least)
        call.told(result.decision_id, result.entry)
        return {
            "AssociatedFaces": [{"FaceId": face_id(one)} for one in result.changed],
            "UnsuccessfulFaceAssociations": _unsuccessful(call, result),
            "UserStatus": status_of(result.faces),
        }

    return _once(call, asked, act)


def disassociate_faces(call: Call, asked: Asked) -> Answer:
    """Take faces from a user."""

    def act() -> Answer:
        gallery_id = call.gallery(asked["CollectionId"])
        named = [reference_id(face) for face in asked["FaceIds"]]
        result = call.service.users.dissociate(call.actor, gallery_id, asked["UserId"], named)
        return {
            "DisassociatedFaces": [{"FaceId": face_id(one)} for one in result.changed],
            "UnsuccessfulFaceDisassociations": _unsuccessful(call, result),
            "UserStatus": status_of(result.faces),
        }

    return _once(call, asked, act)


_REASONS: Final = {
    NotAssociated.MISSING: "FACE_NOT_FOUND",
    NotAssociated.ANOTHER_USER: "ASSOCIATED_TO_A_DIFFERENT_USER",
    NotAssociated.UNLIKE: "LOW_MATCH_CONFIDENCE",
}


def _unsuccessful(call: Call, result: AssociationResult) -> list[Answer]:
    found = []
    for one in result.left_out:
        shown: Answer = {"FaceId": face_id(one.reference_id), "Reasons": [_REASONS[one.reason]]}
        if one.user_id is not None:
            shown["UserId"] = one.user_id
        if one.score is not None:
            shown["Confidence"] = call.percent(one.score)
        found.append(shown)
    return found


def _once(call: Call, asked: Asked, act: Callable[[], Answer]) -> Answer:
    """Answer `act`, or what was answered to the same request under the same token."""
    token = asked.get("ClientRequestToken")
    if token is None:
        return act()
    request = json.dumps([call.operation, asked], sort_keys=True).encode()

    def perform() -> Performed:
        answer = act()
        return Performed(json.dumps([answer, call.headers]).encode())

    key = f"rekognition:{call.operation}:{token}"
    kept = call.service.once(call.actor, key, hashlib.sha256(request).digest(), perform)
    answer, headers = json.loads(kept.answer)
    call.headers.update(headers)
    result: Answer = answer
    return result
