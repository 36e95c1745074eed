"""Whether an agreement was reached as the notice and the law ask, and which papers it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from countenance.consent.model import (
    BASIS_INSTRUMENTS,
    WRITTEN,
    Capture,
    CaptureMethod,
    LegalBasis,
    Release,
)
from countenance.consent.notice import Notice, NoticeText
from countenance.policy.instruments import Instrument
from countenance.policy.model import Purpose

LONGEST_NAME: Final = 200
LONGEST_ALTERNATIVE: Final = 2_000
SKEW: Final = timedelta(minutes=5)
"""How far ahead of the server another clock may be."""

_CLOSED: Final = frozenset(CaptureMethod)


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """An agreement that is to be recorded: what was said of it, under which notice, at which moment.

    `newest` is the version of the notice that was the newest when it was shown. `purpose` is the
    gallery's. `examined` are the instruments that the review of the application examined.
    """

    notice: Notice
    newest: int
    purpose: Purpose
    method: str
    basis: LegalBasis
    minor: bool
    instruments: frozenset[str]
    examined: frozenset[str]
    now: datetime
    expires: datetime | None
    capture: Capture

    @property
    def text(self) -> NoticeText | None:
        """Return the text that was shown, or None where the notice has no such language."""
        return self.notice.draft.text_in(self.capture.language)

    def ends(self) -> datetime | None:
        """Return when it ends: what was said, and no later than the notice allows."""
        days = self.notice.draft.consent_days
        allowed = self.now + timedelta(days=days) if days is not None else None
        ends = [moment for moment in (self.expires, allowed) if moment is not None]
        return min(ends, default=None)

    def signed(self) -> Capture:
        """Return the capture with the digests of the statements that were shown before the release."""
        release, text = self.capture.release, self.text
        if release is None or text is None:
            return self.capture
        return replace(self.capture, release=replace(release, statements=digests_of(text)))


def digests_of(text: NoticeText) -> tuple[str, ...]:
    """Return the SHA-256 (hex) of each statement that comes before a release."""
    return tuple(sha256(statement.encode()).hexdigest() for statement in text.statements)


def missing_of_basis(basis: LegalBasis, instruments: frozenset[str], examined: frozenset[str]) -> list[str]:
    """Return what is missing for a basis other than consent: its instrument, and that it was examined.

    Naming an instrument never makes it so: the review of the application must have examined that
    another basis than consent holds, or this very instrument.
    """
    if basis is LegalBasis.CONSENT:
        return []
    shows = BASIS_INSTRUMENTS[basis]
    missing = [] if instruments & shows else ["one_of:" + "|".join(sorted(shows))]
    if not examined & {Instrument.LEGAL_BASIS, *(shows & instruments)}:
        missing.append(Instrument.LEGAL_BASIS.value)
    return missing


def missing_of(captured: Captured) -> tuple[str, ...]:
    """Return everything that keeps the agreement from being recorded, as stable words, in order."""
    return tuple(dict.fromkeys(_missing(captured)))


def _missing(captured: Captured) -> Iterator[str]:
    draft, capture = captured.notice.draft, captured.capture
    yield from missing_of_basis(captured.basis, captured.instruments, captured.examined)
    if captured.method not in _CLOSED:
        yield "method"
    if captured.text is None:
        yield "language"
    if not capture.purposes or captured.purpose not in capture.purposes:
        yield "purpose"
    if not capture.purposes <= draft.purposes:
        yield "purpose_in_notice"
    if not captured.notice.published <= capture.shown <= captured.now + SKEW:
        yield "notice_shown_before"
    if captured.notice.version < captured.newest:
        yield "newest_notice"
    if len(capture.alternative) > LONGEST_ALTERNATIVE:
        yield "alternative_too_long"
    if captured.minor and capture.guardian is None:
        yield Instrument.GUARDIAN_CONSENT.value
    yield from _missing_of_guardian(captured)
    if capture.release is not None:
        yield from _missing_of_release(captured, capture.release)


def _missing_of_guardian(captured: Captured) -> Iterator[str]:
    guardian = captured.capture.guardian
    if guardian is None:
        return
    if not captured.minor:
        yield "minor"
    if not guardian.attested:
        yield "guardian_attestation"
    if not _is_name(guardian.name):
        yield "guardian_name"


def _missing_of_release(captured: Captured, release: Release) -> Iterator[str]:
    """Yield what a written release lacks; three statements come before it, and a signature makes it."""
    if captured.method not in WRITTEN:
        yield "signature"
    if not _is_name(release.signed_by):
        yield "signature_name"
    if not captured.capture.shown <= release.signed <= captured.now + SKEW:
        yield "statements_before_signature"
    text = captured.text
    if text is not None and not text.release.strip():
        yield "release_in_notice"


def papers_of(captured: Captured) -> frozenset[str]:
    """Return the instruments that the capture itself puts on record, besides those that were named.

    The text of a published notice is writing; it was shown before, which `missing_of` made sure of.
    """
    papers = {
        Instrument.NOTICE_BEFORE_CAPTURE,
        Instrument.WRITTEN_NOTICE_OF_COLLECTION,
        Instrument.WRITTEN_NOTICE_OF_PURPOSE_AND_TERM,
    }
    if captured.basis is LegalBasis.CONSENT:
        papers.add(Instrument.RELEASE_BEFORE_CAPTURE)
    if captured.capture.release is not None:
        papers.add(Instrument.WRITTEN_RELEASE)
    if captured.capture.guardian is not None:
        papers.add(Instrument.GUARDIAN_CONSENT)
    if captured.capture.alternative.strip():
        papers.add(Instrument.ALTERNATIVE_OFFERED)
    return frozenset(paper.value for paper in papers) | captured.instruments


CONSENT_PARTS: Final = frozenset(
    instrument.value
    for instrument in (
        Instrument.NOTICE_BEFORE_CAPTURE,
        Instrument.WRITTEN_NOTICE_OF_COLLECTION,
        Instrument.WRITTEN_NOTICE_OF_PURPOSE_AND_TERM,
        Instrument.WRITTEN_RELEASE,
    )
)
"""What a law can ask of consent, so that a consent without it is none under that law.

A rule of the register that takes `consent` in place of one of these takes a consent that has it.
"""


def _is_name(text: str) -> bool:
    return bool(text.strip()) and len(text) <= LONGEST_NAME and text.isprintable()
