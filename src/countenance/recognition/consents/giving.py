"""Consent, or another basis, given and shown: what a subject agreed to, under which notice, and how."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.capture import Captured, missing_of, missing_of_basis, papers_of
from countenance.consent.model import Capture, Consent, ConsentRecord, LegalBasis, RecordId
from countenance.consent.notice import Notice, named_version
from countenance.consent.record import Recorded, commitment_of, missing_fields, record_document
from countenance.errors import ConsentIncompleteError, InvalidInputError, NaiveDateTimeError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.recognition.model import Gallery
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

_OPERATES = frozenset({Role.OPERATOR})
SALT_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What a subject agreed to, as the customer recorded it.

    `notice` names the version of the text shown, `method` how the agreement was given,
    `instruments` what else is on record. `expires` carries its zone. Where the notice is
    published here, `capture` tells the rest. `minor` is what the customer was told, never guessed.
    """

    gallery_id: GalleryId
    subject_id: SubjectId
    notice: str
    method: str
    instruments: frozenset[str] = frozenset()
    expires: datetime | None = None
    capture: Capture | None = None
    basis: LegalBasis = LegalBasis.CONSENT
    minor: bool = False


@dataclass(frozen=True, slots=True)
class _Recording:
    """What an agreement is recorded with: the place, the moment, and the notice if it is published here."""

    agreement: Agreement
    gallery: Gallery
    actor: Actor
    now: datetime
    notice: Notice | None
    newest: int
    examined: frozenset[str]


def _random_salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


@dataclass(frozen=True, slots=True)
class GiveConsent:
    """Record that a subject agreed to be in a gallery, or on which other basis it may be there.

    A notice that is published here is held to: language, version, purposes and method must be
    those it has, and all that is missing is told at once. Once a gallery has such a notice,
    nothing else counts as one. `address_of` gives the public address of a notice.
    """

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]
    new_id: Callable[[str], str]
    address_of: Callable[[Notice], str]
    new_salt: Callable[[], bytes] = field(default=_random_salt)

    def __call__(self, actor: Actor, agreement: Agreement) -> Consent:
        """Return what is on record.

        Raises `NotFoundError`, `InvalidInputError`, or `ConsentIncompleteError` with all that is missing.
        """
        now = self.standing.clock()
        _require_end_after(agreement, now)
        with self.unit_of_work() as work:
            gallery = self.standing.gallery(work, actor, agreement.gallery_id, _OPERATES)
            recording = self._recording(work, actor, agreement, (gallery, now))
            consent = self._recorded(work, recording)
            work.commit()
        return consent

    def _recording(
        self, work: UnitOfWork, actor: Actor, agreement: Agreement, place: tuple[Gallery, datetime]
    ) -> _Recording:
        gallery, now = place
        lease = work.leases.get(actor.lease_id) if actor.lease_id is not None else None
        published = notices_for(work, gallery)
        notice = next((one for one in published if one.name == agreement.notice), None)
        if notice is None and (published or agreement.capture is not None):
            raise _incomplete(["notice"])
        if notice is not None and agreement.capture is None:
            raise _incomplete(["language", "purposes", "shown"])
        return _Recording(
            agreement=agreement,
            gallery=gallery,
            actor=actor,
            now=now,
            notice=notice,
            newest=_newest(published, notice, agreement.capture),
            examined=lease.terms.instruments if lease is not None else frozenset(),
        )

    def _recorded(self, work: UnitOfWork, recording: _Recording) -> Consent:
        """Put consent, record and ledger entry into `work`."""
        agreement, captured = recording.agreement, _captured(recording)
        if captured is None:
            missing = missing_of_basis(agreement.basis, agreement.instruments, recording.examined)
        else:
            missing = list(missing_of(captured))
        if missing:
            raise _incomplete(missing)
        record_id = RecordId(self.new_id("con")) if captured is not None else None
        consent = Consent(
            gallery_id=agreement.gallery_id,
            subject_id=agreement.subject_id,
            notice=agreement.notice,
            method=agreement.method,
            instruments=papers_of(captured) if captured is not None else agreement.instruments,
            given=recording.now,
            expires=captured.ends() if captured is not None else agreement.expires,
            basis=agreement.basis,
            minor=agreement.minor,
            record_id=record_id,
        )
        document = None
        if captured is not None and record_id is not None:
            document = self._document(work, recording, captured, consent)
        self._store(work, recording, consent, (captured, document))
        return consent

    def _document(
        self, work: UnitOfWork, recording: _Recording, captured: Captured, consent: Consent
    ) -> dict[str, JsonValue]:
        earlier = work.consents.get(consent.gallery_id, consent.subject_id)
        document = record_document(
            Recorded(
                id=consent.record_id or RecordId(""),
                gallery_id=consent.gallery_id,
                subject_id=consent.subject_id,
                customer_id=recording.gallery.customer_id,
                recorded_by=recording.actor.id,
                notice=captured.notice,
                address=self.address_of(captured.notice),
                capture=captured.signed(),
                method=consent.method,
                basis=consent.basis,
                minor=consent.minor,
                instruments=consent.instruments,
                given=consent.given,
                expires=consent.expires,
                renewed=earlier is not None and earlier.valid_at(recording.now),
            )
        )
        lacking = missing_fields(document)
        if lacking:
            raise ValueError(f"a record lacks what the specification asks for: {', '.join(lacking)}")
        return document

    def _store(
        self,
        work: UnitOfWork,
        recording: _Recording,
        consent: Consent,
        told: tuple[Captured | None, dict[str, JsonValue] | None],
    ) -> None:
        captured, document = told
        salt = self.new_salt()
        commitment = commitment_of(document, salt) if document is not None else None
        work.consents.put(consent)
        entry = work.ledger.append(_entry(recording, consent, captured, commitment))
        if captured is not None and document is not None and consent.record_id is not None:
            record = ConsentRecord(
                id=consent.record_id,
                gallery_id=consent.gallery_id,
                subject_id=consent.subject_id,
                given=consent.given,
                capture=captured.signed(),
                document=json.dumps(document, ensure_ascii=False, separators=(",", ":")),
                salt=salt.hex(),
                entry=entry,
            )
            work.consent_records.add(record)


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


