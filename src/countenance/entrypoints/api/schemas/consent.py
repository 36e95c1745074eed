"""What a subject agreed to, and what became of it."""

from __future__ import annotations

import json
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field

from countenance.consent.model import (
    Capture,
    CaptureMethod,
    Consent,
    ConsentRecord,
    Guardian,
    GuardianRelation,
    LegalBasis,
    Release,
)
from countenance.entrypoints.api.schemas.identifiers import Word
from countenance.entrypoints.api.schemas.model import Asked, Moment, Told
from countenance.entrypoints.api.schemas.notices import Language
from countenance.entrypoints.api.schemas.reasons import ReasonTold
from countenance.policy.instruments import Instrument
from countenance.policy.model import Permit, Purpose
from countenance.recognition.consents.receipts import BasisCheck
from countenance.recognition.erasure.withdrawal import Erasure


def _unique(values: list[Instrument]) -> list[Instrument]:
    if len(set(values)) != len(values):
        raise ValueError("an instrument stands twice")
    return values


class WrittenReleaseAsked(Asked):
    """A written release. The name is sealed and stands on the receipt, never on the ledger."""

    signed_by: str = Field(min_length=1, max_length=200, description="The name that was signed with.")
    signed: Moment = Field(description="When, after the statements of the notice were shown.")


class GuardianAsked(Asked):
    """Who agreed for a minor."""

    name: str = Field(min_length=1, max_length=200)
    relation: GuardianRelation
    attested: bool = Field(description="Whether the relation was declared, and you saw the declaration.")


class CaptureAsked(Asked):
    """How it was reached, under a notice that is published here."""

    language: Language = Field(description="The text that was shown, as BCP 47 tag.", examples=["de-CH"])
    purposes: list[Purpose] = Field(
        min_length=1, max_length=len(Purpose), description="What was agreed to, of what the notice has."
    )
    shown: Moment = Field(description="When the notice was shown.")
    release: WrittenReleaseAsked | None = Field(
        default=None, description="Where the law asks for one: Illinois. The notice needs the words for it."
    )
    guardian: GuardianAsked | None = Field(default=None, description="Needed for a minor.")
    alternative: str = Field(
        default="",
        max_length=2000,
        description="The equal way without biometrics that was offered; needed at work and at school.",
    )

    def capture(self) -> Capture:
        """Return what was captured."""
        release, guardian = self.release, self.guardian
        return Capture(
            language=self.language,
            purposes=frozenset(self.purposes),
            shown=self.shown,
            release=Release(signed_by=release.signed_by, signed=release.signed)
            if release is not None
            else None,
            guardian=Guardian(name=guardian.name, relation=guardian.relation, attested=guardian.attested)
            if guardian is not None
            else None,
            alternative=self.alternative,
        )


class ConsentAsked(Asked):
    """An agreement as you recorded it. What stands outside `capture` goes to the ledger and names nobody."""

    notice: Word = Field(
        description="Version of the text that the subject was shown: `doors/2` for a notice published "
        "here, which then needs `capture`.",
        examples=["doors-2027-01"],
    )
    method: Word = Field(
        description="How the agreement was given. For a notice that is published here one of "
        + ", ".join(f"`{method}`" for method in CaptureMethod)
        + ".",
        examples=["signed_form"],
    )
    instruments: Annotated[list[Instrument], AfterValidator(_unique)] = Field(
        default=[],
        max_length=len(Instrument),
        description="What else is on record.",
        json_schema_extra={"uniqueItems": True},
    )
    expires: Moment | None = Field(
        default=None, description="When it ends by itself; in the future. Left out: when it is withdrawn."
    )
    basis: LegalBasis = Field(
        default=LegalBasis.CONSENT,
        description="Another basis needs its instrument, and a review of the application that examined it.",
    )
    minor: bool = Field(
        default=False,
        description="Whether you were told that the subject is a minor; nobody's age is guessed.",
    )
    capture: CaptureAsked | None = Field(
        default=None, description="Needed where the notice is published here, and only there."
    )


class ConsentTold(Told):
    """The consent on record."""

    gallery_id: str
    subject_id: str
    notice: str
    method: str
    instruments: list[str]
    given: Moment
    expires: Moment | None
    withdrawn: Moment | None
    basis: LegalBasis
    minor: bool
    record_id: str | None = Field(description="Names the record that receipts are made of, if there is one.")

    @classmethod
    def of(cls, consent: Consent) -> Self:
        """Return the record's outside."""
        return cls(
            gallery_id=consent.gallery_id,
            subject_id=consent.subject_id,
            notice=consent.notice,
            method=consent.method,
            instruments=sorted(consent.instruments),
            given=consent.given,
            expires=consent.expires,
            withdrawn=consent.withdrawn,
            basis=consent.basis,
            minor=consent.minor,
            record_id=consent.record_id,
        )


class RecordTold(Told):
    """One record of consent, in the shape of ISO/IEC TS 27560 as JSON-LD."""

    record_id: str
    given: Moment
    entry: int = Field(ge=0, description="Index of the ledger entry that commits to it.")
    record: dict[str, Any]

    @classmethod
    def of(cls, record: ConsentRecord) -> Self:
        """Return the record's outside."""
        document = json.loads(record.document)
        return cls(record_id=record.id, given=record.given, entry=record.entry, record=document)


class RecordsTold(Told):
    """Every record that was made of a subject, the oldest first."""

    records: list[RecordTold]


class BasisTold(Told):
    """What an enrolment of the subject would be answered now."""

    permitted: bool
    missing: list[str] = Field(
        description="Everything that is missing: `consent`, and names of instruments.",
        examples=[["consent", "written_release"]],
    )
    rules: list[ReasonTold] = Field(description="The rules that would refuse, each with its source.")

    @classmethod
    def of(cls, check: BasisCheck) -> Self:
        """Return the check's outside."""
        permitted = isinstance(check.decision, Permit)
        rules = [] if permitted else [ReasonTold.of(reason) for reason in check.decision.reasons]
        return cls(permitted=permitted, missing=list(check.missing), rules=rules)


class ErasureTold(Told):
    """What a withdrawal removed. A second one removes nothing more."""

    references: int = Field(ge=0, description="References that were erased, with the subject's key.")
    withdrawn: Moment = Field(description="When the consent ended.")
    entry: int = Field(ge=0, description="Index of the ledger entry that says so.")
    erasure_id: str = Field(description="Names the erasure, whose receipt can be asked for.")
    completed: bool = Field(description="Whether the receipt is there already: every process has followed.")

    @classmethod
    def of(cls, erasure: Erasure) -> Self:
        """Return the erasure's outside."""
        return cls(
            references=erasure.references,
            withdrawn=erasure.withdrawn,
            entry=erasure.entry,
            erasure_id=erasure.id,
            completed=erasure.completed,
        )
