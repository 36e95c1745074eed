"""Bindings and tags of collections; faces and the users they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import Select, bindparam, delete, func, select

from countenance.biometrics.model import GalleryId, ReferenceId, SubjectId
from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.policy.model import Purpose
from countenance.recognition.collections.model import Binding, EnrolledFace, FaceRecord, RelativeBox, User
from countenance.storage.prepared import Row
from countenance.storage.session import Session
from countenance.storage.statements import insert_if_absent, keyed, replace_by_key
from countenance.storage.tables import (
    collection_bindings,
    face_records,
    face_users,
    gallery_tags,
    gallery_users,
    reference_templates,
    subjects,
)
from countenance.vetting.model import LeaseId

_BINDINGS: Final = (
    select(collection_bindings)
    .where(collection_bindings.c.lease_id == bindparam("lease"))
    .order_by(collection_bindings.c.collection_id)
)
_BINDING: Final = _BINDINGS.where(collection_bindings.c.collection_id == bindparam("collection"))
_REPLACE_BINDING: Final = replace_by_key(collection_bindings)
_INSERT_BINDING: Final = insert_if_absent(collection_bindings)

_TAGS: Final = (
    select(gallery_tags.c.tag, gallery_tags.c.value)
    .where(gallery_tags.c.gallery_id == bindparam("gallery"))
    .order_by(gallery_tags.c.tag)
)
_REPLACE_TAG: Final = replace_by_key(gallery_tags)
_INSERT_TAG: Final = insert_if_absent(gallery_tags)
_REMOVE_TAG: Final = delete(gallery_tags).where(
    gallery_tags.c.gallery_id == bindparam("gallery"), gallery_tags.c.tag == bindparam("name")
)

_FACES: Final = (
    select(
        reference_templates.c.id,
        subjects.c.subject_id,
        face_records.c.image_id,
        face_records.c.confidence,
        face_records.c.box_left,
        face_records.c.box_top,
        face_records.c.box_width,
        face_records.c.box_height,
        face_users.c.user_id,
    )
    .join(subjects, subjects.c.id == reference_templates.c.subject)
    .outerjoin(face_records, face_records.c.reference_id == reference_templates.c.id)
    .outerjoin(face_users, face_users.c.reference_id == reference_templates.c.id)
    .where(subjects.c.gallery_id == bindparam("gallery"))
    .order_by(reference_templates.c.id)
)
_FACE: Final = _FACES.where(reference_templates.c.id == bindparam("reference"))
_PAGE: Final = _FACES.where(reference_templates.c.id > bindparam("after")).limit(bindparam("most"))
_PAGE_OF_USER: Final = _PAGE.where(face_users.c.user_id == bindparam("user"))
_COUNT: Final = select(func.coalesce(func.sum(subjects.c.reference_count), 0).label("number")).where(
    subjects.c.gallery_id == bindparam("gallery")
)
_DESCRIBE: Final = insert_if_absent(face_records)

_USERS: Final = (
    select(gallery_users.c.user_id, func.count(face_users.c.reference_id).label("faces"))
    .outerjoin(
        face_users,
        (face_users.c.gallery_id == gallery_users.c.gallery_id)
        & (face_users.c.user_id == gallery_users.c.user_id),
    )
    .where(gallery_users.c.gallery_id == bindparam("gallery"))
    .group_by(gallery_users.c.user_id)
    .order_by(gallery_users.c.user_id)
)
_USER: Final = _USERS.where(gallery_users.c.user_id == bindparam("user"))
_USER_PAGE: Final = _USERS.where(gallery_users.c.user_id > bindparam("after")).limit(bindparam("most"))
_USER_COUNT: Final = select(func.count(gallery_users.c.user_id).label("number")).where(
    gallery_users.c.gallery_id == bindparam("gallery")
)
_ADD_USER: Final = insert_if_absent(gallery_users)
_REMOVE_USER: Final = delete(gallery_users).where(
    gallery_users.c.gallery_id == bindparam("gallery"), gallery_users.c.user_id == bindparam("user")
)
_ASSOCIATE: Final = insert_if_absent(face_users)
_DISSOCIATE: Final = delete(face_users).where(face_users.c.reference_id == bindparam("reference"))


def _users_with_faces(*of: object) -> Select[tuple[str]]:
    return (
        select(face_users.c.user_id)
        .join(reference_templates, reference_templates.c.id == face_users.c.reference_id)
        .join(subjects, subjects.c.id == reference_templates.c.subject)
        .where(subjects.c.gallery_id == bindparam("gallery"), *of)  # type: ignore[arg-type]  # conditions on columns
    )


FORGET_USERS: Final = delete(gallery_users).where(
    gallery_users.c.gallery_id == bindparam("gallery"),
    gallery_users.c.user_id.in_(_users_with_faces(subjects.c.subject_id == bindparam("subject"))),
    gallery_users.c.user_id.not_in(_users_with_faces(subjects.c.subject_id != bindparam("subject"))),
)
"""Removes the users who have faces of one subject and of nobody else, ahead of that subject's erasure."""


