"""What is sent to have an act performed on a face."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from countenance.biometrics.faces import FaceChoice
from countenance.entrypoints.api.schemas.identifiers import Subject
from countenance.entrypoints.api.schemas.image import Image
from countenance.entrypoints.api.schemas.model import AS_INTEGER, Asked, Integer
from countenance.oversight.model import EmergencyReason
from countenance.policy.model import Camera, Purpose, Space
from countenance.recognition.acts.detection import MAX_FACES

LONGEST_LIST = 50
"""Candidates that no lease goes beyond."""


class Circumstances(Asked):
    """Where and how the sample was taken. What is left out is answered for the strictest value."""

    space: Space | None = Field(default=None, description="Where the subject was.")
    camera: Camera | None = Field(default=None, description="What took the image.")


class EnrolmentAsked(Circumstances):
    """A sample to be stored as a reference of a subject who agreed."""

    subject_id: Subject
    image: Image
    choice: FaceChoice = Field(default=FaceChoice.ONLY, description="Which face, where there are several.")


class VerificationAsked(Circumstances):
    """A probe, and the subject that it is said to show."""

    subject_id: Subject
    image: Image
    choice: FaceChoice = Field(default=FaceChoice.ONLY, description="Which face, where there are several.")


class IdentificationAsked(Circumstances):
    """A probe whose mates are to be found in the gallery."""

    image: Image
    purpose: Purpose | None = Field(
        default=None, description="What for; the gallery's own purpose if left out."
    )
    choice: FaceChoice = Field(default=FaceChoice.ONLY, description="Which face, where there are several.")
    limit: Annotated[int, Field(ge=1, le=LONGEST_LIST), AS_INTEGER] | None = Field(
        default=None,
        description="Candidates at most; can shorten what the lease allows, never lengthen it.",
    )
    emergency: EmergencyReason | None = Field(
        default=None,
        description="Why urgent use does not wait for its authorisation; all is undone if none follows "
        "in time.",
    )


class DetectionAsked(Circumstances):
    """An image in which faces are to be found."""

    image: Image
    purpose: Purpose | None = Field(default=None, description="What for; the lease's only one if left out.")
    limit: Integer = Field(
        default=MAX_FACES, ge=1, le=MAX_FACES, description="Faces at most, the largest first."
    )


class ComparisonAsked(Circumstances):
    """Two images whose faces are to be compared; neither is kept."""

    reference: Image
    probe: Image
    purpose: Purpose | None = Field(default=None, description="What for; the lease's only one if left out.")
    choice: FaceChoice = Field(
        default=FaceChoice.LARGEST, description="Which face of each, where there are several."
    )
