"""Groups that subjects recorded, each under the subject's own key, and what is watched by group."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, select

from countenance.fairness.labels import LabelledSubject, RecordedGroups, WatchedGroup
from countenance.storage.evidence_tables import group_labels, group_streams
from countenance.storage.prepared import Row
from countenance.storage.secrecy import Keyring, SubjectKey
from countenance.storage.session import Session
from countenance.storage.statements import insert_row
from countenance.storage.tables import subject_keys, subjects
from countenance.storage.vetting_sealing import Kept, KeptStatements

_STREAMS: Final = KeptStatements(group_streams)
_PLACE: Final = "fairness-groups"
_KEY: Final = (
    select(subjects.c.id, subject_keys.c.wrapped)
    .join(subject_keys, subject_keys.c.id == subjects.c.key_id)
    .where(subjects.c.gallery_id == bindparam("gallery"), subjects.c.subject_id == bindparam("subject"))
)
_ADD: Final = insert_row(group_labels)
_DROP: Final = delete(group_labels).where(group_labels.c.subject == bindparam("number"))
_ONE: Final = select(group_labels.c.sealed).where(group_labels.c.subject == bindparam("number"))
_GALLERY: Final = (
    select(subjects.c.subject_id, subject_keys.c.wrapped, group_labels.c.commitment, group_labels.c.sealed)
    .join(subjects, subjects.c.id == group_labels.c.subject)
    .join(subject_keys, subject_keys.c.id == subjects.c.key_id)
    .where(subjects.c.gallery_id == bindparam("gallery"))
    .order_by(subjects.c.subject_id)
)
_WATCHED: Final = select(group_streams).order_by(
    group_streams.c.gallery_id, group_streams.c.measure, group_streams.c.label
)
_WATCHED_OF: Final = _WATCHED.where(group_streams.c.gallery_id == bindparam("gallery"))
_FORGET: Final = delete(group_streams).where(
    group_streams.c.gallery_id == bindparam("gallery"),
    group_streams.c.measure == bindparam("which"),
    group_streams.c.label == bindparam("named"),
)


class SqlGroupLabels:
    """Labels by subject, and streams by group."""

    __slots__ = ("_kept", "_keyring", "_session")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring
        self._kept = Kept(session, keyring, _STREAMS, WatchedGroup)

    def put(self, gallery_id: str, subject_id: str, groups: RecordedGroups, commitment: str) -> None:
        """Store what a subject recorded, replacing what it had; a subject without a key is passed over."""
        self._session.become_writer()
        row = self._subject(gallery_id, subject_id)
        if row is None:
            return
        key = self._keyring.unwrap(bytes(row.wrapped), gallery_id, subject_id)
        told = {"answers": dict(groups.answers), "recorded": groups.recorded.isoformat()}
        sealed = key.seal_piece(json.dumps(told).encode(), _PLACE)
        self._session.write(_DROP, {"number": row.id})
        self._session.write(_ADD, {"subject": row.id, "commitment": commitment, "sealed": sealed})

    def get(self, gallery_id: str, subject_id: str) -> RecordedGroups | None:
        """Return what the subject recorded, or None."""
        row = self._subject(gallery_id, subject_id)
        held = self._session.read(_ONE, {"number": row.id}) if row is not None else ()
        if row is None or not held:
            return None
        return _opened(self._keyring.unwrap(bytes(row.wrapped), gallery_id, subject_id), held[0].sealed)

    def remove(self, gallery_id: str, subject_id: str) -> bool:
        """Destroy what the subject recorded; tell whether there was something."""
        self._session.become_writer()
        row = self._subject(gallery_id, subject_id)
        return row is not None and bool(self._session.write(_DROP, {"number": row.id}))

    def in_gallery(self, gallery_id: str) -> tuple[LabelledSubject, ...]:
        """Return every subject of the gallery that recorded something, ordered by subject."""
        found = []
        for row in self._session.read(_GALLERY, {"gallery": gallery_id}):
            key = self._keyring.unwrap(bytes(row.wrapped), gallery_id, row.subject_id)
            found.append(
                LabelledSubject(
                    gallery_id=gallery_id,
                    subject_id=row.subject_id,
                    commitment=row.commitment,
                    answers=_opened(key, row.sealed).answers,
                )
            )
        return tuple(found)

    def watched(self, gallery_ids: Collection[str] | None = None) -> tuple[WatchedGroup, ...]:
        """Return what is watched by group, of some galleries or of all, in the order of galleries."""
        if gallery_ids is None:
            return self._kept.read(_WATCHED, {})
        return tuple(
            one for name in sorted(gallery_ids) for one in self._kept.read(_WATCHED_OF, {"gallery": name})
        )

    def watch(self, watched: WatchedGroup) -> None:
        """Store what is watched, replacing that of the same gallery, measure and group."""
        row = {"gallery_id": watched.gallery_id, "measure": watched.measure.value, "label": watched.group}
        self._kept.put(row, watched)

    def unwatch(self, watched: WatchedGroup) -> None:
        """Forget what was counted of a group."""
        named = {"gallery": watched.gallery_id, "which": watched.measure.value, "named": watched.group}
        self._session.write(_FORGET, named)

    def _subject(self, gallery_id: str, subject_id: str) -> Row | None:
        rows = self._session.read(_KEY, {"gallery": gallery_id, "subject": subject_id})
        return rows[0] if rows else None


def _opened(key: SubjectKey, sealed: bytes) -> RecordedGroups:
    told = json.loads(key.open_piece(bytes(sealed), _PLACE))
    return RecordedGroups(answers=told["answers"], recorded=datetime.fromisoformat(told["recorded"]))
