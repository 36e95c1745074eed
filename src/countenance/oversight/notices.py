"""What callers and recipients are told of a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NoticeKind(StrEnum):
    """What has become of a case, as far as its customer is told."""

    HELD = "case_held"
    RELEASED = "case_released"
    NO_LEAD = "case_no_lead"
    EXPIRED = "case_expired"
    WITHDRAWN = "case_withdrawn"
    OVERTURNED = "case_overturned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """That a case of a customer has changed. It names nobody and carries no candidate.

    `recipients` are the actors who were given the lead, where one is taken back; `reason` is a word
    of a closed list.
    """

    kind: NoticeKind
    customer_id: str
    case_id: str
    at: datetime
    reason: str = ""
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NumberedNotice:
    """A notice with its number, which only grows."""

    number: int
    notice: Notice
