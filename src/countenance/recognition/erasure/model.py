"""What is told of an erasure: why, what was there, what was reached, and what could not be."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
from countenance.ledger.manifest import Absence, Manifest, Presence
from countenance.vetting.model import CustomerId

ErasureId = NewType("ErasureId", str)
"""Names one erasure: `era_` and 128 random bits."""

CANARY: Final = SubjectId("countenance~canary")
"""The id under which every gallery's canary is enrolled for a moment; nobody can be enrolled under it."""


class Cause(StrEnum):
    """Why a subject was erased."""

    CONSENT_WITHDRAWN = "consent_withdrawn"
    RETENTION_ENDED = "retention_ended"
    SUBJECT_REQUEST = "subject_request"
    OPERATOR = "operator"
    DRILL = "drill"


class Unreached(StrEnum):
    """What an erasure cannot reach, or leaves for a reason."""

    BACKUPS = "backups"
    DATABASE_PAGES = "database_pages"
    ANSWERS_GIVEN = "answers_given"
    CONSENT_RECORD = "consent_record"
    LOOSE_FACES = "loose_faces"
    SAME_PHOTOGRAPH = "same_photograph"
    SILENT_PROCESS = "silent_process"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One thing that was not reached, and until when it is there; None where nobody can say."""

    what: Unreached
    until: datetime | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """How much of a subject there was beside its references."""

    persons: int = 0
    users: int = 0
    cases: int = 0
    answers: int = 0
    loose_faces: int = 0
    codes: int = 0
    requests: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A reference that is gone: its commitment, and that it was there before and is not after."""

    commitment: bytes
    before: Presence
    after: Absence


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureFacts:
    """What was so in the transaction that erased. `subject` is the name in the ledger (hex), if any."""

    cause: Cause
    subject: str | None
    before: Manifest
    after: Manifest
    removed: tuple[Removed, ...]
    cleared: Cleared
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a search with the erased templates gave afterwards, and what was in the index then.

    `ran` is False where the process ended before it could; the templates were gone with it.
    `digest` is that of the references in memory (see `SearchIndex.holdings`), None where the
    gallery was not in memory. `found` counts erased references that were still there.
    """

    ran: bool
    at: datetime
    templates: int
    found: int
    same_photograph: int
    rows: int
    sequence: int
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What an index holds of a gallery in memory: `rows` references, up to the change `position`.

    `digest` is the sum of SHA-256 over each reference's id, modulo 2**256, in hexadecimal, which
    does not depend on their order; None for a gallery that is not in memory. `found` counts
    the references that were asked for and are there.
    """

    rows: int
    position: int
    digest: str | None
    found: int


def digest_of(references: Iterable[ReferenceId]) -> str:
    """Return the digest of `Holdings`: in whichever order the references come, and in one pass."""
    total = 0
    for reference in references:
        total += int.from_bytes(hashlib.sha256(reference.encode()).digest())
    return (total % 2**256).to_bytes(32).hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRecord:
    """One erasure. `body` is the receipt's text once it is complete, as `completed_entry` commits to it."""

    id: ErasureId
    gallery_id: GalleryId
    customer_id: CustomerId
    erased: datetime
    entry: int
    sequence: int
    references: int
    facts: ErasureFacts
    probe: Probe | None = None
    completed: datetime | None = None
    completed_entry: int | None = None
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Searcher:
    """A process that holds galleries in memory; `sequence` is up to which change it has caught up."""

    id: str
    label: str
    seen: datetime
    sequence: int


class DrillFault(StrEnum):
    """What a rehearsal can find wrong."""

    NOT_IN_THE_MANIFEST = "not_in_the_manifest"
    NOT_FOUND_BEFORE = "not_found_before"
    STILL_STORED = "still_stored"
    STILL_IN_THE_MANIFEST = "still_in_the_manifest"
    FOUND_AFTER = "found_after"
    FOUND_BY_THE_PROBE = "found_by_the_probe"
    RECEIPT_DOES_NOT_HOLD = "receipt_does_not_hold"
    ENDED_WITH_AN_ERROR = "ended_with_an_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """One rehearsal with a subject that nobody is; without `faults` it passed."""

    id: str
    gallery_id: GalleryId
    started: datetime
    ended: datetime
    faults: tuple[DrillFault, ...]
    erasure_id: ErasureId | None
    incident_id: str | None
    entry: int

    @property
    def passed(self) -> bool:
        """Tell whether nothing was found."""
        return not self.faults
