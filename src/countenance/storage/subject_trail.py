"""Where a subject was compared: lists that held it, under its own key, and entries that name it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select

from countenance.recognition.subjects.model import Appearance, Place
from countenance.storage.prepared import Row
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent, insert_row, replace_by_key
from countenance.storage.subject_tables import subject_appearances, subject_entries
from countenance.storage.tables import subject_keys, subjects
from countenance.storage.webhook_tables import ledger_followed

_KEY: Final = (
    select(subjects.c.id, subject_keys.c.wrapped)
    .join(subject_keys, subject_keys.c.id == subjects.c.key_id)
    .where(subjects.c.gallery_id == bindparam("gallery"), subjects.c.subject_id == bindparam("subject"))
)
_ADD: Final = insert_row(subject_appearances)
_OF_SUBJECT: Final = (
    select(subject_appearances.c.sealed)
    .where(subject_appearances.c.subject == bindparam("number"))
    .order_by(subject_appearances.c.number.desc())
    .limit(bindparam("most"))
)
_FOLLOWED: Final = select(ledger_followed.c.entry).where(ledger_followed.c.id == 0)
_BEGIN: Final = insert_if_absent(ledger_followed)
_GO_ON: Final = replace_by_key(ledger_followed)
_NAME: Final = insert_if_absent(subject_entries)
_ENTRIES: Final = (
    select(subject_entries.c.entry)
    .where(subject_entries.c.commitment == bindparam("named"))
    .order_by(subject_entries.c.entry.desc())
    .limit(bindparam("most"))
)


class SqlAppearances:
    """Which candidate lists held a subject."""

    __slots__ = ("_keyring", "_session")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring

    def add(self, place: Place, appearance: Appearance) -> None:
        """Store `appearance`; a subject that has no key is passed over."""
        self._session.become_writer()
        row = self._subject(place)
        if row is None:
            return
        key = self._keyring.unwrap(bytes(row.wrapped), place.gallery_id, place.subject_id)
        moment = appearance.at.isoformat()
        told = [appearance.decision_id, appearance.entry, moment, appearance.case_id, appearance.salt]
        sealed = key.seal_note(json.dumps(told).encode())
        self._session.write(_ADD, {"subject": row.id, "sealed": sealed})

    def of_subject(self, place: Place, *, limit: int) -> tuple[Appearance, ...]:
        """Return up to `limit` appearances, the newest first."""
        subject = self._subject(place)
        if subject is None:
            return ()
        key = self._keyring.unwrap(bytes(subject.wrapped), place.gallery_id, place.subject_id)
        found = []
        for row in self._session.read(_OF_SUBJECT, {"number": subject.id, "most": limit}):
            decision, entry, at, case, *salt = json.loads(key.open_note(bytes(row.sealed)))
            found.append(
                Appearance(
                    decision_id=decision,
                    entry=entry,
                    at=datetime.fromisoformat(at),
                    case_id=case,
                    salt="".join(salt),  # older notes have none
                )
            )
        return tuple(found)

    def _subject(self, place: Place) -> Row | None:
        rows = self._session.read(_KEY, {"gallery": place.gallery_id, "subject": place.subject_id})
        return rows[0] if rows else None


class SqlSubjectEntries:
    """Which entries of the log name a commitment, and how far the log was followed."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def followed(self) -> int:
        """Return up to which entry (excluded) the log was followed."""
        rows = self._session.read(_FOLLOWED, {})
        return int(rows[0].entry) if rows else 0

    def follow(self, until: int, named: Iterable[tuple[str, int]]) -> None:
        """Store commitments with their entries, and that the log was followed up to `until`."""
        for commitment, entry in named:
            self._session.insert_new(_NAME, {"commitment": commitment, "entry": entry})
        if not self._session.write(_GO_ON, {"key_id": 0, "entry": until}):
            self._session.insert_new(_BEGIN, {"id": 0, "entry": until})

    def entries_of(self, commitment: str, *, limit: int) -> Sequence[int]:
        """Return up to `limit` entries that name the commitment, the newest first."""
        rows = self._session.read(_ENTRIES, {"named": commitment, "most": limit})
        return [int(row.entry) for row in rows]
