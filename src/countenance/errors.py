"""Every error that Countenance raises, as one tree with stable codes.

No error here knows HTTP: each way in maps classes to its own shape. A `code` never
changes once released, since callers branch on it. Messages are lower case, carry no
full stop and put the caller's input in backticks.
"""

from __future__ import annotations

from typing import ClassVar


class CountenanceError(Exception):
    """Root of the tree.

    `code` is stable and machine-readable; `reasons` holds further stable codes where one
    code is not enough (the quality measures that failed, the faults of a pack).
    """

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.reasons = reasons


# What the caller sent is not usable ------------------------------------------------------


class InvalidInputError(CountenanceError):
    """A field, a date, an id or a file does not have the form it must have."""

    code = "invalid_input"


class NaiveDateTimeError(InvalidInputError):
    """A date and time came without its zone."""

    code = "naive_datetime"


class ImageError(InvalidInputError):
    """The bytes sent as an image cannot be used as one."""

    code = "image_unusable"


class EmptyImageError(ImageError):
    """No bytes at all."""

    code = "image_empty"


class UnsupportedImageError(ImageError):
    """A format that is not decoded here, or a file that only pretends to be an image."""

    code = "image_unsupported"


class CorruptImageError(ImageError):
    """The header is an image's, the rest is broken or cut off."""

    code = "image_corrupt"


class OversizedImageError(ImageError):
    """More bytes or more pixels than the limits allow; nothing was decoded."""

    code = "image_too_large"


class SlowImageError(ImageError):
    """Decoding took longer than the limit allows."""

    code = "image_decode_timeout"


class UnsupportedEvidenceError(InvalidInputError):
    """A file sent as evidence is of a type that is not kept, whatever its name says."""

    code = "evidence_unsupported"


class OversizedEvidenceError(InvalidInputError):
    """A file sent as evidence has more bytes than the limit, or the application more files."""

    code = "evidence_too_large"


class FaceError(InvalidInputError):
    """The image is fine; what it shows cannot be used for the act."""

    code = "face_unusable"


class NoFaceError(FaceError):
    """No face was found where one is needed."""

    code = "face_not_found"


class ManyFacesError(FaceError):
    """More than one prominent face was found where one is asked for."""

    code = "face_not_unique"


class LowQualityError(FaceError):
    """The face does not reach the quality that the act needs; `reasons` says which measures."""

    code = "face_quality_low"


class NoticeIncompleteError(InvalidInputError):
    """A notice lacks parts, or has some that are not as they must be; `reasons` names every one."""

    code = "notice_incomplete"


class ConsentIncompleteError(InvalidInputError):
    """An agreement lacks what its notice or its basis asks for; `reasons` names all that is missing."""

    code = "consent_incomplete"


# Who asks ---------------------------------------------------------------------------------


class UnauthenticatedError(CountenanceError):
    """The key is missing, unknown, expired or revoked; which of these is not told."""

    code = "unauthenticated"


class SignatureError(UnauthenticatedError):
    """The request's signature is not the one that it has under its key, or is out of time."""

    code = "signature_wrong"


class ForbiddenError(CountenanceError):
    """The actor's role does not include this operation."""

    code = "forbidden"


class SeparationError(ForbiddenError):
    """The person may do this in general and not here: they wrote it, belong to it, or did their part."""

    code = "separation_of_duties"


class NotQualifiedError(ForbiddenError):
    """The examiner may not judge this now; `reasons` says why in words of a closed list."""

    code = "not_qualified"


# What is there ----------------------------------------------------------------------------


class NotFoundError(CountenanceError):
    """There is no such thing, or not for this actor: the two are the same answer."""

    code = "not_found"


class FaceGoneError(NotFoundError):
    """A face that was kept for a while is unknown, expired or another lease's: one answer."""

    code = "face_gone"


class ConflictError(CountenanceError):
    """The request contradicts what is stored."""

    code = "conflict"


class AlreadyExistsError(ConflictError):
    """A thing of this id is there already."""

    code = "already_exists"


class IdempotencyMismatchError(ConflictError):
    """The idempotency key was used before with another request."""

    code = "idempotency_mismatch"


class KeyShownOnceError(ConflictError):
    """This request has issued a key already, whose text was shown then and is not kept."""

    code = "key_shown_once"


class StateError(ConflictError):
    """The thing is in a state in which this cannot be done; the message says which."""

    code = "wrong_state"


class TooSoonError(StateError):
    """A list was judged faster than anybody can look at it."""

    code = "too_soon"


class NothingToExamineError(ConflictError):
    """People must judge the result, and there is no image that they could look at."""

    code = "nothing_to_examine"


class IncompleteError(ConflictError):
    """The application still lacks something, or says what cannot be; `reasons` names the factors."""

    code = "application_incomplete"


class LegalHoldError(ConflictError):
    """A legal hold keeps this from being destroyed; nothing was. Using it is forbidden all the same."""

    code = "legal_hold"


class LimitReachedError(ConflictError):
    """There is no room for one more of these; nothing was stored."""

    code = "limit_reached"


class ConcurrentWriteError(ConflictError):
    """Another writer was first; the act may be tried again."""

    code = "concurrent_write"


# What the system can do now ---------------------------------------------------------------


class BusyError(CountenanceError):
    """The queue before the engine is full. `retry_after` is in whole seconds."""

    code = "busy"

    def __init__(self, message: str, *, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StorageError(CountenanceError):
    """The database could not be read or written."""

    code = "storage_unavailable"


class StorageFullError(StorageError):
    """The disk or the database has no room left; what was asked for was not done."""

    code = "storage_full"


class ConfigurationError(CountenanceError):
    """The installation is set up in a way that it must not run in."""

    code = "configuration"


# Models, calibration ----------------------------------------------------------------------


class ModelError(CountenanceError):
    """A model cannot be used."""

    code = "model_unusable"


class ModelMissingError(ModelError):
    """No source that is switched on has the model's file."""

    code = "model_missing"


class ModelDigestError(ModelError):
    """The file is not the one that the catalogue describes."""

    code = "model_digest_mismatch"


class ModelLicenceError(ModelError):
    """The model has no manifest, no licence, or one that was not accepted by name."""

    code = "model_licence"


class ModelManifestError(ModelError):
    """A model's manifest lacks a field, has a wrong one, or cannot be read."""

    code = "model_manifest"


class ModelDownloadError(ModelError):
    """A download was asked for and did not complete; what arrived is kept to resume from."""

    code = "model_download"


class TemplateMismatchError(ModelError):
    """Two templates come from different models or pipelines and cannot be compared."""

    code = "template_mismatch"


class CalibrationError(CountenanceError):
    """No calibration record supports the threshold that was asked for."""

    code = "calibration"


# Permission and proof ---------------------------------------------------------------------


class PackError(CountenanceError):
    """A policy pack or the law register does not validate; it was not loaded."""

    code = "pack_invalid"


class RefusedError(CountenanceError):
    """The act is not permitted. The refusal was recorded before this was raised.

    `decision_id` names the stored decision (reasons, unmet conditions, how to re-open), and
    `entry` is the index of its ledger entry. `missing` has every part that a basis for the
    subject's reference lacks, as stable words, where that is what stands in the way.
    """

    code = "refused"

    def __init__(
        self,
        message: str,
        *,
        decision_id: str,
        entry: int,
        reasons: tuple[str, ...],
        missing: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, reasons=reasons)
        self.decision_id = decision_id
        self.entry = entry
        self.missing = missing


class LedgerError(CountenanceError):
    """The ledger is not what its last checkpoint says it is."""

    code = "ledger_fault"
