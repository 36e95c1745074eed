"""Consent given and shown: what a subject agreed to, as the customer recorded it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent import Consent
from countenance.errors import InvalidInputError, NaiveDateTimeError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

_OPERATES = frozenset({Role.OPERATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What a subject agreed to, as the customer recorded it.

    `notice` names the version of the text shown, `method` how the agreement was given,
    `instruments` what else is on record. `expires` carries its zone.
    """

    gallery_id: GalleryId
    subject_id: SubjectId
    notice: str
    method: str
    instruments: frozenset[str] = frozenset()
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class GiveConsent:
    """Record that a subject agreed to be in a gallery."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, agreement: Agreement) -> Consent:
        """Return the consent on record, or raise `NotFoundError` or `InvalidInputError`."""
        now = self.standing.clock()
        if agreement.expires is not None and agreement.expires.utcoffset() is None:
            raise NaiveDateTimeError(f"`{agreement.expires.isoformat()}` has no zone")
        if agreement.expires is not None and agreement.expires <= now:
            raise InvalidInputError(f"the consent ends before it begins: `{agreement.expires.isoformat()}`")
        consent = Consent(
            gallery_id=agreement.gallery_id,
            subject_id=agreement.subject_id,
            notice=agreement.notice,
            method=agreement.method,
            instruments=agreement.instruments,
            given=now,
            expires=agreement.expires,
        )
        with self.unit_of_work() as work:
            gallery = self.standing.gallery(work, actor, agreement.gallery_id, _OPERATES)
            work.consents.put(consent)
            fields: dict[str, JsonValue] = {
                "gallery": gallery.id,
                "actor": actor.id,
                "notice": agreement.notice,
                "method": agreement.method,
                "instruments": tuple(sorted(agreement.instruments)),
                "expires": agreement.expires.isoformat() if agreement.expires is not None else None,
            }
            work.ledger.append(Entry(EventType.CONSENT_GIVEN, now, fields))
            work.commit()
        return consent


@dataclass(frozen=True, slots=True)
class ReadConsent:
    """Show what consent of a subject is on record."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, gallery_id: GalleryId, subject_id: SubjectId) -> Consent:
        """Return the consent, withdrawn or not, or raise `NotFoundError`."""
        with self.unit_of_work() as work:
            gallery = self.standing.gallery(work, actor, gallery_id, _OPERATES | {Role.AUDITOR})
            consent = work.consents.get(gallery.id, subject_id)
            if consent is None:
                self.standing.refuse(work, actor, "subject", f"no subject `{subject_id}`")
            return consent
