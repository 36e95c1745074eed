"""Captures of consent, sealed under the master key, and published notices, which are public."""

from __future__ import annotations

import json
from typing import Final

from sqlalchemy import bindparam, select, update

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.consent.model import ConsentRecord, RecordId
from countenance.consent.notice import Notice, NoticeId
from countenance.errors import AlreadyExistsError
from countenance.storage.consent_tables import SEALED, consent_notices, consent_records
from countenance.storage.prepared import Row
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent
from countenance.storage.vetting_sealing import Kept, KeptStatements, place_of
from countenance.vetting.documents import document_of, kept_value

_RECORDS: Final = KeptStatements(consent_records)
_RECORD: Final = select(consent_records).where(consent_records.c.record_id == bindparam("record_id"))
_OF_SUBJECT: Final = (
    select(consent_records)
    .where(
        consent_records.c.gallery_id == bindparam("gallery_id"),
        consent_records.c.subject_id == bindparam("subject_id"),
    )
    .order_by(consent_records.c.given, consent_records.c.record_id)
)
_ADD_NOTICE: Final = insert_if_absent(consent_notices)
_VERSIONS: Final = (
    select(consent_notices)
    .where(consent_notices.c.notice_id == bindparam("notice_id"))
    .order_by(consent_notices.c.version)
)
_NOTICE: Final = _VERSIONS.where(consent_notices.c.version == bindparam("version"))
_OF_CUSTOMER: Final = (
    select(consent_notices)
    .where(consent_notices.c.customer_id == bindparam("customer_id"))
    .order_by(consent_notices.c.notice_id, consent_notices.c.version)
)


class SqlConsentRecords:
    """Captures of consent as they were recorded."""

    __slots__ = ("_records",)

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._records = Kept(session, keyring, _RECORDS, ConsentRecord)

    def add(self, record: ConsentRecord) -> None:
        """Store `record`; raises `AlreadyExistsError`."""
        row = {
            "record_id": record.id,
            "gallery_id": record.gallery_id,
            "subject_id": record.subject_id,
            "given": record.given,
        }
        if not self._records.add(row, record):
            raise AlreadyExistsError(f"there is a record `{record.id}` already")

    def get(self, record_id: RecordId) -> ConsentRecord | None:
        """Return the record, or None."""
        return next(iter(self._records.read(_RECORD, {"record_id": record_id})), None)

    def of_subject(self, gallery_id: GalleryId, subject_id: SubjectId) -> tuple[ConsentRecord, ...]:
        """Return every record of the subject in the gallery, the oldest first."""
        return self._records.read(_OF_SUBJECT, {"gallery_id": gallery_id, "subject_id": subject_id})


class SqlConsentNotices:
    """Published versions of notices."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, notice: Notice) -> None:
        """Store a version; raises `AlreadyExistsError` for its id and number."""
        row = {
            "notice_id": notice.id,
            "version": notice.version,
            "customer_id": notice.customer_id,
            "document": json.dumps(document_of(notice), ensure_ascii=False, separators=(",", ":")),
        }
        if not self._session.insert_new(_ADD_NOTICE, row):
            raise AlreadyExistsError(f"there is a notice `{notice.name}` already")

    def get(self, notice_id: NoticeId, version: int) -> Notice | None:
        """Return that version, or None."""
        rows = self._session.read(_NOTICE, {"notice_id": notice_id, "version": version})
        return _notice(rows[0]) if rows else None

    def versions(self, notice_id: NoticeId) -> tuple[Notice, ...]:
        """Return every version, the oldest first; empty for an unknown notice."""
        return tuple(map(_notice, self._session.read(_VERSIONS, {"notice_id": notice_id})))

    def of_customer(self, customer_id: str) -> tuple[Notice, ...]:
        """Return every version of the customer's notices, ordered by id and version."""
        return tuple(map(_notice, self._session.read(_OF_CUSTOMER, {"customer_id": customer_id})))


def _notice(row: Row) -> Notice:
    return kept_value(Notice, json.loads(row.document))


def reseal_consent(session: Session, old: Keyring, new: Keyring) -> None:
    """Seal every row anew when the master key changes; the caller commits."""
    for table in SEALED:
        (key,) = (column.name for column in table.primary_key)
        change = update(table).where(table.c[key] == bindparam("of_key")).values(sealed=bindparam("bytes"))
        for row in session.page(select(table.c[key], table.c.sealed), {}):
            place = place_of(table, [getattr(row, key)])
            sealed = new.seal(old.open(bytes(row.sealed), *place), *place)
            session.write(change, {"of_key": getattr(row, key), "bytes": sealed})