class SqlCollections:
    """Bindings by lease and name, and tags of galleries."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def bind(self, binding: Binding) -> None:
        """Store `binding`, replacing one of the same lease and name."""
        row: dict[str, object] = {
            "lease_id": binding.lease_id,
            "collection_id": binding.collection_id,
            "gallery_id": binding.gallery_id,
            "purpose": binding.purpose.value if binding.purpose is not None else None,
            "scraped": binding.scraped,
        }
        if not self._session.write(_REPLACE_BINDING, keyed(row, ("lease_id", "collection_id"))):
            self._session.insert_new(_INSERT_BINDING, row)

    def binding(self, lease_id: LeaseId, collection_id: str) -> Binding | None:
        """Return the binding, or None."""
        rows = self._session.read(_BINDING, {"lease": lease_id, "collection": collection_id})
        return _binding(rows[0]) if rows else None

    def bindings(self, lease_id: LeaseId) -> tuple[Binding, ...]:
        """Return the bindings of a lease, ordered by the collection's name."""
        return tuple(map(_binding, self._session.read(_BINDINGS, {"lease": lease_id})))

    def tags(self, gallery_id: GalleryId) -> dict[str, str]:
        """Return the gallery's tags, ordered by name."""
        return {row.tag: row.value for row in self._session.read(_TAGS, {"gallery": gallery_id})}

    def tag(self, gallery_id: GalleryId, tags: Mapping[str, str]) -> None:
        """Set tags, keeping the others."""
        for name, value in tags.items():
            row: dict[str, object] = {"gallery_id": gallery_id, "tag": name, "value": value}
            if not self._session.write(_REPLACE_TAG, keyed(row, ("gallery_id", "tag"))):
                self._session.insert_new(_INSERT_TAG, row)

    def untag(self, gallery_id: GalleryId, names: Iterable[str]) -> None:
        """Remove tags by name, those that are there."""
        for name in names:
            self._session.write(_REMOVE_TAG, {"gallery": gallery_id, "name": name})


class SqlEnrolledFaces:
    """References as faces of a collection, and users."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def describe(self, reference_id: ReferenceId, record: FaceRecord) -> None:
        """Store what is known of the reference, unless something is already."""
        row = {
            "reference_id": reference_id,
            "image_id": record.image_id,
            "confidence": record.confidence,
            "box_left": record.box.left,
            "box_top": record.box.top,
            "box_width": record.box.width,
            "box_height": record.box.height,
        }
        self._session.insert_new(_DESCRIBE, row)

    def get(self, gallery_id: GalleryId, reference_id: ReferenceId) -> EnrolledFace | None:
        """Return the face, or None."""
        rows = self._session.read(_FACE, {"gallery": gallery_id, "reference": reference_id})
        return _face(gallery_id, rows[0]) if rows else None

    def page(
        self, gallery_id: GalleryId, *, after: ReferenceId | None, limit: int, user_id: str | None = None
    ) -> tuple[EnrolledFace, ...]:
        """Return up to `limit` faces whose ids sort after `after`, in order; of one user if named."""
        place: dict[str, object] = {"gallery": gallery_id, "after": after or "", "most": limit}
        if user_id is None:
            rows = self._session.read(_PAGE, place)
        else:
            rows = self._session.read(_PAGE_OF_USER, {**place, "user": user_id})
        return tuple(_face(gallery_id, row) for row in rows)

    def count(self, gallery_id: GalleryId) -> int:
        """Return the number of references of the gallery."""
        return int(self._session.read(_COUNT, {"gallery": gallery_id})[0].number)

    def add_user(self, gallery_id: GalleryId, user_id: str) -> None:
        """Make a user without faces; raises `AlreadyExistsError`."""
        if not self._session.insert_new(_ADD_USER, {"gallery_id": gallery_id, "user_id": user_id}):
            raise AlreadyExistsError(f"there is a user `{user_id}` already")

    def remove_user(self, gallery_id: GalleryId, user_id: str) -> None:
        """Remove a user; the faces stay, without it. Raises `NotFoundError`."""
        if not self._session.write(_REMOVE_USER, {"gallery": gallery_id, "user": user_id}):
            raise NotFoundError(f"there is no user `{user_id}`")

    def user(self, gallery_id: GalleryId, user_id: str) -> User | None:
        """Return the user, or None."""
        rows = self._session.read(_USER, {"gallery": gallery_id, "user": user_id})
        return User(rows[0].user_id, rows[0].faces) if rows else None

    def users(self, gallery_id: GalleryId, *, after: str | None, limit: int) -> tuple[User, ...]:
        """Return up to `limit` users whose ids sort after `after`, ordered by id."""
        place = {"gallery": gallery_id, "after": after or "", "most": limit}
        return tuple(User(row.user_id, row.faces) for row in self._session.read(_USER_PAGE, place))

    def user_count(self, gallery_id: GalleryId) -> int:
        """Return the number of users of the gallery."""
        return int(self._session.read(_USER_COUNT, {"gallery": gallery_id})[0].number)

    def associate(self, face: EnrolledFace, user_id: str | None) -> None:
        """Put the face under a user of its gallery, or under none."""
        self._session.write(_DISSOCIATE, {"reference": face.reference_id})
        if user_id is not None:
            row = {"reference_id": face.reference_id, "gallery_id": face.gallery_id, "user_id": user_id}
            self._session.insert_new(_ASSOCIATE, row)


def _binding(row: Row) -> Binding:
    return Binding(
        lease_id=LeaseId(row.lease_id),
        collection_id=row.collection_id,
        gallery_id=GalleryId(row.gallery_id),
        purpose=Purpose(row.purpose) if row.purpose is not None else None,
        scraped=bool(row.scraped),
    )


def _face(gallery_id: GalleryId, row: Row) -> EnrolledFace:
    record = None
    if row.image_id is not None:
        box = RelativeBox(row.box_left, row.box_top, row.box_width, row.box_height)
        record = FaceRecord(row.image_id, row.confidence, box)
    return EnrolledFace(
        reference_id=ReferenceId(row.id),
        gallery_id=gallery_id,
        subject_id=SubjectId(row.subject_id),
        record=record,
        user_id=row.user_id,
    )
