"""Decisions as they were made, with their questions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from countenance.entrypoints.api.schemas.identifiers import JURISDICTION
from countenance.entrypoints.api.schemas.model import Asked, Day, Moment, Told
from countenance.entrypoints.api.schemas.reasons import ConditionTold, ObligationTold, ReasonTold
from countenance.policy.instruments import Instrument
from countenance.policy.model import (
    Act,
    Camera,
    CustomerKind,
    Decision,
    GalleryFacts,
    Permit,
    Purpose,
    Question,
    Space,
)
from countenance.policy.places import jurisdiction
from countenance.recognition.model import DecisionRecord

Place = Annotated[str, StringConstraints(pattern=JURISDICTION), Field(examples=["US-CA"])]
PackName = Annotated[
    str, StringConstraints(pattern="^[a-z0-9-]{1,64}(@[a-z0-9-]{1,32})?$"), Field(examples=["microsoft-2020"])
]

Order = Annotated[
    str, StringConstraints(pattern="^order:[a-z0-9._-]{1,64}$"), Field(examples=["order:us-ftc-riteaid"])
]


class DecisionTold(Told):
    """The answer to a question, with everything that explains it."""

    decision: Literal["permit", "deny"]
    reasons: list[ReasonTold] = Field(description="The rules that decided.")
    conditions: list[ConditionTold] = Field(description="What must hold, and whether it does.")
    obligations: list[ObligationTold] = Field(description="Duties that come with a permit.")
    digests: dict[str, str] = Field(description="SHA-256 of every pack, register and schema that decided.")

    @classmethod
    def of(cls, decision: Decision) -> Self:
        """Return the decision's outside."""
        obligations = decision.obligations if isinstance(decision, Permit) else ()
        return cls(
            decision="permit" if isinstance(decision, Permit) else "deny",
            reasons=[ReasonTold.of(reason) for reason in decision.reasons],
            conditions=[ConditionTold.of(condition) for condition in decision.conditions],
            obligations=[ObligationTold.of(obligation) for obligation in obligations],
            digests=dict(decision.digests),
        )


class QuestionTold(Told):
    """What was asked. Null was answered for the strictest value."""

    act: Act
    on: Moment
    customer_kind: CustomerKind | None
    acts_for: list[CustomerKind]
    jurisdictions: list[str]
    purpose: Purpose | None
    space: Space | None
    camera: Camera | None
    consent: bool | None
    minor: bool
    instruments: list[str]
    model_digest: str | None
    lease_id: str | None
    gallery_id: str | None

    @classmethod
    def of(cls, question: Question) -> Self:
        """Return the question's outside."""
        return cls(
            act=question.act,
            on=question.on,
            customer_kind=question.customer_kind,
            acts_for=sorted(question.acts_for),
            jurisdictions=sorted(question.jurisdictions),
            purpose=question.purpose,
            space=question.space,
            camera=question.camera,
            consent=question.consent,
            minor=question.minor,
            instruments=sorted(question.instruments),
            model_digest=question.model_digest,
            lease_id=question.lease.id if question.lease is not None else None,
            gallery_id=question.gallery.id if question.gallery is not None else None,
        )


class DecisionRecordTold(Told):
    """A decision on record, with its ledger entry."""

    decision_id: str
    entry: int = Field(ge=0)
    asked: Moment
    actor_id: str = Field(description="The key that asked.")
    customer_id: str | None
    question: QuestionTold
    answer: DecisionTold

    @classmethod
    def of(cls, record: DecisionRecord) -> Self:
        """Return the record's outside."""
        return cls(
            decision_id=record.id,
            entry=record.entry,
            asked=record.asked,
            actor_id=record.actor_id,
            customer_id=record.customer_id,
            question=QuestionTold.of(record.question),
            answer=DecisionTold.of(record.decision),
        )


class ReplayTold(Told):
    """Whether the same question gets the same answer."""

    decision_id: str
    same: bool = Field(description="Every byte of the decision is as it was.")
    recorded_rules: bool = Field(
        description="It was made under the packs, laws, gate and schema that the record names, kept by their "
        "digests; without them, under those of today."
    )
    changed: list[str] = Field(description="Which of them are others today.")


class ExplanationAsked(Asked):
    """A question about nobody in particular. What is left out is answered for the strictest value."""

    act: Act
    on: Day | None = Field(
        default=None,
        description="When: a date (midnight UTC), or a date and time with its zone. Left out: now.",
    )
    customer_kind: CustomerKind | None = Field(default=None, description="Who asks.")
    acts_for: list[CustomerKind] = Field(
        default=[], max_length=len(CustomerKind), description="On whose behalf; treated as if they asked."
    )
    jurisdictions: list[Place] = Field(
        default=[], max_length=32, description="Where. A place stands for everything that it lies in."
    )
    purpose: Purpose | None = None
    space: Space | None = None
    camera: Camera | None = None
    consent: bool | None = Field(default=None, description="Whether every subject concerned agreed.")
    minor: bool = Field(default=False, description="Whether a subject is known to be a minor.")
    scraped: bool = Field(
        default=False, description="Whether the gallery was gathered from the internet or CCTV."
    )
    instruments: list[Instrument | Order] = Field(
        default=[], max_length=len(Instrument), description="Documents that are on record."
    )
    packs: list[PackName] = Field(
        default=[],
        max_length=8,
        description="Ask these packs alone: `amazon-2020`, or one version: `amazon-2020@announced`. With "
        "neither packs nor laws said, the usual packs and the laws are asked together.",
    )
    laws: bool | None = Field(
        default=None, description="Whether to ask the law register. Left out: only where no pack is named."
    )

    def question(self, now: datetime) -> Question:
        """Return what is put to the gate; `now` is the moment of a question without one."""
        return Question(
            act=self.act,
            on=self.on or now,
            customer_kind=self.customer_kind,
            acts_for=frozenset(self.acts_for),
            jurisdictions=frozenset(jurisdiction(place) for place in self.jurisdictions),
            purpose=self.purpose,
            space=self.space,
            camera=self.camera,
            consent=self.consent,
            minor=self.minor,
            instruments=frozenset(self.instruments),
            gallery=self._gallery() if self.scraped else None,
        )

    def _gallery(self) -> GalleryFacts:
        purpose = self.purpose or Purpose.IDENTITY_VERIFICATION
        return GalleryFacts(id="asked-about", purpose=purpose, model_digest="", subjects=0, scraped=True)
