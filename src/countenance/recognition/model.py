"""What the acts store and answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from countenance.biometrics.model import GalleryId, Pipeline, ReferenceId, SubjectId, Template
from countenance.ledger.canonical import utc_text
from countenance.policy.model import Act, Decision, Purpose, Question
from countenance.vetting.listing import Place, lowered
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


class GalleryOrder(StrEnum):
    """What a list of galleries is ordered by; equals by their ids."""

    GALLERY = "gallery"
    CUSTOMER = "customer"
    PURPOSE = "purpose"
    LEASE = "lease"
    SUBJECTS = "subjects"
    CREATED = "created"


@dataclass(frozen=True, slots=True, kw_only=True)
class GallerySearch:
    """Which galleries are wanted; None leaves open.

    With `text` in id, customer and purpose, these three with a space between them, regardless of
    the capitals A to Z.
    """

    text: str = ""
    customer_id: CustomerId | None = None
    lease_id: LeaseId | None = None
    order: GalleryOrder = GalleryOrder.GALLERY
    descending: bool = False


def gallery_text(gallery: Gallery) -> str:
    """Return what galleries are searched by."""
    return lowered(f"{gallery.id} {gallery.customer_id} {gallery.purpose.value}")


def gallery_place(gallery: Gallery, subjects: int, order: GalleryOrder) -> Place:
    """Return where a gallery with so many enrolled subjects stands."""
    match order:
        case GalleryOrder.GALLERY:
            key: str = gallery.id
        case GalleryOrder.CUSTOMER:
            key = gallery.customer_id
        case GalleryOrder.PURPOSE:
            key = gallery.purpose.value
        case GalleryOrder.LEASE:
            key = gallery.lease_id
        case GalleryOrder.SUBJECTS:
            key = f"{subjects:019}"
        case GalleryOrder.CREATED:
            key = utc_text(gallery.created)
    return Place(key, gallery.id)


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
