"""Changing the master key: what it wraps and seals is wrapped and sealed anew, in one transaction."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, select, update

from countenance.errors import ConfigurationError
from countenance.ledger.model import Entry
from countenance.ledger.note import Signer
from countenance.storage.azure_rotation import reseal_azure_face
from countenance.storage.consent_records import reseal_consent
from countenance.storage.database import Database
from countenance.storage.ledger import SqlLedger
from countenance.storage.oversight_rotation import rewrap_oversight
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.staff import CREDENTIALS
from countenance.storage.staff_tables import staff_credentials
from countenance.storage.startup import MASTER_KEY
from countenance.storage.subject_sealing import reseal_subjects
from countenance.storage.tables import (
    access_credentials,
    idempotency_records,
    installation,
    subject_keys,
    subjects,
)
from countenance.storage.unit_of_work import commit
from countenance.storage.vetting import CREDENTIAL
from countenance.storage.vetting_sealing import reseal_vetting

_PAGE: Final = 500
_KEYS: Final = (
    select(subject_keys.c.id, subject_keys.c.wrapped, subjects.c.gallery_id, subjects.c.subject_id)
    .join(subjects, subjects.c.key_id == subject_keys.c.id)
    .where(subject_keys.c.id > bindparam("after"))
    .order_by(subject_keys.c.id)
    .limit(_PAGE)
)
_SET_KEY: Final = (
    update(subject_keys).where(subject_keys.c.id == bindparam("key")).values(wrapped=bindparam("bytes"))
)
_ANSWERS: Final = select(
    idempotency_records.c.actor_id, idempotency_records.c.key, idempotency_records.c.sealed_answer
).where(idempotency_records.c.sealed_answer.is_not(None))
_SET_ANSWER: Final = (
    update(idempotency_records)
    .where(
        idempotency_records.c.actor_id == bindparam("actor"), idempotency_records.c.key == bindparam("name")
    )
    .values(sealed_answer=bindparam("bytes"))
)
_CREDENTIALS: Final = select(access_credentials.c.key_id, access_credentials.c.sealed)
_SET_CREDENTIAL: Final = (
    update(access_credentials)
    .where(access_credentials.c.key_id == bindparam("of_key"))
    .values(sealed=bindparam("bytes"))
)
_STAFF: Final = select(staff_credentials.c.staff_id, staff_credentials.c.sealed)
_SET_STAFF: Final = (
    update(staff_credentials)
    .where(staff_credentials.c.staff_id == bindparam("of_staff"))
    .values(sealed=bindparam("bytes"))
)
_HELD: Final = select(installation.c.value).where(installation.c.name == bindparam("name"))
_SET: Final = (
    update(installation).where(installation.c.name == bindparam("which")).values(value=bindparam("bytes"))
)


def rotate_master_key(
    database: Database, old: Keyring, new: Keyring, *, entry: tuple[Signer, Entry] | None = None
) -> int:
    """Put `new` in the place of `old`, and return how many subjects' keys were wrapped anew.

    `entry` is what the ledger is to say of it, in the same transaction, and who signs.

    Templates are not touched: their keys are only wrapped differently, and subjects keep
    their names in the ledger. All or nothing; afterwards `old` opens no part of the database.
    Snapshots of galleries in memory are made under keys of the old master key: they are
    passed over and written anew. Raises `ConfigurationError` if `old` is not this database's.
    """
    session = Session(database)
    session.open()
    try:
        session.become_writer()
        held = session.read(_HELD, {"name": MASTER_KEY})
        if not held or bytes(held[0].value) != old.fingerprint:
            raise ConfigurationError("the master key is not the one that this database was made with")
        count = _rewrap(session, old, new)
        _reseal(session, old, new)
        reseal_azure_face(session, old, new)
        reseal_vetting(session, old, new)
        reseal_subjects(session, old, new)
        reseal_consent(session, old, new)
        rewrap_oversight(session, old, new)
        session.write(_SET, {"which": MASTER_KEY, "bytes": new.fingerprint})
        session.leaves_traces()
        if entry is not None:
            log = SqlLedger(session, entry[0])
            log.append(entry[1])
            log.write_head()
        commit(session)
    finally:
        session.close()
    return count


def _rewrap(session: Session, old: Keyring, new: Keyring) -> int:
    count, after = 0, 0
    while rows := session.page(_KEYS, {"after": after}):
        for row in rows:
            wrapped = new.rewrap(bytes(row.wrapped), row.gallery_id, row.subject_id, old=old)
            session.write(_SET_KEY, {"key": row.id, "bytes": wrapped})
        count, after = count + len(rows), rows[-1].id
    return count


def _reseal(session: Session, old: Keyring, new: Keyring) -> None:
    for row in session.page(_ANSWERS, {}):
        place = ("answer", row.actor_id, row.key)
        changed = {"actor": row.actor_id, "name": row.key}
        session.write(_SET_ANSWER, {**changed, "bytes": _sealed(old, new, row.sealed_answer, *place)})
    for row in session.page(_CREDENTIALS, {}):
        sealed = _sealed(old, new, row.sealed, CREDENTIAL, row.key_id)
        session.write(_SET_CREDENTIAL, {"of_key": row.key_id, "bytes": sealed})
    for row in session.page(_STAFF, {}):
        sealed = _sealed(old, new, row.sealed, CREDENTIALS, row.staff_id)
        session.write(_SET_STAFF, {"of_staff": row.staff_id, "bytes": sealed})


def _sealed(old: Keyring, new: Keyring, sealed: Any, *place: str) -> bytes:  # noqa: ANN401  bytes or a view of them
    return new.seal(old.open(bytes(sealed), *place), *place)
