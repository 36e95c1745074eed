"""Customers, applications, reviews, terms of use and officers' decisions, as they are asked and told.

What is told of an application are the domain's own values, written by `documents.py` of
`vetting`; the same reader takes an application apart, so that what was told can be sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Path
from pydantic import BeforeValidator, Field, StringConstraints

from countenance.entrypoints.api.schemas.identifiers import JURISDICTION, LABEL, NAME
from countenance.entrypoints.api.schemas.model import AS_INTEGER, Asked, Integer, Moment
from countenance.policy.evidence import BILLION, LARGEST_RATIO, LONGEST_AGE, FairnessCaps
from countenance.policy.model import CustomerKind, Jurisdiction, ObligationKind
from countenance.policy.reopening import HumanRightsPoint
from countenance.vetting.conditions import ConditionDecisionId
from countenance.vetting.documents import Json, value_from
from countenance.vetting.dossier import (
    Appeal,
    AppealId,
    Application,
    ApplicationId,
    Contact,
    Draft,
    Evidence,
    Factor,
    FactorMark,
    Member,
    Vote,
)
from countenance.vetting.factor_texts import Principle
from countenance.vetting.findings import FactorFinding, Finding
from countenance.vetting.foresight import Foreseen
from countenance.vetting.model import Customer, CustomerId, PersonId
from countenance.vetting.persons import PERSON_PATTERN
from countenance.vetting.reading import ApplicationView
from countenance.vetting.registration import CustomerView
from countenance.vetting.reviewing import LONGEST_REASON, SHORTEST_REASON
from countenance.vetting.use import Use

_EMAIL = r"^[^\x00-\x20\x7f-\x9f@]{1,64}@[A-Za-z0-9.-]{1,130}$"
_DIGEST = r"^[0-9a-f]{64}$"

CustomerPath = Annotated[CustomerId, Path(pattern=NAME, description="Id of a customer.", examples=["bank"])]
PersonPath = Annotated[
    PersonId, Path(pattern=PERSON_PATTERN, description="Id of a person, small letters.", examples=["ada"])
]
ContactPath = Annotated[str, Path(pattern=NAME, description="Id of a contact.", examples=["complaints"])]
ApplicationPath = Annotated[
    ApplicationId,
    Path(
        pattern=r"^app_[0-9a-f]{32}$",
        description="Id of an application.",
        examples=["app_00112233445566778899aabbccddeeff"],
    ),
]
DigestPath = Annotated[
    str, Path(pattern=_DIGEST, description="SHA-256 of a file, in hex.", examples=["0" * 64])
]
VersionPath = Annotated[int, Path(ge=1, le=10_000, description="Number of a version, from 1.", examples=[1])]
AppealPath = Annotated[
    AppealId,
    Path(
        pattern=r"^appeal_[0-9a-f]{32}$",
        description="Id of an appeal.",
        examples=["appeal_00112233445566778899aabbccddeeff"],
    ),
]
ConditionPath = Annotated[
    ConditionDecisionId,
    Path(
        pattern=r"^cond_[0-9a-f]{32}$",
        description="Id of an officers' decision.",
        examples=["cond_00112233445566778899aabbccddeeff"],
    ),
]
Reason = Annotated[
    str,
    StringConstraints(min_length=SHORTEST_REASON, max_length=LONGEST_REASON),
    Field(
        description="A reason in writing, that somebody can answer.", examples=["The notice says who looks."]
    ),
]
Line = Annotated[str, StringConstraints(pattern=LABEL)]


def _use(document: Json) -> Use:
    return value_from(Use, document, "use")


UseField = Annotated[
    Use,
    BeforeValidator(_use),
    Field(
        description="What is applied for; every field may be left out of a draft.",
        examples=[{"title": "Door"}],
    ),
]


_Rate = Annotated[int, Field(ge=1, lt=BILLION), AS_INTEGER]


class CapsAsked(Asked):
    """Caps of fairness evidence, one at least, in parts per billion; a ratio of 1 is a billion."""

    max_age_days: Integer = Field(ge=1, le=LONGEST_AGE, examples=[365])
    min_subjects: Integer = Field(ge=1, le=BILLION, examples=[200])
    fmr_ppb: _Rate | None = Field(default=None, examples=[100_000])
    fnmr_ppb: _Rate | None = None
    fte_ppb: _Rate | None = None
    ratio_ppb: Annotated[int, Field(ge=BILLION, le=LARGEST_RATIO), AS_INTEGER] | None = None
    fpir_ppb: _Rate | None = None

    def caps(self) -> FairnessCaps:
        """Return the caps, or raise `InvalidInputError` where none is named."""
        return FairnessCaps(**self.model_dump())


class CustomerFields(Asked):
    """What is on record of an organisation, and of those for whom it acts."""

    name: Line = Field(description="The legal name.", examples=["Gatehouse Ltd"])
    kind: CustomerKind
    jurisdictions: list[Annotated[str, StringConstraints(pattern=JURISDICTION)]] = Field(
        min_length=1, max_length=50, description="Whose law binds it.", examples=[["CH"]]
    )
    acts_for: list[CustomerKind] = Field(
        default=[], max_length=len(CustomerKind), description="Kinds of those for whom it acts."
    )

    def customer(self, customer_id: str) -> Customer:
        """Return the customer."""
        return Customer(
            id=CustomerId(customer_id),
            name=self.name,
            kind=self.kind,
            jurisdictions=frozenset(Jurisdiction(code) for code in self.jurisdictions),
            acts_for=frozenset(self.acts_for),
        )


class CustomerAsked(CustomerFields):
    """A new customer."""

    customer_id: Annotated[str, StringConstraints(pattern=NAME)] = Field(examples=["gatehouse"])


class MemberAsked(Asked):
    """A person who is to belong to a customer."""

    name: Line = Field(examples=["Ada Lovelace"])


class ContactAsked(Asked):
    """Whom to reach, for what."""

    name: Line = Field(examples=["Complaints"])
    purpose: Line = Field(examples=["complaints of people concerned"])
    email: Annotated[str, StringConstraints(pattern=_EMAIL)] | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9+() /-]{1,40}$")] | None = None


class ApplicationAsked(Asked):
    """A new application, as far as it is written."""

    use: UseField


class DraftAsked(Asked):
    """The next version of an application."""

    based_on: Integer = Field(
        ge=1, le=10_000, description="The version that was read before writing.", examples=[1]
    )
    use: UseField


class EvidenceAsked(Asked):
    """A file: PDF, PNG, JPEG, JSON or plain text, told by its bytes."""

    name: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f/\\]{1,120}$")] = Field(
        examples=["report.pdf"]
    )
    content: Annotated[str, StringConstraints(min_length=4, pattern=r"^[A-Za-z0-9+/]*={0,2}$")] = Field(
        description="The bytes in base64, at most 8 MiB of them.", examples=["QSByZXBvcnQu"]
    )


class MarkAsked(Asked):
    """What a reviewer says of one factor."""

    factor: Factor
    satisfied: bool
    reason: Reason


class MarksAsked(Asked):
    """What a reviewer says of several factors."""

    marks: list[MarkAsked] = Field(min_length=1, max_length=len(Factor))


class ApprovalAsked(Asked):
    """A vote for an application."""

    reasons: Reason
    expires: Moment = Field(description="When the lease ends; never later than was applied for.")
    reverify: Moment = Field(description="When reviewers look again; the gate refuses from then on.")
    conditions: list[Reason] = Field(default=[], max_length=20)
    obligations: list[ObligationKind] = Field(default=[], max_length=len(ObligationKind))
    examiners: Integer = Field(default=0, ge=0, le=5)
    caps: CapsAsked | None = Field(default=None, description="What fairness evidence is held against.")


class RefusalAsked(Asked):
    """A vote against an application, which decides."""

    reasons: Reason
    reopening: Reason


class ReasonAsked(Asked):
    """Why a lease is stopped, or goes on."""

    reason: Reason


class AppealAsked(Asked):
    """An appeal."""

    grounds: Reason


class JudgementAsked(Asked):
    """A vote on an appeal."""

    uphold: bool
    reasons: Reason


class AcceptanceAsked(Asked):
    """Which terms of use are accepted."""

    version: Annotated[str, StringConstraints(pattern=NAME)] = Field(examples=["1"])


class AnswerAsked(Asked):
    """How the law provides for one point of the human-rights checklist."""

    point: HumanRightsPoint
    how: Reason


class ProposalAsked(Asked):
    """What an officer proposes."""

    rule: Annotated[str, StringConstraints(pattern=NAME)] = Field(examples=["vendor.microsoft.2020"])
    citation: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f-\x9f]{1,200}$")]
    answers: list[AnswerAsked] = Field(min_length=1, max_length=20)
    expires: date = Field(strict=False)
    name: Line = Field(description="The officer's name, as it stands in the record.")
    reasons: Reason


class OfficerAsked(Asked):
    """Another officer's word."""

    name: Line
    reasons: Reason


