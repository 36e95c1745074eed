"""References of subjects, their keys, and the log of a gallery's changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from sqlalchemy import bindparam, delete, select, update

from countenance.biometrics.model import GalleryId, Pipeline, ReferenceId, SubjectId, Template
from countenance.errors import AlreadyExistsError, NotFoundError, StorageError
from countenance.recognition.model import GalleryChange, Reference
from countenance.storage.azure_rosters import FORGET_PERSON
from countenance.storage.collections import FORGET_USERS
from countenance.storage.consent import SqlConsents, span
from countenance.storage.manifests import SqlManifests, commitment_of
from countenance.storage.prepared import Row
from countenance.storage.secrecy import Keyring, SubjectKey
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent, insert_row
from countenance.storage.subject_keys import destroy_key, keep_key
from countenance.storage.subjects import SILENCE
from countenance.storage.tables import galleries, gallery_changes, reference_templates, subject_keys, subjects

_PAGE: Final = 500
_FLOATS: Final = np.dtype("<f4")
_NO_SUBJECT: Final = SubjectId("")

_PLACE: Final = (
    subjects.c.gallery_id == bindparam("gallery"),
    subjects.c.subject_id == bindparam("subject"),
)
_SUBJECT: Final = (
    select(subjects.c.id, subjects.c.key_id, subjects.c.reference_count, subject_keys.c.wrapped)
    .join(subject_keys, subject_keys.c.id == subjects.c.key_id)
    .where(*_PLACE)
)
_REFERENCES: Final = (
    select(reference_templates, subject_keys.c.wrapped)
    .join(subjects, subjects.c.id == reference_templates.c.subject)
    .join(subject_keys, subject_keys.c.id == subjects.c.key_id)
    .where(*_PLACE)
    .order_by(reference_templates.c.id)
)
_OWNER: Final = (
    select(
        reference_templates,
        subjects.c.gallery_id,
        subjects.c.subject_id,
        subjects.c.reference_count,
        subject_keys.c.wrapped,
    )
    .join(subjects, subjects.c.id == reference_templates.c.subject)
    .join(subject_keys, subject_keys.c.id == subjects.c.key_id)
    .where(reference_templates.c.id == bindparam("reference"))
)
_ENROLLED: Final = (
    select(subjects.c.subject_id)
    .where(subjects.c.gallery_id == bindparam("gallery"), subjects.c.reference_count > 0)
    .order_by(subjects.c.subject_id)
    .limit(bindparam("most"))
)
_ENROLLED_AFTER: Final = _ENROLLED.where(subjects.c.subject_id > bindparam("after"))
_COUNT: Final = select(galleries.c.subject_count).where(galleries.c.id == bindparam("gallery"))
_CHANGES: Final = (
    select(
        gallery_changes.c.sequence,
        gallery_changes.c.added,
        gallery_changes.c.reference_id,
        subjects.c.subject_id,
        subject_keys.c.wrapped,
        reference_templates.c.sealed,
        reference_templates.c.model_digest,
        reference_templates.c.pipeline_version,
    )
    .outerjoin(reference_templates, reference_templates.c.id == gallery_changes.c.reference_id)
    .outerjoin(subjects, subjects.c.id == reference_templates.c.subject)
    .outerjoin(subject_keys, subject_keys.c.id == subjects.c.key_id)
    .where(
        gallery_changes.c.gallery_id == bindparam("gallery"), gallery_changes.c.sequence > bindparam("after")
    )
    .order_by(gallery_changes.c.sequence)
    .limit(_PAGE)
)

_ADD_SUBJECT: Final = insert_row(subjects)
_ADD_REFERENCE: Final = insert_if_absent(reference_templates)
_GROW: Final = (
    update(subjects)
    .where(subjects.c.id == bindparam("number"))
    .values(reference_count=subjects.c.reference_count + bindparam("by"))
)
_COUNT_SUBJECT: Final = (
    update(galleries)
    .where(galleries.c.id == bindparam("gallery"))
    .values(subject_count=galleries.c.subject_count + bindparam("by"))
)
_LOG: Final = insert_row(gallery_changes)
_UNLOG: Final = delete(gallery_changes).where(
    gallery_changes.c.reference_id == bindparam("reference"), gallery_changes.c.added
)
_REMOVE: Final = delete(reference_templates).where(reference_templates.c.id == bindparam("reference"))
_REMOVE_SUBJECT: Final = delete(subjects).where(subjects.c.id == bindparam("number"))


class SqlReferences:
    """References of subjects, each encrypted under its subject's own key."""

    __slots__ = ("_consents", "_keyring", "_manifests", "_session", "_unwrapped")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring
        self._consents = SqlConsents(session)
        self._manifests = SqlManifests(session, keyring)
        self._unwrapped: tuple[tuple[bytes, str, str], SubjectKey] | None = None

    def add(self, reference: Reference) -> None:
        """Store `reference`; raises `AlreadyExistsError` for its id, `NotFoundError` without its gallery."""
        self._session.become_writer()
        if self._session.read(_OWNER, {"reference": reference.id}):
            raise AlreadyExistsError(f"there is a reference `{reference.id}` already")
        number, key, count = self._subject(reference.gallery_id, reference.subject_id)
        pipeline = reference.template.pipeline
        parts = (pipeline.model_digest, pipeline.version)
        template = reference.template.vector.astype(_FLOATS).tobytes()
        row = {
            "id": reference.id,
            "subject": number,
            "model_digest": pipeline.model_digest,
            "pipeline_version": pipeline.version,
            "sealed": key.seal(template, reference_id=reference.id, pipeline=parts),
            "enrolled": reference.enrolled,
        }
        self._session.write(_ADD_REFERENCE, row)
        self._session.write(_GROW, {"number": number, "by": 1})
        if count == 0:
            self._session.write(_COUNT_SUBJECT, {"gallery": reference.gallery_id, "by": 1})
        self._session.write(_LOG, _change(reference.gallery_id, reference.id, added=True))
        commitment = key.commit_to(template, reference_id=reference.id, pipeline=parts)
        self._manifests.add(reference.gallery_id, commitment)

    def of_subject(self, gallery_id: GalleryId, subject_id: SubjectId) -> tuple[Reference, ...]:
        """Return the subject's references, ordered by id; empty for an unknown subject."""
        rows = self._session.read(_REFERENCES, {"gallery": gallery_id, "subject": subject_id})
        if not rows:
            return ()
        key = self._key(rows[0], gallery_id, subject_id)
        return tuple(
            Reference(
                id=ReferenceId(row.id),
                gallery_id=gallery_id,
                subject_id=subject_id,
                template=_template(key, row.id, row),
                enrolled=row.enrolled,
            )
            for row in rows
        )

    def subjects(
        self, gallery_id: GalleryId, *, after: SubjectId | None, limit: int
    ) -> tuple[SubjectId, ...]:
        """Return up to `limit` enrolled subjects whose ids sort after `after`, ordered by id."""
        parameters: dict[str, object] = {"gallery": gallery_id, "most": limit}
        if after is None:
            rows = self._session.read(_ENROLLED, parameters)
        else:
            rows = self._session.read(_ENROLLED_AFTER, {**parameters, "after": after})
        return tuple(SubjectId(row.subject_id) for row in rows)

    def subject_count(self, gallery_id: GalleryId) -> int:
        """Return the number of enrolled subjects of the gallery; 0 for an unknown one."""
        rows = self._session.read(_COUNT, {"gallery": gallery_id})
        return int(rows[0].subject_count) if rows else 0

    def remove(self, reference_id: ReferenceId) -> None:
        """Remove one reference, or raise `NotFoundError`. The subject keeps its key."""
        self._session.become_writer()
        rows = self._session.read(_OWNER, {"reference": reference_id})
        if not rows:
            raise NotFoundError(f"there is no reference `{reference_id}`")
        owner = rows[0]
        key = self._key(owner, owner.gallery_id, owner.subject_id)
        self._take_out(owner.gallery_id, reference_id, commitment_of(key, owner))
        self._session.write(_GROW, {"number": owner.subject, "by": -1})
        if owner.reference_count == 1:
            self._session.write(_COUNT_SUBJECT, {"gallery": owner.gallery_id, "by": -1})
        self._session.leaves_traces()

    def erase(self, gallery_id: GalleryId, subject_id: SubjectId) -> tuple[ReferenceId, ...]:
        """Remove all of the subject's references and destroy the subject's key.

        Returns the ids that were removed; empty for an unknown subject.
        """
        self._session.become_writer()
        place = {"gallery": gallery_id, "subject": subject_id}
        self._session.write(FORGET_PERSON, place)
        self._session.write(SILENCE, {"of_gallery": gallery_id, "of_subject": subject_id})
        rows = self._session.read(_SUBJECT, place)
        if not rows:
            return ()
        held = self._session.read(_REFERENCES, place)
        removed = tuple(ReferenceId(row.id) for row in held)
        self._session.write(FORGET_USERS, place)
        for row in held:
            key = self._key(row, gallery_id, subject_id)
            self._take_out(gallery_id, ReferenceId(row.id), commitment_of(key, row))
        if removed:
            self._session.write(_COUNT_SUBJECT, {"gallery": gallery_id, "by": -1})
        self._session.write(_REMOVE_SUBJECT, {"number": rows[0].id})
        destroy_key(self._session, rows[0].key_id)
        return removed

    def commitment(self, gallery_id: GalleryId, subject_id: SubjectId) -> bytes | None:
        """Return HMAC-SHA-256 of the subject's id under the subject's key; None without a key."""
        rows = self._session.read(_SUBJECT, {"gallery": gallery_id, "subject": subject_id})
        if not rows:
            return None
        return self._key(rows[0], gallery_id, subject_id).commitment()

    def commitments(self, gallery_id: GalleryId, subject_id: SubjectId) -> tuple[bytes, ...]:
        """Return the commitments to the subject's templates in the gallery's manifest, in order."""
        rows = self._session.read(_REFERENCES, {"gallery": gallery_id, "subject": subject_id})
        return tuple(sorted(commitment_of(self._key(row, gallery_id, subject_id), row) for row in rows))

    def changes(self, gallery_id: GalleryId, *, after: int) -> Iterator[GalleryChange]:
        """Yield the changes of the gallery with a sequence above `after`, in order, a page at a time.

        The log keeps no name of a subject that is gone: a removal has an empty `subject_id`.
        """
        while rows := self._session.page(_CHANGES, {"gallery": gallery_id, "after": after}):
            keys: dict[str, SubjectKey] = {}
            for row in rows:
                if row.added and row.subject_id not in keys:
                    keys[row.subject_id] = self._keyring.unwrap(
                        bytes(row.wrapped), gallery_id, row.subject_id
                    )
                yield GalleryChange(
                    sequence=row.sequence,
                    reference_id=ReferenceId(row.reference_id),
                    subject_id=SubjectId(row.subject_id) if row.added else _NO_SUBJECT,
                    template=_template(keys[row.subject_id], row.reference_id, row) if row.added else None,
                )
            after = rows[-1].sequence

    def _key(self, row: Row, gallery_id: GalleryId, subject_id: SubjectId) -> SubjectKey:
        """Return the subject's key; an act asks for the same one several times in a unit of work."""
        place = bytes(row.wrapped), gallery_id, subject_id
        if self._unwrapped is None or self._unwrapped[0] != place:
            self._unwrapped = place, self._keyring.unwrap(*place)
        return self._unwrapped[1]

    def _subject(self, gallery_id: GalleryId, subject_id: SubjectId) -> tuple[int, SubjectKey, int]:
        """Return the subject's row number, key and count of references, making the subject if it is new."""
        place = {"gallery": gallery_id, "subject": subject_id}
        rows = self._session.read(_SUBJECT, place)
        if rows:
            return rows[0].id, self._key(rows[0], gallery_id, subject_id), rows[0].reference_count
        if not self._session.read(_COUNT, {"gallery": gallery_id}):
            raise NotFoundError(f"there is no gallery `{gallery_id}`")
        key, wrapped = self._keyring.new_subject_key(gallery_id, subject_id)
        start, stop = span(self._consents.get(gallery_id, subject_id))
        row = {
            "gallery_id": gallery_id,
            "subject_id": subject_id,
            "key_id": keep_key(self._session, wrapped),
            "reference_count": 0,
            "consent_from": start,
            "consent_until": stop,
        }
        self._session.write(_ADD_SUBJECT, row)
        return self._session.read(_SUBJECT, place)[0].id, key, 0

    def _take_out(self, gallery_id: GalleryId, reference_id: ReferenceId, commitment: bytes) -> None:
        self._manifests.remove(gallery_id, commitment)
        self._session.write(_REMOVE, {"reference": reference_id})
        self._session.write(_UNLOG, {"reference": reference_id})
        self._session.write(_LOG, _change(gallery_id, reference_id, added=False))


def _change(gallery_id: GalleryId, reference_id: ReferenceId, *, added: bool) -> dict[str, object]:
    return {"gallery_id": gallery_id, "reference_id": reference_id, "added": added}


def _template(key: SubjectKey, reference_id: str, row: Row) -> Template:
    pipeline = Pipeline(row.model_digest, row.pipeline_version)
    parts = (pipeline.model_digest, pipeline.version)
    plain = key.open(bytes(row.sealed), reference_id=reference_id, pipeline=parts)
    if len(plain) % _FLOATS.itemsize:
        raise StorageError("a stored template has no whole number of components")
    return Template(np.frombuffer(plain, dtype=_FLOATS), pipeline)
