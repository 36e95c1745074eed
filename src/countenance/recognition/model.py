"""What the acts store and answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from countenance.biometrics.model import GalleryId, Pipeline, ReferenceId, SubjectId, Template
from countenance.policy.model import Act, Decision, Purpose, Question
from countenance.vetting.model import CustomerId, LeaseId


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """A reference database for one purpose, pinned to the pipeline that fills it.

    `scraped` says that its images were gathered without targeting; it is asked at creation.
    `keeps_images` says that an image of each reference is kept, for examiners to look at.
    """

    id: GalleryId
    customer_id: CustomerId
    lease_id: LeaseId
    purpose: Purpose
    pipeline: Pipeline
    scraped: bool
    created: datetime
    keeps_images: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A template attributed to a subject of a gallery."""

    id: ReferenceId
    gallery_id: GalleryId
    subject_id: SubjectId
    template: Template
    enrolled: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryChange:
    """One step in a gallery's history: `template` is None where the reference was removed.

    `sequence` grows with every change of the installation, without meaning of its own.
    """

    sequence: int
    reference_id: ReferenceId
    subject_id: SubjectId
    template: Template | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """A decision as it was made, with the question, so that it can be explained and replayed."""

    id: str
    customer_id: CustomerId | None
    actor_id: str
    question: Question
    decision: Decision
    entry: int
    asked: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionSearch:
    """Which decisions are sought; None and an empty text leave that open.

    `text` is the id of a decision, of who asked, or of a rule among the reasons, whole. `since`
    is included, `until` is not. The newest come first unless `oldest_first`.
    """

    text: str = ""
    act: Act | None = None
    permitted: bool | None = None
    customer_id: CustomerId | None = None
    since: datetime | None = None
    until: datetime | None = None
    oldest_first: bool = False
