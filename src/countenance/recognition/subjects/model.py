"""What a subject reaches by a one-time code: sessions, requests, and where they stood on a candidate list."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from countenance.biometrics.model import GalleryId, SubjectId


@dataclass(frozen=True, slots=True)
class Place:
    """One subject of one gallery: all that a session of a subject ever reaches."""

    gallery_id: GalleryId
    subject_id: SubjectId


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessCode:
    """A one-time code as it is kept: the SHA-256 of its text, whom it opens, by whom and until when."""

    digest: bytes
    place: Place
    made_by: str
    issued: datetime
    expires: datetime
    used: datetime | None = None

    def open_at(self, moment: datetime) -> bool:
        """Tell whether the code still opens a session at `moment`."""
        return self.used is None and self.issued <= moment < self.expires


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectSession:
    """A browser that gave a code; known by the SHA-256 of the text that it holds."""

    digest: bytes
    place: Place
    opened: datetime
    seen: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session with its text, which only the browser keeps."""

    token: str = field(repr=False)
    session: SubjectSession

    @property
    def place(self) -> Place:
        """Return whose session it is."""
        return self.session.place


class RequestKind(StrEnum):
    """What a subject asks of the customer."""

    WITHDRAWAL = "withdrawal"
    CORRECTION = "correction"
    OBJECTION = "objection"
    APPEAL = "appeal"


class RequestState(StrEnum):
    """Where a request stands. A withdrawal is done at once; the others wait for an answer."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRequest:
    """A request with its clock.

    `about` is the decision that an appeal is against, or the erasure that a withdrawal led to. `text`
    is what the subject wrote, `answer` what was answered; both are empty once the subject was erased.
    `entry` and `answer_entry` are the ledger's entries of filing and answer. `due` is the end of the
    month, or of the three where it was extended.
    """

    id: str
    place: Place
    customer_id: str
    kind: RequestKind
    state: RequestState
    text: str = field(repr=False)
    filed: datetime
    due: datetime
    entry: int
    about: str | None = None
    extended: bool = False
    answer: str = field(default="", repr=False)
    answered: datetime | None = None
    answered_by: str | None = None
    answer_entry: int | None = None

    def overdue_at(self, moment: datetime) -> bool:
        """Tell whether the answer is late at `moment`."""
        return self.state is RequestState.OPEN and moment >= self.due


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """That a candidate list held the subject: the decision of the search, its entry, and its case if held.

    `salt` (hex) is the subject's part of what opens the entry's commitment to the probe; empty in older ones.
    """

    decision_id: str
    entry: int
    at: datetime
    case_id: str | None
    salt: str = ""
