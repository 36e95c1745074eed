"""What an application asks for: a use, described in closed lists and in the applicant's own words.

Every field may still be empty, since a draft is kept as it grows; `factors.py` tells what is
missing and why it matters. Texts are the applicant's, so they are kept sealed and never go to
the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from countenance.policy.instruments import Instrument
from countenance.policy.model import Act, Camera, CustomerKind, ObligationKind, Purpose, Space


class Consequence(StrEnum):
    """What a wrong or a right answer can do to a person; every class but `none` is consequential."""

    NONE = "none"
    BODILY_OR_EMOTIONAL_HARM = "bodily_or_emotional_harm"
    EMPLOYMENT = "employment"
    FINANCIAL_SERVICES = "financial_services"
    HUMAN_RIGHTS = "human_rights"
    FREEDOM_OR_PRIVACY = "freedom_or_privacy"


class PopulationGroup(StrEnum):
    """Who comes before the camera."""

    ADULTS = "adults"
    MINORS = "minors"
    OVER_65 = "over_65"
    WORKERS = "workers"
    PATIENTS = "patients"
    DETAINEES = "detainees"
    GENERAL_PUBLIC = "general_public"


class LegalBasis(StrEnum):
    """On what the use rests; each but `consent` names its instruments."""

    CONSENT = "consent"
    STATUTE = "statute"
    WARRANT = "warrant"
    COURT_ORDER = "court_order"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_DOMAIN = "public_domain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Who is concerned, whether enrolment is a choice, and what is offered to those who choose otherwise."""

    groups: frozenset[PopulationGroup] = frozenset()
    enrolment_optional: bool | None = None
    alternative: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OversightDesign:
    """Who judges what the machine finds: how many, how trained, with which authority."""

    examiners: int | None = None
    who: str = ""
    training: str = ""
    may_override: bool | None = None
    blind: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeText:
    """What people read before a camera sees them, where it hangs, and in which languages (BCP 47)."""

    text: str = ""
    places: str = ""
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalInstrument:
    """A paper that the use rests on. `evidence` is the SHA-256 (hex) of its file; `signed_by` who signed it.

    Valid from `valid_from` until `valid_until` (excluded), None for no end. A paper that is limited
    names whom it speaks of, by their `galleries`, and where: `spaces`, `cameras`. What it leaves
    empty it does not limit.
    """

    kind: Instrument
    reference: str
    signed_by: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    galleries: frozenset[str] = frozenset()
    spaces: frozenset[Space] = frozenset()
    cameras: frozenset[Camera] = frozenset()
    evidence: str = ""

    def beyond(self, use: Use) -> tuple[str, ...]:
        """Return what of `use` lies beyond the paper's scope: galleries, spaces and cameras, sorted."""
        limits: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
            (self.galleries, use.galleries),
            (frozenset(self.spaces), frozenset(use.spaces)),
            (frozenset(self.cameras), frozenset(use.cameras)),
        )
        return tuple(
            str(one) for limited, wanted in limits if limited for one in sorted(map(str, wanted - limited))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessEvidence:
    """Error rates by group, measured for one model at one threshold.

    `fmr_ppb` is the false match rate of the threshold (parts per billion), `groups` how many
    groups were measured, `fewest_trials` the non-mated trials of the smallest of them.
    """

    evidence: str
    model_digest: str
    fmr_ppb: int
    measured: datetime
    cameras: frozenset[Camera] = frozenset()
    population: frozenset[PopulationGroup] = frozenset()
    groups: int = 0
    fewest_trials: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long references are kept (days after the purpose is met), and when erasing was last tried."""

    days: int
    erasure_tested: datetime | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndependentTest:
    """Where outsiders can test accuracy and bias: an address or a contact."""

    offered: bool
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealsChannel:
    """Where people complain, and in how many days they are answered."""

    contact: str
    answer_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """Who was asked before the use: how many people, when, and the record of it."""

    people: int
    held: datetime
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """The customer's signed word about whom it acts for: kinds of the closed list, empty for nobody else."""

    signed_by: str
    signed: datetime
    acts_for: frozenset[CustomerKind] = frozenset()
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A use of face recognition as it is applied for.

    `fmr_ppb` is the highest false match rate of its threshold (parts per billion), `n_max` the
    most subjects of a gallery, `searches_per_day` the declared scale. `obligations` are duties
    that the applicant takes on beyond those that the gate imposes. `terms_of_use` is the
    version that was read and accepted. `secret_because` asks for the use to be left out of the
    public register, and says why; empty asks for nothing.
    """

    title: str = ""
    description: str = ""
    acts: frozenset[Act] = frozenset()
    purposes: frozenset[Purpose] = frozenset()
    galleries: frozenset[str] = frozenset()
    spaces: frozenset[Space] = frozenset()
    cameras: frozenset[Camera] = frozenset()
    model_digests: frozenset[str] = frozenset()
    fmr_ppb: int | None = None
    n_max: int | None = None
    max_candidates: int | None = None
    searches_per_day: int | None = None
    camera_count: int | None = None
    population: Population = field(default_factory=Population)
    consequences: frozenset[Consequence] = frozenset()
    fallback: str = ""
    oversight: OversightDesign = field(default_factory=OversightDesign)
    notice: NoticeText = field(default_factory=NoticeText)
    legal_basis: LegalBasis | None = None
    instruments: tuple[LegalInstrument, ...] = ()
    fairness: FairnessEvidence | None = None
    retention: Retention | None = None
    independent_test: IndependentTest | None = None
    appeals: AppealsChannel | None = None
    consultation: Consultation | None = None
    attestation: Attestation | None = None
    obligations: frozenset[ObligationKind] = frozenset()
    begins: datetime | None = None
    expires: datetime | None = None
    terms_of_use: str = ""
    secret_because: str = ""

    @property
    def consequential(self) -> bool:
        """Tell whether anybody is affected, or nobody has said that nobody is."""
        return self.consequences != {Consequence.NONE}

    def evidence_named(self) -> frozenset[str]:
        """Return the digests of every file that the application points to."""
        parts = (self.fairness, self.retention, self.consultation, self.attestation, *self.instruments)
        return frozenset(part.evidence for part in parts if part is not None and part.evidence)
