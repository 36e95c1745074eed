"""A question, and the decision that answers it.

The closed lists stand here once; everything else (Cedar schema, CLI choices, OpenAPI
enums, `countenance policy vocabulary`) is made from these enums. They grow with a reason,
never with an adjective: "general purpose" was the word through which the promises of 2020
were left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from operator import attrgetter
from typing import Final, NewType

from countenance.errors import NaiveDateTimeError
from countenance.policy.evidence import EvidenceFacts, FairnessCaps
from countenance.policy.reopening import Reopening

Jurisdiction = NewType("Jurisdiction", str)
"""ISO 3166 code with local parts: `US`, `US-CA`, `US-MA-BOS`, `EU`, `DE`."""


class CustomerKind(StrEnum):
    """Who asks, or for whom somebody asks."""

    POLICE = "police"
    SHERIFF = "sheriff"
    CAMPUS_POLICE = "campus_police"
    PROSECUTOR = "prosecutor"
    PROBATION = "probation"
    CITY_BUREAU = "city_bureau"
    STATE_AGENCY = "state_agency"
    FEDERAL_AGENCY = "federal_agency"
    SCHOOL_DISTRICT = "school_district"
    PRIVATE = "private"
    EMPLOYER = "employer"
    PUBLIC_ACCOMMODATION = "public_accommodation"
    NGO = "ngo"
    INTERNATIONAL_ORGANISATION = "international_organisation"
    RESEARCH = "research"
    VENDOR = "vendor"
    OPERATOR = "operator"


class Act(StrEnum):
    """What is to be done with a face."""

    DETECT = "detect"
    ENROL = "enrol"
    VERIFY = "verify"
    IDENTIFY = "identify"
    SEARCH_STORED = "search_stored"
    WATCH = "watch"
    REDACT = "redact"
    ERASE = "erase"
    MEASURE = "measure"


class Purpose(StrEnum):
    """What it is done for."""

    IDENTITY_VERIFICATION = "identity_verification"
    ACCESS_CONTROL = "access_control"
    DUPLICATE_CHECK = "duplicate_check"
    PERSONALISATION = "personalisation"
    MEDIA_ARCHIVE = "media_archive"
    ATTENDANCE = "attendance"
    MISSING_PERSONS = "missing_persons"
    MISSING_CHILDREN = "missing_children"
    TRAFFICKING_VICTIMS = "trafficking_victims"
    HUMANITARIAN_AID = "humanitarian_aid"
    EMERGENCY_LIFE = "emergency_life"
    CRIMINAL_INVESTIGATION = "criminal_investigation"
    APPREHENDED_SUSPECT = "apprehended_suspect"
    BORDER = "border"
    REDACTION_FOR_RELEASE = "redaction_for_release"
    RESEARCH_MEASUREMENT = "research_measurement"


class Space(StrEnum):
    """Where the subjects are when the sample is taken."""

    PUBLIC = "public"
    PUBLIC_ACCOMMODATION = "public_accommodation"
    SEMI_PUBLIC = "semi_public"
    WORKPLACE = "workplace"
    SCHOOL = "school"
    HOME = "home"
    PROTECTED = "protected"
    CONTROLLED = "controlled"
    OWN_DEVICE = "own_device"


class Camera(StrEnum):
    """What takes the sample."""

    FILE = "file"
    FIXED = "fixed"
    OWN_DEVICE = "own_device"
    DOCUMENT = "document"
    HANDHELD = "handheld"
    BODY_WORN = "body_worn"
    DASH = "dash"
    DRONE = "drone"


class ObligationKind(StrEnum):
    """What a permit can demand of whoever uses it."""

    HOLD_FOR_EXAMINERS = "hold_for_examiners"
    NO_SCORES = "no_scores"
    LEAD_ONLY = "lead_only"
    BLUR_OTHERS = "blur_others"
    NOTIFY_SUBJECT = "notify_subject"
    DELETE_PROBE = "delete_probe"
    EXPIRE_RESULT = "expire_result"
    LOG_ART12 = "log_art12"
    FAIRNESS_EVIDENCE = "fairness_evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseTerms:
    """What an approved application allows, as the gate sees it.

    An empty `spaces` or `cameras` allows none, not all. `fmr_ppb` is the highest false match
    rate that the lease's threshold may stand for, in parts per billion (Cedar has no exact
    small decimals). `n_max` is the greatest number of subjects a gallery may hold.
    `suspended` is the stop button, `terms_due` that a newer version of the terms of use waits
    to be accepted, `reverification_due` that reviewers have to look again: each refuses every
    act until it is over. `obligations` come with every permit, beside those of the gate. `caps`
    are what fairness evidence is held against before anything is compared; None asks for none.
    """

    id: str
    acts: frozenset[Act]
    purposes: frozenset[Purpose]
    galleries: frozenset[str]
    spaces: frozenset[Space]
    cameras: frozenset[Camera]
    model_digests: frozenset[str]
    fmr_ppb: int
    n_max: int
    examiners: int
    instruments: frozenset[str]
    not_before: datetime
    expires: datetime
    revoked: bool
    suspended: bool = False
    terms_due: bool = False
    reverification_due: bool = False
    obligations: frozenset[ObligationKind] = frozenset()
    caps: FairnessCaps | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryFacts:
    """The gallery that an act would touch.

    `subjects` counts those enrolled now. `scraped` says that its images were gathered
    without targeting, from the internet or CCTV.
    """

    id: str
    purpose: Purpose
    model_digest: str
    subjects: int
    scraped: bool = False


class Stop(StrEnum):
    """What an open incident can stop."""

    ENROLMENT = "enrolment"
    CONSEQUENTIAL_ACTS = "consequential_acts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopping:
    """An open incident that stops something where the act would happen; `kind` says what happened."""

    incident: str
    kind: str
    stops: Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """May this act happen? Complete: the answer depends on nothing else but the packs.

    What is left out (`None`, empty) is answered for the strictest value. `on` carries its
    zone, or `NaiveDateTimeError` is raised. `consent` is whether every subject whose
    reference is touched has a valid consent or another legal basis on record.
    `instruments` names the warrants, orders, releases and policies that are on record.
    `lease` is None where no lease is asked about (`countenance policy explain`): the packs
    and laws then answer for themselves. `reopenings` are the recorded decisions of officers
    that hold at the moment; a rule that cannot be re-opened is not moved by them. `incidents`
    are those that are open where the act would happen and stop something, `evidence` what
    stands behind the model and threshold, given where the lease names caps.
    """

    act: Act
    on: datetime
    customer_kind: CustomerKind | None = None
    acts_for: frozenset[CustomerKind] = frozenset()
    jurisdictions: frozenset[Jurisdiction] = frozenset()
    purpose: Purpose | None = None
    space: Space | None = None
    camera: Camera | None = None
    consent: bool | None = None
    minor: bool = False
    instruments: frozenset[str] = frozenset()
    model_digest: str | None = None
    lease: LeaseTerms | None = None
    gallery: GalleryFacts | None = None
    reopenings: tuple[Reopening, ...] = ()
    incidents: tuple[Stopping, ...] = ()
    evidence: EvidenceFacts | None = None

    def __post_init__(self) -> None:
        if self.on.tzinfo is None or self.on.utcoffset() is None:
            raise NaiveDateTimeError(f"`{self.on.isoformat()}` has no zone")

    @property
    def circumstances(self) -> tuple[object, ...]:
        """Return all that is asked but the moment; equal for questions that differ in nothing else."""
        return _CIRCUMSTANCES(self)


_CIRCUMSTANCES: Final[Callable[[Question], tuple[object, ...]]] = attrgetter(
    *(one.name for one in fields(Question) if one.name != "on")
)


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that decided, so that it can be shown to people.

    `pack` is the pack's name and version (`microsoft-2020@binding`), `laws`, or `lease`.
    `source` is a citation. `valid_from` and `valid_until` bound the rule in law's time (the
    second excluded); None means unbounded. `reopens` is the procedure by which the rule
    would stop refusing; every refusal has one, even if it says that nothing re-opens it.
    """

    id: str
    pack: str
    text: str
    source: str
    valid_from: date | None
    valid_until: date | None
    reopens: str | None


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that must hold for the act to be permitted, and whether it does."""

    id: str
    text: str
    met: bool


@dataclass(frozen=True, slots=True)
class Obligation:
    """A duty that comes with a permit; `value` is its number (examiners, hours), if it has one."""

    kind: ObligationKind
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Permit:
    """The act may happen, under these obligations.

    `digests` maps the name of each pack, the law register, the schema and the model to its
    SHA-256, so that the decision can be replayed bit for bit.
    """

    reasons: tuple[Reason, ...]
    conditions: tuple[Condition, ...]
    obligations: tuple[Obligation, ...]
    digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Denial:
    """The act may not happen; `conditions` says what would have to be otherwise."""

    reasons: tuple[Reason, ...]
    conditions: tuple[Condition, ...]
    digests: Mapping[str, str] = field(default_factory=dict)


Decision = Permit | Denial