def notices_for(work: UnitOfWork, gallery: Gallery) -> tuple[Notice, ...]:
    """Return every published version that speaks of a gallery, ordered by id and version."""
    published = work.consent_notices.of_customer(gallery.customer_id)
    return tuple(notice for notice in published if notice.speaks_of(gallery.id))


def notice_of(work: UnitOfWork, gallery: Gallery, name: str) -> Notice | None:
    """Return the published version that a consent names, or None where it names none of this customer's."""
    named = named_version(name)
    notice = work.consent_notices.get(*named) if named is not None else None
    return notice if notice is not None and notice.customer_id == gallery.customer_id else None


def _newest(published: tuple[Notice, ...], notice: Notice | None, capture: Capture | None) -> int:
    """Return the newest version of the same notice that was published when it was shown."""
    if notice is None or capture is None:
        return 0
    versions = (one for one in published if one.id == notice.id and one.published <= capture.shown)
    return max((one.version for one in versions), default=notice.version)


def _captured(recording: _Recording) -> Captured | None:
    agreement = recording.agreement
    if recording.notice is None or agreement.capture is None:
        return None
    return Captured(
        notice=recording.notice,
        newest=recording.newest,
        purpose=recording.gallery.purpose,
        method=agreement.method,
        basis=agreement.basis,
        minor=agreement.minor,
        instruments=agreement.instruments,
        examined=recording.examined,
        now=recording.now,
        expires=agreement.expires,
        capture=agreement.capture,
    )


def _entry(
    recording: _Recording, consent: Consent, captured: Captured | None, commitment: str | None
) -> Entry:
    """Return what the ledger says: words of closed lists, digests, and nobody's name."""
    fields: dict[str, JsonValue] = {
        "gallery": recording.gallery.id,
        "actor": recording.actor.id,
        "notice": consent.notice,
        "method": consent.method,
        "instruments": tuple(sorted(consent.instruments)),
        "expires": consent.expires.isoformat() if consent.expires is not None else None,
        "basis": consent.basis.value,
        "minor": consent.minor,
    }
    if captured is not None:
        fields |= {
            "record": commitment,
            "notice_digest": captured.notice.digest,
            "language": captured.capture.language,
            "purposes": tuple(sorted(captured.capture.purposes)),
        }
    return Entry(EventType.CONSENT_GIVEN, recording.now, fields)


def _require_end_after(agreement: Agreement, now: datetime) -> None:
    expires, capture = agreement.expires, agreement.capture
    moments = [expires]
    if capture is not None:
        moments += [capture.shown, capture.release.signed if capture.release is not None else None]
    for moment in moments:
        if moment is not None and moment.utcoffset() is None:
            raise NaiveDateTimeError(f"`{moment.isoformat()}` has no zone")
    if expires is not None and expires <= now:
        raise InvalidInputError(f"the consent ends before it begins: `{expires.isoformat()}`")


def _incomplete(missing: list[str]) -> ConsentIncompleteError:
    return ConsentIncompleteError(f"the agreement lacks: {', '.join(missing)}", reasons=tuple(missing))
