"""Operations that search a collection."""

from __future__ import annotations

from collections.abc import Sequence

from countenance.biometrics.faces import DetectedFace, FaceChoice
from countenance.biometrics.model import GalleryId, ReferenceId
from countenance.entrypoints.rekognition.calls import Answer, Asked, Call
from countenance.entrypoints.rekognition.faces import (
    box_and_confidence,
    enrolled_face,
    face_detail,
    reasons_of,
    reference_id,
)
from countenance.entrypoints.rekognition.faults import AwsError
from countenance.entrypoints.rekognition.indexing import DEFAULT_THRESHOLD
from countenance.entrypoints.rekognition.pictures import picture
from countenance.entrypoints.rekognition.told_cases import held, of_case
from countenance.errors import CountenanceError, LowQualityError, NoFaceError, NotFoundError
from countenance.policy.model import Act
from countenance.recognition.acts.detection import Look
from countenance.recognition.acts.identification import IdentificationResult, Search
from countenance.recognition.acts.repeated_search import ToldCase
from countenance.recognition.acts.stored_probes import FoundReference, Listing
from countenance.recognition.collections.model import LEAST_FACE


def search_faces(call: Call, asked: Asked) -> Answer:
    """Search with an enrolled face, which is no candidate itself."""
    searched = asked["FaceId"]
    gallery_id = call.gallery(asked["CollectionId"])
    probe = (reference_id(searched),)
    try:
        result = _identify(
            call, asked, probe, ("FaceMatchThreshold", "MaxFaces", Listing.REFERENCES), gallery_id
        )
    except NotFoundError as error:
        message = f"faceId: {searched} was not found in the collection"
        raise AwsError("InvalidParameterException", message, headers=call.headers) from error
    return {
        "SearchedFaceId": searched,
        "FaceMatches": _face_matches(call, asked, result),
        "FaceModelVersion": call.model_version(),
    }


def search_faces_by_image(call: Call, asked: Asked) -> Answer:
    """Search with the largest face of an image; an image without one is an error here."""
    gallery_id = call.gallery(asked["CollectionId"])
    image = picture(call, asked["Image"])
    result = _identify(call, asked, image, ("FaceMatchThreshold", "MaxFaces", Listing.REFERENCES), gallery_id)
    answer: Answer = {
        "FaceMatches": _face_matches(call, asked, result),
        "FaceModelVersion": call.model_version(),
    }
    if result.seen is not None:
        shown = box_and_confidence(result.seen.face, result.seen.width, result.seen.height)
        answer["SearchedFaceBoundingBox"] = shown["BoundingBox"]
        answer["SearchedFaceConfidence"] = shown["Confidence"]
    return answer


def search_users(call: Call, asked: Asked) -> Answer:
    """Search with an enrolled face, or with all faces of a user."""
    face, user = asked.get("FaceId"), asked.get("UserId")
    if (face is None) == (user is None):
        raise AwsError("InvalidParameterException", "Provide either a FaceId or a UserId")
    gallery_id = call.gallery(asked["CollectionId"])
    probe = (reference_id(face),) if face is not None else _faces_of(call, asked["CollectionId"], user or "")
    try:
        result = _identify(
            call, asked, probe, ("UserMatchThreshold", "MaxUsers", Listing.GROUPED), gallery_id
        )
    except NotFoundError as error:
        message = f"faceId: {face} was not found in the collection"
        raise AwsError("ResourceNotFoundException", message, headers=call.headers) from error
    searched: Answer = (
        {"SearchedFace": {"FaceId": face}} if face is not None else {"SearchedUser": {"UserId": user}}
    )
    return {
        "UserMatches": _user_matches(call, asked, result),
        "FaceModelVersion": call.model_version(),
        **searched,
    }


