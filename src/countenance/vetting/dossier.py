"""An application with its drafts and evidence, what reviewers said of it, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from countenance.policy.evidence import FairnessCaps
from countenance.policy.model import ObligationKind
from countenance.vetting.model import CustomerId, LeaseId, PersonId
from countenance.vetting.use import Use

ApplicationId = NewType("ApplicationId", str)
AppealId = NewType("AppealId", str)

REVIEWERS = 2
"""Fewest different people who approve together."""


class ApplicationState(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What a reviewer says of an application."""

    APPROVE = "approve"
    REFUSE = "refuse"


class AppealState(StrEnum):
    """Where an appeal stands."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class Factor(StrEnum):
    """What a review looks at. The order is that of the review."""

    ORGANISATION = "organisation"
    PURPOSE_AND_SCALE = "purpose_and_scale"
    SPACE_AND_CAMERA = "space_and_camera"
    POPULATION = "population"
    CONSEQUENCE = "consequence"
    HUMAN_REVIEW = "human_review"
    NOTICE = "notice"
    FAIRNESS = "fairness"
    RETENTION = "retention"
    LEGAL_BASIS = "legal_basis"
    INDEPENDENT_TEST = "independent_test"
    APPEALS = "appeals"
    CONSULTATION = "consultation"
    REVIEW = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person who belongs to a customer, from `since` until `until`.

    Whoever has ever belonged to a customer does not judge its applications.
    """

    customer_id: CustomerId
    person: PersonId
    name: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to reach at a customer, for what."""

    customer_id: CustomerId
    id: str
    name: str
    purpose: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One version of what is applied for; versions count from 1 and are never changed."""

    application_id: ApplicationId
    number: int
    use: Use
    author: PersonId
    written: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A file on record: SHA-256 (hex) of its bytes, the type that its bytes show, size in bytes."""

    application_id: ApplicationId
    digest: str
    name: str
    media_type: str
    size: int
    added_by: PersonId
    added: datetime


class Side(StrEnum):
    """Who speaks in the conversation about an application."""

    CUSTOMER = "customer"
    REVIEWERS = "reviewers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A question about an application, or an answer to the question whose number is `answers`.

    Numbers count from 1. `salt` (hex) opens the commitment of the ledger's entry number `entry`.
    """

    application_id: ApplicationId
    number: int
    side: Side
    author: PersonId
    text: str
    answers: int | None
    said: datetime
    salt: str
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorMark:
    """A reviewer's judgement of one factor, with the reason in writing."""

    application_id: ApplicationId
    round: int
    factor: Factor
    reviewer: PersonId
    satisfied: bool
    reason: str
    marked: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A reviewer's verdict. What an approval leaves out, it does not demand; refusals say how to re-open.

    Of two approvals the stricter terms hold: the earlier dates, all conditions and
    obligations, the greater number of examiners, the lower caps of fairness evidence.
    """

    application_id: ApplicationId
    round: int
    reviewer: PersonId
    verdict: Verdict
    reasons: str
    conditions: tuple[str, ...] = ()
    obligations: frozenset[ObligationKind] = frozenset()
    examiners: int = 0
    caps: FairnessCaps | None = None
    expires: datetime | None = None
    reverify: datetime | None = None
    reopening: str = ""
    cast: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What was decided, by whom, why. `entry` is the index of its ledger entry."""

    verdict: Verdict
    round: int
    version: int
    reviewers: tuple[PersonId, ...]
    reasons: tuple[str, ...]
    conditions: tuple[str, ...]
    expires: datetime | None
    reverify: datetime | None
    reopening: str
    decided: datetime
    entry: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A customer's application for one use. `lease_id` is what its lease is or would be called.

    `version` is the newest draft, `submitted` the version under review or last decided on,
    `round` how many reviews have begun. `authors` are all who ever wrote in it.
    """

    id: ApplicationId
    customer_id: CustomerId
    lease_id: LeaseId
    state: ApplicationState
    version: int
    round: int
    authors: frozenset[PersonId]
    created: datetime
    changed: datetime
    submitted: int | None = None
    submitted_by: PersonId | None = None
    ruling: Ruling | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealVote:
    """What one person of the panel says of an appeal."""

    reviewer: PersonId
    uphold: bool
    reasons: str
    cast: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """An appeal against a ruling, judged by two people who took no part in it."""

    id: AppealId
    application_id: ApplicationId
    round: int
    against: Verdict
    appellant: PersonId
    grounds: str
    filed: datetime
    state: AppealState = AppealState.OPEN
    votes: tuple[AppealVote, ...] = ()
    decided: datetime | None = None
