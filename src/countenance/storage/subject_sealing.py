"""Sealing anew, under another master key, what subjects wrote and what webhooks carry."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, select, update

from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.subject_tables import subject_requests
from countenance.storage.subjects import REQUEST
from countenance.storage.webhook_tables import webhook_announcements, webhook_endpoints

ENDPOINT: Final = "webhook-endpoint"
ANNOUNCEMENT: Final = "webhook-announcement"
"""The places that secrets of addresses and announcements are sealed for, beside their ids."""

_SEALED: Final = (
    (subject_requests, REQUEST),
    (webhook_endpoints, ENDPOINT),
    (webhook_announcements, ANNOUNCEMENT),
)


def reseal_subjects(session: Session, old: Keyring, new: Keyring) -> None:
    """Seal every row anew; the caller commits."""
    for table, place in _SEALED:
        rows: Any = session.page(select(table.c.id, table.c.sealed).where(table.c.sealed.is_not(None)), {})
        change = update(table).where(table.c.id == bindparam("which")).values(sealed=bindparam("bytes"))
        for row in rows:
            sealed = new.seal(old.open(bytes(row.sealed), place, row.id), place, row.id)
            session.write(change, {"which": row.id, "bytes": sealed})
