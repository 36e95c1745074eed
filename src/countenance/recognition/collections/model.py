"""Collections as other services' protocols know them: galleries, with more said of each face."""

from __future__ import annotations

from dataclasses import dataclass

from countenance.biometrics.faces import LeastSize
from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
from countenance.policy.model import Purpose
from countenance.vetting.model import LeaseId


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Which gallery a collection's name stands for under a lease, and what the gallery is for.

    `purpose` is None where the lease has only one. Whoever binds says whether the images were
    gathered without targeting: a client of the protocol has no way to.
    """

    lease_id: LeaseId
    collection_id: str
    gallery_id: GalleryId
    purpose: Purpose | None
    scraped: bool


LEAST_FACE = LeastSize(40.0, within=1920)
"""The size from which Amazon Rekognition documents that it detects faces."""


@dataclass(frozen=True, slots=True)
class RelativeBox:
    """A rectangle in shares of the image's width and height; may reach over its edges."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class FaceRecord:
    """What is kept of the place a reference came from: nothing that a face could be known by.

    `image_id` is a UUID that one image always has here; `confidence` is the detector's, 0 to 1.
    """

    image_id: str
    confidence: float
    box: RelativeBox


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolledFace:
    """A reference without its template. `record` is None for one that came another way in."""

    reference_id: ReferenceId
    gallery_id: GalleryId
    subject_id: SubjectId
    record: FaceRecord | None = None
    user_id: str | None = None


@dataclass(frozen=True, slots=True)
class User:
    """A name that the customer gives to several faces of one person, and how many it has."""

    id: str
    faces: int


@dataclass(frozen=True, slots=True)
class ObjectName:
    """Names a photograph that lies in a place the operator configured. `version` is None for the newest."""

    bucket: str
    name: str
    version: str | None = None
