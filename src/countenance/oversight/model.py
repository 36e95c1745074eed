"""Candidate lists that wait for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from countenance.biometrics.model import Candidate, GalleryId

CaseId = NewType("CaseId", str)


class CaseState(StrEnum):
    """Where a case stands. It opens held; people move it on."""

    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An identification that nobody may act on before `examiners` people have judged it.

    The candidates are stored encrypted and shown to no caller of the act that opened the case.
    """

    id: CaseId
    gallery_id: GalleryId
    customer_id: str
    decision_id: str
    candidates: tuple[Candidate, ...]
    examiners: int
    state: CaseState
    opened: datetime
