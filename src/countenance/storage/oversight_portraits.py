"""Images that examiners look at: of references under their subjects' keys, of known faces under their own."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, delete, select

from countenance.biometrics.model import GalleryId, ReferenceId
from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.oversight.assignments import KnownFace
from countenance.oversight.model import KnownFaceId
from countenance.storage.oversight_tables import known_faces, reference_portraits
from countenance.storage.secrecy import Keyring
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent, keyed, replace_by_key
from countenance.storage.subject_keys import destroy_key, keep_key
from countenance.storage.tables import reference_templates, subject_keys, subjects

KNOWN_OWNER: Final = "known:"
"""Stands for a gallery where a known face's key is bound to its place: no gallery's id has a colon."""

_IMAGE: Final = "portrait"
_OWNER: Final = (
    select(subjects.c.gallery_id, subjects.c.subject_id, subject_keys.c.wrapped)
    .join(reference_templates, reference_templates.c.subject == subjects.c.id)
    .join(subject_keys, subject_keys.c.id == subjects.c.key_id)
    .where(reference_templates.c.id == bindparam("reference"))
)
_PORTRAIT: Final = select(reference_portraits.c.sealed).where(
    reference_portraits.c.reference_id == bindparam("reference")
)
_ADD: Final = insert_if_absent(reference_portraits)
_REPLACE: Final = replace_by_key(reference_portraits)
_FORGET: Final = delete(reference_portraits).where(
    reference_portraits.c.reference_id.in_(
        select(reference_templates.c.id)
        .join(subjects, subjects.c.id == reference_templates.c.subject)
        .where(subjects.c.gallery_id == bindparam("gallery"))
    )
)
_KNOWN: Final = select(known_faces).order_by(known_faces.c.id)
_ONE_KNOWN: Final = (
    select(known_faces, subject_keys.c.wrapped)
    .join(subject_keys, subject_keys.c.id == known_faces.c.key_id)
    .where(known_faces.c.id == bindparam("face"))
)
_ADD_KNOWN: Final = insert_if_absent(known_faces)
_REMOVE_KNOWN: Final = delete(known_faces).where(known_faces.c.id == bindparam("face"))


class SqlPortraits:
    """Images by reference, and by known face."""

    __slots__ = ("_keyring", "_session")

    def __init__(self, session: Session, keyring: Keyring) -> None:
        self._session = session
        self._keyring = keyring

    def keep(self, reference_id: ReferenceId, image: bytes) -> None:
        """Keep the image of a reference that is enrolled, replacing an earlier one; `NotFoundError` else."""
        self._session.become_writer()
        owners = self._session.read(_OWNER, {"reference": reference_id})
        if not owners:
            raise NotFoundError(f"there is no reference `{reference_id}`")
        owner = owners[0]
        key = self._keyring.unwrap(bytes(owner.wrapped), owner.gallery_id, owner.subject_id)
        row: dict[str, object] = {
            "reference_id": reference_id,
            "sealed": key.seal_piece(image, _IMAGE, reference_id),
        }
        if not self._session.write(_REPLACE, keyed(row, ("reference_id",))):
            self._session.insert_new(_ADD, row)

    def of_reference(self, reference_id: ReferenceId) -> bytes | None:
        """Return the image, or None."""
        owners = self._session.read(_OWNER, {"reference": reference_id})
        rows = self._session.read(_PORTRAIT, {"reference": reference_id})
        if not owners or not rows:
            return None
        owner = owners[0]
        key = self._keyring.unwrap(bytes(owner.wrapped), owner.gallery_id, owner.subject_id)
        return key.open_piece(bytes(rows[0].sealed), _IMAGE, reference_id)

    def forget(self, gallery_id: GalleryId) -> int:
        """Remove the images of every reference of a gallery, and return how many there were."""
        count = self._session.write(_FORGET, {"gallery": gallery_id})
        self._session.leaves_traces()
        return count

    def add_known(self, face: KnownFace, image: bytes) -> None:
        """Keep a known face; raises `AlreadyExistsError`."""
        self._session.become_writer()
        if self._session.read(_ONE_KNOWN, {"face": face.id}):
            raise AlreadyExistsError(f"there is a known face `{face.id}` already")
        key, wrapped = self._keyring.new_subject_key(KNOWN_OWNER, face.id)
        row = {
            "id": face.id,
            "person": face.person,
            "added": face.added,
            "added_by": face.added_by,
            "key_id": keep_key(self._session, wrapped),
            "sealed": key.seal_piece(image, _IMAGE),
        }
        self._session.write(_ADD_KNOWN, row)

    def known(self) -> tuple[KnownFace, ...]:
        """Return every known face, ordered by id."""
        return tuple(
            KnownFace(id=KnownFaceId(row.id), person=row.person, added=row.added, added_by=row.added_by)
            for row in self._session.read(_KNOWN, {})
        )

    def of_known(self, face_id: KnownFaceId) -> bytes | None:
        """Return the image of a known face, or None."""
        rows = self._session.read(_ONE_KNOWN, {"face": face_id})
        if not rows:
            return None
        key = self._keyring.unwrap(bytes(rows[0].wrapped), KNOWN_OWNER, face_id)
        return key.open_piece(bytes(rows[0].sealed), _IMAGE)

    def remove_known(self, face_id: KnownFaceId) -> None:
        """Remove a known face and destroy its key, or raise `NotFoundError`."""
        self._session.become_writer()
        rows = self._session.read(_ONE_KNOWN, {"face": face_id})
        if not rows:
            raise NotFoundError(f"there is no known face `{face_id}`")
        self._session.write(_REMOVE_KNOWN, {"face": face_id})
        destroy_key(self._session, rows[0].key_id)
