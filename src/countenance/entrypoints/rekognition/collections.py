"""Operations on collections, their faces' list, and their tags."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from countenance.biometrics.model import ReferenceId
from countenance.entrypoints.rekognition.calls import Answer, Asked, Call
from countenance.entrypoints.rekognition.faces import enrolled_face, face_id, reference_id
from countenance.entrypoints.rekognition.faults import AwsError
from countenance.entrypoints.rekognition.pagination import page_token, place_after
from countenance.errors import AlreadyExistsError, InvalidInputError, NotFoundError

PAGE: Final = 1000
"""Items of a page whose length nobody said."""

_OK: Final = 200
_LONGEST_MARK: Final = 160


def create_collection(call: Call, asked: Asked) -> Answer:
    """Make the gallery that the collection's name stands for."""
    name = asked["CollectionId"]
    try:
        call.service.collections.create(call.actor, name, asked.get("Tags", {}))
    except NotFoundError as error:
        raise AwsError(
            "AccessDeniedException",
            f"no lease covers the collection `{name}`: a lease names the galleries that may be made under "
            "it; apply for one that names it, or bind the collection to a gallery that the lease names",
        ) from error
    except AlreadyExistsError as error:
        message = f"The collection id: {name} already exists"
        raise AwsError("ResourceAlreadyExistsException", message) from error
    except InvalidInputError as error:
        raise AwsError("InvalidParameterException", error.message) from error
    return {
        "StatusCode": _OK,
        "CollectionArn": call.arn(name),
        "FaceModelVersion": call.model_version(),
    }


def describe_collection(call: Call, asked: Asked) -> Answer:
    """Tell how many faces and users a collection has."""
    view = call.service.collections.one(call.actor, asked["CollectionId"])
    return {
        "FaceCount": view.faces,
        "FaceModelVersion": call.model_version(),
        "CollectionARN": call.arn(view.collection_id),
        "CreationTimestamp": round(view.gallery.created.timestamp(), 3),
        "UserCount": view.users,
    }


def list_collections(call: Call, asked: Asked) -> Answer:
    """List the collections that the lease covers, a page at a time."""
    scope = f"{call.operation}/{call.actor.lease_id}"
    place = _place(call, asked, scope)
    views = call.service.collections.all(call.actor)
    names = [view.collection_id for view in views]
    start = 0
    if place is not None:
        start = _place_in(names, place)
    limit = asked.get("MaxResults") or PAGE
    page = names[start : start + limit]
    answer: Answer = {
        "CollectionIds": page,
        "FaceModelVersions": [call.model_version()] * len(page),
    }
    if start + limit < len(names):
        answer["NextToken"] = _token(call, _mark(page[-1]), scope)
    return answer


def delete_collection(call: Call, asked: Asked) -> Answer:
    """Remove a collection with all that is in it."""
    call.service.collections.delete(call.actor, asked["CollectionId"])
    return {"StatusCode": _OK}


def list_faces(call: Call, asked: Asked) -> Answer:
    """List faces, all or those of a user or of a list, a page at a time."""
    name, user, named = asked["CollectionId"], asked.get("UserId"), asked.get("FaceIds")
    scope = f"{call.operation}/{call.actor.lease_id}/{name}/{user}/{named}"
    place = _place(call, asked, scope)
    limit = asked.get("MaxResults") or PAGE
    after = ReferenceId(place) if place is not None else None
    if named is None:
        found = call.service.collections.faces(call.actor, name, after=after, limit=limit + 1, user_id=user)
    else:
        ordered = sorted({reference_id(face) for face in named})
        known = call.service.collections.faces_named(call.actor, name, ordered)
        found = tuple(
            face
            for face in known
            if (after is None or face.reference_id > after) and (user is None or face.user_id == user)
        )
    page = found[:limit]
    answer: Answer = {
        "Faces": [enrolled_face(call, face) for face in page],
        "FaceModelVersion": call.model_version(),
    }
    if len(found) > limit:
        answer["NextToken"] = _token(call, page[-1].reference_id, scope)
    return answer


def delete_faces(call: Call, asked: Asked) -> Answer:
    """Remove faces, but those of users, which are taken from their user first."""
    gallery_id = call.gallery(asked["CollectionId"])
    named = [reference_id(face) for face in asked["FaceIds"]]
    removal = call.service.remove_references(call.actor, gallery_id, named)
    unsuccessful: list[Answer] = [
        {"FaceId": face_id(missing), "Reasons": ["FACE_NOT_FOUND"]} for missing in removal.missing
    ]
    unsuccessful.extend(
        {
            "FaceId": face_id(face.reference_id),
            "UserId": face.user_id,
            "Reasons": ["ASSOCIATED_TO_AN_EXISTING_USER"],
        }
        for face in removal.kept
    )
    return {
        "DeletedFaces": [face_id(removed) for removed in removal.removed],
        "UnsuccessfulFaceDeletions": unsuccessful,
    }


def list_users(call: Call, asked: Asked) -> Answer:
    """List users, a page at a time."""
    name = asked["CollectionId"]
    scope = f"{call.operation}/{call.actor.lease_id}/{name}"
    limit = asked.get("MaxResults") or 500
    after = _place(call, asked, scope)
    found = call.service.collections.users(call.actor, name, after=after, limit=limit + 1)
    answer: Answer = {
        "Users": [{"UserId": user.id, "UserStatus": status_of(user.faces)} for user in found[:limit]]
    }
    if len(found) > limit:
        answer["NextToken"] = _token(call, found[limit - 1].id, scope)
    return answer


def status_of(faces: int) -> str:
    """Return a user's status: changes are done when they are answered, so nothing is under way."""
    return "ACTIVE" if faces else "CREATED"


def tag_resource(call: Call, asked: Asked) -> Answer:
    """Set tags of a collection."""
    call.service.collections.tag(call.actor, _collection_of(call, asked), asked["Tags"])
    return {}


def untag_resource(call: Call, asked: Asked) -> Answer:
    """Remove tags of a collection."""
    call.service.collections.untag(call.actor, _collection_of(call, asked), asked["TagKeys"])
    return {}


def list_tags_for_resource(call: Call, asked: Asked) -> Answer:
    """Show the tags of a collection."""
    return {"Tags": call.service.collections.tags(call.actor, _collection_of(call, asked))}


def _collection_of(call: Call, asked: Asked) -> str:
    """Return the collection that an ARN names, if it is one of the caller's own."""
    arn: str = asked["ResourceArn"]
    prefix = call.arn("")
    if not arn.startswith(prefix) or len(arn) == len(prefix):
        raise AwsError("ResourceNotFoundException", "The resource does not exist")
    return arn.removeprefix(prefix)


def _mark(name: str) -> str:
    """Return what a token says of a collection: its name, or a digest where that is too long for one."""
    return name if len(name) <= _LONGEST_MARK else f"#{hashlib.sha256(name.encode()).hexdigest()}"


def _place_in(names: Sequence[str], mark: str) -> int:
    """Return where the page after `mark` begins; a collection that is gone since leaves its place."""
    if not mark.startswith("#"):
        return bisect_right(names, mark)
    marks = [_mark(name) for name in names]
    if mark not in marks:
        raise AwsError("InvalidPaginationTokenException", "The pagination token is not valid.")
    return marks.index(mark) + 1


def _place(call: Call, asked: Asked, scope: str) -> str | None:
    parts = call.service.parts
    return place_after(asked.get("NextToken"), scope, parts.clock(), parts.commit_to)


def _token(call: Call, after: str, scope: str) -> str:
    parts = call.service.parts
    return page_token(after, scope, parts.clock(), parts.commit_to)
