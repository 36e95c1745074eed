"""Legal holds: who holds off a destruction, why, and until when; another person ends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.retention import Hold, HoldId, HoldReason
from countenance.errors import (
    InvalidInputError,
    LegalHoldError,
    LimitReachedError,
    NaiveDateTimeError,
    SeparationError,
    StateError,
)
from countenance.ledger import Entry, EventType, JsonValue
from countenance.recognition.model import Gallery
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

LONGEST_HOLD: Final = timedelta(days=3_660)
LONGEST_MATTER: Final = 200
MOST_HOLDS: Final = 1_000
"""Holds of one gallery, ended ones too."""

_OPERATES = frozenset({Role.OPERATOR})
_READS = frozenset({Role.OPERATOR, Role.AUDITOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAsked:
    """A hold on a subject, or on the whole gallery where `subject_id` is None. `matter` names the case."""

    gallery_id: GalleryId
    subject_id: SubjectId | None
    reason: HoldReason
    matter: str
    until: datetime


def holds_on(
    work: UnitOfWork, gallery_id: GalleryId, subject_id: SubjectId, at: datetime
) -> tuple[Hold, ...]:
    """Return the holds in force on a subject at a moment, the oldest first."""
    found = work.retention.holds(gallery_id)
    return tuple(hold for hold in found if hold.in_force(at) and hold.covers(subject_id))


def require_no_hold(work: UnitOfWork, gallery_id: GalleryId, at: datetime) -> None:
    """Return if nothing of a gallery is held, else raise `LegalHoldError`."""
    held = [hold for hold in work.retention.holds(gallery_id) if hold.in_force(at)]
    if held:
        raise LegalHoldError(
            f"`{gallery_id}` is under the legal hold `{held[0].id}` until {held[0].until.isoformat()}"
        )


def require_not_held(work: UnitOfWork, gallery_id: GalleryId, subject_id: SubjectId, at: datetime) -> None:
    """Return if no hold keeps the subject's references, else raise `LegalHoldError`."""
    held = holds_on(work, gallery_id, subject_id, at)
    if held:
        raise LegalHoldError(
            f"the references are under the legal hold `{held[0].id}` until {held[0].until.isoformat()}; "
            "they are destroyed when it ends"
        )


def gallery_for(
    standing: Standing, work: UnitOfWork, actor: Actor, gallery_id: GalleryId, allowed: frozenset[Role]
) -> Gallery:
    """Return a gallery of the actor's lease, or any for whoever runs the installation.

    A hold must be possible after the lease has ended. Raises `NotFoundError` or `ForbiddenError`.
    """
    if actor.role is not Role.ADMINISTRATOR:
        return standing.gallery(work, actor, gallery_id, allowed)
    gallery = work.galleries.get(gallery_id)
    if gallery is None:
        standing.refuse(work, actor, "gallery", f"no gallery `{gallery_id}`")
    return gallery


@dataclass(frozen=True, slots=True)
class PlaceHold:
    """Hold off destruction: of one subject's references, or of a gallery's. Use is not made lawful by it."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]
    new_id: Callable[[str], str]
    commit_to: Callable[[bytes], str]

    def __call__(self, actor: Actor, asked: HoldAsked) -> Hold:
        """Return the hold.

        Raises `NotFoundError`, `ForbiddenError`, `InvalidInputError` or `LimitReachedError`.
        """
        now = self.standing.clock()
        _require_form(asked, now)
        with self.unit_of_work() as work:
            gallery = gallery_for(self.standing, work, actor, asked.gallery_id, _OPERATES)
            if len(work.retention.holds(gallery.id)) >= MOST_HOLDS:
                raise LimitReachedError(f"a gallery has at most {MOST_HOLDS} legal holds on record")
            hold = Hold(
                id=HoldId(self.new_id("hold")),
                gallery_id=gallery.id,
                subject_id=asked.subject_id,
                reason=asked.reason,
                matter=asked.matter.strip(),
                placed_by=_who(actor),
                placed=now,
                until=asked.until,
            )
            work.retention.put_hold(hold)
            fields = _fields(work, hold, actor) | {
                "reason": hold.reason.value,
                "matter": self.commit_to(f"{hold.id} {hold.matter}".encode()),
                "until": hold.until.isoformat(),
            }
            work.ledger.append(Entry(EventType.HOLD_PLACED, now, fields))
            work.commit()
        return hold


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    """End a hold before its time. Whoever placed it cannot: two people see why evidence goes."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, gallery_id: GalleryId, hold_id: HoldId) -> Hold:
        """Return the hold as it ended.

        Raises `NotFoundError`, `ForbiddenError`, `SeparationError`, and `StateError` for one that is over.
        """
        with self.unit_of_work() as work:
            gallery = gallery_for(self.standing, work, actor, gallery_id, _OPERATES)
            hold = work.retention.hold(hold_id)
            if hold is None or hold.gallery_id != gallery.id:
                self.standing.refuse(work, actor, "hold", f"no hold `{hold_id}`")
            now = self.standing.clock()
            if not hold.in_force(now):
                raise StateError(f"the hold `{hold_id}` is over")
            if hold.placed_by == _who(actor):
                self._refuse(work, actor, now)
            ended = replace(hold, released=now, released_by=_who(actor))
            work.retention.put_hold(ended)
            work.ledger.append(Entry(EventType.HOLD_RELEASED, now, _fields(work, hold, actor)))
            work.commit()
        return ended

    def _refuse(self, work: UnitOfWork, actor: Actor, now: datetime) -> None:
        fields = {"actor": actor.id, "role": actor.role.value, "what": "hold"}
        work.ledger.record(Entry(EventType.REQUEST_REFUSED, now, fields))
        work.commit()
        raise SeparationError("whoever placed a hold does not release it")


@dataclass(frozen=True, slots=True)
class ReadHolds:
    """Show the holds of a gallery."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, gallery_id: GalleryId) -> tuple[Hold, ...]:
        """Return every hold, ended ones too, the oldest first, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            gallery = gallery_for(self.standing, work, actor, gallery_id, _READS)
            return work.retention.holds(gallery.id)


def _who(actor: Actor) -> str:
    """Return the person, so that two keys of one person are one; the key where no person is known."""
    return actor.person or actor.id


def _fields(work: UnitOfWork, hold: Hold, actor: Actor) -> dict[str, JsonValue]:
    named = hold.subject_id
    commitment = work.references.commitment(hold.gallery_id, named) if named is not None else None
    return {
        "hold": hold.id,
        "gallery": hold.gallery_id,
        "subject": commitment.hex() if commitment is not None else None,
        "whole": named is None,
        "actor": actor.id,
    }


def _require_form(asked: HoldAsked, now: datetime) -> None:
    matter = asked.matter.strip()
    if asked.until.utcoffset() is None:
        raise NaiveDateTimeError(f"`{asked.until.isoformat()}` has no zone")
    if not now < asked.until <= now + LONGEST_HOLD:
        raise InvalidInputError("a hold ends in the future, and within ten years")
    if not matter or len(matter) > LONGEST_MATTER or not matter.isprintable():
        raise InvalidInputError(f"a hold names its matter in 1 to {LONGEST_MATTER} characters")
