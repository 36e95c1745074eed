"""What examiners, those who decide, and customers send and get of held results."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from fastapi import Path
from pydantic import Field, StringConstraints

from countenance.entrypoints.api.schemas.identifiers import LABEL, NAME
from countenance.entrypoints.api.schemas.image import Image
from countenance.entrypoints.api.schemas.model import AS_INTEGER, Asked, Moment, Told
from countenance.oversight.assignments import AssignmentId, AssignmentState, KnownFace, ReturnReason
from countenance.oversight.checklist import STRONGEST, Feature, Observation, Sheet, sheet_of
from countenance.oversight.model import KnownFaceId, Paper
from countenance.oversight.qualification import Unfit
from countenance.policy.model import Purpose
from countenance.recognition.cases.release import LONGEST_REASONS, SHORTEST_REASONS
from countenance.recognition.examining.queue import ListView, QueueView
from countenance.vetting.persons import PERSON_PATTERN

ListPath = Annotated[
    AssignmentId,
    Path(
        pattern=r"^list_[0-9a-f]{32}$",
        description="Id of a list, from the queue.",
        examples=["list_00112233445566778899aabbccddeeff"],
    ),
]
SlotPath = Annotated[int, Path(ge=1, le=1_000, description="Place on the list, from 1.", examples=[1])]
ExaminerPath = Annotated[
    str, Path(pattern=PERSON_PATTERN, description="Id of a person, small letters.", examples=["eve"])
]
KnownFacePath = Annotated[
    KnownFaceId,
    Path(
        pattern=r"^known_[0-9a-f]{32}$",
        description="Id of a known face.",
        examples=["known_00112233445566778899aabbccddeeff"],
    ),
]
CannotDetermine = Literal["cannot_determine"]
Reasons = Annotated[
    str,
    StringConstraints(min_length=SHORTEST_REASONS, max_length=LONGEST_REASONS),
    Field(
        description="A reason in writing, that somebody can answer.",
        examples=["Two examiners agree, each alone."],
    ),
]
Verdict = Annotated[
    Annotated[int, Field(ge=-STRONGEST, le=STRONGEST), AS_INTEGER] | CannotDetermine,
    Field(
        description="Support that both images show one person, -3 to 3; from 2 on it supports a lead.",
        examples=[3],
    ),
]


class SheetAsked(Asked):
    """An examiner's judgement of one place: every component, then the verdict."""

    features: dict[Feature, Observation] = Field(
        description="What the two images show of each of the components (ASTM E3149-18); none is left out.",
        examples=[dict.fromkeys((feature.value for feature in Feature), Observation.SIMILAR.value)],
    )
    verdict: Verdict

    def sheet(self) -> Sheet:
        """Return the sheet; raises `InvalidInputError` where the checklist is not whole."""
        return sheet_of(self.features, self.verdict if isinstance(self.verdict, int) else None)


class SheetTold(Told):
    """What this examiner has written of a place."""

    features: dict[Feature, Observation]
    verdict: int | CannotDetermine


class PlaceTold(Told):
    """A place of the list, its image under `/places/{slot}/image`; `sheet` is null until it is judged."""

    slot: int = Field(ge=1)
    sheet: SheetTold | None


class ListTold(Told):
    """A list, as its examiner sees it: nothing says whose face is on it, or whether anybody else judges."""

    assignment_id: str
    state: AssignmentState
    taken: Moment
    not_before: Moment = Field(description="When it can be concluded at the earliest.")
    places: list[PlaceTold]

    @classmethod
    def of(cls, view: ListView) -> Self:
        """Return the list's outside."""
        return cls(
            assignment_id=view.id,
            state=view.state,
            taken=view.taken,
            not_before=view.not_before,
            places=[PlaceTold(slot=one.slot, sheet=_sheet(one.sheet)) for one in view.places],
        )


def _sheet(sheet: Sheet | None) -> SheetTold | None:
    if sheet is None:
        return None
    return SheetTold(
        features={one.feature: one.observation for one in sheet.observed},
        verdict=sheet.verdict if sheet.verdict is not None else "cannot_determine",
    )


class QueueTold(Told):
    """What an examiner has to do."""

    in_hand: str | None = Field(description="Id of the list in hand.")
    waiting: int = Field(ge=0, description="Lists that could be taken now.")
    concluded_in_shift: int = Field(ge=0)
    most_in_shift: int = Field(ge=0)
    unfit: Unfit | None = Field(description="Why no list can be taken now.")

    @classmethod
    def of(cls, view: QueueView) -> Self:
        """Return the queue's outside."""
        return cls(
            in_hand=view.in_hand,
            waiting=view.waiting,
            concluded_in_shift=view.concluded_in_shift,
            most_in_shift=view.most_in_shift,
            unfit=view.unfit,
        )


class TakenTold(Told):
    """The list in hand now; null where nothing waits."""

    assignment_id: str | None


class ReturnAsked(Asked):
    """Why a list is given back unjudged."""

    reason: ReturnReason


class TrainingAsked(Asked):
    """What an authorisation rests on."""

    kinds: list[Purpose] = Field(min_length=1, max_length=len(Purpose), description="Kinds of case.")
    training: Annotated[str, StringConstraints(pattern=LABEL)] = Field(
        description="The record of the training.", examples=["Facial comparison, course 12 of 2026"]
    )
    trained: Moment
    expires: Moment = Field(description="When the authorisation ends, within two years.")


class KnownFaceAsked(Asked):
    """A photograph of somebody who agreed to be shown to examiners."""

    person: Annotated[str, StringConstraints(pattern=NAME)] = Field(
        description="A pseudonym that tells people apart.", examples=["volunteer-17"]
    )
    image: Image


class KnownFaceTold(Told):
    """A known face, without its image."""

    face_id: str
    person: str
    added: Moment

    @classmethod
    def of(cls, face: KnownFace) -> Self:
        """Return the face's outside."""
        return cls(face_id=face.id, person=face.person, added=face.added)


class KnownFacesTold(Told):
    """Every known face, ordered by id."""

    faces: list[KnownFaceTold]


class ReleaseAsked(Asked):
    """Why a lead may leave, or may not."""

    reasons: Reasons


class JudgementOfLeadAsked(Asked):
    """A vote on an appeal against a lead."""

    uphold: bool
    reasons: Reasons


class GroundsAsked(Asked):
    """Why a lead should be looked at again, by people who took no part."""

    grounds: Reasons


class PaperAsked(Asked):
    """What authorises an emergency use."""

    paper: Paper
    reference: Annotated[str, StringConstraints(pattern=LABEL)] = Field(
        description="What the paper is found by; kept sealed with the case.", examples=["12 Gs 345/26"]
    )


class ProbeAsked(Asked):
    """The image that a search was made with, where it was made without one."""

    image: Image


class ImagesAsked(Asked):
    """Whether a gallery keeps an image of each reference, for examiners to look at."""

    keep: bool
