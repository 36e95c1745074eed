"""Consents, and where they stand for each enrolled subject."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import bindparam, or_, select, union, update

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.model import Consent, LegalBasis, RecordId
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent, keyed, replace_by_key
from countenance.storage.tables import consents, subjects

NEVER: Final = datetime.min.replace(tzinfo=UTC)
FOREVER: Final = datetime.max.replace(tzinfo=UTC)

_PLACE: Final = ("gallery_id", "subject_id")
_CONSENT: Final = select(consents).where(
    consents.c.gallery_id == bindparam("gallery_id"), consents.c.subject_id == bindparam("subject_id")
)
_INSERT: Final = insert_if_absent(consents)
_REPLACE: Final = replace_by_key(consents)
_OBJECT: Final = (
    update(consents)
    .where(consents.c.gallery_id == bindparam("of_gallery"), consents.c.subject_id == bindparam("of_subject"))
    .values(objected=bindparam("since"))
)
_SPAN: Final = (
    update(subjects)
    .where(subjects.c.gallery_id == bindparam("of_gallery"), subjects.c.subject_id == bindparam("of_subject"))
    .values(consent_from=bindparam("start"), consent_until=bindparam("stop"))
)
_ENROLLED: Final = select(subjects.c.subject_id).where(
    subjects.c.gallery_id == bindparam("gallery_id"), subjects.c.reference_count > 0
)
_LAPSED: Final = union(
    _ENROLLED.where(subjects.c.consent_until <= bindparam("at")),
    _ENROLLED.where(subjects.c.consent_from > bindparam("at")),
)
_MINORS: Final = (
    select(consents.c.instruments)
    .where(
        consents.c.gallery_id == bindparam("gallery_id"),
        consents.c.minor,
        consents.c.given <= bindparam("at"),
        *(
            or_(end.is_(None), end > bindparam("at"))
            for end in (consents.c.expires, consents.c.withdrawn, consents.c.objected)
        ),
        select(subjects.c.id)
        .where(
            subjects.c.gallery_id == consents.c.gallery_id,
            subjects.c.subject_id == consents.c.subject_id,
            subjects.c.reference_count > 0,
        )
        .exists(),
    )
    .distinct()
)


def span(consent: Consent | None) -> tuple[datetime, datetime]:
    """Return from when until when (excluded) the consent holds; an empty span without one."""
    if consent is None:
        return NEVER, NEVER
    ends = [end for end in (consent.expires, consent.withdrawn, consent.objected) if end is not None]
    return consent.given, min(ends, default=FOREVER)


class SqlConsents:
    """One current consent a subject and gallery."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, consent: Consent) -> None:
        """Store `consent`, replacing the subject's earlier one in the same gallery; an objection stays."""
        held = self.get(consent.gallery_id, consent.subject_id)
        objected = held.objected if held is not None and consent.withdrawn is None else None
        row: dict[str, object] = {
            "gallery_id": consent.gallery_id,
            "subject_id": consent.subject_id,
            "notice": consent.notice,
            "method": consent.method,
            "instruments": consent.instruments,
            "given": consent.given,
            "expires": consent.expires,
            "withdrawn": consent.withdrawn,
            "objected": objected,
            "basis": consent.basis.value,
            "minor": consent.minor,
            "record_id": consent.record_id,
        }
        if not self._session.write(_REPLACE, keyed(row, _PLACE)):
            self._session.insert_new(_INSERT, row)
        self._repeat(replace(consent, objected=objected))

    def stop_use(self, gallery_id: GalleryId, subject_id: SubjectId, since: datetime | None) -> None:
        """Keep the subject out of comparisons from `since` on; None lets it in again."""
        held = self.get(gallery_id, subject_id)
        if held is None:
            return
        self._session.write(_OBJECT, {"of_gallery": gallery_id, "of_subject": subject_id, "since": since})
        self._repeat(replace(held, objected=since))

    def _repeat(self, consent: Consent) -> None:
        """Write beside the enrolled subject when the consent holds."""
        start, stop = span(consent)
        place = {"of_gallery": consent.gallery_id, "of_subject": consent.subject_id}
        self._session.write(_SPAN, {**place, "start": start, "stop": stop})

    def get(self, gallery_id: GalleryId, subject_id: SubjectId) -> Consent | None:
        """Return the current consent, or None."""
        rows = self._session.read(_CONSENT, {"gallery_id": gallery_id, "subject_id": subject_id})
        if not rows:
            return None
        row = rows[0]
        return Consent(
            gallery_id=gallery_id,
            subject_id=subject_id,
            notice=row.notice,
            method=row.method,
            instruments=frozenset(row.instruments),
            given=row.given,
            expires=row.expires,
            withdrawn=row.withdrawn,
            objected=row.objected,
            basis=LegalBasis(row.basis),
            minor=bool(row.minor),
            record_id=RecordId(row.record_id) if row.record_id is not None else None,
        )

    def lapsed(self, gallery_id: GalleryId, at: datetime) -> frozenset[SubjectId]:
        """Return the enrolled subjects without a consent that is valid at `at`: two ranges of indexes."""
        rows = self._session.read(_LAPSED, {"gallery_id": gallery_id, "at": at})
        return frozenset(SubjectId(row.subject_id) for row in rows)

    def minors(self, gallery_id: GalleryId, at: datetime) -> frozenset[str] | None:
        """Return the instruments that every minor who takes part at `at` has; None where none takes part."""
        rows = self._session.read(_MINORS, {"gallery_id": gallery_id, "at": at})
        return frozenset.intersection(*(frozenset(row.instruments) for row in rows)) if rows else None
