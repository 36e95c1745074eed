"""A list given to one examiner: in an order of its own, and what the examiner wrote of it.

A list with a known answer is an assignment like any other. Nothing that an examiner is shown
tells the two apart, nor whether somebody else has, or had, the same candidates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from countenance.oversight.checklist import Sheet
from countenance.oversight.model import CaseId, KnownFaceId

AssignmentId = NewType("AssignmentId", str)


class AssignmentState(StrEnum):
    """What has become of an assignment."""

    TAKEN = "taken"
    CONCLUDED = "concluded"
    RETURNED = "returned"
    VOID = "void"


class ReturnReason(StrEnum):
    """Why an examiner gives a list back."""

    KNOWS_A_PERSON = "knows_a_person"
    KNOWS_THE_MATTER = "knows_the_matter"
    OTHER_CONFLICT = "other_conflict"
    UNWELL = "unwell"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """One place of the list as this examiner sees it.

    It shows a candidate's reference or a known face; `mated` says whether the truth is known, and which.
    """

    slot: int
    reference_id: str | None = None
    known_face: KnownFaceId | None = None
    mated: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetOfSlot:
    """The sheet of one place, when it was written, and how often it was changed before the conclusion."""

    slot: int
    sheet: Sheet
    written: datetime
    changes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentFile:
    """What is sealed of an assignment, under the key of its case or of the known probe."""

    entries: tuple[ListEntry, ...]
    sheets: tuple[SheetOfSlot, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A list in the hands of `examiner`, a person.

    It is of a case, or of a known face as probe (`known_probe`). `counts` says whether its verdicts
    count in the case: not where they support somebody who is known to be another person, nor where
    the examiner was not fit to judge when concluding. `sealed_sheet` is the keyed commitment to
    the verdicts that stands on the ledger.
    """

    id: AssignmentId
    examiner: str
    state: AssignmentState
    taken: datetime
    case_id: CaseId | None = None
    known_probe: KnownFaceId | None = None
    concluded: datetime | None = None
    counts: bool = False
    sealed_sheet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A place whose truth is known, judged: `mated` is the truth, `supported` what the examiner said."""

    assignment_id: AssignmentId
    slot: int
    examiner: str
    mated: bool
    supported: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFace:
    """A photograph of somebody whose identity is known and who agreed to be shown to examiners.

    `person` tells photographs of one from those of another; it is a pseudonym.
    """

    id: KnownFaceId
    person: str
    added: datetime
    added_by: str
