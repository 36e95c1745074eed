"""What lists, groups, persons and faces are called in addresses, and what is said where one is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from countenance.biometrics.model import ReferenceId
from countenance.entrypoints.azure_face.calls import Asked
from countenance.entrypoints.azure_face.faults import AzureError, bad_argument, not_found
from countenance.entrypoints.azure_face.fields import LIST_ID
from countenance.entrypoints.azure_face.parameters import canonical_id
from countenance.errors import FaceGoneError, NotFoundError
from countenance.recognition.rosters.lifecycle import RosterName
from countenance.recognition.rosters.model import PersonId, RosterKind

_REFERENCE: Final = re.compile("ref_([0-9a-f]{32})")
_LIST_ID: Final = re.compile(LIST_ID)


@dataclass(frozen=True, slots=True)
class Words:
    """What a kind is called in codes, in sentences, and where its id stands."""

    code: str
    sentence: str
    member: str


KINDS: Final[Mapping[RosterKind, Words]] = {
    RosterKind.FACE_LIST: Words("FaceList", "Face list", "faceListId"),
    RosterKind.LARGE_FACE_LIST: Words("LargeFaceList", "Large face list", "largeFaceListId"),
    RosterKind.PERSON_GROUP: Words("PersonGroup", "Person group", "personGroupId"),
    RosterKind.LARGE_PERSON_GROUP: Words("LargePersonGroup", "Large person group", "largePersonGroupId"),
    RosterKind.DIRECTORY: Words("Person", "Person", "personId"),
}
DYNAMIC: Final = Words("DynamicPersonGroup", "Dynamic person group", "dynamicPersonGroupId")


def roster_name(kind: RosterKind, asked: Asked, *, status: HTTPStatus = HTTPStatus.NOT_FOUND) -> RosterName:
    """Return which list or group a request names.

    Raises `AzureError` where it cannot be one: that of a missing one, or where `status` says so
    that of a wrong argument.
    """
    words = KINDS[kind]
    return RosterName(kind=kind, id=list_id(words, asked[words.member], status=status))


def list_id(words: Words, given: str, *, status: HTTPStatus = HTTPStatus.NOT_FOUND) -> str:
    """Return an id that a client chose, if it has the form of one; raises `AzureError`."""
    if _LIST_ID.fullmatch(given):
        return given
    message = f"{words.sentence} ID is invalid."
    if status is HTTPStatus.NOT_FOUND:
        raise not_found(f"{words.code}NotFound", message)
    raise bad_argument(message)


@contextmanager
def there(words: Words, *, status: HTTPStatus = HTTPStatus.NOT_FOUND) -> Iterator[None]:
    """Tell of what is not there as the service does of that kind: forbidden and unknown are one answer."""
    try:
        yield
    except FaceGoneError:
        raise
    except NotFoundError as error:
        message = f"{words.sentence} is not found."
        raise AzureError(f"{words.code}NotFound", message, status=status) from error


PERSON: Final = KINDS[RosterKind.DIRECTORY]
FACE: Final = Words("PersistedFace", "Persisted face", "persistedFaceId")


def person_id(given: str) -> PersonId:
    """Return a person's id, or raise `AzureError`: what cannot be one is not there."""
    try:
        return PersonId(canonical_id(given, "Person ID is invalid."))
    except ValueError as error:
        raise not_found("PersonNotFound", str(error)) from None


def reference_id(given: str) -> ReferenceId:
    """Return the reference that a persisted face's id names, or raise `AzureError`."""
    try:
        found = canonical_id(given, "Persisted face ID is invalid.")
    except ValueError as error:
        raise not_found("PersistedFaceNotFound", str(error)) from None
    return ReferenceId(f"ref_{found.replace('-', '')}")


def face_id(reference: ReferenceId) -> str:
    """Return the reference's id in the form of a UUID: the same 128 bits."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError(f"`{reference}` was not made by this program")
    digits = match[1]
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def start_of_faces(given: str | None) -> ReferenceId | None:
    """Return the face after which a page begins, or raise `AzureError`."""
    if not given:
        return None
    try:
        return reference_id(given)
    except AzureError:
        raise bad_argument("'start' is not valid persisted face ID.") from None


def start_of_persons(given: str | None) -> PersonId | None:
    """Return the person after whom a page begins, or raise `AzureError`."""
    if not given:
        return None
    try:
        return person_id(given)
    except AzureError:
        raise bad_argument("'start' is not valid person ID.") from None


def moment(at: datetime | None) -> str | None:
    """Return a moment as the service writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if at is not None else None
