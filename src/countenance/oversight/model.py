"""Candidate lists that wait for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from countenance.biometrics.model import Candidate, GalleryId
from countenance.policy.model import Camera, Purpose, Space

CaseId = NewType("CaseId", str)
KnownFaceId = NewType("KnownFaceId", str)


class CaseState(StrEnum):
    """Where a case stands. It opens held; people move it on."""

    HELD = "held"
    IN_REVIEW = "in_review"
    ADJUDICATION = "adjudication"
    AGREED = "agreed"
    NO_LEAD = "no_lead"
    RELEASED = "released"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    OVERTURNED = "overturned"


OPEN: Final = frozenset({CaseState.HELD, CaseState.IN_REVIEW, CaseState.ADJUDICATION})
"""States in which examiners are still to judge."""

ENDED: Final = frozenset({CaseState.NO_LEAD, CaseState.EXPIRED, CaseState.WITHDRAWN})
"""States in which the case's key is destroyed: probe, list and sheets cannot be read any more."""


class CloseReason(StrEnum):
    """Why a case ended without a lead, or lost it."""

    NO_AGREEMENT = "no_agreement"
    TIME_OVER = "time_over"
    LEAD_OVER = "lead_over"
    NOT_AUTHORISED = "not_authorised"
    NOBODY_LEFT = "nobody_left"
    NOT_EXAMINABLE = "not_examinable"
    BY_REQUESTER = "by_requester"
    RELEASE_REFUSED = "release_refused"
    APPEAL_UPHELD = "appeal_upheld"


class EmergencyReason(StrEnum):
    """Why somebody may not wait for the authorisation: a closed list."""

    THREAT_TO_LIFE = "threat_to_life"
    MISSING_CHILD = "missing_child"
    ABDUCTION = "abduction"
    TERRORIST_ATTACK = "terrorist_attack"
    DISASTER = "disaster"


class Paper(StrEnum):
    """What authorises an emergency use afterwards."""

    JUDICIAL_AUTHORISATION = "judicial_authorisation"
    COURT_ORDER = "court_order"
    WARRANT = "warrant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """Use ahead of its authorisation: undone at `authorise_by` unless `authorised` is set."""

    reason: EmergencyReason
    authorise_by: datetime
    authorised: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An identification that nobody may act on before `examiners` people have judged it.

    `candidates` are those who can still be read: one whose references were erased is gone from
    here with the subject's key. They are shown to no caller of the act that opened the case.
    `kind` is the purpose that examiners are authorised for, `requested_by` the actor and `requester`
    the person who asked. At `due` it ends: unjudged, or as a lead. `judged` and `supported` count
    candidates once it is decided.
    """

    id: CaseId
    gallery_id: GalleryId
    customer_id: str
    decision_id: str
    candidates: tuple[Candidate, ...]
    examiners: int
    state: CaseState
    opened: datetime
    kind: Purpose
    lease_id: str
    requested_by: str
    due: datetime
    requester: str | None = None
    space: Space | None = None
    camera: Camera | None = None
    emergency: Emergency | None = None
    examinable: bool = True
    closed: datetime | None = None
    reason: CloseReason | None = None
    judged: int = 0
    supported: int = 0
    appealed: bool = False

    @property
    def told_state(self) -> CaseState:
        """Return the state as callers are told it: how far examiners are is their own affair."""
        return CaseState.HELD if self.state in OPEN | {CaseState.AGREED} else self.state


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeFacts:
    """What is known of the probe image as it came: size in pixels, bytes, keyed commitment, edits made."""

    width: int
    height: int
    size: int
    commitment: str
    faces_found: int
    edits: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFacts:
    """The settings of the search, so that it can be disclosed. Rates and scores are 0 to 1."""

    model_digest: str
    pipeline: str
    threshold: float
    fmr: float
    fmr_lower: float
    fmr_upper: float
    fmr_trials: int
    calibration: str
    permitted_by: int
    held_by: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """That a lead may leave, who said so, and why. `entry` is the index of its ledger entry."""

    released_by: str
    reasons: str
    released: datetime
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealVote:
    """What one person who took no part says of an appeal."""

    person: str
    uphold: bool
    reasons: str
    cast: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAppeal:
    """An appeal against a released lead; two people who took no part decide."""

    appellant: str
    grounds: str
    filed: datetime
    votes: tuple[AppealVote, ...] = ()
    upheld: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """An actor who was given the lead."""

    actor: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """What is sealed under the case's own key and destroyed with it, beside the probe image.

    `fillers` are the known faces that were mixed in, None before anybody took the case; `agreed`
    are the references of the candidates that enough examiners support.
    """

    search: SearchFacts | None = None
    probe: ProbeFacts | None = None
    fillers: tuple[KnownFaceId, ...] | None = None
    agreed: tuple[str, ...] = ()
    entries: tuple[int, ...] = ()
    authorisation: str = ""
    release: Release | None = None
    appeals: tuple[CaseAppeal, ...] = ()
    recipients: tuple[Recipient, ...] = field(default=())
