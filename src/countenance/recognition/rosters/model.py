"""Rosters: galleries as Azure Face's protocol knows them, with what it says of lists, groups and persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from countenance.biometrics.faces import LeastSize
from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId

LEAST_FACE = LeastSize(36.0, within=1920)
"""Faces below this are not looked for in the protocol's name: 36 pixels, in larger images in proportion."""

PersonId = NewType("PersonId", str)
"""Names a person of a roster: a random UUID."""


class RosterKind(StrEnum):
    """What a roster is called in the protocol; the words are those of its addresses."""

    FACE_LIST = "facelists"
    LARGE_FACE_LIST = "largefacelists"
    PERSON_GROUP = "persongroups"
    LARGE_PERSON_GROUP = "largepersongroups"
    DIRECTORY = "persons"


class TrainingStatus(StrEnum):
    """How the last training ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Training:
    """When a roster was made ready for searching: asked for, ended, and last succeeded."""

    status: TrainingStatus
    asked: datetime
    ended: datetime
    succeeded: datetime | None
    message: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """A gallery under the name and kind that the protocol's clients know it by.

    `label` is the model that the client asked for, which is told again and changes nothing.
    """

    gallery_id: GalleryId
    kind: RosterKind
    id: str
    name: str
    user_data: str | None
    label: str
    training: Training | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A subject of a roster under the name that the client gives it.

    `subject_id` never changes: it is whose consent was asked for.
    """

    gallery_id: GalleryId
    id: PersonId
    subject_id: SubjectId
    name: str
    user_data: str | None


@dataclass(frozen=True, slots=True)
class RosterFace:
    """A reference as a persisted face: whose it is, and the note that came with it."""

    reference_id: ReferenceId
    subject_id: SubjectId
    user_data: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DynamicGroup:
    """A choice of a directory's persons under a name."""

    gallery_id: GalleryId
    id: str
    name: str
    user_data: str | None
