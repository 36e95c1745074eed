"""What a subject agreed to, and what became of it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field

from countenance.consent import Consent
from countenance.entrypoints.api.schemas.identifiers import Word
from countenance.entrypoints.api.schemas.model import Asked, Moment, Told
from countenance.policy.instruments import Instrument
from countenance.recognition.withdrawal import Erasure


def _unique(values: list[Instrument]) -> list[Instrument]:
    if len(set(values)) != len(values):
        raise ValueError("an instrument stands twice")
    return values


class ConsentAsked(Asked):
    """An agreement as you recorded it. All of it goes to the ledger, so none of it names anybody."""

    notice: Word = Field(
        description="Version of the text that the subject was shown.", examples=["doors-2027-01"]
    )
    method: Word = Field(description="How the agreement was given.", examples=["signed_form"])
    instruments: Annotated[list[Instrument], AfterValidator(_unique)] = Field(
        default=[],
        max_length=len(Instrument),
        description="What else is on record.",
        json_schema_extra={"uniqueItems": True},
    )
    expires: Moment | None = Field(
        default=None, description="When it ends by itself; in the future. Left out: when it is withdrawn."
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
        )


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