class RotationAsked(Asked):
    """How long the old key goes on."""

    grace_seconds: Integer = Field(ge=0, le=30 * 24 * 3600, examples=[3600])


@dataclass(frozen=True, slots=True)
class FindingTold:
    """What is found of a factor, why it matters, and where it is put right."""

    factor: Factor
    number: str
    title: str
    why: str
    principle: Principle
    kind: Finding
    blocks: bool
    field: str
    text: str

    @classmethod
    def of(cls, found: FactorFinding) -> FindingTold:
        """Return the finding in words."""
        about = found.about
        return cls(
            factor=found.factor,
            number=about.number,
            title=about.title,
            why=about.why,
            principle=about.principle,
            kind=found.kind,
            blocks=found.blocks,
            field=found.field,
            text=found.text,
        )


@dataclass(frozen=True, slots=True)
class ApplicationTold:
    """An application with all that the asker may see of it."""

    application: Application
    draft: Draft
    findings: tuple[FindingTold, ...]
    foreseen: tuple[Foreseen, ...]
    evidence: tuple[Evidence, ...]
    marks: tuple[FactorMark, ...]
    votes: tuple[Vote, ...]
    appeals: tuple[Appeal, ...]

    @classmethod
    def of(cls, view: ApplicationView) -> ApplicationTold:
        """Return what is sent."""
        return cls(
            application=view.application,
            draft=view.draft,
            findings=tuple(FindingTold.of(one) for one in view.findings),
            foreseen=view.foreseen,
            evidence=view.evidence,
            marks=view.marks,
            votes=view.votes,
            appeals=view.appeals,
        )


@dataclass(frozen=True, slots=True)
class CustomerTold:
    """A customer with those who belong to it, those to reach, and the ids of what it has."""

    customer: Customer
    members: tuple[Member, ...]
    contacts: tuple[Contact, ...]
    applications: tuple[str, ...]
    leases: tuple[str, ...]

    @classmethod
    def of(cls, view: CustomerView) -> CustomerTold:
        """Return what is sent."""
        return cls(
            customer=view.customer,
            members=view.members,
            contacts=view.contacts,
            applications=tuple(one.id for one in view.applications),
            leases=tuple(one.id for one in view.leases),
        )


@dataclass(frozen=True, slots=True)
class CustomersTold:
    """One page of customers, ordered by id. `next` is the `cursor` of the following, null on the last."""

    customers: tuple[Customer, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class ApplicationsTold:
    """One page of the applications that the asker may see, the oldest first. `next` is as above."""

    applications: tuple[Application, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class MarksTold:
    """The marks as they were put on record."""

    marks: tuple[FactorMark, ...]


@dataclass(frozen=True, slots=True)
class AppealsTold:
    """The appeals that the asker may see, the oldest first."""

    appeals: tuple[Appeal, ...]