def search_users_by_image(call: Call, asked: Asked) -> Answer:
    """Search with the largest face of an image; an image without one finds nobody, and is no error."""
    gallery_id = call.gallery(asked["CollectionId"])
    image = picture(call, asked["Image"])
    nobody: Answer = {"UserMatches": [], "FaceModelVersion": call.model_version()}
    try:
        result = _identify(
            call, asked, image, ("UserMatchThreshold", "MaxUsers", Listing.GROUPED), gallery_id
        )
    except NoFaceError:
        return nobody
    except LowQualityError as error:
        call.headers["x-countenance-quality"] = ",".join(error.reasons)
        return nobody | _unsearched(call, image, None)
    answer: Answer = {
        "UserMatches": _user_matches(call, asked, result),
        "FaceModelVersion": call.model_version(),
    }
    if result.seen is not None:
        seen = result.seen
        answer["SearchedFace"] = {"FaceDetail": face_detail(seen.face, seen.width, seen.height)}
        if seen.faces_found > 1:
            call.headers["x-countenance-unsearched"] = str(seen.faces_found - 1)
            answer |= _unsearched(call, image, seen.face)
    return answer


def _unsearched(call: Call, image: bytes, searched: DetectedFace | None) -> Answer:
    """Describe the faces of the image that nobody was searched with; `searched` is the one that was.

    To find them is an act of its own, which is asked for where the lease has it.
    """
    lease = call.lease()
    if lease is None or Act.DETECT not in lease.terms.acts:
        return {}
    try:
        found = call.service.detect(call.actor, Look(image=image, least=LEAST_FACE)).detection
    except CountenanceError:
        return {}  # the search has its answer, and the header says how many there are
    told: list[Answer] = []
    for at, face in enumerate(found.faces):
        if searched is not None and face.landmarks == searched.landmarks:
            searched = None
            continue
        reasons = [*reasons_of(face), *(["FACE_NOT_LARGEST"] if at else [])]
        detail = face_detail(face, found.width, found.height)
        told.append({"FaceDetails": detail, "Reasons": reasons or ["LOW_FACE_QUALITY"]})
    return {"UnsearchedFaces": told}


def _identify(
    call: Call,
    asked: Asked,
    probe: bytes | tuple[ReferenceId, ...],
    named: tuple[str, str, Listing],
    gallery_id: GalleryId,
) -> IdentificationResult | ToldCase:
    """Search as the request asks; a held search is an error that names the case, never an empty list.

    The same search again is told what became of its case.
    """
    percent, limit, listing = named
    search = Search(
        gallery_id=gallery_id,
        probe=probe,
        choice=FaceChoice.LARGEST,
        limit=asked.get(limit),
        at_least=call.at_least(asked.get(percent, DEFAULT_THRESHOLD)),
        listing=listing,
    )
    told = call.service.oversight.repeat_search(call.actor, search)
    if told is not None:
        return of_case(call, told)
    result = call.service.identify(call.actor, search)
    call.told(result.decision_id, result.entry)
    call.outcomes.append(result.outcome)
    if result.lead_only:
        call.headers["x-countenance-lead-only"] = "true"
    if not result.show_scores:
        call.headers["x-countenance-scores"] = "withheld"
    if result.case_id is not None:
        raise held(call, result)
    return result


def _faces_of(call: Call, collection_id: str, user_id: str) -> tuple[ReferenceId, ...]:
    faces = call.service.collections.faces(call.actor, collection_id, after=None, limit=100, user_id=user_id)
    if not faces:
        raise AwsError("ResourceNotFoundException", f"The user id: {user_id} does not exist or has no faces")
    return tuple(face.reference_id for face in faces)


def _face_matches(call: Call, asked: Asked, result: IdentificationResult | ToldCase) -> list[Answer]:
    found = result.faces[: asked.get("MaxFaces")]
    return [{**_similarity(call, one, result), "Face": enrolled_face(call, one.face)} for one in found]


def _user_matches(call: Call, asked: Asked, result: IdentificationResult | ToldCase) -> list[Answer]:
    """Return each user once, at the best score of its faces."""
    best: dict[str, FoundReference] = {}
    for one in result.faces:
        if one.face.user_id is not None:
            best.setdefault(one.face.user_id, one)
    return _users(call, list(best.items())[: asked.get("MaxUsers")], result)


def _users(
    call: Call, found: Sequence[tuple[str, FoundReference]], result: IdentificationResult | ToldCase
) -> list[Answer]:
    return [
        {**_similarity(call, one, result), "User": {"UserId": user_id, "UserStatus": "ACTIVE"}}
        for user_id, one in found
    ]


def _similarity(call: Call, one: FoundReference, result: IdentificationResult | ToldCase) -> Answer:
    return {"Similarity": call.percent(one.comparison.score)} if result.show_scores else {}
