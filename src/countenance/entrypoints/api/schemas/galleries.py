"""Galleries and the subjects in them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints

from countenance.biometrics.model import GalleryId
from countenance.entrypoints.api.schemas.identifiers import NAME
from countenance.entrypoints.api.schemas.model import Asked, Moment, Told
from countenance.policy.model import Purpose
from countenance.recognition.acts.galleries import GalleryView


class GalleryAsked(Asked):
    """A gallery to be made, under the lease behind the key."""

    gallery_id: Annotated[
        GalleryId,
        StringConstraints(pattern=NAME),
        Field(description="One of the ids that the lease names.", examples=["staff"]),
    ]
    purpose: Purpose = Field(description="What it is for: one purpose, for good.")
    scraped: bool = Field(
        description="Whether its images were gathered without targeting, from the internet or CCTV."
    )


class GalleryTold(Told):
    """A gallery, pinned to the model and pipeline that fill it."""

    gallery_id: str
    lease_id: str
    purpose: Purpose
    scraped: bool
    keeps_images: bool = Field(description="Whether an image of each reference is kept, for examiners.")
    subjects: int = Field(ge=0, description="Subjects that are enrolled now.")
    model_digest: str = Field(description="SHA-256 of the recognition model's file.")
    pipeline: str = Field(description="Version of decoding, detection and alignment around the model.")
    created: Moment

    @classmethod
    def of(cls, view: GalleryView) -> Self:
        """Return the gallery's outside."""
        gallery = view.gallery
        return cls(
            gallery_id=gallery.id,
            lease_id=gallery.lease_id,
            purpose=gallery.purpose,
            scraped=gallery.scraped,
            keeps_images=gallery.keeps_images,
            subjects=view.subjects,
            model_digest=gallery.pipeline.model_digest,
            pipeline=gallery.pipeline.version,
            created=gallery.created,
        )


class GalleriesTold(Told):
    """One page of the galleries that the lease covers, ordered by id."""

    galleries: list[GalleryTold]
    next: str | None = Field(description="`cursor` of the following page; null on the last.")


class SubjectsTold(Told):
    """One page of enrolled subjects, ordered by id."""

    subjects: list[str]
    next: str | None = Field(description="`cursor` of the following page; null on the last.")
