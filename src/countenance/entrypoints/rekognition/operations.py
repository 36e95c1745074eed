"""Which operation does what, which are refused with their reason, and how errors of the tree are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from countenance import errors
from countenance.entrypoints.rekognition import collections, indexing, searching, users
from countenance.entrypoints.rekognition.calls import Answer, Asked, Call
from countenance.entrypoints.rekognition.faults import AwsError
from countenance.entrypoints.rekognition.sigv4 import MISMATCH

Operation = Callable[[Call, Asked], Answer]

OPERATIONS: Final[Mapping[str, Operation]] = {
    "CreateCollection": collections.create_collection,
    "DescribeCollection": collections.describe_collection,
    "ListCollections": collections.list_collections,
    "DeleteCollection": collections.delete_collection,
    "IndexFaces": indexing.index_faces,
    "ListFaces": collections.list_faces,
    "DeleteFaces": collections.delete_faces,
    "SearchFaces": searching.search_faces,
    "SearchFacesByImage": searching.search_faces_by_image,
    "CompareFaces": indexing.compare_faces,
    "DetectFaces": indexing.detect_faces,
    "CreateUser": users.create_user,
    "DeleteUser": users.delete_user,
    "ListUsers": collections.list_users,
    "AssociateFaces": users.associate_faces,
    "DisassociateFaces": users.disassociate_faces,
    "SearchUsers": searching.search_users,
    "SearchUsersByImage": searching.search_users_by_image,
    "TagResource": collections.tag_resource,
    "UntagResource": collections.untag_resource,
    "ListTagsForResource": collections.list_tags_for_resource,
}
"""Every operation that is performed."""

_VIDEO: Final = "faces in stored video are not searched by this installation's engine; nothing was started"
_TRACKING: Final = (
    "following people through video is not offered: no lease covers it, and the packs and laws in force "
    "re-open it for nobody"
)
REFUSED: Final[Mapping[str, str]] = {
    "StartFaceDetection": _VIDEO,
    "GetFaceDetection": _VIDEO,
    "StartFaceSearch": _VIDEO,
    "GetFaceSearch": _VIDEO,
    "RecognizeCelebrities": (
        "people are not recognised who have agreed to nothing: fame is no consent, and no lease covers it"
    ),
    "GetCelebrityInfo": "there is no list of the famous: fame is no consent, and no lease covers it",
    "StartCelebrityRecognition": (
        "people are not recognised who have agreed to nothing: fame is no consent, and no lease covers it"
    ),
    "GetCelebrityRecognition": (
        "people are not recognised who have agreed to nothing: fame is no consent, and no lease covers it"
    ),
    "StartPersonTracking": _TRACKING,
    "GetPersonTracking": _TRACKING,
}
"""Every operation that is refused, with the reason."""

CODES: Final[Mapping[type[errors.CountenanceError], str]] = {
    errors.CountenanceError: "InternalServerError",
    errors.InvalidInputError: "InvalidParameterException",
    errors.NaiveDateTimeError: "InvalidParameterException",
    errors.ImageError: "InvalidImageFormatException",
    errors.EmptyImageError: "InvalidImageFormatException",
    errors.UnsupportedImageError: "InvalidImageFormatException",
    errors.CorruptImageError: "InvalidImageFormatException",
    errors.OversizedImageError: "ImageTooLargeException",
    errors.SlowImageError: "InvalidImageFormatException",
    errors.UnsupportedEvidenceError: "InvalidParameterException",
    errors.OversizedEvidenceError: "InvalidParameterException",
    errors.FaceError: "InvalidParameterException",
    errors.NoFaceError: "InvalidParameterException",
    errors.ManyFacesError: "InvalidParameterException",
    errors.LowQualityError: "InvalidParameterException",
    errors.UnauthenticatedError: "UnrecognizedClientException",
    errors.SignatureError: "InvalidSignatureException",
    errors.ForbiddenError: "AccessDeniedException",
    errors.SeparationError: "AccessDeniedException",
    errors.NotQualifiedError: "AccessDeniedException",
    errors.NotFoundError: "ResourceNotFoundException",
    errors.FaceGoneError: "ResourceNotFoundException",
    errors.ConflictError: "InvalidParameterException",
    errors.NoticeIncompleteError: "InvalidParameterException",
    errors.ConsentIncompleteError: "InvalidParameterException",
    errors.LegalHoldError: "InvalidParameterException",
    errors.AlreadyExistsError: "ResourceAlreadyExistsException",
    errors.IdempotencyMismatchError: "IdempotentParameterMismatchException",
    errors.KeyShownOnceError: "InvalidParameterException",
    errors.StateError: "InvalidParameterException",
    errors.IncompleteError: "InvalidParameterException",
    errors.LimitReachedError: "ServiceQuotaExceededException",
    errors.TooSoonError: "InvalidParameterException",
    errors.NothingToExamineError: "AccessDeniedException",
    errors.ConcurrentWriteError: "ThrottlingException",
    errors.BusyError: "ProvisionedThroughputExceededException",
    errors.StorageError: "InternalServerError",
    errors.StorageFullError: "InternalServerError",
    errors.ConfigurationError: "InternalServerError",
    errors.ModelError: "InternalServerError",
    errors.ModelMissingError: "InternalServerError",
    errors.ModelDigestError: "InternalServerError",
    errors.ModelLicenceError: "InternalServerError",
    errors.ModelManifestError: "InternalServerError",
    errors.ModelDownloadError: "InternalServerError",
    errors.TemplateMismatchError: "InvalidParameterException",
    errors.CalibrationError: "InvalidParameterException",
    errors.PackError: "InternalServerError",
    errors.RefusedError: "AccessDeniedException",
    errors.LedgerError: "InternalServerError",
}
"""Every class of the tree by itself: a new one is a decision, not an inheritance."""

NO_FACES: Final = "There are no faces in the image. Should be at least 1."
INTERNAL: Final = "InternalServerError"


def perform(call: Call, asked: Asked) -> Answer:
    """Answer a checked request, or raise `AwsError`."""
    if call.operation in REFUSED:
        raise AwsError("AccessDeniedException", REFUSED[call.operation])
    try:
        with call.counted():
            return OPERATIONS[call.operation](call, asked)
    except errors.CountenanceError as error:
        raise told(call, asked, error) from error


def told(call: Call, asked: Asked, error: errors.CountenanceError) -> AwsError:
    """Return an error of the tree as the service would tell it, with the headers so far."""
    match error:
        case errors.RefusedError():
            return _refusal(call, error)
        case errors.NoFaceError():
            message = NO_FACES
        case errors.SignatureError():
            message = MISMATCH
        case errors.UnauthenticatedError():
            message = "The security token included in the request is invalid."
        case errors.NotFoundError() if "UserId" not in asked:
            message = f"The collection id: {asked.get('CollectionId', '')} does not exist"
        case _:
            message = error.message
    code = CODES[type(error)]
    if code == INTERNAL:
        return AwsError(
            code, "Internal server error", status=HTTPStatus.INTERNAL_SERVER_ERROR, headers=call.headers
        )
    if isinstance(error, errors.BusyError):
        call.headers["retry-after"] = str(error.retry_after)
    return AwsError(code, message, headers=call.headers)


def _refusal(call: Call, error: errors.RefusedError) -> AwsError:
    """Name the rules and how each can be re-opened, as they were recorded.

    The refusal stands whether or not its record can be read again right now.
    """
    call.told(error.decision_id, error.entry)
    try:
        record = call.service.read_decisions(call.actor, error.decision_id)
        reopens = [f"{reason.id}: {reason.reopens}" for reason in record.decision.reasons]
    except errors.CountenanceError:
        reopens = []
    rules = ", ".join(error.reasons) or "none applies"
    again = f" Re-opening: {' '.join(dict.fromkeys(reopens))}" if reopens else ""
    message = f"{error.message} [rules: {rules}; decision: {error.decision_id}].{again}"
    return AwsError("AccessDeniedException", message, headers=call.headers)
