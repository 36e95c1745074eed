"""Faces of loose images that are kept for a while under an id, so that they can be compared later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from countenance.biometrics.faces import QualityReason
from countenance.biometrics.model import Template
from countenance.vetting.model import LeaseId

LooseFaceId = NewType("LooseFaceId", str)
"""Names a face for as long as it is kept: a random UUID, good under one lease."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LooseFace:
    """A face of an image that was looked at, without the image.

    `photograph` names the arrival of the image: faces of equal names were seen in one picture.
    `reasons` is why the face cannot be compared reliably; empty where it can. `label` is what
    the caller asked its model to be called. Kept until `expires` (excluded), then destroyed.
    """

    id: LooseFaceId
    lease_id: LeaseId
    photograph: str
    template: Template
    reasons: tuple[QualityReason, ...]
    label: str
    issued: datetime
    expires: datetime
