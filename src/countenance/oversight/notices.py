"""What callers and recipients are told of a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from countenance.oversight.model import Case, CaseFile


class NoticeKind(StrEnum):
    """What has become of a case, as far as its customer is told."""

    HELD = "case_held"
    RELEASED = "case_released"
    NO_LEAD = "case_no_lead"
    EXPIRED = "case_expired"
    WITHDRAWN = "case_withdrawn"
    APPEALED = "case_appealed"
    CONFIRMED = "case_confirmed"
    OVERTURNED = "case_overturned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """That a case of a customer has changed. It names nobody and carries no candidate.

    `recipients` are the actors who were given the lead, where one is questioned, confirmed or taken
    back; `reason` is a word of a closed list.
    """

    kind: NoticeKind
    customer_id: str
    case_id: str
    at: datetime
    reason: str = ""
    recipients: tuple[str, ...] = ()

    @classmethod
    def of_lead(cls, kind: NoticeKind, case: Case, file: CaseFile, at: datetime) -> Self:
        """Return what is told of a lead that somebody may hold: it names whoever was given it."""
        return cls(
            kind=kind,
            customer_id=case.customer_id,
            case_id=case.id,
            at=at,
            reason=case.reason.value if case.reason is not None else "",
            recipients=tuple(one.actor for one in file.recipients),
        )


@dataclass(frozen=True, slots=True)
class NumberedNotice:
    """A notice with its number, which only grows."""

    number: int
    notice: Notice
