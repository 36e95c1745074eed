"""Audits by outside parties: a protocol that is sealed first, and a result that is published either way.

After Actionable Auditing (Raji and Buolamwini 2019): an independent test, coordinated disclosure
with a window in which the operator may answer and mend, then named results, and tests again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType, Protocol

from countenance.errors import InvalidInputError
from countenance.fairness.evidence import Step
from countenance.policy.instruments import Instrument

AuditId = NewType("AuditId", str)

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_LONGEST_LINE: Final = 200
LONGEST_SUMMARY: Final = 20_000
LONGEST_WINDOW: Final = 180
LONGEST_TEST: Final = 90
MOST_CALLS: Final = 1_000_000
MOST_A_MINUTE: Final = 600


class AuditState(StrEnum):
    """Where an audit stands."""

    REGISTERED = "registered"
    OPEN = "open"
    UNDER_EMBARGO = "under_embargo"
    PUBLISHED = "published"


class AuditVerdict(StrEnum):
    """What the outside party found by its own protocol."""

    PASSED = "passed"
    FAILED = "failed"
    INSUFFICIENT = "insufficient_evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTerms:
    """Who tests what, and how much: settled before the first call.

    `protocol` is the SHA-256 (hex) of what the party will do and how it will judge, `test_days` how
    long it may call, `window_days` how long after that nothing is published, `instruments` the
    papers on which the party has the faces that it sends: the law asks for them as of anybody.
    Raises `InvalidInputError`.
    """

    party: str
    contact: str
    protocol: str
    test_days: int
    window_days: int
    calls_a_minute: int
    most_calls: int
    retest_of: AuditId | None = None
    instruments: frozenset[Instrument] = frozenset()

    def __post_init__(self) -> None:
        for name in ("party", "contact"):
            line = getattr(self, name)
            if not 0 < len(line.strip()) <= _LONGEST_LINE or not line.isprintable():
                raise InvalidInputError(f"`{name}` is one line of at most {_LONGEST_LINE} characters")
        checked_digest(self.protocol, "protocol")
        bounds = {
            "test_days": LONGEST_TEST,
            "window_days": LONGEST_WINDOW,
            "calls_a_minute": MOST_A_MINUTE,
            "most_calls": MOST_CALLS,
        }
        for name, most in bounds.items():
            if not 1 <= getattr(self, name) <= most:
                raise InvalidInputError(f"`{name}` is a whole number from 1 to {most}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditResult:
    """What the party found: its own words, and the SHA-256 (hex) of its whole report. `calls` were made."""

    verdict: AuditVerdict
    summary: str
    report: str
    at: datetime
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """One audit. `approved` opens it until `closes`; `response` is the operator's answer.

    `key_lease` is what the party's key stands under, which permits nothing; `run_lease` is what
    its calls are made under, by this program alone. `published` is the entry of the ledger that
    says so, appended once the embargo is over.
    """

    id: AuditId
    terms: AuditTerms
    registered: Step
    approved: Step | None = None
    closes: datetime | None = None
    key_lease: str = ""
    run_lease: str = ""
    result: AuditResult | None = None
    response: Step | None = None
    published: int | None = None

    @property
    def embargo_ends(self) -> datetime | None:
        """Return when it is published: so long after the result, or after the time to hand one in."""
        began = self.result.at if self.result is not None else self.closes
        return None if began is None else began + timedelta(days=self.terms.window_days)

    def state(self, now: datetime) -> AuditState:
        """Return where it stands: time alone publishes it, whatever was found."""
        ends = self.embargo_ends
        if self.closes is None or ends is None:
            return AuditState.REGISTERED
        if now >= ends:
            return AuditState.PUBLISHED
        if self.result is None and now < self.closes:
            return AuditState.OPEN
        return AuditState.UNDER_EMBARGO


class Audits(Protocol):
    """Audits by id, never deleted. Writes are durable with the unit of work."""

    def put(self, audit: Audit) -> None:
        """Store `audit`, replacing one of the same id."""
        ...

    def get(self, audit_id: AuditId) -> Audit | None:
        """Return the audit, or None."""
        ...

    def of_lease(self, key_lease: str) -> Audit | None:
        """Return the audit whose key stands under that lease, or None."""
        ...

    def all(self) -> tuple[Audit, ...]:
        """Return every audit, the newest first."""
        ...

    def calls(self, audit_id: AuditId, minute: int) -> tuple[int, int]:
        """Return how many calls were counted in a minute since the epoch, and in all."""
        ...

    def count(self, audit_id: AuditId, minute: int) -> None:
        """Count one call."""
        ...


def checked_digest(text: str, name: str) -> str:
    """Return a SHA-256 in hex, or raise `InvalidInputError`."""
    if not _DIGEST.fullmatch(text):
        raise InvalidInputError(f"`{name}` is a SHA-256, 64 letters and digits in small hex")
    return text
