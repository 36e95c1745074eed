"""Until when references are kept, and what holds off their destruction."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.retention import Deadline, Hold, HoldReason, Interactions, Retention, Source
from countenance.entrypoints.api.schemas.identifiers import SUBJECT
from countenance.entrypoints.api.schemas.model import Asked, Moment, Told
from countenance.recognition.erasure.holds import LONGEST_MATTER, HoldAsked
from countenance.recognition.retention.deadlines import Sweep


class DeadlineTold(Told):
    """One deadline, with what sets it."""

    at: Moment
    source: Source
    rule: str = Field(description="The law, notice or lease.", examples=["us-il-bipa"])
    text: str

    @classmethod
    def of(cls, deadline: Deadline) -> Self:
        """Return the deadline's outside."""
        return cls(at=deadline.at, source=deadline.source, rule=deadline.rule, text=deadline.text)


class HoldTold(Told):
    """A legal hold."""

    hold_id: str
    gallery_id: str
    subject_id: str | None = Field(description="Null: the whole gallery.")
    reason: HoldReason
    matter: str
    placed_by: str
    placed: Moment
    until: Moment
    released: Moment | None
    released_by: str | None

    @classmethod
    def of(cls, hold: Hold) -> Self:
        """Return the hold's outside."""
        return cls(
            hold_id=hold.id,
            gallery_id=hold.gallery_id,
            subject_id=hold.subject_id,
            reason=hold.reason,
            matter=hold.matter,
            placed_by=hold.placed_by,
            placed=hold.placed,
            until=hold.until,
            released=hold.released,
            released_by=hold.released_by,
        )


class RetentionTold(Told):
    """Until when the references of a subject may be kept, and why no longer."""

    gallery_id: str
    subject_id: str
    references: list[str]
    deadline: DeadlineTold | None = Field(description="The earliest, which counts.")
    deadlines: list[DeadlineTold] = Field(description="Every one, the earliest first.")
    held_by: list[HoldTold] = Field(description="Holds in force. They stop destruction, not the ban on use.")

    @classmethod
    def of(cls, retention: Retention) -> Self:
        """Return the deadlines' outside."""
        told = [DeadlineTold.of(deadline) for deadline in retention.deadlines]
        return cls(
            gallery_id=retention.gallery_id,
            subject_id=retention.subject_id,
            references=list(retention.references),
            deadline=told[0] if told else None,
            deadlines=told,
            held_by=[HoldTold.of(hold) for hold in retention.held_by],
        )


class RetentionsTold(Told):
    """A page of deadlines, ordered by subject."""

    subjects: list[RetentionTold]
    next: str | None = Field(description="Pass it as `cursor` for the page that follows.")


class RetentionEvent(StrEnum):
    """What is recorded."""

    INTERACTION = "interaction"
    PURPOSE_SATISFIED = "purpose_satisfied"


class RetentionEventAsked(Asked):
    """What happened now."""

    kind: RetentionEvent = Field(
        description="`interaction`: the subject was in contact with you. `purpose_satisfied`: what it was "
        "taken for is done, so that some laws ask for its destruction at once."
    )


class RetentionEventTold(Told):
    """What retention counts from."""

    gallery_id: str
    subject_id: str
    last_interaction: Moment | None
    purpose_satisfied: Moment | None

    @classmethod
    def of(cls, held: Interactions) -> Self:
        """Return the record's outside."""
        return cls(
            gallery_id=held.gallery_id,
            subject_id=held.subject_id,
            last_interaction=held.last_interaction,
            purpose_satisfied=held.purpose_satisfied,
        )


class LegalHoldAsked(Asked):
    """A legal hold to be placed."""

    subject_id: Annotated[str, StringConstraints(pattern=SUBJECT)] | None = Field(
        default=None, description="Left out: everybody in the gallery."
    )
    reason: HoldReason
    matter: str = Field(
        min_length=1,
        max_length=LONGEST_MATTER,
        description="The case or file. Kept sealed; the ledger has a commitment to it.",
        examples=["2027-CV-0815"],
    )
    until: Moment = Field(description="When it ends by itself, within ten years.")

    def hold(self, gallery_id: GalleryId) -> HoldAsked:
        """Return what is asked for."""
        return HoldAsked(
            gallery_id=gallery_id,
            subject_id=SubjectId(self.subject_id) if self.subject_id is not None else None,
            reason=self.reason,
            matter=self.matter,
            until=self.until,
        )


class HoldsTold(Told):
    """Every hold of a gallery, ended ones too, the oldest first."""

    holds: list[HoldTold]


class SweepTold(Told):
    """What one pass came to."""

    destroyed: int = Field(ge=0, description="Subjects whose references were destroyed.")
    held: int = Field(ge=0, description="Subjects who are due and under a legal hold.")
    busy: int = Field(ge=0, description="Subjects whom another writer was at; the next pass looks again.")

    @classmethod
    def of(cls, sweep: Sweep) -> Self:
        """Return the pass's outside."""
        return cls(destroyed=sweep.destroyed, held=sweep.held, busy=sweep.busy)
