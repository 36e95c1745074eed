"""The errors that the service documents: when each is given here, and where it never is.

A test reaches every pair of operation and documented error through a client, or finds it here
among those that cannot be reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from countenance.entrypoints.rekognition.calls import ACTS
from countenance.entrypoints.rekognition.operations import OPERATIONS, REFUSED

WHEN: Final[Mapping[str, str]] = {
    "AccessDeniedException": (
        "the gate refuses, people must judge the candidates first, the lease behind the key is not in force, "
        "no lease covers the collection, or the operation is refused altogether; the message says which"
    ),
    "ConflictException": "there is a user of this id",
    "IdempotentParameterMismatchException": "the token came before with another request, within a day",
    "ImageTooLargeException": (
        "an object has over 15 MiB, or an image more pixels than the installation takes; larger `Bytes` are "
        "a `ValidationException`"
    ),
    "InternalServerError": "something of the installation is broken; the log says what, the answer does not",
    "InvalidImageFormatException": "no JPEG or PNG file, or one that is broken or takes too long to decode",
    "InvalidPaginationTokenException": (
        "the token was not given out here, for this request and lease, within the hour"
    ),
    "InvalidParameterException": (
        "an image comes neither or both ways, has no face where one is needed, or is below 80 x 80 pixels; a "
        "face to search with is not there; a collection's purpose is not clear from lease and binding"
    ),
    "InvalidS3ObjectException": "the object could not be read from the configured place, whatever the reason",
    "ProvisionedThroughputExceededException": "the queue before the engine is full; `retry-after` says when",
    "ResourceAlreadyExistsException": "there is a collection of this id",
    "ResourceNotFoundException": "there is no such collection, user or resource, or not under this lease",
    "ServiceQuotaExceededException": (
        "over 50 references of a subject, 100 faces of a user, or 200 tags of a collection"
    ),
    "ThrottlingException": "there is no memory for another body, or another writer was first",
    "LimitExceededException": "never",
    "VideoTooLargeException": "never",
}
"""When each error is given."""

_ALWAYS: Final = frozenset({"AccessDeniedException", "InternalServerError", "ThrottlingException"})


@dataclass(frozen=True, slots=True)
class Never:
    """An error that some operations document and never give here, with the reason."""

    error: str
    operations: frozenset[str]
    reason: str


def _never(error: str, operations: str, reason: str) -> Never:
    return Never(error, frozenset(operations.split()), reason)


NEVER: Final = (
    _never(
        "InvalidParameterException",
        "DescribeCollection ListCollections DeleteCollection ListFaces DeleteFaces CreateUser DeleteUser "
        "ListUsers AssociateFaces DisassociateFaces TagResource UntagResource ListTagsForResource",
        "a member that breaks a bound is a `ValidationException`, and nothing else can be wrong with it",
    ),
    Never(
        "ProvisionedThroughputExceededException",
        frozenset(OPERATIONS) - (frozenset(ACTS) - {"AssociateFaces"}),
        "nothing of it waits for the engine",
    ),
    _never(
        "ConflictException",
        "DeleteUser AssociateFaces DisassociateFaces",
        "a change is done when it is answered, so that no other of the same user is under way",
    ),
    _never("ResourceNotFoundException", "ListCollections", "it names no resource"),
    _never(
        "ServiceQuotaExceededException",
        "CreateCollection CreateUser",
        "the lease bounds collections and their subjects, and beyond it is an `AccessDeniedException`; users "
        "are bounded by their faces",
    ),
    *(
        Never(error, frozenset(REFUSED), "the operation is refused whatever it asks for")
        for error in sorted(set(WHEN) - _ALWAYS)
    ),
)
"""What is documented and never given."""


def never_given(operation: str) -> frozenset[str]:
    """Return the errors that the operation never gives, although it may document them."""
    return frozenset(one.error for one in NEVER if operation in one.operations)
