"""When a reference must be destroyed: the earliest of law, policy, consent and lease, with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.model import Consent
from countenance.consent.notice import Notice, RetentionStart
from countenance.policy.retention_terms import RetentionTerm

HoldId = NewType("HoldId", str)


class Source(StrEnum):
    """What sets a deadline."""

    LAW = "law"
    POLICY = "policy"
    CONSENT = "consent"
    LEASE = "lease"


class HoldReason(StrEnum):
    """Why destruction is held off. A closed list: convenience is not on it."""

    LITIGATION = "litigation"
    COURT_ORDER = "court_order"
    REGULATOR = "regulator"
    SUBJECT_REQUEST = "subject_request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One deadline: `at` the latest. `rule` names the law, notice or lease, `text` says why in words.

    `because` is a stable word for the same, within its source; `days` is what a notice promises.
    """

    at: datetime
    source: Source
    rule: str
    text: str
    because: str = ""
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interactions:
    """What retention counts from, as far as it was recorded: the last contact, the end of the purpose."""

    gallery_id: GalleryId
    subject_id: SubjectId
    last_interaction: datetime | None = None
    purpose_satisfied: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A legal hold on one subject, or on a whole gallery where `subject_id` is None.

    `placed_by` and `released_by` are persons, or actors where no person is known; they are not the
    same. `matter` names the case or file. It ends at `until` by itself.
    """

    id: HoldId
    gallery_id: GalleryId
    subject_id: SubjectId | None
    reason: HoldReason
    matter: str
    placed_by: str
    placed: datetime
    until: datetime
    released: datetime | None = None
    released_by: str | None = None

    def in_force(self, at: datetime) -> bool:
        """Tell whether it holds off destruction at a moment."""
        return self.placed <= at < self.until and (self.released is None or at < self.released)

    def covers(self, subject_id: SubjectId) -> bool:
        """Tell whether it is about the subject."""
        return self.subject_id in {None, subject_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Until when the references of a subject may be kept, and why no longer.

    `deadlines` has every one, the earliest first; empty only where nothing sets one. `held_by`
    are the holds in force at the moment of asking: destruction waits for them, use does not.
    """

    gallery_id: GalleryId
    subject_id: SubjectId
    references: tuple[str, ...]
    deadlines: tuple[Deadline, ...]
    held_by: tuple[Hold, ...]

    @property
    def deadline(self) -> Deadline | None:
        """Return the earliest, which is the one that counts."""
        return self.deadlines[0] if self.deadlines else None

    def due(self, at: datetime) -> bool:
        """Tell whether the deadline has come."""
        return self.deadline is not None and self.deadline.at <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is known of a reference that is kept: everything that a deadline is counted from.

    `since` is when it was enrolled. `lease_ends` is None where no lease covers the gallery any more.
    """

    consent: Consent | None
    since: datetime
    interactions: Interactions
    notice: Notice | None
    terms: tuple[RetentionTerm, ...]
    lease_id: str
    lease_ends: datetime

    @property
    def last_interaction(self) -> datetime:
        """Return the last contact with the subject that was recorded: enrolment and consent are contact."""
        moments = [self.since, self.interactions.last_interaction]
        if self.consent is not None:
            moments.append(self.consent.given)
        return max(moment for moment in moments if moment is not None)


def deadlines_of(kept: Kept) -> tuple[Deadline, ...]:
    """Return every deadline, the earliest first; of two at one moment the law's comes first."""
    found = [*_of_law(kept), *_of_policy(kept), *_of_consent(kept), *_of_lease(kept)]
    order = list(Source)
    return tuple(sorted(found, key=lambda one: (one.at, order.index(one.source), one.rule)))


def _of_law(kept: Kept) -> Iterable[Deadline]:
    satisfied = kept.interactions.purpose_satisfied
    for term in kept.terms:
        if satisfied is not None and term.after_purpose is not None:
            yield Deadline(
                at=satisfied + term.after_purpose,
                source=Source.LAW,
                rule=term.law,
                text=term.purpose_text,
                because="purpose",
            )
        if term.after_interaction is not None:
            at = term.last_day(kept.last_interaction)
            yield Deadline(
                at=at, source=Source.LAW, rule=term.law, text=term.interaction_text, because="interaction"
            )


_STARTS: Final[Mapping[RetentionStart, str]] = {
    RetentionStart.CAPTURE: "the enrolment",
    RetentionStart.LAST_INTERACTION: "the last contact",
    RetentionStart.PURPOSE_SATISFIED: "the day on which the purpose is met",
}


def _of_policy(kept: Kept) -> Iterable[Deadline]:
    if kept.notice is None:
        return
    draft = kept.notice.draft
    days = timedelta(days=draft.retention_days)
    starts = {
        RetentionStart.CAPTURE: kept.since,
        RetentionStart.LAST_INTERACTION: kept.last_interaction,
        RetentionStart.PURPOSE_SATISFIED: kept.interactions.purpose_satisfied,
    }
    start = starts[draft.retention_from]
    if start is not None:
        text = f"The notice promises {draft.retention_days} days from {_STARTS[draft.retention_from]}."
        yield Deadline(
            at=start + days,
            source=Source.POLICY,
            rule=kept.notice.name,
            text=text,
            because=draft.retention_from.value,
            days=draft.retention_days,
        )


def _of_consent(kept: Kept) -> Iterable[Deadline]:
    consent = kept.consent
    if consent is None:
        text = "There is no consent, nor another basis, on record."
        yield Deadline(at=kept.since, source=Source.CONSENT, rule="none", text=text, because="none")
        return
    if consent.withdrawn is not None:
        text = "The consent was withdrawn."
        yield Deadline(
            at=consent.withdrawn,
            source=Source.CONSENT,
            rule=consent.notice,
            text=text,
            because="withdrawn",
        )
    if consent.expires is not None:
        text = "The consent, or the other basis, ends."
        yield Deadline(
            at=consent.expires, source=Source.CONSENT, rule=consent.notice, text=text, because="ends"
        )


def _of_lease(kept: Kept) -> Iterable[Deadline]:
    text = "The last lease that covers the gallery ends."
    yield Deadline(at=kept.lease_ends, source=Source.LEASE, rule=kept.lease_id, text=text)
